import { atRisk } from '../../base/mark.ts';
import type { Send } from '../history/history.ts';
import { failedRead, lostWrite, unseen } from '../properties/clients.ts';
import type { Case, Checker, Report } from './contract.ts';
import { type Evidence, placeEvidence, readEvidence, sendEvidence } from './evidence.ts';
import type { Place } from './version-order.ts';

/**
 * `lost-write`: an acknowledged value lies below the highest offset read and was never read.
 * `unseen`: it lies above, though everything healed and the final reader caught up. `failed-read`
 * (G1a): a value was read whose send had certainly failed, or that nobody sent.
 */
export const checkLosses: Checker = (given, report) => {
  const { history, order } = given;
  for (const send of history.sends) {
    const place = order.placeOf[send.value];
    if (send.outcome === 'fail') atRisk(failedRead);
    if (place !== undefined) {
      if (send.outcome === 'fail') reportFailedRead(send.value, place, send, report);
    } else if (send.outcome === 'ok' && send.offset >= 0) reportUnread(send, given, report);
  }
  for (let value = history.sends.length; value < order.placeOf.length; value++) {
    const place = order.placeOf[value];
    if (place !== undefined) reportFailedRead(value, place, null, report);
  }
};

function reportUnread(send: Send, { order, deletedBelow, endUs }: Case, report: Report): void {
  const partition = send.partition!;
  const seen = order.partitions.get(partition);
  const highest = seen?.highestRead ?? -1;
  const standing = seen?.byOffset.get(send.offset);
  const { value, offset } = send;
  if (offset < deletedBelow(partition)) return;
  const acks = String(send.acks);
  const evidence: [Evidence, ...Evidence[]] = [
    sendEvidence(send),
    { is: 'highest-read', partition, offset: highest },
  ];
  if (standing !== undefined) evidence.push(readEvidence(partition, offset, standing));
  report(offset < highest ? lostWrite : unseen, {
    about: { value, partition, offset, acks, highest },
    atUs: endUs,
    partition,
    evidence,
  });
}

function reportFailedRead(value: number, place: Place, send: Send | null, report: Report): void {
  const { partition, offset, atUs } = place;
  report(failedRead, {
    about: { value, partition, offset, sent: send !== null },
    atUs,
    partition,
    evidence: [placeEvidence(value, place), ...(send === null ? [] : [sendEvidence(send)])],
  });
}
