/** `close-returns`: a consumer's close is back within the time that it promises, whatever happens. */
import { atRisk } from '../../../base/mark.ts';
import { microsToMs } from '../../../base/time.ts';
import { closeReturns } from '../../properties/groups.ts';
import type { Checker } from '../contract.ts';
import { memberEvidence } from '../evidence.ts';

/** What is due at a time comes in its turn. */
const slackUs = 10_000;

export const checkCloses: Checker = ({ endUs, history, wasStruck }, report) => {
  const { closes, stays } = history.groups;
  for (const { completedUs, invokedUs, outcome, stay: id, withinUs } of closes) {
    const stay = stays[id]!;
    atRisk(closeReturns);
    const isPending = outcome === 'pending';
    const doneUs = isPending ? endUs : completedUs;
    const isLate = doneUs - invokedUs > withinUs + slackUs;
    // A process that stood still, or whose clock went slow, could not.
    if (!isLate || outcome === 'info' || wasStruck(stay.by, invokedUs, doneUs)) continue;
    const { by, group } = stay;
    const tookMs = isPending ? -1 : microsToMs(doneUs - invokedUs);
    report(closeReturns, {
      about: { by, group, withinMs: microsToMs(withinUs), tookMs },
      atUs: doneUs,
      partition: null,
      evidence: [memberEvidence(stay, 'closes', { atUs: invokedUs })],
    });
  }
};
