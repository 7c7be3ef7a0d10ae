import type { Offset } from '../../base/ids.ts';
import type { Poll } from '../history/history.ts';
import type { Checker, Evidence, Report } from './contract.ts';
import { at } from './describe.ts';

/**
 * `nonmonotonic-poll`: within one session of a consumer a record's offset is not above the one
 * before. `poll-skip`: it lies further above, and somebody read a record in between.
 */
export const checkPolls: Checker = (evidence, report) => {
  const lines = new Map<string, Map<number, Offset>>();
  for (const poll of evidence.history.polls) {
    let positions = lines.get(poll.partition);
    if (positions === undefined) {
      positions = new Map();
      lines.set(poll.partition, positions);
    }
    const line = lineOf(poll);
    let before = positions.get(line) ?? -1;
    for (const offset of poll.offsets) {
      if (before >= 0 && offset <= before) reportStepBack(poll, before, offset, report);
      else if (before >= 0 && offset > before + 1) checkGap(evidence, poll, before, offset, report);
      before = offset;
    }
    positions.set(line, before);
  }
};

/** One number for each session of a consumer in each phase. */
const lineOf = ({ phase, consumer, session }: Poll): number =>
  (session * 0x10000 + consumer) * 2 + (phase === 'final' ? 1 : 0);

function reportStepBack(poll: Poll, before: Offset, offset: Offset, report: Report): void {
  report({
    property: 'nonmonotonic-poll',
    message: `consumer ${poll.consumer} read offset ${before} of ${poll.partition}, then offset ${offset}`,
    atUs: poll.atUs,
    partition: poll.partition,
    evidence: [`${at(poll.atUs)}  session ${poll.session}, ${poll.phase} phase`],
  });
}

function checkGap(
  { order }: Evidence,
  poll: Poll,
  before: Offset,
  offset: Offset,
  report: Report,
): void {
  const known = order.partitions.get(poll.partition)!.byOffset;
  for (let skipped = before + 1; skipped < offset; skipped++) {
    const seen = known.get(skipped);
    if (seen === undefined) continue;
    report({
      property: 'poll-skip',
      message:
        `consumer ${poll.consumer} read offset ${before} of ${poll.partition}, then offset ${offset}, ` +
        `and so never offset ${skipped}`,
      atUs: poll.atUs,
      partition: poll.partition,
      evidence: [
        `${at(seen.atUs)}  consumer ${seen.consumer} read offset ${skipped}: value ${seen.value}`,
      ],
    });
    return;
  }
}
