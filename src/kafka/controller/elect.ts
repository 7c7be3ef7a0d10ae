/**
 * The one place where a partition's leader, ISR and ELR change. Given the ISR that is wanted and
 * who may lead, it builds the change record: in-sync and eligible replicas (KIP-966), election,
 * last known leader. Order of election: the leader there is, while it is valid; the first live ISR
 * member in replica order; with the ISR empty the first live ELR member; with both empty the last
 * known leader; any live replica where the topic allows it. The last two lose data perhaps: ISR =
 * [leader], RECOVERING until the leader says it is done. A leader that is set raises the leader
 * epoch, every record the partition epoch.
 */

import { type NodeId, noNode } from '../../base/ids.ts';
import { mark } from '../../base/mark.ts';
import { topicSettings } from '../metadata/image.ts';
import { noLeaderChange, recoveryState } from '../metadata/record-states.ts';
import type { PartitionChangeRecord } from '../metadata/records/05-partition-change.ts';
import type { MetadataRecord } from '../metadata/records.ts';
import type { PartitionState } from '../metadata/state.ts';
import type { DecisionContext } from './decision.ts';

export interface PartitionChange {
  /** The ISR wanted; the partition's own where left out. */
  readonly isr?: readonly NodeId[];
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
  const wanted = change.isr ?? partition.isr;
  let { isr, elr } = rules.inSyncReplicas(
    partition,
    wanted,
    settings.minInsyncReplicas,
    change.unclean ?? noNode,
  );
  let recovering = change.recovering ?? partition.recovering;

  const clean = electCleanly(partition, isr, elr, change);
  let leader = clean;
  if (clean === noNode) {
    leader =
      isr.length === 0 && elr.length === 0
        ? rules.lastKnownLeader(partition, change.mayLead)
        : noNode;
    if (leader !== noNode) mark('elected-last-known');
    else if (rules.mayElectUncleanly(settings)) {
      leader = partition.replicas.find(change.mayLead) ?? noNode;
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
  const lastKnownElr = lastKnownLeaderAfter(partition, isr, leader);
  return recordOf(partition, { isr, elr, lastKnownElr, leader, recovering });
}

/** A leader that holds everything below the high watermark, or −1. */
function electCleanly(
  partition: PartitionState,
  isr: readonly NodeId[],
  elr: readonly NodeId[],
  change: PartitionChange,
): NodeId {
  const candidates = isr.length === 0 ? elr : isr;
  const isValid = (replica: NodeId): boolean =>
    candidates.includes(replica) && change.mayLead(replica);
  const [first] = partition.replicas;
  if (change.preferred === true && first !== undefined && isValid(first)) return first;
  if (isValid(partition.leader)) return partition.leader;
  return partition.replicas.find(isValid) ?? noNode;
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

type Outcome = Pick<PartitionState, 'isr' | 'elr' | 'lastKnownElr' | 'leader' | 'recovering'>;

function recordOf(partition: PartitionState, outcome: Outcome): MetadataRecord | null {
  const leaderSame = outcome.leader === partition.leader;
  const recoverySame = outcome.recovering === partition.recovering;
  const body: PartitionChangeRecord = {
    partitionId: partition.index,
    topicId: partition.topicId,
    isr: changed(partition.isr, outcome.isr),
    leader: leaderSame ? noLeaderChange : outcome.leader,
    replicas: null,
    removingReplicas: null,
    addingReplicas: null,
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
    body.eligibleLeaderReplicas === null &&
    body.lastKnownElr === null;
  return isNoOp ? null : { type: 'partition-change', body };
}

/** The new list, or null where it is the old one in the old order. */
function changed(before: readonly NodeId[], after: readonly NodeId[]): NodeId[] | null {
  const same = before.length === after.length && before.every((node, i) => node === after[i]);
  return same ? null : [...after];
}
