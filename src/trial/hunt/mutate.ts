/** Variations of a plan: each makes one that is like it, and within the same budget. */
import { drawOne } from '../../base/draw.ts';
import type { RandomStream } from '../../host/random.ts';
import type { Fault } from '../faults/registry.ts';
import { sightNames } from '../faults/trigger.ts';
import { groupsOf } from '../groups/group.ts';
import type { Plan } from '../plan/plan.ts';
import { redrawPoints } from '../plan/points.ts';

type Variation = (plan: Plan, other: Plan, random: RandomStream) => readonly Fault[];

/** Moves a fault by up to so much; half of the moves are small. */
const farMs = 10_000;
const nearMs = 200;

const variations: readonly Variation[] = [
  /** Moves one. */
  ({ faults }, _, random) =>
    changeOne(faults, random, (fault) => {
      const reach = random.int(2) === 0 ? nearMs : farMs;
      const atMs = Math.max(0, fault.atMs + random.int(2 * reach + 1) - reach);
      return { ...fault, atMs };
    }),
  /** Shortens or lengthens one. */
  ({ faults }, _, random) =>
    changeOne(faults, random, (fault) => {
      const durationMs = Math.floor((fault.durationMs * (1 + random.int(200))) / 100);
      return { ...fault, durationMs };
    }),
  /** Has one strike upon a sight, soon after it. */
  ({ faults }, _, random) =>
    changeOne(faults, random, (fault) => {
      const afterMs = random.int(drawOne([2, 20, 500], random));
      const when = { seen: drawOne(sightNames, random), nth: 1 + random.int(8), afterMs };
      return { ...fault, when };
    }),
  /** Repeats one a little later. */
  ({ faults }, _, random) => {
    if (faults.length === 0) return faults;
    const again = drawOne(faults, random);
    return [...faults, { ...again, atMs: again.atMs + random.int(5_000) }];
  },
  /** Gives one the target of another of the same kind. */
  ({ faults }, { faults: others }, random) =>
    changeOne(faults, random, (fault) => {
      const same = others.filter(({ kind }) => kind === fault.kind);
      return same.length === 0 ? fault : { ...fault, target: drawOne(same, random).target };
    }),
  /** Takes some of another plan's too. */
  ({ faults }, { faults: others }, random) => [
    ...faults,
    ...others.filter(() => random.int(3) === 0),
  ],
  /** Leaves some out. */
  ({ faults }, _, random) => faults.filter(() => random.int(4) > 0),
  /** Leaves all as it is: another seed of the world alone. */
  ({ faults }) => faults,
];

const mostFaults = 60;

/** One in so many variations draws the delay points anew. */
const onePointsIn = 4;

/** `other` has the same configuration: what it draws within its budget is within this one's. */
export function vary(plan: Plan, other: Plan, random: RandomStream): Plan {
  let { faults } = plan;
  const times = 1 + random.int(3);
  for (let i = 0; i < times; i++)
    faults = [...drawOne(variations, random)({ ...plan, faults: [...faults] }, other, random)];
  const kept = [...faults].slice(0, mostFaults).sort((a, b) => a.atMs - b.atMs);
  const hasGroups = groupsOf(plan.workload).length > 0;
  const isRedrawn = random.int(onePointsIn) === 0;
  const points = isRedrawn ? redrawPoints(plan.points, hasGroups, random) : plan.points;
  return points === undefined ? { ...plan, faults: kept } : { ...plan, faults: kept, points };
}

function changeOne(
  faults: readonly Fault[],
  random: RandomStream,
  change: (fault: Fault) => Fault,
): readonly Fault[] {
  if (faults.length === 0) return faults;
  const chosen = random.int(faults.length);
  return faults.map((fault, index) => (index === chosen ? change(fault) : fault));
}
