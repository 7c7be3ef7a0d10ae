import { atRisk } from '../../base/mark.ts';
import type { Send } from '../history/history.ts';
import { nonmonotonicSend, recordOrder } from '../properties/clients.ts';
import type { Case, Checker, Report } from './contract.ts';
import { sendEvidence } from './evidence.ts';

/**
 * `nonmonotonic-send`: acknowledged sends of one producer to one partition have offsets that step
 * back, in the order they were sent. `record-order`: in the log itself, records of one producer and
 * key stand in another order than they were sent, those of unknown outcome included.
 */
export const checkOrder: Checker = (given, report) => {
  checkSends(given, report);
  checkRecords(given, report);
};

function checkSends({ history }: Case, report: Report): void {
  const latest = new Map<string, Send>();
  for (const send of history.sends) {
    if (send.outcome !== 'ok' || send.offset < 0) continue;
    const { producer, completedUs } = send;
    const partition = send.partition!;
    const line = `${producer}/${send.incarnation}/${partition}`;
    const before = latest.get(line);
    latest.set(line, send);
    if (before !== undefined && send.invokedUs < before.completedUs) atRisk(nonmonotonicSend);
    if (before === undefined || before.offset < send.offset) continue;
    report(nonmonotonicSend, {
      about: {
        producer,
        partition,
        first: before.value,
        second: send.value,
        firstOffset: before.offset,
        secondOffset: send.offset,
      },
      atUs: completedUs,
      partition,
      evidence: [sendEvidence(before), sendEvidence(send)],
    });
  }
}

function checkRecords({ history, order }: Case, report: Report): void {
  for (const { partition, byOffset, highestRead } of order.partitions.values()) {
    const latest = new Map<string, Send>();
    for (let offset = 0; offset <= highestRead; offset++) {
      const seen = byOffset.get(offset);
      const send = seen === undefined ? undefined : history.sends[seen.value];
      if (seen === undefined || send === undefined) continue;
      const line = `${send.producer}/${send.incarnation}/${send.key}`;
      const before = latest.get(line);
      // A repeated value is a duplicate, which is judged elsewhere; its first place counts here.
      if (before !== undefined && order.placeOf[send.value]!.offset !== offset) continue;
      latest.set(line, send);
      if (before !== undefined && wereTogether(before, send)) atRisk(recordOrder);
      if (before === undefined || before.value < send.value) continue;
      const { producer, key, value } = send;
      report(recordOrder, {
        about: { producer, partition, first: value, second: before.value, key, offset },
        atUs: seen.atUs,
        partition,
        evidence: [sendEvidence(send), sendEvidence(before)],
      });
    }
  }
}

/** Both were under way at once; one that was never answered still is. */
function wereTogether(a: Send, b: Send): boolean {
  const [earlier, later] = a.invokedUs <= b.invokedUs ? [a, b] : [b, a];
  return earlier.completedUs < 0 || later.invokedUs < earlier.completedUs;
}
