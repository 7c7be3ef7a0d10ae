import { atRisk } from '../../base/mark.ts';
import { secondsToMicros } from '../../base/time.ts';
import { sendsComplete } from '../properties/clients.ts';
import type { Checker } from './contract.ts';
import { sendEvidence } from './evidence.ts';

const longUs = secondsToMicros(1);

/**
 * `sends-complete`: a client owes an answer to each send within its delivery timeout. By the end of
 * a trial that time is up for all of them.
 */
export const checkAnswers: Checker = ({ history, endUs }, report) => {
  for (const send of history.sends) {
    const lastsUs = send.outcome === 'ok' ? send.completedUs - send.invokedUs : longUs;
    if (lastsUs >= longUs) atRisk(sendsComplete);
    if (send.outcome !== 'pending') continue;
    report(sendsComplete, {
      about: { producer: send.producer, value: send.value },
      atUs: endUs,
      partition: null,
      evidence: [sendEvidence(send)],
    });
  }
};
