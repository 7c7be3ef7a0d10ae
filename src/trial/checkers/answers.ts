import type { Checker } from './contract.ts';
import { describeSend } from './describe.ts';

/**
 * `sends-complete`: a client owes an answer to each send within its delivery timeout. By the end of
 * a trial that time is up for all of them.
 */
export const checkAnswers: Checker = ({ history, endUs }, report) => {
  for (const send of history.sends) {
    if (send.outcome !== 'pending') continue;
    report({
      property: 'sends-complete',
      message: `value ${send.value} was sent by p${send.producer} and never answered`,
      atUs: endUs,
      partition: null,
      evidence: [describeSend(send)],
    });
  }
};
