/**
 * Nodes that run nothing but their quorum, on the simulated world. What each was told is kept, and
 * judged as it happens: committed batches agree everywhere and come in order, once per incarnation;
 * one leader per epoch.
 */
import type { LeaderEpoch, NodeId, Offset, Uuid } from '../../../src/base/ids.ts';
import { secondsToMicros } from '../../../src/base/time.ts';
import type { Host, RunningProgram } from '../../../src/host/host.ts';
import { defaultNodeSettings, type NodeConfig } from '../../../src/kafka/config.ts';
import type { Observation } from '../../../src/kafka/observation.ts';
import { describeQuorumApi } from '../../../src/kafka/protocol/apis/55-describe-quorum.ts';
import type { Api, RequestInput, ResponseOf } from '../../../src/kafka/protocol/schema.ts';
import { type CommittedBatch, Quorum } from '../../../src/kafka/raft/quorum.ts';
import { quorumApis } from '../../../src/kafka/raft/requests-in.ts';
import { kafkaRaftRules, type RaftRules } from '../../../src/kafka/raft/rules.ts';
import { RefusalError } from '../../../src/kafka/refusal.ts';
import { openChannel } from '../../../src/kafka/rpc/channel.ts';
import type { Server, ServerOptions } from '../../../src/kafka/rpc/contract.ts';
import { bound } from '../../../src/kafka/rpc/served-api.ts';
import { startServer } from '../../../src/kafka/rpc/server.ts';
import type { Machine } from '../../../src/sim/machine.ts';
import { World } from '../../../src/sim/world.ts';

const decoder = new TextDecoder();
const encoder = new TextEncoder();
const port = 9093;

export interface ClusterOptions {
  readonly seed: string;
  readonly voters: number;
  readonly observers?: number;
  readonly rules?: Partial<RaftRules>;
}

export class QuorumNode {
  readonly id: NodeId;
  readonly machine: Machine;
  quorum: Quorum | null = null;
  /** What this incarnation was told. */
  delivered: string[] = [];
  nextOffset: Offset = 0;
  leadingEpoch: LeaderEpoch = -1;
  leader: NodeId = -1;
  exit: string | null = null;

  constructor(id: NodeId, machine: Machine) {
    this.id = id;
    this.machine = machine;
  }

  append(...texts: string[]): Offset | null {
    return this.quorum?.append(texts.map((text) => encoder.encode(text))) ?? null;
  }
}

export class Cluster {
  readonly world: World;
  readonly nodes: QuorumNode[] = [];
  readonly observations: Observation[] = [];
  /** By offset, as first delivered anywhere. */
  readonly committed = new Map<Offset, string>();
  readonly problems: string[] = [];
  readonly #leaders = new Map<LeaderEpoch, NodeId>();
  readonly #options: ClusterOptions;
  #asks = 0;

  constructor(options: ClusterOptions) {
    this.#options = options;
    this.world = new World({ seed: options.seed });
    const count = options.voters + (options.observers ?? 0);
    for (let id = 1; id <= count; id++) {
      const machine = this.world.addMachine(`m${id}`);
      const node = new QuorumNode(id, machine);
      machine.onExit = (code, reason) => {
        node.exit = `${code}: ${reason}`;
        node.quorum = null;
      };
      this.nodes.push(node);
    }
  }

  node(id: NodeId): QuorumNode {
    return this.nodes[id - 1] as QuorumNode;
  }

  start(node: QuorumNode): void {
    node.machine.start((host) => {
      try {
        return this.#program(node, host);
      } catch (error) {
        if (!(error instanceof RefusalError)) throw error;
        host.exit(1, error.message);
        return { stop() {} };
      }
    });
  }

  startAll(): void {
    for (const node of this.nodes) this.start(node);
  }

  async run(seconds: number): Promise<void> {
    await this.world.runUntil(this.world.now + secondsToMicros(seconds));
    if (this.world.failure !== null) throw this.world.failure;
  }

  /** The node that may act as controller, of the highest epoch if there seem to be two. */
  leader(): QuorumNode | null {
    const leaders = this.nodes.filter(
      (node) => node.machine.state === 'running' && node.leadingEpoch >= 0,
    );
    return leaders.sort((a, b) => b.leadingEpoch - a.leadingEpoch)[0] ?? null;
  }

  /** Sends a request to a node from a machine of its own. */
  async ask<A extends Api>(
    node: QuorumNode,
    api: A,
    body: RequestInput<A>,
  ): Promise<ResponseOf<A>> {
    this.#asks += 1;
    let answer: ResponseOf<A> | null = null;
    this.world.addMachine(`asker ${this.#asks}`).start((host) => {
      const options = { clientId: 'test', connectTimeoutUs: secondsToMicros(1) };
      const channel = openChannel(host, { host: node.machine.name, port }, options);
      channel.send(api, api.maxVersion, body, secondsToMicros(1), (response) => {
        answer = response;
      });
      return { stop: () => {} };
    });
    await this.run(0.1);
    if (answer === null) throw new Error(`no answer from ${node.id}`);
    return answer;
  }

  describeQuorum(node: QuorumNode): Promise<ResponseOf<typeof describeQuorumApi>> {
    const topics = [{ topicName: '__cluster_metadata', partitions: [{ partitionIndex: 0 }] }];
    return this.ask(node, describeQuorumApi, { topics });
  }

  setPartitioned(id: NodeId, isBlocked: boolean): void {
    const { network } = this.world;
    for (const other of this.nodes) {
      if (other.id === id) continue;
      for (const [from, to] of [
        [`m${id}`, `m${other.id}`],
        [`m${other.id}`, `m${id}`],
      ] as const) {
        const link = network.link(from, to);
        if (isBlocked) link.block();
        else link.unblock();
      }
    }
  }

  #program(node: QuorumNode, host: Host): RunningProgram {
    node.delivered = [];
    node.nextOffset = 0;
    node.leadingEpoch = -1;
    node.leader = -1;
    node.exit = null;
    const quorum = Quorum.open({
      host,
      config: this.#config(node),
      directoryId: directoryId(host),
      observe: (observation) => this.#observe(observation),
      rules: { ...kafkaRaftRules, ...this.#options.rules },
      listener: {
        onCommitted: (batch) => this.#onCommitted(node, batch),
        onLeading: (epoch) => {
          node.leadingEpoch = epoch;
        },
        onNotLeading: () => {
          node.leadingEpoch = -1;
        },
        onLeaderChanged: (leader) => {
          node.leader = leader;
        },
      },
    });
    node.quorum = quorum;
    const server = serve(host, quorum);
    quorum.start();
    return {
      stop: () => {
        void quorum.stop().then(() => {
          server.close();
          host.exit(0, 'stopped');
        });
      },
    };
  }

  #config(node: QuorumNode): NodeConfig {
    const voters = Array.from({ length: this.#options.voters }, (_, index) => ({
      nodeId: index + 1,
      host: `m${index + 1}`,
      port,
    }));
    const controller = node.id <= this.#options.voters;
    return {
      nodeId: node.id,
      roles: { broker: !controller, controller },
      clusterId: 'cluster-of-the-test-AA',
      rack: null,
      advertisedHost: `m${node.id}`,
      brokerPort: 9092,
      controllerPort: port,
      voters,
      dataDirectory: 'data',
      settings: defaultNodeSettings,
    };
  }

  #onCommitted(node: QuorumNode, batch: CommittedBatch): void {
    const { baseOffset, lastOffset, leaderEpoch, records } = batch;
    if (baseOffset !== node.nextOffset) {
      this.problems.push(`${node.id} was told ${baseOffset} where ${node.nextOffset} was due`);
    }
    node.nextOffset = lastOffset + 1;
    const texts = records.map((record) => decoder.decode(record));
    const text = `${leaderEpoch}: ${texts.join(' ')}`;
    const before = this.committed.get(baseOffset);
    if (before !== undefined && before !== text) {
      this.problems.push(`${node.id} was told "${text}" at ${baseOffset}, another "${before}"`);
    }
    this.committed.set(baseOffset, text);
    node.delivered.push(...texts);
  }

  #observe(observation: Observation): void {
    this.observations.push(observation);
    if (observation.kind !== 'quorum-state' || observation.role !== 'leader') return;
    const { epoch, node } = observation;
    const other = this.#leaders.get(epoch) ?? node;
    if (other !== node) this.problems.push(`${other} and ${node} both lead epoch ${epoch}`);
    this.#leaders.set(epoch, node);
  }
}

function serve(host: Host, quorum: Quorum): Server {
  const apis = new Map(bound(quorum, quorumApis).map((one) => [one.api.key, one]));
  const options: ServerOptions = {
    port,
    listener: 'controller',
    apis,
    maxRequestBytes: defaultNodeSettings.socketRequestMaxBytes,
    maxConnections: 1000,
    maxQueuedRequestsPerConnection: 10,
    maxIdleUs: secondsToMicros(600),
    handle: (request) => apis.get(request.api.key)?.handle(request),
  };
  return startServer(host, options, (error) => {
    if (error !== null) throw error;
  });
}

/** Kept on the disk, as meta.properties does; an empty disk gets another. */
function directoryId(host: Host): Uuid {
  const file = host.disk.open('directory-id', true);
  if (file.size() === 0) {
    const letter = String.fromCharCode(65 + host.random.stream('directory').int(26));
    const next = String.fromCharCode(97 + host.random.stream('directory').int(26));
    file.write(0, encoder.encode(`${(letter + next).repeat(10)}AA`));
    void file.sync().then(() => host.disk.syncDirectory(''));
  }
  return decoder.decode(file.read(0, file.size()));
}
