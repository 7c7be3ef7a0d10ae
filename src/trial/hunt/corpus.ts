/**
 * A corpus: few plans that reach together what a whole hunt has reached, and what is rare several
 * times. The next hunt begins with them.
 */
import type { Features } from '../coverage/coverage.ts';
import type { Plan } from '../plan/plan.ts';

export interface CorpusMember {
  readonly plan: Plan;
  readonly features: Features;
}

/**
 * At most `most` of them, the one that adds most first. A feature counts the more the fewer have
 * it, and half as much for each time that it is reached already.
 */
export function chooseCorpus(members: readonly CorpusMember[], most: number): Plan[] {
  const value = new Map<string, number>();
  for (const { features } of members)
    for (const feature of features.keys()) value.set(feature, (value.get(feature) ?? 0) + 1);
  for (const [feature, having] of value) value.set(feature, 1 / having);
  const left = [...members];
  const chosen: Plan[] = [];
  while (chosen.length < most && left.length > 0) {
    const worths = left.map(({ features }) => worthOf(features, value));
    const best = worths.indexOf(Math.max(...worths));
    const [{ plan, features }] = left.splice(best, 1) as [CorpusMember];
    chosen.push(plan);
    for (const feature of features.keys()) value.set(feature, value.get(feature)! / 2);
  }
  return chosen;
}

function worthOf(features: Features, value: ReadonlyMap<string, number>): number {
  let worth = 0;
  for (const feature of features.keys()) worth += value.get(feature)!;
  return worth;
}
