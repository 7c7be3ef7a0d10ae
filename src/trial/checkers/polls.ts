import type { Offset } from '../../base/ids.ts';
import { atRisk } from '../../base/mark.ts';
import type { Poll } from '../history/history.ts';
import { nonmonotonicPoll, pollSkip } from '../properties/clients.ts';
import type { Case, Checker, Report } from './contract.ts';
import { type Evidence, readEvidence } from './evidence.ts';

/**
 * `nonmonotonic-poll`: within one session of a consumer a record's offset is not above the one
 * before. `poll-skip`: it lies further above, and somebody read a record in between.
 */
export const checkPolls: Checker = (given, report) => {
  const lines = new Map<string, Map<number, Offset>>();
  for (const poll of given.history.polls) {
    let positions = lines.get(poll.partition);
    if (positions === undefined) {
      positions = new Map();
      lines.set(poll.partition, positions);
    }
    const line = lineOf(poll);
    let before = positions.get(line) ?? -1;
    if (before >= 0 && given.epochsOf(poll.partition) > 1) {
      atRisk(pollSkip);
      atRisk(nonmonotonicPoll);
    }
    for (let i = 0; i < poll.offsets.length; i++) {
      const offset = poll.offsets[i]!;
      if (before >= 0 && offset <= before) reportStepBack(poll, i, before, report);
      else if (before >= 0 && offset > before + 1) checkGap(given, poll, i, before, report);
      before = offset;
    }
    positions.set(line, before);
  }
};

/** One number for each session of a consumer in each phase. */
const lineOf = ({ phase, consumer, session }: Poll): number =>
  (session * 0x10000 + consumer) * 2 + (phase === 'final' ? 1 : 0);

const nthRead = ({ partition, consumer, atUs, offsets, values }: Poll, nth: number): Evidence =>
  readEvidence(partition, offsets[nth]!, { value: values[nth]!, consumer, atUs });

function reportStepBack(poll: Poll, nth: number, before: Offset, report: Report): void {
  const { consumer, partition, atUs } = poll;
  report(nonmonotonicPoll, {
    about: { consumer, partition, before, next: poll.offsets[nth]! },
    atUs,
    partition,
    evidence: [nthRead(poll, nth)],
  });
}

function checkGap(
  { order, deletedBelow }: Case,
  poll: Poll,
  nth: number,
  before: Offset,
  report: Report,
): void {
  const { consumer, partition, atUs } = poll;
  const next = poll.offsets[nth]!;
  const known = order.partitions.get(partition)!.byOffset;
  // A consumer that was left behind by retention begins again where the log begins.
  for (let skipped = Math.max(before + 1, deletedBelow(partition)); skipped < next; skipped++) {
    const seen = known.get(skipped);
    if (seen === undefined) continue;
    report(pollSkip, {
      about: { consumer, partition, before, next, skipped },
      atUs,
      partition,
      evidence: [readEvidence(partition, skipped, seen), nthRead(poll, nth)],
    });
    return;
  }
}
