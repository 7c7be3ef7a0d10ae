import { describe, expect, it } from 'vitest';
import type { BrokersView, LeaderState } from '../../../src/kafka/replication/leader-state.ts';
import { rackAware } from '../../../src/kafka/replication/replica-selector.ts';

interface Follower {
  readonly node: number;
  readonly logEndOffset?: number;
  readonly lastCaughtUpUs?: number;
}

/** Whom a leader in rack `r1` names to a consumer in `r2`, where all these followers are. */
function chosen(...followers: readonly Follower[]): number {
  const facts = { epoch: 1, fenced: false, inControlledShutdown: false, rack: 'r2' };
  const brokers = new Map(followers.map(({ node }) => [node, facts])) as unknown as BrokersView;
  const leader = {
    committedIsr: followers.map(({ node }) => node),
    followers: followers.map((follower) => {
      return { logStartOffset: 0, logEndOffset: 9, lastCaughtUpUs: 5, ...follower };
    }),
  } as unknown as LeaderState;
  return rackAware('r1', () => brokers)(leader, 'r2', 3);
}

describe('of several replicas in a consumer’s rack', () => {
  it('the one that has come furthest is chosen', () => {
    expect(chosen({ node: 2, logEndOffset: 8 }, { node: 3, logEndOffset: 7 })).toBe(2);
    expect(chosen({ node: 2, logEndOffset: 7 }, { node: 3, logEndOffset: 8 })).toBe(3);
  });

  it('else the one that was caught up last', () => {
    expect(chosen({ node: 2, lastCaughtUpUs: 6 }, { node: 3 })).toBe(2);
    expect(chosen({ node: 2 }, { node: 3, lastCaughtUpUs: 6 })).toBe(3);
  });

  it('else the one of the highest id, whatever their order', () => {
    expect(chosen({ node: 2 }, { node: 3 })).toBe(3);
    expect(chosen({ node: 3 }, { node: 2 })).toBe(3);
  });
});
