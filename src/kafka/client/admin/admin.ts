/**
 * Topics and cluster, as promises. Each call repeats what may be repeated until its time is up. A
 * call rejects with a ClientError for the first thing that did not work; its `outcome` says whether
 * it may have happened.
 */
import type { LeaderEpoch, NodeId, Offset, Uuid, WallMs } from '../../../base/ids.ts';
import { zeroUuid } from '../../../base/ids.ts';
import type { Address } from '../../../host/network.ts';
import { type MetadataResponse, metadataApi } from '../../protocol/apis/03-metadata.ts';
import { createTopicsApi } from '../../protocol/apis/19-create-topics.ts';
import { deleteTopicsApi } from '../../protocol/apis/20-delete-topics.ts';
import { describeConfigsApi } from '../../protocol/apis/32-describe-configs.ts';
import { createPartitionsApi } from '../../protocol/apis/37-create-partitions.ts';
import { electLeadersApi } from '../../protocol/apis/43-elect-leaders.ts';
import { incrementalAlterConfigsApi } from '../../protocol/apis/44-incremental-alter-configs.ts';
import { describeClusterApi } from '../../protocol/apis/60-describe-cluster.ts';
import { describeTopicPartitionsApi } from '../../protocol/apis/75-describe-topic-partitions.ts';
import { errorCode, isRetriable } from '../../protocol/errors.ts';
import type { ClientParts } from '../client-parts.ts';
import { type Endpoint, endpointOf } from '../connect/connection-pool.ts';
import { timestampOf } from '../consume/consumer-position.ts';
import type { LogTarget } from '../consume/consumer-types.ts';
import { listOffsets, type OffsetAnswer } from '../consume/offset-queries.ts';
import { ClientError, type Outcome } from '../errors.ts';
import type { PartitionInfo } from '../metadata/metadata-cache.ts';
import { AdminCall } from './admin-call.ts';

export interface NewTopic {
  readonly name: string;
  /** −1, the default, takes the cluster's default; likewise for the factor. */
  readonly partitions?: number;
  readonly replicationFactor?: number;
  /** Partition to brokers, the preferred leader first; in place of the two above. */
  readonly assignments?: readonly (readonly NodeId[])[];
  readonly configs?: Readonly<Record<string, string>>;
}

export interface AdminOptions {
  readonly timeoutMs?: number;
  /**
   * An attempt got no answer: it may have been carried out, or may yet be, also after the call has
   * ended well.
   */
  readonly onDoubt?: () => void;
  /** Asks this broker and no other, where any will do otherwise. */
  readonly from?: Address;
}

/** A topic's settings by its name, a broker's by its id; those of all brokers by an empty name. */
export interface ConfigResource {
  readonly type: 'topic' | 'broker' | 'group';
  readonly name: string;
}

export interface TopicDescription {
  readonly name: string;
  readonly id: Uuid;
  readonly isInternal: boolean;
  readonly partitions: readonly PartitionInfo[];
}

export interface ClusterDescription {
  readonly clusterId: string;
  readonly controllerId: NodeId;
  readonly brokers: readonly {
    readonly nodeId: NodeId;
    readonly host: string;
    readonly port: number;
    readonly rack: string | null;
  }[];
}

export interface OffsetOf {
  readonly topic: string;
  readonly partition: number;
  /** −1: no record is so young. */
  readonly offset: Offset;
  readonly timestamp: WallMs;
  readonly leaderEpoch: LeaderEpoch;
}

export interface ConfigEntry {
  readonly name: string;
  readonly value: string | null;
  readonly isDefault: boolean;
  /** It was set for this very resource: this topic, this broker, all brokers. */
  readonly isOwn: boolean;
  readonly readOnly: boolean;
}

/** What the brokers answered for one of the things that a call is about. */
interface NamedResult {
  readonly name: string | null;
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

const defaultTimeoutMs = 60_000;
const defaultConfigSource = 5;
const resourceTypes = { topic: 2, broker: 4, group: 32 } as const;

export class Admin {
  readonly #client: ClientParts;

  constructor(client: ClientParts) {
    this.#client = client;
  }

  createTopics(topics: readonly NewTopic[], options: AdminOptions = {}): Promise<void> {
    const call = this.#call('creating topics', options);
    const doneBefore = errorCode.topicAlreadyExists;
    return this.#eachNamed(call, topics, 'topic', doneBefore, async (remaining) => {
      const body = { topics: remaining.map(creatable), timeoutMs: call.leftMs };
      return (await call.ask(createTopicsApi, body)).response?.topics ?? null;
    });
  }

  deleteTopics(names: readonly string[], options: AdminOptions = {}): Promise<void> {
    const call = this.#call('deleting topics', options);
    const doneBefore = errorCode.unknownTopicOrPartition;
    const topics = names.map((name) => ({ name, topicId: zeroUuid }));
    return this.#eachNamed(call, topics, 'topic', doneBefore, async (remaining) => {
      const topicNames = remaining.map(({ name }) => name);
      const body = { topics: remaining, topicNames, timeoutMs: call.leftMs };
      return (await call.ask(deleteTopicsApi, body)).response?.responses ?? null;
    });
  }

  /** A topic by its id, so that one made under its name meanwhile stays. */
  deleteTopicById(id: Uuid, options: AdminOptions = {}): Promise<void> {
    const call = this.#call('deleting a topic', options);
    const topics = [{ name: null, topicId: id }];
    return this.#eachNamed(call, [{ name: id }], 'topic', errorCode.unknownTopicId, async () => {
      const body = { topics, topicNames: [], timeoutMs: call.leftMs };
      const { response } = await call.ask(deleteTopicsApi, body);
      return response?.responses.map((each) => ({ ...each, name: each.topicId })) ?? null;
    });
  }

  /** Raises a topic's number of partitions to `count`. */
  createPartitions(topic: string, count: number, options: AdminOptions = {}): Promise<void> {
    const call = this.#call('creating partitions', options);
    const topics = [{ name: topic, count, assignments: null }];
    return this.#eachNamed(
      call,
      topics,
      'topic',
      errorCode.invalidPartitions,
      async (remaining) => {
        const body = { topics: remaining, timeoutMs: call.leftMs, validateOnly: false };
        return (await call.ask(createPartitionsApi, body)).response?.results ?? null;
      },
    );
  }

  async describeTopics(
    names: readonly string[],
    options: AdminOptions = {},
  ): Promise<TopicDescription[]> {
    const call = this.#call('describing topics', options);
    for (;;) {
      const { response } = await this.#metadata(call, names);
      if (response !== null) {
        const failed = response.topics.find((topic) => topic.errorCode !== errorCode.none);
        if (failed === undefined) return response.topics.map(described);
        const { errorCode: code, name } = failed;
        const final = !isRetriable(code) || code === errorCode.unknownTopicOrPartition;
        if (final) throw new ClientError('broker', `topic ${name}`, 'failed', code);
        call.lastCode = code;
      }
      await call.pause();
    }
  }

  /** All topics that there are. */
  async listTopics(options: AdminOptions = {}): Promise<TopicDescription[]> {
    const call = this.#call('listing topics', options);
    for (;;) {
      const { response } = await this.#metadata(call, null, endpointFrom(options));
      if (response !== null) return response.topics.map(described);
      await call.pause();
    }
  }

  /** Topics with how many partitions each has, by the request that tells them page by page. */
  async countPartitions(
    names: readonly string[],
    options: AdminOptions = {},
  ): Promise<{ readonly name: string; readonly id: Uuid; readonly partitions: number }[]> {
    const call = this.#call('counting partitions', options);
    for (;;) {
      const body = { topics: names.map((name) => ({ name })) };
      const { response } = await call.ask(describeTopicPartitionsApi, body, endpointFrom(options));
      if (response !== null && response.nextCursor === null) {
        return response.topics
          .filter((topic) => topic.errorCode === errorCode.none)
          .map(({ name, topicId, partitions }) => {
            return { name: name ?? '', id: topicId, partitions: partitions.length };
          });
      }
      if (response !== null) throw new ClientError('invalid-argument', 'more than one page');
      await call.pause();
    }
  }

  async describeCluster(options: AdminOptions = {}): Promise<ClusterDescription> {
    const call = this.#call('describing the cluster', options);
    for (;;) {
      const body = { includeClusterAuthorizedOperations: false };
      const { response } = await call.ask(describeClusterApi, body, endpointFrom(options));
      if (response !== null && response.errorCode === errorCode.none) {
        const { clusterId, controllerId } = response;
        const brokers = response.brokers.map(({ brokerId, host, port, rack }) => {
          return { nodeId: brokerId, host, port, rack };
        });
        return { clusterId, controllerId, brokers };
      }
      if (response !== null) refuse(call, 'the cluster', response.errorCode, response.errorMessage);
      await call.pause();
    }
  }

  /**
   * Offsets of partitions, asked of their leaders: `latest` is the high watermark (or the last
   * stable offset).
   */
  async listOffsets(
    queries: readonly { topic: string; partition: number; at: LogTarget }[],
    options: AdminOptions & { readonly isolation?: 'read_committed' } = {},
  ): Promise<OffsetOf[]> {
    const call = this.#call('listing offsets', options);
    const found: (OffsetOf | null)[] = queries.map(() => null);
    for (;;) {
      const names = new Set(queries.filter((_, at) => found[at] === null).map((q) => q.topic));
      const { response } = await this.#metadata(call, [...names]);
      if (response !== null) {
        await Promise.all(
          queries.map(async ({ topic, partition, at }, index) => {
            if (found[index] !== null) return;
            const readCommitted = options.isolation === 'read_committed';
            const answer = await this.#offset(response, topic, partition, at, readCommitted);
            if (answer === null) return;
            const { offset, timestamp, leaderEpoch, errorCode: code } = answer;
            if (code !== errorCode.none) refuse(call, `${topic}-${partition}`, code, null);
            else found[index] = { topic, partition, offset, timestamp, leaderEpoch };
          }),
        );
      }
      const complete = found.filter((each) => each !== null);
      if (complete.length === queries.length) return complete;
      await call.pause();
    }
  }

  /** A broker's settings are asked of that broker. */
  async describeConfigs(
    resource: ConfigResource,
    options: AdminOptions = {},
  ): Promise<ConfigEntry[]> {
    const call = this.#call('describing settings', options);
    const { type, name } = resource;
    const resources = [
      { resourceType: resourceTypes[type], resourceName: name, configurationKeys: null },
    ];
    for (;;) {
      const isOfOne = type === 'broker' && name !== '' && options.from === undefined;
      const endpoint = isOfOne ? await this.#broker(name, options) : endpointFrom(options);
      const { response } = await call.ask(describeConfigsApi, { resources }, endpoint);
      const result = response?.results[0];
      if (result !== undefined && result.errorCode === errorCode.none) {
        return result.configs.map(({ name: key, value, readOnly, configSource }) => {
          const isDefault = configSource === defaultConfigSource;
          const isOwn = configSource === ownSource(type, name);
          return { name: key, value, readOnly, isDefault, isOwn };
        });
      }
      if (result !== undefined) refuse(call, name, result.errorCode, result.errorMessage);
      await call.pause();
    }
  }

  /** Sets single settings; null takes one away, so that the default counts again (KIP-339). */
  alterConfigs(
    resource: ConfigResource,
    configs: Readonly<Record<string, string | null>>,
    options: AdminOptions = {},
  ): Promise<void> {
    const call = this.#call('altering settings', options);
    const { type, name } = resource;
    const changes = Object.entries(configs).map(([key, value]) => {
      return { name: key, configOperation: value === null ? 1 : 0, value };
    });
    const wanted = { resourceType: resourceTypes[type], resourceName: name, configs: changes };
    return this.#eachNamed(call, [{ name }], type, errorCode.none, async () => {
      const body = { resources: [wanted], validateOnly: false };
      const { response } = await call.ask(incrementalAlterConfigsApi, body);
      return response?.responses.map((each) => ({ ...each, name: each.resourceName })) ?? null;
    });
  }

  /** The preferred replicas of a topic's partitions lead again, where they can (KIP-460). */
  electPreferredLeaders(
    topic: string,
    partitions: readonly number[],
    options: AdminOptions = {},
  ): Promise<void> {
    const call = this.#call('electing leaders', options);
    const wanted = partitions.map((partition) => ({ name: String(partition) }));
    return this.#eachNamed(
      call,
      wanted,
      `${topic}, partition`,
      errorCode.none,
      async (remaining) => {
        const indexes = remaining.map(({ name }) => Number(name));
        const topicPartitions = [{ topic, partitions: indexes }];
        const body = { topicPartitions, timeoutMs: call.leftMs };
        const { response } = await call.ask(electLeadersApi, body);
        if (response === null) return null;
        const { errorCode: code, replicaElectionResults: results } = response;
        if (code !== errorCode.none)
          return wanted.map(({ name }) => ({ name, errorCode: code, errorMessage: null }));
        return results.flatMap(({ partitionResult }) =>
          partitionResult.map(({ partitionId, errorCode: own, errorMessage }) => {
            // It leads already: that is what was wanted.
            const code = own === errorCode.electionNotNeeded ? errorCode.none : own;
            return { name: String(partitionId), errorCode: code, errorMessage };
          }),
        );
      },
    );
  }

  #call(what: string, options: AdminOptions): AdminCall {
    const { timeoutMs = defaultTimeoutMs, onDoubt } = options;
    return new AdminCall(this.#client, what, timeoutMs, onDoubt);
  }

  #metadata(call: AdminCall, names: readonly string[] | null, from?: Endpoint) {
    const topics = names?.map((name) => ({ name })) ?? null;
    return call.ask(metadataApi, { topics, allowAutoTopicCreation: false }, from);
  }

  async #broker(id: string, options: AdminOptions): Promise<Endpoint> {
    const { brokers } = await this.describeCluster(options);
    const broker = brokers.find(({ nodeId }) => String(nodeId) === id);
    if (broker !== undefined) return endpointOf(broker);
    throw new ClientError('invalid-argument', `there is no broker ${id}`);
  }

  /**
   * Asks until each thing is done. `doneBefore` is the error that a repeated request gets when an
   * earlier one, whose answer was lost, was carried out.
   */
  async #eachNamed<T extends { readonly name: string }>(
    call: AdminCall,
    things: readonly T[],
    what: string,
    doneBefore: number,
    ask: (remaining: readonly T[]) => Promise<readonly NamedResult[] | null>,
  ): Promise<void> {
    let remaining = things;
    let firstError: ClientError | null = null;
    for (;;) {
      const wasMaybeDone = call.maybeDone;
      const results = (await ask(remaining)) ?? [];
      for (const { name, errorCode: code, errorMessage } of results) {
        const done = code === errorCode.none || (wasMaybeDone && code === doneBefore);
        if (!done && repeats(code)) {
          call.lastCode = code;
          call.doubt();
          continue;
        }
        remaining = remaining.filter((thing) => thing.name !== name);
        if (done) continue;
        const detail = errorMessage === null ? '' : `: ${errorMessage}`;
        firstError ??= new ClientError('broker', `${what} ${name}${detail}`, outcomeOf(code), code);
      }
      if (remaining.length === 0) break;
      await call.pause();
    }
    if (firstError !== null) throw firstError;
  }

  #offset(
    metadata: MetadataResponse,
    topic: string,
    partition: number,
    at: LogTarget,
    readCommitted: boolean,
  ): Promise<OffsetAnswer | null> {
    const info = metadata.topics
      .find(({ name }) => name === topic)
      ?.partitions.find(({ partitionIndex }) => partitionIndex === partition);
    const leader = metadata.brokers.find(({ nodeId }) => nodeId === info?.leaderId);
    if (info === undefined || leader === undefined) return Promise.resolve(null);
    const timestamp = timestampOf(at);
    const query = { topic, partition, currentLeaderEpoch: info.leaderEpoch, timestamp };
    return new Promise((resolve) => {
      listOffsets(this.#client, endpointOf(leader), [query], readCommitted, (answers) =>
        resolve(answers?.[0] ?? null),
      );
    });
  }
}

const endpointFrom = ({ from }: AdminOptions): Endpoint | undefined =>
  from === undefined ? undefined : endpointOf(from);

/** What DescribeConfigs calls a value that was set for the resource itself. */
function ownSource(type: ConfigResource['type'], name: string): number {
  if (type === 'topic') return 1;
  return name === '' ? 3 : 2;
}

function creatable({ name, partitions, replicationFactor, assignments, configs }: NewTopic) {
  const manual = assignments !== undefined;
  return {
    name,
    numPartitions: manual ? -1 : (partitions ?? -1),
    replicationFactor: manual ? -1 : (replicationFactor ?? -1),
    assignments: (assignments ?? []).map((brokerIds, partitionIndex) => ({
      partitionIndex,
      brokerIds,
    })),
    configs: Object.entries(configs ?? {}).map(([key, value]) => ({ name: key, value })),
  };
}

function described(topic: MetadataResponse['topics'][number]): TopicDescription {
  const partitions = topic.partitions
    .map((partition) => ({
      index: partition.partitionIndex,
      leader: partition.leaderId,
      leaderEpoch: partition.leaderEpoch,
      replicas: partition.replicaNodes,
      isr: partition.isrNodes,
    }))
    .sort((a, b) => a.index - b.index);
  return { name: topic.name ?? '', id: topic.topicId, isInternal: topic.isInternal, partitions };
}

/** An unknown topic stays unknown, though Kafka counts the error among those that may pass. */
function repeats(code: number): boolean {
  return isRetriable(code) && code !== errorCode.unknownTopicOrPartition;
}

/** What threw on its way may have come far. */
const outcomeOf = (code: number): Outcome =>
  code === errorCode.unknownServerError ? 'unknown' : 'failed';

/** Throws unless the error may pass. */
function refuse(call: AdminCall, what: string, code: number, detail: string | null): void {
  call.lastCode = code;
  if (isRetriable(code)) return;
  const text = detail === null ? what : `${what}: ${detail}`;
  throw new ClientError('broker', text, 'failed', code);
}
