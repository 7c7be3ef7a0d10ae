import { describe, expect, it } from 'vitest';
import { reasonOf } from '../../src/real/network.ts';

describe('the reason of an error of a socket', () => {
  it.each([
    ['ETIMEDOUT', 'timed-out', 'timed-out'],
    ['EHOSTUNREACH', 'timed-out', 'timed-out'],
    ['ENETUNREACH', 'timed-out', 'timed-out'],
    ['EAI_AGAIN', 'timed-out', 'timed-out'],
    ['ECONNREFUSED', 'refused', 'reset'],
    ['ENOTFOUND', 'refused', 'reset'],
    ['ECONNRESET', 'refused', 'reset'],
    ['EPIPE', 'timed-out', 'reset'],
  ])('%s: %s before the connection is up, %s afterwards', (code, before, after) => {
    expect([reasonOf(code, false), reasonOf(code, true)]).toEqual([before, after]);
  });
});
