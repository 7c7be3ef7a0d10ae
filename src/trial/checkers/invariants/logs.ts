import { type LeaderEpoch, type NodeId, type Offset, zeroUuid } from '../../../base/ids.ts';
import { atRisk, isCounted } from '../../../base/mark.ts';
import { type Guarantees, topicGuarantees } from '../../guarantees/guarantees.ts';
import type { Seen, SeenOf } from '../../history/seen.ts';
import {
  ackedByMinIsr,
  highWatermarkReplicated,
  leaderCompleteness,
  logMatching,
  metadataLogMatching,
  monotonicHighWatermark,
  noTruncationBelowHighWatermark,
  retentionSafe,
} from '../../properties/replicas.ts';
import type { Invariant, Report } from '../contract.ts';
import { batchEvidence, seenEvidence } from '../evidence.ts';
import { type ClusterLogs, metadataPartition, type PartitionLogs } from '../partition-logs.ts';
import type { ReplicaLog } from '../replica-log.ts';

/**
 * What must hold between the replicas of a partition whenever a high watermark moves or a leader
 * starts: `log-matching` and `metadata-log-matching`, `high-watermark-replicated`,
 * `acked-by-min-isr`, `monotonic-high-watermark`, `leader-completeness`, `no-truncation-below-hw`,
 * `retention-safe`. Each batch of each replica is looked at once.
 */
export function logsInvariant(
  logs: ClusterLogs,
  voters: readonly NodeId[],
  guarantees: Guarantees,
  report: Report,
): Invariant {
  const quorumLeaders = new Map<NodeId, boolean>();
  const metadata = (): PartitionLogs => logs.partition(metadataPartition, zeroUuid);
  return {
    on: {
      'high-watermark': (seen) => {
        const { partition, topicId } = seen.observation;
        highWatermarkMoved(logs.partition(partition, topicId), seen, guarantees, report);
      },
      'quorum-high-watermark': (seen) => {
        quorumHighWatermarkMoved(metadata(), seen, voters, report);
      },
      'leader-started': (seen) => {
        const { partition, topicId, node, leaderEpoch } = seen.observation;
        leaderStarted(logs.partition(partition, topicId), node, leaderEpoch, seen, report);
      },
      'quorum-state': (seen) => {
        const { node, role, epoch } = seen.observation;
        const leads = role === 'leader';
        if (leads && quorumLeaders.get(node) !== true)
          leaderStarted(metadata(), node, epoch, seen, report);
        quorumLeaders.set(node, leads);
      },
      'log-truncated': (seen) => {
        atRisk(seen.observation.topicId === zeroUuid ? metadataLogMatching : logMatching);
        checkTruncation(logs, seen, report);
      },
      'log-start-moved': (seen) => checkDeletion(logs, seen, guarantees, report),
    },
  };
}

function highWatermarkMoved(
  partition: PartitionLogs,
  seen: SeenOf<'high-watermark'>,
  guarantees: Guarantees,
  report: Report,
): void {
  if (partition.isDeleted) return;
  const moved = seen.observation;
  const replica = partition.replica(moved.node);
  if (moved.role === 'leader') {
    // A new leader starts from what it knew as a follower: only within its epoch may the mark never
    // fall.
    const sameEpoch = replica.leadingEpoch === moved.leaderEpoch;
    replica.leadingEpoch = moved.leaderEpoch;
    if (sameEpoch && moved.leaderEpoch > 0) atRisk(monotonicHighWatermark);
    if (sameEpoch) checkNoFall(partition, replica, moved.highWatermark, seen, report);
    const isr = moved.maximalIsr ?? [];
    const before = partition.committed.end;
    partition.commit(replica, moved.highWatermark, moved.leaderEpoch);
    if (partition.committed.end > before) checkMinimum(partition, seen, guarantees, report);
    const counted = { nodes: isr, needed: isr.length, epoch: moved.leaderEpoch };
    checkReplicated(partition, counted, moved.highWatermark, seen, report);
  } else replica.leadingEpoch = -1;
  replica.highWatermark = moved.highWatermark;
  checkMatching(partition, replica, moved.highWatermark, seen, report);
}

function quorumHighWatermarkMoved(
  partition: PartitionLogs,
  seen: SeenOf<'quorum-high-watermark'>,
  voters: readonly NodeId[],
  report: Report,
): void {
  const { node, role, epoch, highWatermark } = seen.observation;
  const replica = partition.replica(node);
  checkNoFall(partition, replica, highWatermark, seen, report);
  replica.highWatermark = highWatermark;
  if (role === 'leader') {
    partition.commit(replica, highWatermark, epoch);
    const majority = Math.floor(voters.length / 2) + 1;
    checkReplicated(
      partition,
      { nodes: voters, needed: majority, epoch },
      highWatermark,
      seen,
      report,
    );
  }
  checkMatching(partition, replica, highWatermark, seen, report);
}

function checkNoFall(
  { partition }: PartitionLogs,
  { node, highWatermark: before }: ReplicaLog,
  now: Offset,
  seen: Seen,
  report: Report,
): void {
  if (now >= before) return;
  report(monotonicHighWatermark, {
    about: { partition, node, before, now },
    atUs: seen.atUs,
    partition,
    evidence: [seenEvidence(seen)],
  });
}

/** At least `needed` of `nodes` must hold all below `highWatermark`, for a leader of the epoch. */
function checkReplicated(
  partition: PartitionLogs,
  { nodes, needed, epoch }: { nodes: readonly NodeId[]; needed: number; epoch: LeaderEpoch },
  highWatermark: Offset,
  seen: Seen,
  report: Report,
): void {
  if (isCounted()) {
    const lags = [...partition.replicas.values()].some(({ end }) => end < highWatermark);
    if (lags) atRisk(highWatermarkReplicated);
  }
  let holding = 0;
  for (const node of nodes) if (!lacks(partition, node, highWatermark, epoch)) holding++;
  if (holding >= needed) return;
  const lacking = nodes.filter((node) => lacks(partition, node, highWatermark, epoch));
  const ends = lacking.map((node) => partition.replica(node).end);
  const name = partition.partition;
  report(highWatermarkReplicated, {
    about: { partition: name, highWatermark, lacking, ends, counted: nodes },
    atUs: seen.atUs,
    partition: name,
    evidence: [seenEvidence(seen)],
  });
}

/**
 * One that lost writes is not held to what it had until it is back there; one that has given its
 * replica up had it when it was counted.
 */
function lacks(
  partition: PartitionLogs,
  node: NodeId,
  highWatermark: Offset,
  epoch: LeaderEpoch,
): boolean {
  const { end, recovering } = partition.replica(node);
  if (end >= highWatermark || recovering) return false;
  return partition.givenUp(node, epoch).end < highWatermark;
}

/** What was just committed is on as many replicas as the topic is configured to have it. */
function checkMinimum(
  partition: PartitionLogs,
  seen: SeenOf<'high-watermark'>,
  guarantees: Guarantees,
  report: Report,
): void {
  const { node, highWatermark, leaderEpoch, maximalIsr } = seen.observation;
  const name = partition.partition;
  const minimum = topicGuarantees(guarantees, name)?.copies ?? 1;
  if (maximalIsr !== undefined && maximalIsr.length <= minimum) atRisk(ackedByMinIsr);
  let count = 0;
  for (const replica of partition.replicas.values()) if (held(replica, highWatermark)) count++;
  if (count >= minimum) return;
  const nodes = new Set([...partition.replicas.keys(), ...partition.formerNodes]);
  const holding = [...nodes].filter(
    (each) =>
      held(partition.replica(each), highWatermark) ||
      partition.givenUp(each, leaderEpoch).end >= highWatermark,
  );
  if (holding.length >= minimum) return;
  report(ackedByMinIsr, {
    about: { partition: name, node, highWatermark, holding, minimum },
    atUs: seen.atUs,
    partition: name,
    evidence: [seenEvidence(seen)],
  });
}

/** One that has just lost its power had it when it was counted. */
const held = ({ end, endBeforeLoss }: ReplicaLog, highWatermark: Offset): boolean =>
  Math.max(end, endBeforeLoss) >= highWatermark;

/** Retention, and a follower that begins anew where its leader's log begins. */
function checkDeletion(
  logs: ClusterLogs,
  seen: SeenOf<'log-start-moved'>,
  guarantees: Guarantees,
  report: Report,
): void {
  const { node, topicId, start } = seen.observation;
  const known = logs.partition(seen.observation.partition, topicId);
  if (start > 0) atRisk(retentionSafe);
  const { partition } = known;
  const kept = start > 0 && topicGuarantees(guarantees, partition)?.keepsAll === true;
  const committed = known.committed.end;
  if (start <= committed && !kept) return;
  report(retentionSafe, {
    about: { partition, node, start, committed, kept },
    atUs: seen.atUs,
    partition,
    evidence: [seenEvidence(seen)],
  });
}

function checkMatching(
  partition: PartitionLogs,
  replica: ReplicaLog,
  upTo: Offset,
  seen: Seen,
  report: Report,
): void {
  const difference = partition.firstDifference(replica, Math.min(upTo, replica.end));
  if (difference === null) return;
  // Said once: what lies below is taken as compared.
  replica.matchedEnd = Math.max(replica.matchedEnd, difference.committed.lastOffset + 1);
  const { committed, own } = difference;
  const { node } = replica;
  const name = partition.partition;
  report(name === metadataPartition ? metadataLogMatching : logMatching, {
    about: { partition: name, node, offset: committed.baseOffset },
    atUs: seen.atUs,
    partition: name,
    evidence: [batchEvidence(null, committed), batchEvidence(node, own), seenEvidence(seen)],
  });
}

function leaderStarted(
  partition: PartitionLogs,
  node: NodeId,
  epoch: LeaderEpoch,
  seen: Seen,
  report: Report,
): void {
  if (partition.isDeleted) return;
  const replica = partition.replica(node);
  const owed = partition.committedBefore(epoch);
  if (isCounted()) {
    const lacks = [...partition.replicas.values()].some(({ end }) => end < owed);
    if (lacks) atRisk(leaderCompleteness);
  }
  const difference = partition.firstDifference(replica, owed);
  if (difference === null && replica.end >= owed) return;
  const missing = difference?.committed ?? partition.committed.batchAt(Math.max(0, owed - 1));
  const name = partition.partition;
  report(leaderCompleteness, {
    about: { partition: name, node, epoch, end: replica.end, committed: owed },
    atUs: seen.atUs,
    partition: name,
    evidence: [
      seenEvidence(seen),
      ...(missing === undefined ? [] : [batchEvidence(null, missing)]),
    ],
  });
}

function checkTruncation(logs: ClusterLogs, seen: SeenOf<'log-truncated'>, report: Report): void {
  const { node, topicId, to, highWatermark } = seen.observation;
  const { partition, deletedBelow } = logs.partition(seen.observation.partition, topicId);
  if (highWatermark > 0) atRisk(noTruncationBelowHighWatermark);
  // One that fell behind the start of its leader's log starts over there.
  if (to >= highWatermark || deletedBelow >= highWatermark) return;
  report(noTruncationBelowHighWatermark, {
    about: { partition, node, to, highWatermark },
    atUs: seen.atUs,
    partition,
    evidence: [seenEvidence(seen)],
  });
}
