import type { Micros, NodeId } from '../../base/ids.ts';
import { atRisk } from '../../base/mark.ts';
import type { History, Send } from '../history/history.ts';
import { lostWrite, unseen } from '../properties/clients.ts';
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
    const known = logs.find(partition);
    if (known !== undefined && send.offset < known.deletedBelow) continue;
    if (known !== undefined && survives(known, send, isLive)) continue;
    const committed = known?.committed.batchAt(send.offset) ?? null;
    report(ackedNotLost, {
      about: { partition, offset: send.offset, acks: String(send.acks) },
      atUs: endUs,
      partition,
      evidence: [
        sendEvidence(send),
        ...(committed === null ? [] : [batchEvidence(null, committed)]),
      ],
    });
  }
}

/** Whoever held an acknowledged record when a fault struck may have lost it. */
export function putAtRisk(
  { sends }: History,
  logs: ClusterLogs,
  struckUntil: ReadonlyMap<NodeId, Micros>,
): void {
  const lastOf = new Map<string, Micros>();
  const lastStruck = (partition: string): Micros => {
    const nodes = [...(logs.find(partition)?.replicas.keys() ?? [])];
    return Math.max(-1, ...nodes.map((node) => struckUntil.get(node) ?? -1));
  };
  for (const { outcome, offset, partition, completedUs } of sends) {
    if (outcome !== 'ok' || offset < 0) continue;
    const last = lastOf.get(partition!) ?? lastStruck(partition!);
    lastOf.set(partition!, last);
    if (last <= completedUs) continue;
    atRisk(ackedNotLost);
    atRisk(lostWrite);
    atRisk(unseen);
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
