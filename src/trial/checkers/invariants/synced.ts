import type { NodeId, Offset } from '../../../base/ids.ts';
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
        const { role, partition, topicId, highWatermark, maximalIsr } = seen.observation;
        if (role !== 'leader' || maximalIsr === undefined) return;
        if (!isPromised(syncedWhenAcknowledged.pledge, guarantees, partition)) return;
        const given = { logs: logs.partition(partition, topicId), highWatermark };
        if (given.logs.isDeleted) return;
        atRisk(syncedWhenAcknowledged);
        checkSynced(given, maximalIsr, maximalIsr.length, seen, report);
      },
      'quorum-high-watermark': (seen) => {
        const { role, highWatermark } = seen.observation;
        if (role !== 'leader') return;
        const given = { logs: logs.partition(metadataPartition, zeroUuid), highWatermark };
        checkSynced(given, voters, majority, seen, report);
      },
    },
  };
}

/** At least `needed` of `nodes` have synced all below. */
function checkSynced(
  { logs, highWatermark }: { readonly logs: PartitionLogs; readonly highWatermark: Offset },
  nodes: readonly NodeId[],
  needed: number,
  seen: Seen,
  report: Report,
): void {
  let holding = 0;
  for (const node of nodes) if (syncedEnd(logs, node) >= highWatermark) holding++;
  if (holding >= needed) return;
  const { partition } = logs;
  const lacking = nodes.filter((node) => syncedEnd(logs, node) < highWatermark);
  const synced = lacking.map((node) => syncedEnd(logs, node));
  report(syncedWhenAcknowledged, {
    about: { partition, node: seen.observation.node, highWatermark, lacking, synced },
    atUs: seen.atUs,
    partition,
    evidence: [seenEvidence(seen)],
  });
}

/** One that has just lost its disk had it when it was counted. */
function syncedEnd(logs: PartitionLogs, node: NodeId): Offset {
  const { flushedEnd, flushedBeforeLoss } = logs.replica(node);
  return Math.max(flushedEnd, flushedBeforeLoss);
}
