import { atRisk, isCounted } from '../../base/mark.ts';
import type { Send } from '../history/history.ts';
import { areNamesakes, isSuccessor } from '../history/incarnations.ts';
import { deletedReturns } from '../properties/admin.ts';
import { consistentRead, duplicate, inconsistentOffsets } from '../properties/clients.ts';
import type { Case, Checker, Report } from './contract.ts';
import { placeEvidence, readEvidence, sendEvidence } from './evidence.ts';
import type { Place } from './version-order.ts';

/**
 * `consistent-read`: two readers saw two values at one offset. `inconsistent-offsets`: an
 * acknowledgement names an offset at which another value stands, though the acknowledged value
 * itself was read elsewhere (a value that nobody ever read is lost, see losses.ts), or two
 * acknowledgements of values that were read name one offset. `duplicate`: one value was read at two
 * offsets. `deleted-returns`: in a topic and in another one of its name.
 */
export const checkOffsets: Checker = (given, report) => {
  checkConflictingReads(given, report);
  checkAcknowledgedOffsets(given, report);
  checkDuplicates(given, report);
  if (isCounted() && mayReturn(given)) atRisk(deletedReturns);
};

function checkConflictingReads({ order }: Case, report: Report): void {
  for (const { partition, offset, first, later } of order.conflicts) {
    report(consistentRead, {
      about: { partition, offset, first: first.value, later: later.value },
      atUs: later.atUs,
      partition,
      evidence: [readEvidence(partition, offset, first), readEvidence(partition, offset, later)],
    });
  }
}

function checkAcknowledgedOffsets({ history, order, epochsOf }: Case, report: Report): void {
  for (const send of history.sends) {
    if (send.outcome !== 'ok' || send.offset < 0) continue;
    const { value, offset } = send;
    const place = order.placeOf[value];
    if (place === undefined) continue;
    const partition = send.partition!;
    if (epochsOf(partition) > 1) atRisk(inconsistentOffsets);
    const standing = order.partitions.get(partition)?.byOffset.get(offset);
    if (standing === undefined || standing.value === value) continue;
    report(inconsistentOffsets, {
      about: { value, partition, offset, standing: standing.value },
      atUs: send.completedUs,
      partition,
      producer: send.producer,
      evidence: [
        sendEvidence(send),
        placeEvidence(value, place),
        readEvidence(partition, offset, standing),
      ],
    });
  }
}

function checkDuplicates({ history, order }: Case, report: Report): void {
  for (const { value, place } of order.furtherPlaces) {
    const send: Send | undefined = history.sends[value];
    const first = order.placeOf[value]!;
    if (areNamesakes(first.partition, place.partition)) {
      checkReturn(value, send, [first, place], report);
      continue;
    }
    report(duplicate, {
      about: {
        value,
        first: first.partition,
        firstOffset: first.offset,
        second: place.partition,
        offset: place.offset,
      },
      atUs: place.atUs,
      partition: place.partition,
      ...(send === undefined ? {} : { producer: send.producer }),
      evidence: [
        placeEvidence(value, first),
        placeEvidence(value, place),
        ...(send === undefined ? [] : [sendEvidence(send)]),
      ],
    });
  }
}

/** Something was acknowledged in a topic that is gone, and a later one of its name was read. */
function mayReturn({ history, order, isDeleted }: Case): boolean {
  const read = [...order.partitions.keys()];
  const left = new Set<string>();
  for (const { outcome, partition } of history.sends)
    if (outcome === 'ok' && partition !== null && isDeleted(partition)) left.add(partition);
  return [...left].some((gone) => read.some((later) => isSuccessor(later, gone)));
}

/**
 * In two topics of one name, made one after the other. A send that was not answered is repeated, to
 * whichever is there; what was acknowledged in one may never be in a later one.
 */
function checkReturn(
  value: number,
  send: Send | undefined,
  places: readonly Place[],
  report: Report,
): void {
  if (send === undefined || send.outcome !== 'ok' || send.partition === null) return;
  const acknowledged = send.partition;
  for (const place of places) {
    if (!isSuccessor(place.partition, acknowledged)) continue;
    report(deletedReturns, {
      about: { value, acknowledged, found: place.partition, offset: place.offset },
      atUs: place.atUs,
      partition: place.partition,
      evidence: [sendEvidence(send), placeEvidence(value, place)],
    });
  }
}
