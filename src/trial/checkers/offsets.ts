import { atRisk } from '../../base/mark.ts';
import type { Send } from '../history/history.ts';
import { consistentRead, duplicate, inconsistentOffsets } from '../properties/clients.ts';
import type { Case, Checker, Report } from './contract.ts';
import { placeEvidence, readEvidence, sendEvidence } from './evidence.ts';

/**
 * `consistent-read`: two readers saw two values at one offset. `inconsistent-offsets`: an
 * acknowledgement names an offset at which another value stands, though the acknowledged value
 * itself was read elsewhere (a value that nobody ever read is lost, see losses.ts), or two
 * acknowledgements of values that were read name one offset. `duplicate`: one value was read at two
 * offsets.
 */
export const checkOffsets: Checker = (given, report) => {
  checkConflictingReads(given, report);
  checkAcknowledgedOffsets(given, report);
  checkDuplicates(given, report);
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
      evidence: [
        placeEvidence(value, first),
        placeEvidence(value, place),
        ...(send === undefined ? [] : [sendEvidence(send)]),
      ],
    });
  }
}
