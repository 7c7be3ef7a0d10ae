/**
 * What a broker's coming and going does to the partitions: fenced, unfenced, shutting down, back
 * from a shutdown, unregistered. Each gives the records of one batch: partitions leave the broker
 * before it is gone, and get it back as a possible leader once it is there.
 */
import { type NodeId, noNode } from '../../base/ids.ts';
import { isLeaderless } from '../metadata/record-states.ts';
import type { MetadataRecord } from '../metadata/records.ts';
import type { BrokerState, PartitionState } from '../metadata/state.ts';
import type { DecisionContext } from './decision.ts';
import { changePartition, mayLeadIn, type PartitionChange } from './elect.ts';

/** Its session ended, or it asked for it: it leaves every ISR and leads nothing. */
export function fenceBroker(context: DecisionContext, broker: BrokerState): MetadataRecord[] {
  const records = leaveIsrs(context, broker.id);
  records.push(registrationChange(broker, 1, 0));
  return records;
}

/** It may lead from now on: partitions without a leader are tried again. */
export function unfenceBroker(context: DecisionContext, broker: BrokerState): MetadataRecord[] {
  const unfenced: BrokerState = { ...broker, fenced: false };
  const alive = mayLeadIn(context);
  const change: PartitionChange = {
    mayLead: (replica) =>
      replica === broker.id ? context.rules.mayLead(unfenced) : alive(replica),
  };
  const records = [registrationChange(broker, -1, 0)];
  changeWhere(context, isLeaderless, () => change, records);
  return records;
}

/** Its partitions get other leaders; it stays unfenced and answers until it is told to go. */
export function beginControlledShutdown(
  context: DecisionContext,
  broker: BrokerState,
): MetadataRecord[] {
  const records = broker.inControlledShutdown ? [] : [registrationChange(broker, 0, 1)];
  return [...records, ...leaveIsrs(context, broker.id)];
}

/**
 * A new process of a broker registers. After a clean shutdown it kept what it had and is as one
 * just fenced; after an unclean one what it had is uncertain, and it leaves ELRs too (KIP-966).
 */
export function returnOfBroker(
  context: DecisionContext,
  broker: NodeId,
  wasClean: boolean,
): MetadataRecord[] {
  return wasClean ? leaveIsrs(context, broker) : leaveAll(context, broker);
}

export function unregisterBroker(context: DecisionContext, broker: BrokerState): MetadataRecord[] {
  const records = leaveAll(context, broker.id);
  records.push({
    type: 'unregister-broker',
    body: { brokerId: broker.id, brokerEpoch: broker.epoch },
  });
  return records;
}

/**
 * Partitions whose leader is not the preferred replica though that is in sync and alive; at most
 * `limit`.
 */
export function balanceLeaders(context: DecisionContext, limit: number): MetadataRecord[] {
  const change: PartitionChange = { mayLead: mayLeadIn(context), preferred: true };
  const records: MetadataRecord[] = [];
  const isImbalanced = (partition: PartitionState): boolean =>
    partition.leader !== partition.replicas[0] && records.length < limit;
  changeWhere(context, isImbalanced, () => change, records);
  return records;
}

export function hasLeaderships(context: DecisionContext, broker: NodeId): boolean {
  for (const topic of context.image.topicsById.values()) {
    if (topic.partitions.some((partition) => partition.leader === broker)) return true;
  }
  return false;
}

function leaveIsrs(context: DecisionContext, broker: NodeId): MetadataRecord[] {
  const records: MetadataRecord[] = [];
  changeWhere(
    context,
    (partition) => partition.isr.includes(broker) || partition.leader === broker,
    (partition) => withoutBroker(context, partition, broker, noNode),
    records,
  );
  return records;
}

function leaveAll(context: DecisionContext, broker: NodeId): MetadataRecord[] {
  const records: MetadataRecord[] = [];
  changeWhere(
    context,
    (partition) =>
      partition.isr.includes(broker) ||
      partition.elr.includes(broker) ||
      partition.leader === broker,
    (partition) => withoutBroker(context, partition, broker, broker),
    records,
  );
  return records;
}

function withoutBroker(
  context: DecisionContext,
  partition: PartitionState,
  broker: NodeId,
  unclean: NodeId,
): PartitionChange {
  const alive = mayLeadIn(context);
  return {
    isr: partition.isr.filter((replica) => replica !== broker),
    unclean,
    mayLead: (replica) => replica !== broker && alive(replica),
  };
}

function changeWhere(
  context: DecisionContext,
  concerns: (partition: PartitionState) => boolean,
  changeOf: (partition: PartitionState) => PartitionChange,
  into: MetadataRecord[],
): void {
  for (const topic of context.image.topicsById.values()) {
    for (const partition of topic.partitions) {
      if (!concerns(partition)) continue;
      const record = changePartition(context, partition, changeOf(partition));
      if (record !== null) into.push(record);
    }
  }
}

function registrationChange(
  broker: BrokerState,
  fenced: -1 | 0 | 1,
  inControlledShutdown: 0 | 1,
): MetadataRecord {
  return {
    type: 'broker-registration-change',
    body: {
      brokerId: broker.id,
      brokerEpoch: broker.epoch,
      fenced,
      inControlledShutdown,
      logDirs: [],
    },
  };
}
