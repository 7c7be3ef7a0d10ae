/**
 * The states that the metadata log describes: brokers, topics, partitions. Each is a value that is
 * replaced and never mutated, so that one picked up from an image stays true for as long as it is
 * kept.
 */
import type {
  BrokerEpoch,
  LeaderEpoch,
  NodeId,
  Offset,
  PartitionEpoch,
  Uuid,
} from '../../base/ids.ts';

export interface BrokerState {
  readonly id: NodeId;
  /** Offset of the record by which this incarnation first registered. */
  readonly epoch: BrokerEpoch;
  /** Offset of its newest registration record: above `epoch` where it registered again. */
  readonly registrationOffset: Offset;
  /** Drawn anew by each process: tells a repeated registration from a restart. */
  readonly incarnationId: Uuid;
  readonly host: string;
  readonly port: number;
  readonly rack: string | null;
  /** A fenced broker leads nothing, is in no ISR and is not shown to clients. */
  readonly fenced: boolean;
  readonly inControlledShutdown: boolean;
}

export interface PartitionState {
  readonly topicId: Uuid;
  readonly topic: string;
  readonly index: number;
  /**
   * In order of preference: the first is the preferred leader. While they change, those of before
   * and after (KIP-455).
   */
  readonly replicas: readonly NodeId[];
  /** Replicas that the partition did not have, and keeps once all that stay are in sync. */
  readonly adding: readonly NodeId[];
  /** Replicas that go once all that stay are in sync. */
  readonly removing: readonly NodeId[];
  readonly isr: readonly NodeId[];
  /**
   * Eligible leader replicas (KIP-966): hold everything below the high watermark; disjoint from the
   * ISR.
   */
  readonly elr: readonly NodeId[];
  /**
   * Were eligible and lost it by an unclean shutdown; with ISR and ELR empty, at most the last
   * leader.
   */
  readonly lastKnownElr: readonly NodeId[];
  /** −1 while nobody may lead. */
  readonly leader: NodeId;
  readonly leaderEpoch: LeaderEpoch;
  readonly partitionEpoch: PartitionEpoch;
  /** Elected from outside ISR and ELR, and not yet reported as recovered (KIP-704). */
  readonly recovering: boolean;
}

export interface TopicState {
  readonly name: string;
  readonly id: Uuid;
  /** By index, without gaps. */
  readonly partitions: readonly PartitionState[];
}

/** Its replicas are changing. */
export const isReassigning = ({
  adding,
  removing,
}: Pick<PartitionState, 'adding' | 'removing'>): boolean =>
  adding.length > 0 || removing.length > 0;

/** How many replicas it has, or is to have once they have changed. */
export const replicationFactorOf = ({ replicas, removing }: PartitionState): number =>
  replicas.length - removing.length;

/** A partition's name, as its log's directory bears it: `orders-0`. */
export const partitionName = (partition: PartitionState): string =>
  `${partition.topic}-${partition.index}`;

/** Lives, and does not want to go: may join an ISR and lead (KIP-841). */
export const isActive = (broker: BrokerState): boolean =>
  !broker.fenced && !broker.inControlledShutdown;
