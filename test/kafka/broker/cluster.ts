/**
 * A cluster on the simulated world, and a client machine that speaks raw protocol requests to it.
 */
import { assert } from '../../../src/base/assert.ts';
import type { Micros, NodeId } from '../../../src/base/ids.ts';
import { zeroUuid } from '../../../src/base/ids.ts';
import { secondsToMicros } from '../../../src/base/time.ts';
import type { Host } from '../../../src/host/host.ts';
import type { Connection, ConnectionHandler } from '../../../src/host/network.ts';
import { kafkaNode } from '../../../src/kafka/broker/node.ts';
import type { NodeRules } from '../../../src/kafka/broker/node-rules.ts';
import {
  defaultNodeSettings,
  type NodeConfig,
  type NodeSettings,
} from '../../../src/kafka/config.ts';
import type { Observation } from '../../../src/kafka/observation.ts';
import { produceApi } from '../../../src/kafka/protocol/apis/00-produce.ts';
import { fetchApi } from '../../../src/kafka/protocol/apis/01-fetch.ts';
import { metadataApi } from '../../../src/kafka/protocol/apis/03-metadata.ts';
import { createTopicsApi } from '../../../src/kafka/protocol/apis/19-create-topics.ts';
import { deleteTopicsApi } from '../../../src/kafka/protocol/apis/20-delete-topics.ts';
import type { Api, RequestInput, ResponseOf } from '../../../src/kafka/protocol/schema.ts';
import { buildBatch, type NewRecord } from '../../../src/kafka/records/builder.ts';
import { forEachBatch, readRecords } from '../../../src/kafka/records/reader.ts';
import { openChannel } from '../../../src/kafka/rpc/channel.ts';
import type { Channel } from '../../../src/kafka/rpc/contract.ts';
import type { PointSetting } from '../../../src/sim/points.ts';
import { World } from '../../../src/sim/world.ts';

export interface ClusterOptions {
  readonly seed?: string;
  readonly settings?: Partial<NodeSettings>;
  /** Node ids by role; a node in both is combined. */
  readonly brokers?: readonly NodeId[];
  readonly controllers?: readonly NodeId[];
  readonly points?: readonly PointSetting[];
  readonly rules?: Partial<NodeRules>;
}

const brokerPort = 9092;
const controllerPort = 9093;
const requestTimeoutUs = secondsToMicros(40);

export class TestCluster {
  readonly world: World;
  readonly brokers: readonly NodeId[];
  readonly controllers: readonly NodeId[];
  readonly observations: Observation[] = [];
  /** What nodes warn of or call an error, as `m1: text`. */
  readonly warnings: string[] = [];
  /** Exit codes and reasons, as `m1: 0 shut down`. */
  readonly exits: string[] = [];
  readonly #settings: NodeSettings;
  readonly #rules: Partial<NodeRules>;
  readonly #channels = new Map<NodeId, Channel>();
  readonly #provoked = new Map<string, Provoked>();
  #client: Host | null = null;

  constructor(options: ClusterOptions = {}) {
    const { seed = 'broker-test', points = [] } = options;
    this.world = new World({ seed, points });
    this.brokers = options.brokers ?? [1, 2, 3];
    this.controllers = options.controllers ?? this.brokers;
    this.#settings = { ...defaultNodeSettings, ...options.settings };
    this.#rules = options.rules ?? {};
    for (const id of new Set([...this.controllers, ...this.brokers])) {
      const machine = this.world.addMachine(`m${id}`);
      machine.onExit = (code, reason) => this.exits.push(`m${id}: ${code} ${reason}`);
      this.start(id);
    }
    const client = this.world.addMachine('client');
    client.start((host) => {
      this.#client = host;
      return { stop() {} };
    });
  }

  config(id: NodeId): NodeConfig {
    return {
      nodeId: id,
      roles: { broker: this.brokers.includes(id), controller: this.controllers.includes(id) },
      clusterId: 'ordeal-test-cluster-id',
      rack: null,
      advertisedHost: `m${id}`,
      brokerPort,
      controllerPort,
      voters: this.controllers.map((nodeId) => ({
        nodeId,
        host: `m${nodeId}`,
        port: controllerPort,
      })),
      dataDirectory: 'data',
      settings: this.#settings,
    };
  }

  start(id: NodeId): void {
    const observe = (observation: Observation): void => {
      this.observations.push(observation);
      if (observation.kind === 'request-failed') this.world.fail(observation.error);
    };
    const program = kafkaNode(this.config(id), observe, this.#rules);
    this.world.machine(`m${id}`).start((host) => program(this.#listeningTo(id, host)));
  }

  #listeningTo(id: NodeId, host: Host): Host {
    const log: Host['log'] = (level, message) => {
      if (level === 'warn' || level === 'error') this.warnings.push(`m${id}: ${message}`);
      host.log(level, message);
    };
    const exit: Host['exit'] = (code, reason) => host.exit(code, reason);
    return Object.create(host, { log: { value: log }, exit: { value: exit } });
  }

  machine(id: NodeId) {
    return this.world.machine(`m${id}`);
  }

  run(seconds: number): Promise<void> {
    return this.world
      .runUntil(this.world.now + secondsToMicros(seconds))
      .then(() => this.#expectNoFailure());
  }

  /** Runs until `condition` holds; fails when it does not within `seconds`. */
  async until(what: string, condition: () => boolean, seconds = 60): Promise<void> {
    const limit: Micros = this.world.now + secondsToMicros(seconds);
    await this.world.runWhile(() => !condition(), limit);
    this.#expectNoFailure();
    assert(condition(), `${what} within ${seconds} s`);
  }

  /**
   * One request, answered or failed within the request timeout; failures are thrown as `api:
   * failure`.
   */
  async call<A extends Api>(
    to: NodeId,
    api: A,
    version: number,
    body: RequestInput<A>,
  ): Promise<ResponseOf<A>> {
    const result = await this.tryCall(to, api, version, body);
    if (typeof result === 'string') throw new Error(`${api.name}: ${result}`);
    return result as ResponseOf<A>;
  }

  /** The answer, or the failure's name. */
  async tryCall<A extends Api>(
    to: NodeId,
    api: A,
    version: number,
    body: RequestInput<A>,
  ): Promise<ResponseOf<A> | string> {
    await this.until('a client', () => this.#client !== null);
    let result: ResponseOf<A> | string | null = null;
    this.#channel(to).send(api, version, body, requestTimeoutUs, (response, failure) => {
      result = response ?? failure;
    });
    await this.until(`an answer to ${api.name}`, () => result !== null);
    return result as unknown as ResponseOf<A> | string;
  }

  /** What `asker` tells of the cluster. */
  metadata(asker: NodeId, topics: string[] | null = null): Promise<ResponseOf<typeof metadataApi>> {
    const named = topics?.map((name) => ({ name })) ?? null;
    return this.call(asker, metadataApi, 9, { topics: named, allowAutoTopicCreation: false });
  }

  /** Asks until `asker` answers and `condition` holds of what it tells. */
  async metadataWhere(
    asker: NodeId,
    what: string,
    condition: (answer: ResponseOf<typeof metadataApi>) => boolean,
    seconds = 60,
  ): Promise<ResponseOf<typeof metadataApi>> {
    const limit = this.world.now + secondsToMicros(seconds);
    for (;;) {
      const answer = await this.tryCall(asker, metadataApi, 9, { topics: null });
      if (typeof answer !== 'string' && condition(answer)) return answer;
      if (this.world.now > limit) {
        throw new Error(
          `not ${what} within ${seconds} s, but ${JSON.stringify(answer)}\n${this.exits.join('\n')}`,
        );
      }
      await this.run(0.2);
    }
  }

  allBrokersLive(asker: NodeId = this.brokers[0] ?? 1): Promise<unknown> {
    return this.metadataWhere(
      asker,
      'all live',
      (answer) => answer.brokers.length === this.brokers.length,
    );
  }

  async createTopic(
    name: string,
    partitions: number,
    replicationFactor: number,
    configs: Record<string, string> = {},
    asker: NodeId = this.brokers[0] ?? 1,
  ): Promise<ResponseOf<typeof createTopicsApi>['topics'][number]> {
    const answer = await this.call(asker, createTopicsApi, 7, {
      topics: [
        {
          name,
          numPartitions: partitions,
          replicationFactor,
          assignments: [],
          configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
        },
      ],
      timeoutMs: 10_000,
    });
    const [topic] = answer.topics;
    assert(topic !== undefined, 'a topic that was asked for is answered');
    return topic;
  }

  async leaderOf(
    topic: string,
    partition: number,
    asker: NodeId = this.brokers[0] ?? 1,
  ): Promise<NodeId> {
    const state = ({ topics }: ResponseOf<typeof metadataApi>) =>
      topics.find(({ name }) => name === topic)?.partitions[partition];
    const answer = await this.metadataWhere(asker, 'led', (told) => {
      const found = state(told);
      return found !== undefined && found.leaderId >= 0;
    });
    return state(answer)?.leaderId ?? -1;
  }

  /** The client's clock: what lies far from the brokers' is refused, or expires. */
  get wallMs(): number {
    return this.#client?.clock.wallMs() ?? 0;
  }

  record(value: string): NewRecord {
    const bytes = new TextEncoder().encode(value);
    return { timestamp: this.wallMs, key: null, value: bytes, headers: [] };
  }

  tryProduce(to: NodeId, topic: string, partition: number, values: string[], acks = -1) {
    const records = buildBatch({ records: values.map((value) => this.record(value)) });
    return this.tryCall(to, produceApi, 9, {
      acks,
      timeoutMs: 30_000,
      topicData: [{ name: topic, partitionData: [{ index: partition, records }] }],
    });
  }

  async produce(to: NodeId, topic: string, partition: number, values: string[], acks = -1) {
    const answer = await this.tryProduce(to, topic, partition, values, acks);
    if (typeof answer === 'string') throw new Error(`Produce: ${answer}`);
    const [result] = answer.responses[0]?.partitionResponses ?? [];
    assert(result !== undefined, 'a partition that was asked for is answered');
    return result;
  }

  async fetch(to: NodeId, topic: string, partition: number, offset: number) {
    const answer = await this.call(to, fetchApi, 12, {
      maxWaitMs: 500,
      minBytes: 1,
      topics: [
        { topic, partitions: [{ partition, fetchOffset: offset, partitionMaxBytes: 1 << 20 }] },
      ],
    });
    const [result] = answer.responses[0]?.partitions ?? [];
    assert(result !== undefined, 'a partition that was asked for is answered');
    const values: string[] = [];
    forEachBatch(result.records ?? new Uint8Array(0), (bytes, position) => {
      for (const record of readRecords(bytes, position))
        values.push(new TextDecoder().decode(record.value ?? undefined));
    });
    return { ...result, values };
  }

  /** Writes bytes on a connection of its own and waits for its end: the reason. */
  async sendBytes(to: NodeId, bytes: Uint8Array): Promise<string> {
    await this.until('a client', () => this.#client !== null);
    let reason: string | null = null;
    const connection = this.#client?.network.connect(
      { host: `m${to}`, port: brokerPort },
      {
        onData() {},
        onClose: (why) => {
          reason = why;
        },
      },
    );
    connection?.write(bytes);
    await this.until('the end of the connection', () => reason !== null);
    return reason ?? '';
  }

  /**
   * Sends bytes to a listener, on the connection that the last ones left open, and tells what came
   * of them within two seconds: after `waiting` the connection is given up.
   */
  async provoke(
    to: NodeId,
    listener: 'broker' | 'controller',
    bytes: Uint8Array,
  ): Promise<'answered' | 'closed' | 'waiting'> {
    await this.until('a client', () => this.#client !== null);
    const host = this.#client as Host;
    const key = `${to} ${listener}`;
    const open = this.#provoked.get(key) ?? new Provoked();
    open.begin();
    if (open.connection === null) {
      const port = listener === 'broker' ? brokerPort : controllerPort;
      open.connection = host.network.connect({ host: `m${to}`, port }, open);
      this.#provoked.set(key, open);
    }
    open.connection.write(bytes);
    const limit = this.world.now + secondsToMicros(2);
    await this.world.runWhile(() => open.state === 'waiting', limit);
    this.#expectNoFailure();
    if (open.state === 'waiting') open.connection.reset();
    if (open.state !== 'answered') this.#provoked.delete(key);
    return open.state;
  }

  async deleteTopics(names: readonly string[], asker = this.brokers[0] ?? 1): Promise<void> {
    if (names.length === 0) return;
    await this.call(asker, deleteTopicsApi, 6, {
      topics: names.map((name) => ({ name, topicId: zeroUuid })),
      timeoutMs: 10_000,
    });
  }

  /** Connections of the client are opened anew, as after a restart of their peer. */
  #channel(to: NodeId): Channel {
    let channel = this.#channels.get(to);
    if (channel === undefined) {
      assert(this.#client !== null, 'the client runs');
      channel = openChannel(
        this.#client,
        { host: `m${to}`, port: brokerPort },
        {
          clientId: 'test',
          connectTimeoutUs: secondsToMicros(5),
        },
      );
      this.#channels.set(to, channel);
    }
    return channel;
  }

  #expectNoFailure(): void {
    if (this.world.failure !== null) throw this.world.failure;
  }
}

/** A connection for bytes of any kind, and what came of the last. */
class Provoked implements ConnectionHandler {
  connection: Connection | null = null;
  state: 'answered' | 'closed' | 'waiting' = 'waiting';

  begin(): void {
    this.state = 'waiting';
  }

  onData(): void {
    this.state = 'answered';
  }

  onClose(): void {
    this.state = 'closed';
  }
}
