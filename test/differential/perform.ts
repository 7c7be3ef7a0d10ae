/** Leads the dialogue with one cluster, group by group, and gives the facts of each case. */
import { setTimeout as pause } from 'node:timers/promises';
import { type Uuid, zeroUuid } from '../../src/base/ids.ts';
import { listOffsetsApi } from '../../src/kafka/protocol/apis/02-list-offsets.ts';
import { metadataApi } from '../../src/kafka/protocol/apis/03-metadata.ts';
import { offsetFetchApi } from '../../src/kafka/protocol/apis/09-offset-fetch.ts';
import { findCoordinatorApi } from '../../src/kafka/protocol/apis/10-find-coordinator.ts';
import { createTopicsApi } from '../../src/kafka/protocol/apis/19-create-topics.ts';
import { deleteTopicsApi } from '../../src/kafka/protocol/apis/20-delete-topics.ts';
import { describeConfigsApi } from '../../src/kafka/protocol/apis/32-describe-configs.ts';
import { describeClusterApi } from '../../src/kafka/protocol/apis/60-describe-cluster.ts';
import { errorCode } from '../../src/kafka/protocol/errors.ts';
import { decodeResponse, encodeRequest } from '../../src/kafka/protocol/message.ts';
import type { Api, RequestInput, ResponseOf } from '../../src/kafka/protocol/schema.ts';
import { type Cluster, nodeIds } from './clusters.ts';
import { type Exchange, exchange } from './connection.ts';
import type { Case, Group, Scene, Step, Topic } from './dialogue.ts';
import { addFacts, type Facts, hex } from './facts.ts';
import type { View } from './rules.ts';

const correlationId = 77;
const clientId = 'differential';
const settleMs = 700;
const heldMs = 250;
const topicSource = 1;
const coming: ReadonlySet<number> = new Set([
  errorCode.coordinatorLoadInProgress,
  errorCode.coordinatorNotAvailable,
  errorCode.notCoordinator,
]);

export class Partner {
  readonly cluster: Cluster;
  readonly #startMs: number;
  readonly #idOfTopic = new Map<string, Uuid>();
  readonly #topicOfId = new Map<string, string>();
  readonly #coordinators = new Map<string, number>();
  #placed: ReadonlySet<string> = new Set();

  constructor(cluster: Cluster, startMs: number) {
    this.cluster = cluster;
    this.#startMs = startMs;
  }

  /** Resolves when all nodes are there and know of each other. */
  async untilReady(timeoutMs = 120_000): Promise<void> {
    const until = performance.now() + timeoutMs;
    while (performance.now() < until) {
      const seen = await Promise.all(nodeIds.map((node) => this.#brokersSeenBy(node)));
      if (seen.every((count) => count === nodeIds.length)) return;
      await pause(300);
    }
    throw new Error(`${this.cluster.name} did not get ready:\n${this.cluster.output()}`);
  }

  async #brokersSeenBy(node: number): Promise<number> {
    try {
      const body = { includeClusterAuthorizedOperations: false };
      return (await this.#call(describeClusterApi, 0, body, node)).brokers.length;
    } catch {
      return 0;
    }
  }

  /** All cases of a group, by name. */
  async perform(group: Group): Promise<Map<string, Facts>> {
    await this.#makeTopics(group.topics);
    this.#placed = new Set(group.topics.map(({ name }) => name));
    for (const each of group.preparation) await this.#exchange(each, []);
    if (group.preparation.length > 0) await pause(settleMs);
    const byCase = new Map<string, Facts>();
    const left = [...group.cases];
    const lead = async (): Promise<void> => {
      for (let each = left.shift(); each !== undefined; each = left.shift()) {
        byCase.set(each.name, await this.#case(each));
      }
    };
    const leading = Array.from({ length: group.atOnce }, lead);
    await Promise.all(leading).finally(() => left.splice(0));
    await this.#lookAfterwards(group, byCase);
    await this.#removeTopics();
    return byCase;
  }

  async #case({ steps, only }: Case): Promise<Facts> {
    const facts: Facts = new Map();
    const answers: unknown[] = [];
    const members: string[] = [];
    let under: { index: number; each: Step; exchange: Promise<Exchange> }[] = [];
    for (const [index, each] of steps.entries()) {
      await pause(each.afterMs ?? 0);
      under.push({ index, each, exchange: this.#exchange(each, answers) });
      if (each.held === true) {
        // It is to be there before what comes next, which takes another connection.
        await pause(heldMs);
        continue;
      }
      for (const sent of under) {
        const prefix = steps.length === 1 ? '' : `step ${sent.index + 1} `;
        const got = await sent.exchange;
        const to = { facts, prefix, only, view: this.#view(members) };
        answers[sent.index] = answerOf(sent.each, got, to);
      }
      under = [];
    }
    return facts;
  }

  async #exchange(each: Step, answers: readonly unknown[]): Promise<Exchange> {
    const node = await this.#nodeOf(each);
    const got = await exchange(this.#port(node), frameOf(each, this.#scene(answers)), each);
    // A dead node is the fault of a case before; those that follow shall have it again.
    if (got.ending === 'refused') await this.#revive(node);
    return got;
  }

  async #nodeOf({ awayFrom, coordinatorOf, node = 1 }: Step): Promise<number> {
    if (awayFrom !== undefined) {
      const coordinator = await this.#coordinatorOf(awayFrom);
      return nodeIds.find((id) => id !== coordinator)!;
    }
    return coordinatorOf === undefined ? node : this.#coordinatorOf(coordinatorOf);
  }

  async #coordinatorOf(group: string): Promise<number> {
    const known = this.#coordinators.get(group);
    if (known !== undefined) return known;
    for (let tries = 0; tries < 100; tries++) {
      const { errorCode: code, nodeId } = await this.#call(findCoordinatorApi, 3, { key: group });
      if (code === 0 && (await this.#hasLoaded(group, nodeId))) {
        this.#coordinators.set(group, nodeId);
        return nodeId;
      }
      await pause(200);
    }
    throw new Error(`${this.cluster.name}: nobody coordinates ${group}`);
  }

  /** A coordinator that the metadata names needs a moment to take its office. */
  async #hasLoaded(groupId: string, node: number): Promise<boolean> {
    const asked = { groups: [{ groupId, topics: [] }] };
    const { groups } = await this.#call(offsetFetchApi, 8, asked, node);
    return !coming.has(groups[0]!.errorCode);
  }

  async #revive(node: number): Promise<void> {
    console.log(`${this.cluster.name}: node ${node} has ended; it is started again`);
    this.cluster.revive(node);
    await this.untilReady(45_000);
  }

  #scene(answers: readonly unknown[]): Scene {
    return {
      startMs: this.#startMs,
      answers,
      id: (topic) => {
        const id = this.#idOfTopic.get(topic);
        if (id === undefined) throw new Error(`${this.cluster.name} has no topic ${topic}`);
        return id;
      },
    };
  }

  #view(members: string[]): View {
    return {
      nodeOfPort: new Map([
        ...this.cluster.ports.map((port, index) => [port, index + 1] as const),
        ...this.cluster.controllerPorts.map((port, index) => [port, index + 1] as const),
      ]),
      topicOfId: this.#topicOfId,
      placed: this.#placed,
      startMs: this.#startMs,
      members,
    };
  }

  #port(node: number): number {
    return this.cluster.ports[node - 1]!;
  }

  /** A request of our own, not part of the dialogue. */
  async #call<A extends Api>(
    api: A,
    version: number,
    body: RequestInput<A>,
    node = 1,
  ): Promise<ResponseOf<A>> {
    const frame = encodeRequest(api, version, correlationId, clientId, body).slice();
    const { answers, ending } = await exchange(this.#port(node), frame, { patienceMs: 30_000 });
    if (answers.length !== 1) {
      const said = this.cluster.output().slice(-2_000);
      throw new Error(
        `${this.cluster.name}: no answer to ${api.name} (${ending}); it said: ${said}`,
      );
    }
    return decodeResponse(api, version, answers[0]!).body;
  }

  async #makeTopics(topics: readonly Topic[]): Promise<void> {
    if (topics.length === 0) return;
    const made = await this.#call(createTopicsApi, 7, { topics: topics.map(creation) });
    const refused = made.topics.filter(({ errorCode }) => errorCode !== 0);
    if (refused.length > 0) {
      throw new Error(`${this.cluster.name}: ${refused.map((each) => each.errorMessage)}`);
    }
    for (const { name, topicId } of made.topics) {
      this.#idOfTopic.set(name, topicId);
      this.#topicOfId.set(topicId, name);
    }
    for (const node of nodeIds) await this.#untilKnown(topics, node);
    for (const topic of topics) await this.#untilLed(topic);
  }

  async #untilKnown(topics: readonly Topic[], node: number): Promise<void> {
    const names = topics.map(({ name }) => ({ name, topicId: zeroUuid }));
    const body = { topics: names, allowAutoTopicCreation: false };
    for (let tries = 0; tries < 100; tries++) {
      const { topics: seen } = await this.#call(metadataApi, 9, body, node);
      const led = seen.filter(
        ({ errorCode, name, partitions }) =>
          errorCode === 0 &&
          partitions.length === topics.find((each) => each.name === name)!.partitions &&
          partitions.every((each) => each.errorCode === 0),
      );
      if (led.length === topics.length) return;
      await pause(100);
    }
    throw new Error(`${this.cluster.name}: node ${node} does not know the topics`);
  }

  /** A leader that the metadata names needs a moment to take its office. */
  async #untilLed(topic: Topic): Promise<void> {
    for (let tries = 0; tries < 100; tries++) {
      const ends = await this.#endsOf(topic);
      if (ends.every(({ errorCode }) => errorCode === 0)) return;
      await pause(100);
    }
    throw new Error(`${this.cluster.name}: ${topic.name} is not led`);
  }

  async #endsOf({ name, partitions, replicas }: Topic) {
    const asked = Array.from({ length: partitions }, (_, partitionIndex) => ({
      partitionIndex,
      timestamp: -1,
    }));
    const body = { replicaId: -1, topics: [{ name, partitions: asked }] };
    return (await this.#call(listOffsetsApi, 5, body, replicas[0])).topics[0]!.partitions;
  }

  async #allTopics(): Promise<ResponseOf<typeof metadataApi>['topics']> {
    return (await this.#call(metadataApi, 9, { topics: null, allowAutoTopicCreation: false }))
      .topics;
  }

  async #removeTopics(): Promise<void> {
    const all = await this.#allTopics();
    const names = all.map(({ name }) => name!).filter((name) => !name.startsWith('__'));
    if (names.length === 0) return;
    await this.#call(deleteTopicsApi, 5, { topicNames: names, timeoutMs: 30_000 });
  }

  async #lookAfterwards(group: Group, byCase: Map<string, Facts>): Promise<void> {
    const { cases } = group;
    const interesting = cases.some((each) => each.appended ?? each.exists ?? each.settings);
    if (!interesting) return;
    await pause(settleMs);
    await this.#lookAtLogs(group, byCase);
    await this.#lookAtTopics(cases, byCase);
    await this.#lookAtSettings(cases, byCase);
  }

  async #lookAtLogs({ cases, topics }: Group, byCase: Map<string, Facts>): Promise<void> {
    const ends = new Map<string, number>();
    for (const topic of topics) {
      for (const each of await this.#endsOf(topic)) {
        ends.set(`${topic.name}-${each.partitionIndex}`, each.offset);
      }
    }
    for (const { name, appended = [] } of cases) {
      for (const { topic, partition } of appended) {
        const end = String(ends.get(`${topic}-${partition}`));
        byCase.get(name)!.set(`afterwards end of ${topic}-${partition}`, end);
      }
    }
  }

  async #lookAtTopics(cases: readonly Case[], byCase: Map<string, Facts>): Promise<void> {
    if (!cases.some(({ exists }) => exists !== undefined)) return;
    const all = await this.#allTopics();
    const count = new Map(all.map(({ name, partitions }) => [name, partitions.length]));
    for (const { name, exists = [] } of cases) {
      for (const topic of exists) {
        const partitions = count.get(topic);
        const what = partitions === undefined ? 'no topic' : `${partitions} partitions`;
        byCase.get(name)!.set(`afterwards ${topic}`, what);
      }
    }
  }

  async #lookAtSettings(cases: readonly Case[], byCase: Map<string, Facts>): Promise<void> {
    const names = cases.flatMap(({ settings = [] }) => settings);
    if (names.length === 0) return;
    const resources = [...new Set(names)].map((resourceName) => ({
      resourceType: 2,
      resourceName,
      configurationKeys: null,
    }));
    const { results } = await this.#call(describeConfigsApi, 1, { resources });
    for (const { name, settings = [] } of cases) {
      for (const topic of settings) {
        const result = results.find(({ resourceName }) => resourceName === topic);
        const own = result?.configs
          .filter(({ configSource }) => configSource === topicSource)
          .map((each) => `${each.name}=${each.value}`)
          .sort();
        byCase.get(name)!.set(`afterwards settings of ${topic}`, String(own));
      }
    }
  }
}

/** The facts of an answer to one step; gives the decoded answer or null. */
function answerOf({ api, answeredIn, version }: Step, got: Exchange, to: Destination): unknown {
  const { facts, only, prefix, view } = to;
  let decoded: unknown = null;
  facts.set(`${prefix}connection`, got.ending);
  facts.set(`${prefix}answers`, String(got.answers.length));
  for (const [index, frame] of got.answers.entries()) {
    const nth = got.answers.length === 1 ? prefix : `${prefix}${index + 1}. `;
    if (api === null) {
      facts.set(`${nth}answer`, hex(frame.subarray(0, 100)));
      continue;
    }
    try {
      const response = decodeResponse(api, answeredIn ?? version, frame);
      decoded = only === undefined ? response.body : restricted(response.body, only);
      facts.set(`${nth}correlationId`, String(response.correlationId));
      addFacts(facts, `${nth}${api.name}`, decoded, view);
    } catch (error) {
      facts.set(`${nth}undecodable`, `${error} ${hex(frame.subarray(0, 100))}`);
    }
  }
  return decoded;
}

interface Destination {
  readonly facts: Facts;
  /** Before the path of each fact. */
  readonly prefix: string;
  readonly only: readonly string[] | undefined;
  readonly view: View;
}

function frameOf({ api, version, body, alter }: Step, scene: Scene): Uint8Array {
  if (api === null) return body as Uint8Array;
  const given = typeof body === 'function' ? body(scene) : body;
  const frame = encodeRequest(api, version, correlationId, clientId, given).slice();
  return alter === undefined ? frame : alter(frame);
}

function creation({ name, partitions, replicas, configs }: Topic): object & {
  name: string;
  numPartitions: number;
  replicationFactor: number;
  assignments: { partitionIndex: number; brokerIds: readonly number[] }[];
  configs: { name: string; value: string }[];
} {
  return {
    name,
    numPartitions: -1,
    replicationFactor: -1,
    assignments: Array.from({ length: partitions }, (_, partitionIndex) => ({
      partitionIndex,
      brokerIds: replicas,
    })),
    configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
  };
}

/** An answer about all topics or groups, without those that others or the cluster itself made. */
function restricted(body: unknown, only: readonly string[]): unknown {
  const { groups, topics, ...rest } = body as {
    topics?: { name: string | null }[];
    groups?: { groupId: string }[];
  };
  return {
    ...rest,
    ...(topics && { topics: topics.filter(({ name }) => name !== null && only.includes(name)) }),
    ...(groups && { groups: groups.filter(({ groupId }) => only.includes(groupId)) }),
  };
}
