import type { Send } from '../history/history.ts';
import type { Checker, Evidence, Report } from './contract.ts';
import { describeSend } from './describe.ts';

/**
 * `nonmonotonic-send`: acknowledged sends of one producer to one partition have offsets that step
 * back, in the order they were sent. `record-order`: in the log itself, records of one producer and
 * key stand in another order than they were sent, those of unknown outcome included. Both are owed
 * only where retries cannot reorder.
 */
export const checkOrder: Checker = (evidence, report) => {
  if (!evidence.promises.ordered) return;
  checkSends(evidence, report);
  checkRecords(evidence, report);
};

function checkSends({ history }: Evidence, report: Report): void {
  const latest = new Map<string, Send>();
  for (const send of history.sends) {
    if (send.outcome !== 'ok' || send.offset < 0) continue;
    const line = `${send.producer}/${send.incarnation}/${send.partition}`;
    const before = latest.get(line);
    latest.set(line, send);
    if (before === undefined || before.offset < send.offset) continue;
    report({
      property: 'nonmonotonic-send',
      message:
        `p${send.producer} sent value ${before.value}, then value ${send.value} to ${send.partition}; ` +
        `they were acknowledged at offsets ${before.offset} and ${send.offset}`,
      atUs: send.completedUs,
      partition: send.partition,
      evidence: [describeSend(before), describeSend(send)],
    });
  }
}

function checkRecords({ history, order }: Evidence, report: Report): void {
  for (const { partition, byOffset, highestRead } of order.partitions.values()) {
    const latest = new Map<string, Send>();
    for (let offset = 0; offset <= highestRead; offset++) {
      const seen = byOffset.get(offset);
      const send = seen === undefined ? undefined : history.sends[seen.value];
      if (seen === undefined || send === undefined) continue;
      const line = `${send.producer}/${send.incarnation}/${send.key}`;
      const before = latest.get(line);
      // A repeated value is a duplicate, which is judged elsewhere; only its first place counts
      // here.
      if (before !== undefined && order.placeOf[send.value]!.offset !== offset) continue;
      latest.set(line, send);
      if (before === undefined || before.value < send.value) continue;
      report({
        property: 'record-order',
        message:
          `p${send.producer} sent value ${send.value} before value ${before.value} with key ${send.key}, ` +
          `but in ${partition} it stands behind it, at offset ${offset}`,
        atUs: seen.atUs,
        partition,
        evidence: [describeSend(send), describeSend(before)],
      });
    }
  }
}
