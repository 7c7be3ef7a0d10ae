import { describe, expect, it } from 'vitest';
import { ClientError } from '../../../../src/kafka/client/errors.ts';
import { TopicPattern } from '../../../../src/kafka/client/group/topic-pattern.ts';

describe('a subscription by pattern', () => {
  it.each([
    ['orders', 'orders', true],
    ['orders', 'orders-2', false],
    ['orders.*', 'orders-2', true],
    ['(a|b)-\\d+', 'b-17', true],
    ['a|b', 'ab', false],
    ['[a-c]{2,3}', 'abc', true],
  ])('%s and %s: %s', (pattern, topic, expected) => {
    expect(new TopicPattern(pattern).matches(topic)).toBe(expected);
  });

  it.each([
    ['', 'is empty'],
    ['(', 'is no regular expression'],
    ['(a+)+b', 'repeats a group'],
    ['(a|aa)*b', 'repeats a group'],
    ['((x*)y){5}', 'repeats a group'],
    ['(a)\\1', 'refers back'],
    ['(?=a)a', 'looks ahead'],
    ['a'.repeat(1025), 'is longer than 1024'],
  ])('%s is refused', (pattern, why) => {
    expect(() => new TopicPattern(pattern)).toThrow(ClientError);
    expect(() => new TopicPattern(pattern)).toThrow(why);
  });
});
