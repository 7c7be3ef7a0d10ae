import type { NodeId } from '../../base/ids.ts';
import type { History, Send } from '../history/history.ts';
import { ackedNotLost } from '../properties/replicas.ts';
import type { Report } from './contract.ts';
import { batchEvidence, sendEvidence } from './evidence.ts';
import type { ClusterLogs, PartitionLogs } from './partition-logs.ts';

/**
 * `acked-not-lost`: at the end some live replica holds each acknowledged record, as it was
 * committed.
 */
export function checkSurvival(
  history: History,
  logs: ClusterLogs,
  isLive: (node: NodeId) => boolean,
  endUs: number,
  report: Report,
): void {
  for (const send of history.sends) {
    if (send.outcome !== 'ok' || send.offset < 0) continue;
    const partition = send.partition!;
    if (logs.incarnations.isDeleted(partition)) continue;
    const known = logs.find(partition);
    if (known !== undefined && send.offset < known.deletedBelow) continue;
    if (known !== undefined && survives(known, send, isLive)) continue;
    const committed = known?.committed.batchAt(send.offset) ?? null;
    report(ackedNotLost, {
      about: { partition, offset: send.offset, acks: String(send.acks) },
      atUs: endUs,
      partition,
      producer: send.producer,
      evidence: [
        sendEvidence(send),
        ...(committed === null ? [] : [batchEvidence(null, committed)]),
      ],
    });
  }
}

function survives(
  partition: PartitionLogs,
  send: Send,
  isLive: (node: NodeId) => boolean,
): boolean {
  const committed = partition.committed.batchAt(send.offset);
  for (const replica of partition.replicas.values()) {
    if (!isLive(replica.node)) continue;
    const stands =
      committed === undefined
        ? replica.batchAt(send.offset) !== undefined
        : replica.holds(committed);
    if (stands) return true;
  }
  return false;
}
