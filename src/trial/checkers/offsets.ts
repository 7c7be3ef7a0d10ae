import type { Send } from '../history/history.ts';
import type { Checker, Evidence, Report } from './contract.ts';
import { at, describePlace, describeSend } from './describe.ts';
import type { SeenRecord } from './version-order.ts';

/**
 * `consistent-read`: two readers saw two values at one offset. `inconsistent-offsets`: an
 * acknowledgement names an offset at which another value stands, though the acknowledged value
 * itself was read elsewhere (a value that nobody ever read is lost, see losses.ts), or two
 * acknowledgements of values that were read name one offset. `duplicate`: one value was read at two
 * offsets, where uniqueness is owed.
 */
export const checkOffsets: Checker = (evidence, report) => {
  checkConflictingReads(evidence, report);
  checkAcknowledgedOffsets(evidence, report);
  if (evidence.promises.unique) checkDuplicates(evidence, report);
};

function checkConflictingReads({ order }: Evidence, report: Report): void {
  for (const { partition, offset, first, later } of order.conflicts) {
    report({
      property: 'consistent-read',
      message: `offset ${offset} of ${partition} held value ${first.value}, later value ${later.value}`,
      atUs: later.atUs,
      partition,
      evidence: [describeSeen(first), describeSeen(later)],
    });
  }
}

function describeSeen(seen: SeenRecord): string {
  return `${at(seen.atUs)}  consumer ${seen.consumer} read value ${seen.value} there`;
}

function checkAcknowledgedOffsets({ history, order }: Evidence, report: Report): void {
  for (const send of history.sends) {
    if (send.outcome !== 'ok' || send.offset < 0) continue;
    const place = order.placeOf[send.value];
    if (place === undefined) continue;
    const standing = order.partitions.get(send.partition!)?.byOffset.get(send.offset);
    if (standing === undefined || standing.value === send.value) continue;
    report({
      property: 'inconsistent-offsets',
      message:
        `value ${send.value} was acknowledged at offset ${send.offset} of ${send.partition}, ` +
        `where value ${standing.value} stands`,
      atUs: send.completedUs,
      partition: send.partition,
      evidence: [describeSend(send), describePlace(place), describeSeen(standing)],
    });
  }
}

function checkDuplicates({ history, order }: Evidence, report: Report): void {
  for (const { value, place } of order.furtherPlaces) {
    const send: Send | undefined = history.sends[value];
    const first = order.placeOf[value]!;
    report({
      property: 'duplicate',
      message:
        `value ${value} stands at offset ${first.offset} of ${first.partition} and at offset ` +
        `${place.offset} of ${place.partition}`,
      atUs: place.atUs,
      partition: place.partition,
      evidence: [
        ...(send === undefined ? [] : [describeSend(send)]),
        describePlace(first),
        describePlace(place),
      ],
    });
  }
}
