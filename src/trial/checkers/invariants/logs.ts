import { type LeaderEpoch, type NodeId, type Offset, zeroUuid } from '../../../base/ids.ts';
import { isOf, type Seen, type SeenOf } from '../../history/seen.ts';
import {
  highWatermarkReplicated,
  leaderCompleteness,
  logMatching,
  metadataLogMatching,
  monotonicHighWatermark,
  noTruncationBelowHighWatermark,
} from '../../properties/replicas.ts';
import type { Invariant, Report } from '../contract.ts';
import { batchEvidence, seenEvidence } from '../evidence.ts';
import { type ClusterLogs, metadataPartition, type PartitionLogs } from '../partition-logs.ts';
import type { ReplicaLog } from '../replica-log.ts';

/**
 * What must hold between the replicas of a partition whenever a high watermark moves or a leader
 * starts: `log-matching` and `metadata-log-matching`, `high-watermark-replicated`,
 * `monotonic-high-watermark`, `leader-completeness`, `no-truncation-below-hw`. Each batch of each
 * replica is looked at once.
 */
export function logsInvariant(
  logs: ClusterLogs,
  voters: readonly NodeId[],
  report: Report,
): Invariant {
  const quorumLeaders = new Map<NodeId, boolean>();
  const metadata = (): PartitionLogs => logs.partition(metadataPartition, zeroUuid);
  return {
    observe(seen) {
      if (isOf(seen, 'high-watermark')) {
        const { partition, topicId } = seen.observation;
        highWatermarkMoved(logs.partition(partition, topicId), seen, report);
      } else if (isOf(seen, 'quorum-high-watermark')) {
        quorumHighWatermarkMoved(metadata(), seen, voters, report);
      } else if (isOf(seen, 'leader-started')) {
        const { partition, topicId, node, leaderEpoch } = seen.observation;
        leaderStarted(logs.partition(partition, topicId), node, leaderEpoch, seen, report);
      } else if (isOf(seen, 'quorum-state')) {
        const { node, role, epoch } = seen.observation;
        const leads = role === 'leader';
        if (leads && quorumLeaders.get(node) !== true)
          leaderStarted(metadata(), node, epoch, seen, report);
        quorumLeaders.set(node, leads);
      } else if (isOf(seen, 'log-truncated')) checkTruncation(seen, report);
    },
  };
}

function highWatermarkMoved(
  partition: PartitionLogs,
  seen: SeenOf<'high-watermark'>,
  report: Report,
): void {
  const moved = seen.observation;
  const replica = partition.replica(moved.node);
  if (moved.role === 'leader') {
    // A new leader starts from what it knew as a follower: only within its epoch may the mark never
    // fall.
    const sameEpoch = replica.leadingEpoch === moved.leaderEpoch;
    replica.leadingEpoch = moved.leaderEpoch;
    if (sameEpoch) checkNoFall(partition, replica, moved.highWatermark, seen, report);
    const isr = moved.maximalIsr ?? [];
    partition.commit(replica, moved.highWatermark, moved.leaderEpoch);
    checkReplicated(partition, isr, isr.length, moved.highWatermark, seen, report);
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
    checkReplicated(partition, voters, majority, highWatermark, seen, report);
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

/** At least `needed` of `nodes` must hold all below `highWatermark`. */
function checkReplicated(
  partition: PartitionLogs,
  nodes: readonly NodeId[],
  needed: number,
  highWatermark: Offset,
  seen: Seen,
  report: Report,
): void {
  const lacks = (node: NodeId): boolean => {
    const replica = partition.replica(node);
    return replica.end < highWatermark && !replica.recovering;
  };
  let holding = 0;
  for (const node of nodes) if (!lacks(node)) holding++;
  if (holding >= needed) return;
  const lacking = nodes.filter(lacks);
  const ends = lacking.map((node) => partition.replica(node).end);
  const name = partition.partition;
  report(highWatermarkReplicated, {
    about: { partition: name, highWatermark, lacking, ends, counted: nodes },
    atUs: seen.atUs,
    partition: name,
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
  const replica = partition.replica(node);
  const owed = partition.committedBefore(epoch);
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

function checkTruncation(seen: SeenOf<'log-truncated'>, report: Report): void {
  const { node, partition, to, highWatermark } = seen.observation;
  if (to >= highWatermark) return;
  report(noTruncationBelowHighWatermark, {
    about: { partition, node, to, highWatermark },
    atUs: seen.atUs,
    partition,
    evidence: [seenEvidence(seen)],
  });
}
