import { describe, expect, it } from 'vitest';
import {
  matchingTopics,
  patternProblem,
} from '../../../../src/kafka/group/consumer/topic-regex.ts';

describe('subscription by pattern', () => {
  it('matches whole names, and gives them in order', () => {
    const names = ['orders', 'offers', 'old-orders', 'orders-old'];
    expect(matchingTopics('o[a-z]+s', names)).toEqual(['offers', 'orders']);
    expect(matchingTopics('orders|.*-old', names)).toEqual(['orders', 'orders-old']);
    expect(matchingTopics('none', names)).toEqual([]);
  });

  it('refuses what RE2 does not know, and what is too long or too large', () => {
    for (const pattern of ['(', '(?=a)b', '(a)\\1', '((a{100}){100}){100}', 'a'.repeat(257)]) {
      expect(patternProblem(pattern), pattern).not.toBe(null);
      expect(typeof matchingTopics(pattern, ['a'])).toBe('string');
    }
  });

  it('takes time by the length of names, not by what could be tried', () => {
    const long = 'a'.repeat(249);
    expect(matchingTopics('(a*)*(a|aa)+(.*a){20}b', [long, `${long}b`])).toEqual([`${long}b`]);
  });
});
