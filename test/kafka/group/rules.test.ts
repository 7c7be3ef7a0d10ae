import { describe, expect, it } from 'vitest';
import { kafkaGroupRules } from '../../../src/kafka/group/rules.ts';
import type { OffsetAge } from '../../../src/kafka/observation.ts';

const retentionMs = 1000;
const age = (more: Partial<OffsetAge>): OffsetAge => ({
  nowMs: 10_000,
  retentionMs,
  commitTimestamp: 1,
  expireTimestamp: -1,
  group: 'simple',
  emptySince: -1,
  isSubscribed: null,
  ...more,
});
const expires = (more: Partial<OffsetAge>): boolean => kafkaGroupRules.offsetExpires(age(more));

describe('an offset expires', () => {
  it('in a group that only keeps offsets, by its commit', () => {
    expect(expires({ commitTimestamp: 9000 })).toBe(true);
    expect(expires({ commitTimestamp: 9001 })).toBe(false);
  });

  it('in an empty group from the moment it became empty, however old the commit is', () => {
    expect(expires({ group: 'empty', emptySince: 9001 })).toBe(false);
    expect(expires({ group: 'empty', emptySince: 9000 })).toBe(true);
  });

  it('by its commit where a group loaded from an old record does not say since when', () => {
    expect(expires({ group: 'empty', emptySince: -1, commitTimestamp: 9001 })).toBe(false);
    expect(expires({ group: 'empty', emptySince: -1, commitTimestamp: 9000 })).toBe(true);
  });

  it('never while its group rebalances, nor while a member is or may be subscribed', () => {
    expect(expires({ group: 'rebalancing' })).toBe(false);
    expect(expires({ group: 'stable', isSubscribed: true })).toBe(false);
    expect(expires({ group: 'stable', isSubscribed: null })).toBe(false);
    expect(expires({ group: 'stable', isSubscribed: false })).toBe(true);
  });

  it('when its client said so, and −1 says nothing', () => {
    expect(expires({ commitTimestamp: 9999, expireTimestamp: 10_000 })).toBe(true);
    expect(expires({ expireTimestamp: 10_001 })).toBe(false);
    expect(expires({ commitTimestamp: 9999, expireTimestamp: -1 })).toBe(false);
    expect(expires({ group: 'stable', isSubscribed: true, expireTimestamp: 1 })).toBe(false);
  });
});

it('loading ends at the end of the log, not at the high watermark', () => {
  expect(kafkaGroupRules.loadEnd({ highWatermark: 3, logEndOffset: 7 })).toBe(7);
});
