/**
 * Small clusters for decisions: brokers 1..n and one topic, built by records as the log would build
 * them.
 */
import type { NodeId } from '../../../src/base/ids.ts';
import type { RandomStream } from '../../../src/host/random.ts';
import {
  defaultNodeSettings,
  type NodeSettings,
  type TopicSettings,
} from '../../../src/kafka/config.ts';
import type { DecisionContext } from '../../../src/kafka/controller/decision.ts';
import { type ControllerRules, kafkaControllerRules } from '../../../src/kafka/controller/rules.ts';
import { MetadataImage, type PartitionState } from '../../../src/kafka/metadata/image.ts';
import type { MetadataRecord } from '../../../src/kafka/metadata/records.ts';

export const topicId = 'AAAAAAAAQACAAAAAAAAAAQ';

export interface BrokerLook {
  readonly id: NodeId;
  readonly epoch?: number;
  readonly incarnationId?: string;
  readonly rack?: string | null;
  readonly fenced?: boolean;
  readonly inControlledShutdown?: boolean;
}

export const registered = (look: BrokerLook): MetadataRecord => ({
  type: 'register-broker',
  body: {
    brokerId: look.id,
    isMigratingZkBroker: false,
    incarnationId: look.incarnationId ?? incarnation(look.id),
    brokerEpoch: look.epoch ?? 100 + look.id,
    endPoints: [{ name: 'PLAINTEXT', host: `b${look.id}`, port: 9092, securityProtocol: 0 }],
    features: [],
    rack: look.rack ?? null,
    fenced: look.fenced ?? false,
    inControlledShutdown: look.inControlledShutdown ?? false,
    logDirs: [],
  },
});

/** A uuid that tells a broker's `n`th process. */
export const incarnation = (id: NodeId, n = 0): string =>
  `AAAAAAAAQACAAAAAAAAA${'ABCDEFGHIJ'[id] ?? 'Z'}${'AQgw'[n] ?? 'A'}`;

export type PartitionLook = Partial<Omit<PartitionState, 'topicId' | 'topic'>>;

export const partitionRecordOf = (look: PartitionLook): MetadataRecord => {
  const replicas = [...(look.replicas ?? [1, 2, 3])];
  const isr = [...(look.isr ?? replicas)];
  return {
    type: 'partition',
    body: {
      partitionId: look.index ?? 0,
      topicId,
      replicas,
      isr,
      removingReplicas: [...(look.removing ?? [])],
      addingReplicas: [...(look.adding ?? [])],
      leader: look.leader ?? isr[0] ?? -1,
      leaderRecoveryState: look.recovering === true ? 1 : 0,
      leaderEpoch: look.leaderEpoch ?? 5,
      partitionEpoch: look.partitionEpoch ?? 10,
      directories: [],
      eligibleLeaderReplicas: [...(look.elr ?? [])],
      lastKnownElr: [...(look.lastKnownElr ?? [])],
    },
  };
};

export interface ClusterLook {
  /** Ids 1..3, alive, where left out. */
  readonly brokers?: readonly BrokerLook[];
  readonly partitions?: readonly PartitionLook[];
  /** Set for the topic `orders`. */
  readonly configs?: Readonly<Record<string, string>>;
  /** Defaults of topics on all nodes. */
  readonly defaults?: Partial<TopicSettings>;
  readonly settings?: Partial<NodeSettings>;
  readonly rules?: Partial<ControllerRules>;
}

export interface Cluster extends DecisionContext {
  readonly image: MetadataImage;
  readonly random: RandomStream;
  /** Applies records as if they were committed. */
  apply(records: readonly MetadataRecord[]): void;
  partition(index?: number): PartitionState;
}

export function cluster(look: ClusterLook = {}): Cluster {
  const image = new MetadataImage();
  const apply = (records: readonly MetadataRecord[]): void => {
    for (const record of records) image.apply(record, image.appliedOffset + 1);
  };
  apply((look.brokers ?? [{ id: 1 }, { id: 2 }, { id: 3 }]).map(registered));
  const configs = Object.entries(look.configs ?? {});
  if (look.partitions !== undefined) {
    apply([
      { type: 'topic', body: { name: 'orders', topicId } },
      ...configs.map(
        ([name, value]): MetadataRecord => ({
          type: 'config',
          body: { resourceType: 2, resourceName: 'orders', name, value },
        }),
      ),
      ...look.partitions.map((partition, index) => partitionRecordOf({ index, ...partition })),
    ]);
  }
  return {
    image,
    settings: {
      ...defaultNodeSettings,
      topicDefaults: {
        ...defaultNodeSettings.topicDefaults,
        minInsyncReplicas: 2,
        ...look.defaults,
      },
      ...look.settings,
    },
    rules: { ...kafkaControllerRules, ...look.rules },
    random: countingRandom(),
    apply,
    partition: (index = 0) => {
      const partition = image.topicsByName.get('orders')?.partitions[index];
      if (partition === undefined) throw new Error(`orders-${index} does not exist`);
      return partition;
    },
  };
}

/** A fixed, varied sequence of draws. */
export function countingRandom(seed = 1): RandomStream {
  let state = seed >>> 0;
  const step = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state;
  };
  return {
    next: () => step() / 4_294_967_296,
    int: (bound) => Math.floor((step() / 4_294_967_296) * bound),
  };
}

/** The parts of a partition that decisions change. */
export const essence = (partition: PartitionState) => ({
  isr: partition.isr,
  elr: partition.elr,
  lastKnownElr: partition.lastKnownElr,
  leader: partition.leader,
  leaderEpoch: partition.leaderEpoch,
  partitionEpoch: partition.partitionEpoch,
  recovering: partition.recovering,
});
