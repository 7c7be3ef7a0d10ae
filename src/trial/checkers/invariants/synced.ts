import type { LeaderEpoch, NodeId, Offset } from '../../../base/ids.ts';
import { zeroUuid } from '../../../base/ids.ts';
import { atRisk } from '../../../base/mark.ts';
import { type Guarantees, isPromised } from '../../guarantees/guarantees.ts';
import type { Seen } from '../../history/seen.ts';
import { syncedWhenAcknowledged } from '../../properties/storage.ts';
import type { Invariant, Report } from '../contract.ts';
import { seenEvidence } from '../evidence.ts';
import { type ClusterLogs, metadataPartition, type PartitionLogs } from '../partition-logs.ts';

/**
 * `synced-when-acknowledged`: what a leader's high watermark passes is synced by all replicas that
 * it counted on, where the topic promises that, and by a majority of voters in the quorum's log.
 */
export function syncedInvariant(
  logs: ClusterLogs,
  voters: readonly NodeId[],
  guarantees: Guarantees,
  report: Report,
): Invariant {
  const majority = Math.floor(voters.length / 2) + 1;
  return {
    on: {
      'high-watermark': (seen) => {
        const { role, partition, topicId, highWatermark, leaderEpoch, maximalIsr } =
          seen.observation;
        if (role !== 'leader' || maximalIsr === undefined) return;
        if (!isPromised(syncedWhenAcknowledged.pledge, guarantees, partition)) return;
        const given = { logs: logs.partition(partition, topicId), highWatermark, leaderEpoch };
        if (given.logs.isDeleted) return;
        atRisk(syncedWhenAcknowledged);
        checkSynced(given, maximalIsr, maximalIsr.length, seen, report);
      },
      'quorum-high-watermark': (seen) => {
        const { role, highWatermark, epoch: leaderEpoch } = seen.observation;
        if (role !== 'leader') return;
        const metadata = logs.partition(metadataPartition, zeroUuid);
        const given = { logs: metadata, highWatermark, leaderEpoch };
        checkSynced(given, voters, majority, seen, report);
      },
    },
  };
}

/** What a leader of that epoch counts as committed. */
interface Given {
  readonly logs: PartitionLogs;
  readonly highWatermark: Offset;
  readonly leaderEpoch: LeaderEpoch;
}

/** At least `needed` of `nodes` have synced all below. */
function checkSynced(
  { logs, highWatermark, leaderEpoch }: Given,
  nodes: readonly NodeId[],
  needed: number,
  seen: Seen,
  report: Report,
): void {
  let holding = 0;
  const endOf = (node: NodeId): Offset => syncedEnd(logs, node, leaderEpoch);
  for (const node of nodes) if (endOf(node) >= highWatermark) holding++;
  if (holding >= needed) return;
  const { partition } = logs;
  const lacking = nodes.filter((node) => endOf(node) < highWatermark);
  const synced = lacking.map(endOf);
  report(syncedWhenAcknowledged, {
    about: { partition, node: seen.observation.node, highWatermark, lacking, synced },
    atUs: seen.atUs,
    partition,
    evidence: [seenEvidence(seen)],
  });
}

/** One that has just lost its disk, or given its replica up, had it when it was counted. */
function syncedEnd(logs: PartitionLogs, node: NodeId, leaderEpoch: LeaderEpoch): Offset {
  const { flushedEnd, flushedBeforeLoss } = logs.replica(node);
  return Math.max(flushedEnd, flushedBeforeLoss, logs.givenUp(node, leaderEpoch).flushedEnd);
}
