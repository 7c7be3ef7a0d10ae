import type { NodeId } from '../../base/ids.ts';
import type { History, Send } from '../history/history.ts';
import type { Report } from './contract.ts';
import { describeSend } from './describe.ts';
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
    const partition = logs.find(send.partition!);
    if (partition !== undefined && survives(partition, send, isLive)) continue;
    report({
      property: 'acked-not-lost',
      message: `offset ${send.offset} of ${send.partition} was acknowledged (acks=${send.acks}) but is on no live replica`,
      atUs: endUs,
      partition: send.partition,
      evidence: [describeSend(send)],
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
    if (
      committed === undefined
        ? replica.batchAt(send.offset) !== undefined
        : replica.holds(committed)
    ) {
      return true;
    }
  }
  return false;
}
