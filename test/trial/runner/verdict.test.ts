import { describe, expect, it } from 'vitest';
import { History, type Send } from '../../../src/trial/history/history.ts';
import { verdictOf } from '../../../src/trial/runner/verdict.ts';

function send(history: History): Send {
  return history.invokeSend({
    producer: 1,
    incarnation: 0,
    topic: 'orders',
    key: 'k',
    acks: 'all',
    invokedUs: 0,
  });
}

function verdictOn(history: History) {
  return verdictOf({ violations: [], expected: null, reason: null, history });
}

describe('a trial in which nothing was acknowledged', () => {
  it('is inconclusive and names the error that dominated', () => {
    const history = new History();
    for (const cause of ['timeout', 'MESSAGE_TOO_LARGE', 'MESSAGE_TOO_LARGE']) {
      history.failSend(send(history), 1, 'fail', { error: `batch of 3: ${cause}`, cause });
    }
    expect(verdictOn(history)).toEqual({
      verdict: 'inconclusive',
      reason: 'nothing was acknowledged: 2 of 3 sends ended in MESSAGE_TOO_LARGE',
    });
  });

  it('says so where sends were not answered, or none was made', () => {
    const history = new History();
    expect(verdictOn(history).reason).toBe('nothing was acknowledged: nothing was sent');
    send(history);
    expect(verdictOn(history).reason).toBe(
      'nothing was acknowledged: 1 of 1 sends ended in no answer',
    );
  });
});
