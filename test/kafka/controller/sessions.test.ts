import { describe, expect, it } from 'vitest';
import { BrokerSessions } from '../../../src/kafka/controller/sessions.ts';

describe('sessions', () => {
  it('end when nothing is heard for longer than the timeout, the longest silent first', () => {
    const sessions = new BrokerSessions(100);
    sessions.touch(1, false, 0, 0);
    sessions.touch(2, false, 0, 10);
    expect(sessions.nextDeadlineUs()).toBe(101);
    sessions.touch(1, false, 0, 50);
    expect(sessions.nextDeadlineUs()).toBe(111);
    expect(sessions.findStale(110)).toBe(-1);
    expect(sessions.findStale(200)).toBe(2);
    sessions.fence(2);
    expect(sessions.findStale(200)).toBe(1);
    sessions.fence(1);
    expect(sessions.findStale(1000)).toBe(-1);
    expect(sessions.nextDeadlineUs()).toBe(-1);
  });

  it('of fenced brokers are none', () => {
    const sessions = new BrokerSessions(100);
    sessions.touch(1, true, 0, 0);
    expect(sessions.isValid(1, 0)).toBe(false);
    sessions.touch(1, false, 0, 0);
    expect(sessions.isValid(1, 100)).toBe(true);
    expect(sessions.isValid(1, 101)).toBe(false);
  });

  it('tell how far active brokers are, leaving out fenced and leaving ones', () => {
    const sessions = new BrokerSessions(100);
    expect(sessions.lowestActiveOffset()).toBe(Number.POSITIVE_INFINITY);
    sessions.touch(1, false, 7, 0);
    sessions.touch(2, false, 5, 0);
    sessions.touch(3, true, 1, 0);
    expect(sessions.lowestActiveOffset()).toBe(5);
    sessions.beginControlledShutdown(2, 9);
    expect(sessions.lowestActiveOffset()).toBe(7);
    sessions.beginControlledShutdown(2, 30);
    expect(sessions.session(2)?.controlledShutdownOffset).toBe(9);
    sessions.touch(2, true, 9, 1);
    expect(sessions.session(2)?.controlledShutdownOffset).toBe(-1);
  });
});
