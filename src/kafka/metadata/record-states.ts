/**
 * How single records read as states: pure functions from a record and the state before it to the
 * state after.
 */
import { type NodeId, noNode, type Offset } from '../../base/ids.ts';
import type { RegisterBrokerRecord } from './records/00-register-broker.ts';
import type { PartitionRecord } from './records/03-partition.ts';
import type { PartitionChangeRecord } from './records/05-partition-change.ts';
import type { BrokerRegistrationChangeRecord } from './records/17-broker-registration-change.ts';
import type { BrokerState, PartitionState } from './state.ts';

/** In PartitionChange: the leader stays, and so does its epoch. */
export const noLeaderChange: NodeId = -2;

/** Of a partition, as records and requests write it; −1 in a change means none. */
export const recoveryState = { noChange: -1, recovered: 0, recovering: 1 } as const;

export function brokerOf(record: RegisterBrokerRecord, offset: Offset): BrokerState {
  const endPoint = record.endPoints[0];
  return {
    id: record.brokerId,
    epoch: record.brokerEpoch,
    registrationOffset: offset,
    incarnationId: record.incarnationId,
    host: endPoint?.host ?? '',
    port: endPoint?.port ?? 0,
    rack: record.rack,
    fenced: record.fenced,
    inControlledShutdown: record.inControlledShutdown,
  };
}

export function changedBroker(
  broker: BrokerState,
  record: BrokerRegistrationChangeRecord,
): BrokerState {
  return {
    ...broker,
    fenced: record.fenced === 0 ? broker.fenced : record.fenced > 0,
    inControlledShutdown: record.inControlledShutdown > 0 || broker.inControlledShutdown,
  };
}

export function partitionOf(record: PartitionRecord, topic: string): PartitionState {
  return {
    topicId: record.topicId,
    topic,
    index: record.partitionId,
    replicas: record.replicas,
    adding: record.addingReplicas,
    removing: record.removingReplicas,
    isr: record.isr,
    elr: record.eligibleLeaderReplicas ?? [],
    lastKnownElr: record.lastKnownElr ?? [],
    leader: record.leader,
    leaderEpoch: record.leaderEpoch,
    partitionEpoch: record.partitionEpoch,
    recovering: record.leaderRecoveryState === recoveryState.recovering,
  };
}

/**
 * Epochs rise here and nowhere else: the partition's with every change, the leader's where a leader
 * is set.
 */
export function changedPartition(
  partition: PartitionState,
  record: PartitionChangeRecord,
): PartitionState {
  const leaderSet = record.leader !== noLeaderChange;
  return {
    topicId: partition.topicId,
    topic: partition.topic,
    index: partition.index,
    replicas: record.replicas ?? partition.replicas,
    adding: record.addingReplicas ?? partition.adding,
    removing: record.removingReplicas ?? partition.removing,
    isr: record.isr ?? partition.isr,
    elr: record.eligibleLeaderReplicas ?? partition.elr,
    lastKnownElr: record.lastKnownElr ?? partition.lastKnownElr,
    leader: leaderSet ? record.leader : partition.leader,
    leaderEpoch: leaderSet ? partition.leaderEpoch + 1 : partition.leaderEpoch,
    partitionEpoch: partition.partitionEpoch + 1,
    recovering:
      record.leaderRecoveryState === recoveryState.noChange
        ? partition.recovering
        : record.leaderRecoveryState === recoveryState.recovering,
  };
}

/** Nobody may lead: the partition is offline. */
export const isLeaderless = (partition: PartitionState): boolean => partition.leader === noNode;
