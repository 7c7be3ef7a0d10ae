/**
 * The one place where a partition's replicas, leader, ISR and ELR change. Given the ISR that is
 * wanted and who may lead, it builds the change record: the end of a reassignment (KIP-455),
 * in-sync and eligible replicas (KIP-966), election, last known leader. Order of election: the
 * leader there is, while it is valid; the first live ISR member in replica order; with the ISR
 * empty the first live ELR member; with both empty the last known leader; any live replica where
 * the topic allows it. The last two lose data perhaps: ISR = [leader], RECOVERING until the leader
 * says it is done. A leader that is set raises the leader epoch, and so does a replica's removal;
 * every record raises the partition epoch.
 */

import { type NodeId, noNode } from '../../base/ids.ts';
import { mark } from '../../base/mark.ts';
import { topicSettings } from '../metadata/image.ts';
import { noLeaderChange, recoveryState } from '../metadata/record-states.ts';
import type { PartitionChangeRecord } from '../metadata/records/05-partition-change.ts';
import type { MetadataRecord } from '../metadata/records.ts';
import { isReassigning, type PartitionState } from '../metadata/state.ts';
import type { DecisionContext } from './decision.ts';
import { type Assignment, assignmentAfter } from './reassignment.ts';

export interface PartitionChange {
  /** The ISR wanted; the partition's own where left out. */
  readonly isr?: readonly NodeId[];
  /** The replicas wanted; as they were where left out. */
  readonly assignment?: Assignment;
  /** What the leader reports; as it was where left out. */
  readonly recovering?: boolean;
  /** Came back from an unclean shutdown: holds nothing for certain, is in no ISR or ELR. */
  readonly unclean?: NodeId;
  readonly mayLead: (replica: NodeId) => boolean;
  /** Prefer the first replica, where it is in the ISR, to the leader there is. */
  readonly preferred?: boolean;
  /**
   * Settings that are about to change with this record; the topic's in the image where left out.
   */
  readonly settings?: {
    readonly minInsyncReplicas: number;
    readonly uncleanLeaderElectionEnable: boolean;
  };
}

/** Live by the image and the rules. */
export function mayLeadIn(context: DecisionContext): (replica: NodeId) => boolean {
  return (replica) => {
    const broker = context.image.brokers.get(replica);
    return broker !== undefined && context.rules.mayLead(broker);
  };
}

/** The record that makes the change, or null where nothing changes. */
export function changePartition(
  context: DecisionContext,
  partition: PartitionState,
  change: PartitionChange,
): MetadataRecord | null {
  const { rules } = context;
  const settings =
    change.settings ?? topicSettings(context.image, partition.topic, context.settings);
  const wanted = change.assignment ?? partition;
  const after = assignmentAfter(wanted, change.isr ?? partition.isr);
  const { replicas } = after;
  let { isr, elr } = rules.inSyncReplicas(
    { ...partition, replicas },
    after.isr,
    settings.minInsyncReplicas,
    change.unclean ?? noNode,
  );
  let recovering = change.recovering ?? partition.recovering;

  const clean = electCleanly(partition.leader, replicas, isr, elr, change);
  let leader = clean;
  if (clean === noNode) {
    leader =
      isr.length === 0 && elr.length === 0
        ? rules.lastKnownLeader(
            partition,
            (node) => replicas.includes(node) && change.mayLead(node),
          )
        : noNode;
    if (leader !== noNode) mark('elected-last-known');
    else if (rules.mayElectUncleanly(settings)) {
      leader = replicas.find(change.mayLead) ?? noNode;
      if (leader !== noNode) mark('elected-uncleanly');
    }
    if (leader === noNode) mark('nobody-to-elect');
    if (leader !== noNode) {
      isr = [leader];
      elr = [];
      recovering = true;
    }
  } else if (elr.includes(leader)) {
    mark('elected-from-elr');
    isr = [leader];
    elr = elr.filter((replica) => replica !== leader);
  }
  const lastKnownElr = lastKnownLeaderAfter(partition, isr, leader).filter((node) =>
    replicas.includes(node),
  );
  const outcome = { ...after, isr, elr, lastKnownElr, leader, recovering };
  markReassignment(partition, outcome);
  return recordOf(partition, outcome);
}

function markReassignment(before: PartitionState, after: Outcome): void {
  if (before.leader !== noNode && !after.replicas.includes(before.leader))
    mark('reassignment-removes-leader');
  if (after.adding.some((node) => after.isr.includes(node))) mark('added-in-sync-early');
  if (!isReassigning(before) || isReassigning(after)) return;
  const isUndone = before.adding.some((node) => !after.replicas.includes(node));
  mark(isUndone ? 'reassignment-cancelled' : 'reassignment-completed');
}

/** A leader that holds everything below the high watermark, or −1. */
function electCleanly(
  current: NodeId,
  replicas: readonly NodeId[],
  isr: readonly NodeId[],
  elr: readonly NodeId[],
  change: PartitionChange,
): NodeId {
  const candidates = isr.length === 0 ? elr : isr;
  const isValid = (replica: NodeId): boolean =>
    candidates.includes(replica) && change.mayLead(replica);
  const [first] = replicas;
  if (change.preferred === true && first !== undefined && isValid(first)) return first;
  if (isValid(current)) return current;
  return replicas.find(isValid) ?? noNode;
}

/** Kept from when the partition lost its last in-sync replica until it has a leader again. */
function lastKnownLeaderAfter(
  partition: PartitionState,
  isr: readonly NodeId[],
  leader: NodeId,
): readonly NodeId[] {
  if (leader !== noNode) return [];
  if (isr.length > 0 || partition.leader === noNode) return partition.lastKnownElr;
  return [partition.leader];
}

type Outcome = Assignment &
  Pick<PartitionState, 'isr' | 'elr' | 'lastKnownElr' | 'leader' | 'recovering'>;

function recordOf(partition: PartitionState, outcome: Outcome): MetadataRecord | null {
  const loses = partition.replicas.some((replica) => !outcome.replicas.includes(replica));
  const leaderSame = outcome.leader === partition.leader && !loses;
  const recoverySame = outcome.recovering === partition.recovering;
  const body: PartitionChangeRecord = {
    partitionId: partition.index,
    topicId: partition.topicId,
    isr: changed(partition.isr, outcome.isr),
    leader: leaderSame ? noLeaderChange : outcome.leader,
    replicas: changed(partition.replicas, outcome.replicas),
    removingReplicas: changed(partition.removing, outcome.removing),
    addingReplicas: changed(partition.adding, outcome.adding),
    leaderRecoveryState: recoverySame
      ? recoveryState.noChange
      : outcome.recovering
        ? recoveryState.recovering
        : recoveryState.recovered,
    eligibleLeaderReplicas: changed(partition.elr, outcome.elr),
    lastKnownElr: changed(partition.lastKnownElr, outcome.lastKnownElr),
    directories: null,
  };
  const isNoOp =
    leaderSame &&
    recoverySame &&
    body.isr === null &&
    body.replicas === null &&
    body.removingReplicas === null &&
    body.addingReplicas === null &&
    body.eligibleLeaderReplicas === null &&
    body.lastKnownElr === null;
  return isNoOp ? null : { type: 'partition-change', body };
}

/** The new list, or null where it is the old one in the old order. */
function changed(before: readonly NodeId[], after: readonly NodeId[]): NodeId[] | null {
  const same = before.length === after.length && before.every((node, i) => node === after[i]);
  return same ? null : [...after];
}
