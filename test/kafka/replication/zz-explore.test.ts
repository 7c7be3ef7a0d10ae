import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { isCaught, run, schedule } from './schedules-explore.ts';

it('long', () => {
  for (const m of [1, 2]) {
    const r = fc.check(
      fc.property(schedule, (s: any) => run(s, m, {})),
      { numRuns: 4000, seed: 99 },
    );
    console.log(m, r.failed, r.numRuns, r.errorInstance, JSON.stringify(r.counterexample));
  }
}, 600000);
const wrong: any = {
  kip279: {
    truncationOnDivergence: (l: any, o: any, e: number) => Math.min(l.endOffset, e),
    lastFetchedEpoch: (e: number, t: boolean) => (t ? -1 : e),
  },
  kafka7128: {
    mayJoinIsr: (c: any) =>
      c.broker !== undefined && !c.broker.fenced && c.logEndOffset >= c.highWatermark,
  },
  kip320: { epochError: () => 0 },
  stale: { acceptsAnswer: (_a: number, o: number, _e: number, l: number) => o === l },
  hw14704: {
    followerHighWatermark: (own: number, l: number, e: number) => Math.max(own, Math.min(l, e)),
  },
  outofrange: { onOutOfRange: (s: number) => ({ kind: 'start-over', at: s }) },
  minisr: { mayAdvanceHighWatermark: () => true },
  maximal: { maximalIsr: (c: any, p: any) => (p === null ? c : p) },
  committedonly: { maximalIsr: (c: any) => c },
  kip903: { proposedBrokerEpoch: () => -1, acceptsFetchOf: () => true },
  k13091: { recomputesOnIsrCommit: () => false },
};
for (const name of Object.keys(wrong))
  it(name, () => {
    for (const m of [1, 2]) {
      const c = isCaught(wrong[name], 1500, m);
      console.log(name, m, c);
    }
  }, 600000);
