import { describe, expect, it } from 'vitest';
import {
  balanceLeaders,
  fenceBroker,
  hasLeaderships,
  unfenceBroker,
  unregisterBroker,
} from '../../../src/kafka/controller/fencing.ts';
import type { BrokerState } from '../../../src/kafka/metadata/image.ts';
import { type Cluster, cluster } from './fixtures.ts';

const broker = (context: Cluster, id: number): BrokerState => {
  const found = context.image.brokers.get(id);
  if (found === undefined) throw new Error(`broker ${id} is not registered`);
  return found;
};

describe('fencing', () => {
  it('takes a broker out of every ISR, and its leaderships with it', () => {
    const context = cluster({ partitions: [{}, { leader: 2 }, { isr: [2, 3], leader: 3 }] });
    context.apply(fenceBroker(context, broker(context, 1)));
    expect(context.partition(0)).toMatchObject({ leader: 2, isr: [2, 3], leaderEpoch: 6 });
    expect(context.partition(1)).toMatchObject({
      leader: 2,
      isr: [2, 3],
      leaderEpoch: 5,
      partitionEpoch: 11,
    });
    expect(context.partition(2).partitionEpoch).toBe(10);
    expect(broker(context, 1).fenced).toBe(true);
  });

  it('of all, one after another, keeps all that hold everything eligible, and the last one known', () => {
    const context = cluster({ partitions: [{}] });
    for (const id of [1, 2, 3]) context.apply(fenceBroker(context, broker(context, id)));
    expect(context.partition()).toMatchObject({
      isr: [],
      elr: [2, 3],
      leader: -1,
      lastKnownElr: [3],
      leaderEpoch: 8,
    });
    context.apply(unfenceBroker(context, broker(context, 1)));
    expect(context.partition().leader).toBe(-1);
    context.apply(unfenceBroker(context, broker(context, 2)));
    expect(context.partition()).toMatchObject({
      isr: [2],
      elr: [3],
      leader: 2,
      lastKnownElr: [],
      recovering: false,
    });
  });

  it('never lets the fenced broker win an unclean election', () => {
    const context = cluster({
      partitions: [{ isr: [1] }],
      configs: { 'unclean.leader.election.enable': 'true' },
    });
    context.apply(fenceBroker(context, broker(context, 1)));
    expect(context.partition()).toMatchObject({ leader: 2, isr: [2], recovering: true });
  });
});

describe('unregistering', () => {
  it('takes a broker out of ISRs and ELRs and forgets it', () => {
    const context = cluster({
      partitions: [
        { isr: [1], elr: [2] },
        { isr: [2], elr: [1], leader: 2 },
      ],
    });
    context.apply(unregisterBroker(context, broker(context, 1)));
    expect(context.partition(0)).toMatchObject({ isr: [2], elr: [], leader: 2 });
    expect(context.partition(1)).toMatchObject({ isr: [2], elr: [], leader: 2 });
    expect(context.image.brokers.has(1)).toBe(false);
  });
});

describe('balancing leaders', () => {
  it('gives partitions back to preferred replicas that are in sync and alive', () => {
    const context = cluster({
      brokers: [{ id: 1 }, { id: 2 }, { id: 3, fenced: true }],
      partitions: [
        { leader: 2 },
        { leader: 1 },
        { leader: 2, isr: [2] },
        { replicas: [3, 1, 2], leader: 1 },
      ],
    });
    context.apply(balanceLeaders(context, 10));
    expect([0, 1, 2, 3].map((i) => context.partition(i).leader)).toEqual([1, 1, 2, 1]);
    expect([0, 1, 2, 3].map((i) => context.partition(i).leaderEpoch)).toEqual([6, 5, 5, 5]);
  });

  it('stops at its limit', () => {
    const context = cluster({ partitions: [{ leader: 2 }, { leader: 2 }, { leader: 2 }] });
    expect(balanceLeaders(context, 2)).toHaveLength(2);
  });
});

it('a broker has leaderships while any partition is led by it', () => {
  const context = cluster({ partitions: [{ leader: 2 }] });
  expect(hasLeaderships(context, 2)).toBe(true);
  expect(hasLeaderships(context, 1)).toBe(false);
});
