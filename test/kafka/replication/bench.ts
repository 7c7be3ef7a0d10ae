/**
 * One `ReplicaManager` of broker 1 with its whole surrounding in the test's hand: metadata by
 * records, leaders and the controller as queues of requests to be answered, time and disk by
 * `ManualHost`.
 */
import type { NodeId, Offset } from '../../../src/base/ids.ts';
import type { Address } from '../../../src/host/network.ts';
import type { NodeConfig, NodeSettings, TopicSettings } from '../../../src/kafka/config.ts';
import { defaultNodeSettings, defaultTopicSettings } from '../../../src/kafka/config.ts';
import { emptyDelta, MetadataImage } from '../../../src/kafka/metadata/image.ts';
import type { MetadataRecord } from '../../../src/kafka/metadata/records.ts';
import type { Observation } from '../../../src/kafka/observation.ts';
import type { Api } from '../../../src/kafka/protocol/schema.ts';
import { buildBatch } from '../../../src/kafka/records/builder.ts';
import type {
  AlterPartitionAnswer,
  AlterPartitionRequestInput,
  FetchPartition,
  FetchResult,
  FetchWork,
  ProduceResult,
} from '../../../src/kafka/replication/contract.ts';
import type { Partition } from '../../../src/kafka/replication/partition.ts';
import { ReplicaManager } from '../../../src/kafka/replication/replica-manager.ts';
import type { Channel, OnResponse } from '../../../src/kafka/rpc/contract.ts';
import { ManualHost } from './manual-host.ts';

export const topicId = 'dG9waWMtdG9waWMtdG9waQ';
export const otherTopicId = 'b3RoZXItdG9waWMtb3RoZQ';

export interface Sent {
  readonly to: Address;
  readonly api: Api;
  // biome-ignore lint/suspicious/noExplicitAny: requests of several APIs, read by tests
  readonly body: any;
  readonly answer: (body: unknown) => void;
  readonly fail: () => void;
}

export interface PartitionSpec {
  readonly topic?: string;
  readonly topicId?: string;
  readonly index?: number;
  readonly replicas?: readonly NodeId[];
  readonly isr?: readonly NodeId[];
  readonly leader?: NodeId;
  readonly recovering?: boolean;
}

export function batchOf(...values: string[]): Uint8Array {
  const records = values.map((text, at) => ({
    timestamp: 1000 + at,
    key: null,
    value: new TextEncoder().encode(text),
    headers: [],
  }));
  return buildBatch({ records });
}

export class Bench {
  readonly world: ManualHost;
  readonly manager: ReplicaManager;
  readonly image = new MetadataImage();
  readonly sent: Sent[] = [];
  readonly proposals: {
    readonly request: AlterPartitionRequestInput;
    readonly done: (answer: AlterPartitionAnswer | null, failure: string | null) => void;
  }[] = [];
  readonly observations: Observation[] = [];
  brokerEpoch = 101;
  #offset: Offset = -1;
  #topics = new Set<string>();

  constructor(
    options: {
      world?: ManualHost;
      topic?: Partial<TopicSettings>;
      node?: Partial<NodeSettings>;
    } = {},
  ) {
    this.world = options.world ?? new ManualHost();
    const topicDefaults = { ...defaultTopicSettings, ...options.topic };
    const config = {
      nodeId: 1,
      rack: 'r1',
      dataDirectory: 'data',
      settings: { ...defaultNodeSettings, ...options.node, topicDefaults },
    } as unknown as NodeConfig;
    this.manager = new ReplicaManager({
      host: this.world.host,
      config,
      controller: {
        alterPartition: (request, done) => void this.proposals.push({ request, done }),
      },
      brokerEpoch: () => this.brokerEpoch,
      observe: (observation) => void this.observations.push(observation),
      connect: (address) => this.#channel(address),
    });
  }

  /** Loads what is on the disk, and registers brokers 1 to 3 with epochs 101 to 103. */
  start(cleanShutdown = true): this {
    this.manager.load(cleanShutdown);
    for (const id of [1, 2, 3]) this.#apply([registration(id, 100 + id)]);
    return this;
  }

  /** Creates the partitions and tells the manager. */
  create(...specs: PartitionSpec[]): this {
    return this.tell(...specs.flatMap((spec) => this.creation(spec)));
  }

  creation(spec: PartitionSpec): MetadataRecord[] {
    const name = spec.topic ?? 'orders';
    const id = spec.topicId ?? topicId;
    const replicas = [...(spec.replicas ?? [1, 2, 3])];
    const records: MetadataRecord[] = [];
    if (!this.#topics.has(id)) records.push({ type: 'topic', body: { name, topicId: id } });
    this.#topics.add(id);
    records.push({
      type: 'partition',
      body: {
        partitionId: spec.index ?? 0,
        topicId: id,
        replicas,
        isr: [...(spec.isr ?? replicas)],
        removingReplicas: [],
        addingReplicas: [],
        leader: spec.leader ?? 1,
        leaderRecoveryState: spec.recovering === true ? 1 : 0,
        leaderEpoch: 0,
        partitionEpoch: 0,
        directories: [],
        eligibleLeaderReplicas: null,
        lastKnownElr: null,
      },
    });
    return records;
  }

  change(change: {
    leader?: NodeId;
    isr?: NodeId[];
    replicas?: NodeId[];
    index?: number;
  }): MetadataRecord {
    return {
      type: 'partition-change',
      body: {
        partitionId: change.index ?? 0,
        topicId,
        isr: change.isr ?? null,
        leader: change.leader ?? -2,
        replicas: change.replicas ?? null,
        removingReplicas: null,
        addingReplicas: null,
        leaderRecoveryState: -1,
        eligibleLeaderReplicas: null,
        lastKnownElr: null,
        directories: null,
      },
    };
  }

  tell(...records: MetadataRecord[]): this {
    const delta = this.#apply(records);
    this.manager.onMetadata(this.image, delta);
    return this;
  }

  #apply(records: readonly MetadataRecord[]) {
    const delta = emptyDelta();
    for (const record of records) {
      this.#offset += 1;
      this.image.apply(record, this.#offset, delta);
    }
    return delta;
  }

  /** The answers so far of a produce. */
  produce(acks: number, records = batchOf('x'), timeoutMs = 30_000): ProduceResult[] {
    const results: ProduceResult[] = [];
    const work = { acks, timeoutMs, partitions: [{ topicId, topic: '', index: 0, records }] };
    this.manager.produce(work, (given) => results.push(...given));
    return results;
  }

  /** The answers so far of a fetch; by default a consumer's from the start that does not wait. */
  fetch(work: Partial<FetchWork> = {}, part: Partial<FetchPartition> = {}): FetchResult[] {
    const results: FetchResult[] = [];
    const asked: FetchPartition = {
      topicId,
      topic: '',
      index: 0,
      currentLeaderEpoch: -1,
      fetchOffset: 0,
      lastFetchedEpoch: -1,
      logStartOffset: -1,
      maxBytes: 1_000_000,
      ...part,
    };
    const whole: FetchWork = {
      replicaId: -1,
      replicaEpoch: -1,
      maxWaitMs: 0,
      minBytes: 1,
      maxBytes: 10_000_000,
      readCommitted: false,
      partitions: [asked],
      ...work,
    };
    this.manager.fetch(whole, (given) => results.push(...given));
    return results;
  }

  /** A fetch of follower 2 or 3, which has everything below `fetchOffset`. */
  follow(id: NodeId, fetchOffset: Offset, maxWaitMs = 0): FetchResult[] {
    const { leaderEpoch } = this.partition;
    const lastFetchedEpoch = fetchOffset === 0 ? -1 : this.partition.log.epochAt(fetchOffset - 1);
    return this.fetch(
      { replicaId: id, replicaEpoch: 100 + id, maxWaitMs },
      { fetchOffset, currentLeaderEpoch: leaderEpoch, lastFetchedEpoch },
    );
  }

  get partition(): Partition {
    const [partition] = this.manager.partitions;
    if (partition === undefined) throw new Error('no partition here');
    return partition;
  }

  /** Takes the oldest request to a leader out of the queue. */
  next(): Sent {
    const sent = this.sent.shift();
    if (sent === undefined) throw new Error('nothing was sent');
    return sent;
  }

  #channel(to: Address): Channel {
    return {
      address: to,
      inFlight: 0,
      connected: true,
      send: (
        api: Api,
        _version: number,
        body: unknown,
        _timeoutUs: number,
        on: OnResponse<Api>,
      ) => {
        // Requests are encoded as they are sent, so what they say then is what counts.
        const answer = (given: unknown): void => on(given, null);
        const fail = (): void => on(null, 'disconnected');
        this.sent.push({ to, api, body: structuredClone(body), answer, fail });
      },
      sendOneWay() {},
      close() {},
    };
  }
}

function registration(brokerId: NodeId, brokerEpoch: number): MetadataRecord {
  return {
    type: 'register-broker',
    body: {
      brokerId,
      isMigratingZkBroker: false,
      incarnationId: topicId,
      brokerEpoch,
      endPoints: [{ name: 'PLAINTEXT', host: `b${brokerId}`, port: 9092, securityProtocol: 0 }],
      features: [],
      rack: `r${brokerId}`,
      fenced: false,
      inControlledShutdown: false,
      logDirs: [],
    },
  };
}

/** A leader's answer to a fetch of `orders-0`. */
export function fetchAnswer(part: Record<string, unknown>) {
  const partition = {
    partitionIndex: 0,
    errorCode: 0,
    highWatermark: 0,
    lastStableOffset: 0,
    logStartOffset: 0,
    divergingEpoch: { epoch: -1, endOffset: -1 },
    currentLeader: { leaderId: -1, leaderEpoch: -1 },
    records: new Uint8Array(0),
    ...part,
  };
  return { errorCode: 0, sessionId: 0, responses: [{ topicId, partitions: [partition] }] };
}
