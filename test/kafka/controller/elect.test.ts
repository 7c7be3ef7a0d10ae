import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  changePartition,
  mayLeadIn,
  type PartitionChange,
} from '../../../src/kafka/controller/elect.ts';
import type { ControllerRules } from '../../../src/kafka/controller/rules.ts';
import { cluster, essence, type PartitionLook } from './fixtures.ts';

interface Case {
  readonly partition: PartitionLook;
  readonly live: readonly number[];
  readonly change?: Partial<PartitionChange>;
  readonly unclean?: boolean;
  readonly minIsr?: number;
  readonly rules?: Partial<ControllerRules>;
}

/** The partition after the change, or null where there is no record. */
function outcomeOf({ partition, live, change, unclean, minIsr, rules }: Case) {
  const context = cluster({
    brokers: [1, 2, 3, 4].map((id) => ({ id, fenced: !live.includes(id) })),
    partitions: [partition],
    defaults: { uncleanLeaderElectionEnable: unclean ?? false, minInsyncReplicas: minIsr ?? 2 },
    ...(rules === undefined ? {} : { rules }),
  });
  const record = changePartition(context, context.partition(), {
    mayLead: mayLeadIn(context),
    ...change,
  });
  if (record === null) return null;
  context.apply([record]);
  return essence(context.partition());
}

describe('election', () => {
  it('changes nothing while the leader is in the ISR and alive', () => {
    expect(outcomeOf({ partition: { leader: 2 }, live: [1, 2, 3] })).toBeNull();
  });

  it('takes the first live ISR member in replica order, whatever the order of the ISR', () => {
    const next = outcomeOf({
      partition: { replicas: [3, 1, 2], isr: [2, 1, 3], leader: 3 },
      live: [1, 2],
    });
    expect(next).toMatchObject({
      leader: 1,
      leaderEpoch: 6,
      partitionEpoch: 11,
      recovering: false,
    });
  });

  it('never takes a live replica outside the ISR while the ISR has members', () => {
    const next = outcomeOf({ partition: { isr: [3], elr: [2], leader: 3 }, live: [1, 2] });
    expect(next).toMatchObject({ leader: -1, leaderEpoch: 6, isr: [3], elr: [2] });
  });

  it('takes an ELR member when the ISR is empty, which then is the ISR', () => {
    const next = outcomeOf({
      partition: { isr: [], elr: [2, 3], leader: -1, lastKnownElr: [3] },
      live: [1, 3],
    });
    expect(next).toMatchObject({
      leader: 3,
      isr: [3],
      elr: [2],
      lastKnownElr: [],
      recovering: false,
    });
  });

  it('waits for the ELR rather than take the last known leader', () => {
    expect(
      outcomeOf({ partition: { isr: [], elr: [2], leader: -1, lastKnownElr: [1] }, live: [1, 3] }),
    ).toBeNull();
  });

  it('takes the last known leader when ISR and ELR are empty, and it recovers', () => {
    const next = outcomeOf({ partition: { isr: [], leader: -1, lastKnownElr: [2] }, live: [1, 2] });
    expect(next).toMatchObject({
      leader: 2,
      isr: [2],
      elr: [],
      lastKnownElr: [],
      recovering: true,
    });
  });

  it('does not take a last known leader that is still fenced (KAFKA-19522)', () => {
    const fenced: Case = { partition: { isr: [], leader: -1, lastKnownElr: [2] }, live: [1] };
    expect(outcomeOf(fenced)).toBeNull();
    const wrong = {
      lastKnownLeader: ({ lastKnownElr }: { lastKnownElr: readonly number[] }) =>
        lastKnownElr[0] ?? -1,
    };
    expect(outcomeOf({ ...fenced, rules: wrong })).toMatchObject({ leader: 2 });
  });

  it('takes no last known leader where several are recorded', () => {
    expect(
      outcomeOf({ partition: { isr: [], leader: -1, lastKnownElr: [2, 3] }, live: [2, 3] }),
    ).toBeNull();
  });

  it('takes any live replica only where the topic allows unclean elections (KAFKA-4623)', () => {
    const lost: Case = { partition: { isr: [1], leader: 1 }, live: [2, 3] };
    expect(outcomeOf(lost)).toMatchObject({ leader: -1, isr: [1] });
    const unclean = { leader: 2, isr: [2], elr: [], recovering: true, leaderEpoch: 6 };
    expect(outcomeOf({ ...lost, unclean: true })).toMatchObject(unclean);
    expect(outcomeOf({ ...lost, rules: { mayElectUncleanly: () => true } })).toMatchObject(unclean);
  });

  it('elects nobody who is shutting down or fenced (KAFKA-13916)', () => {
    const gone: Case = { partition: { isr: [1, 2], leader: 1 }, live: [] };
    expect(outcomeOf(gone)).toMatchObject({ leader: -1 });
    expect(outcomeOf({ ...gone, rules: { mayLead: () => true } })).toBeNull();
  });

  it('gives leadership back to the preferred replica only where that is asked for', () => {
    const partition: PartitionLook = { leader: 3 };
    expect(outcomeOf({ partition, live: [1, 2, 3] })).toBeNull();
    expect(outcomeOf({ partition, live: [1, 2, 3], change: { preferred: true } })).toMatchObject({
      leader: 1,
    });
    expect(outcomeOf({ partition, live: [2, 3], change: { preferred: true } })).toBeNull();
    expect(
      outcomeOf({
        partition: { leader: 3, isr: [2, 3], elr: [] },
        live: [1, 2, 3],
        change: { preferred: true },
      }),
    ).toBeNull();
  });
});

describe('ELR upkeep (KIP-966, min.insync.replicas 2)', () => {
  it('stays empty while the ISR has min ISR members', () => {
    const next = outcomeOf({ partition: {}, live: [1, 2, 3], change: { isr: [1, 2] } });
    expect(next).toMatchObject({ isr: [1, 2], elr: [], leaderEpoch: 5, partitionEpoch: 11 });
  });

  it('takes in who leaves the ISR below min ISR, but not who left it before', () => {
    const next = outcomeOf({ partition: { isr: [1, 2] }, live: [1, 2, 3], change: { isr: [1] } });
    expect(next).toMatchObject({ isr: [1], elr: [2] });
  });

  it('keeps former members and loses the ones that join the ISR', () => {
    const partition = { replicas: [1, 2, 3, 4], isr: [1, 2], elr: [3, 4] };
    const next = outcomeOf({ partition, live: [1, 2, 3], change: { isr: [1, 3] }, minIsr: 4 });
    expect(next).toMatchObject({ isr: [1, 3], elr: [2, 4] });
  });

  it('is cleared once the ISR has min ISR members again', () => {
    const next = outcomeOf({
      partition: { isr: [1], elr: [3] },
      live: [1, 2, 3],
      change: { isr: [1, 2] },
    });
    expect(next).toMatchObject({ isr: [1, 2], elr: [] });
  });

  it('lets the last member leave the ISR and remembers it as last known leader', () => {
    const next = outcomeOf({
      partition: { isr: [1], elr: [2], leader: 1 },
      live: [],
      change: { isr: [] },
    });
    expect(next).toMatchObject({
      isr: [],
      elr: [1, 2],
      leader: -1,
      leaderEpoch: 6,
      lastKnownElr: [1],
    });
  });

  it('takes in nobody who came back from an unclean shutdown', () => {
    const change = { isr: [], unclean: 1, mayLead: () => false };
    const next = outcomeOf({ partition: { isr: [1], elr: [2], leader: 1 }, live: [], change });
    expect(next).toMatchObject({ isr: [], elr: [2], leader: -1, lastKnownElr: [1] });
  });

  it('elects the last replica standing again where there is no ELR (before KIP-966)', () => {
    const rules: Partial<ControllerRules> = {
      inSyncReplicas: (partition, target) => ({
        isr: target.length > 0 ? target : partition.isr,
        elr: [],
      }),
    };
    const change = { isr: [], unclean: 1 };
    const next = outcomeOf({ partition: { isr: [1], leader: -1 }, live: [1], change, rules });
    expect(next).toMatchObject({ leader: 1, isr: [1], recovering: false });
    expect(
      outcomeOf({
        partition: { isr: [1], leader: -1 },
        live: [1],
        change: { ...change, mayLead: () => false },
      }),
    ).toMatchObject({ leader: -1, isr: [] });
  });

  it('has nobody to hold where min ISR is above the replication factor', () => {
    const next = outcomeOf({
      partition: { replicas: [1], isr: [1] },
      live: [1],
      change: { isr: [1] },
    });
    expect(next).toBeNull();
  });
});

describe('a recovering leader', () => {
  it('is recovered once it says so, without a new leader epoch', () => {
    const next = outcomeOf({
      partition: { isr: [1], recovering: true },
      live: [1, 2],
      change: { recovering: false },
    });
    expect(next).toMatchObject({ recovering: false, leaderEpoch: 5, partitionEpoch: 11 });
  });
});

describe('any change', () => {
  const nodes = [1, 2, 3];
  const subset = fc.subarray(nodes);

  it('never elects uncleanly by itself, keeps ISR and ELR apart, and raises epochs by one', () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray(nodes, { minLength: 3 }),
        subset,
        subset,
        subset,
        subset,
        fc.nat(3),
        (replicas, isr, elr, live, target, leaderPick) => {
          const leader = isr[leaderPick % Math.max(1, isr.length)] ?? -1;
          const before = { replicas, isr, elr: elr.filter((id) => !isr.includes(id)), leader };
          const wanted = target.filter((id) => isr.includes(id));
          const next = outcomeOf({ partition: before, live, change: { isr: wanted } });
          if (next === null) return;
          expect(next.partitionEpoch).toBe(11);
          expect(next.leaderEpoch).toBe(next.leader === leader ? 5 : 6);
          expect(next.isr.some((id) => next.elr.includes(id))).toBe(false);
          if (next.leader === -1) return;
          expect(live).toContain(next.leader);
          expect(next.isr).toContain(next.leader);
          expect([...before.isr, ...before.elr]).toContain(next.leader);
          expect(next.recovering).toBe(false);
        },
      ),
    );
  });
});
