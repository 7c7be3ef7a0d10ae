/**
 * Variations of what clients do: only of activities that change nothing that is promised, so that
 * the faults of a plan stay within its budget.
 */
import { drawOne } from '../../base/draw.ts';
import type { RandomStream } from '../../host/random.ts';
import { type Activity, activityKindOf } from '../activities/registry.ts';

type Variation = (free: readonly Activity[], random: RandomStream) => readonly Activity[];

const nearMs = 200;
const farMs = 5_000;
const mostRepeats = 6;

const variations: readonly Variation[] = [
  /** Moves one. */
  (free, random) => {
    const chosen = random.int(free.length);
    const reach = drawOne([nearMs, farMs], random);
    return free.map((one, index) => {
      if (index !== chosen) return one;
      return { ...one, atMs: Math.max(0, one.atMs + random.int(2 * reach + 1) - reach) };
    });
  },
  /** Repeats one several times. */
  (free, random) => {
    const again = drawOne(free, random);
    const gapMs = 1 + random.int(drawOne([nearMs, farMs], random));
    const times = 1 + random.int(mostRepeats);
    const repeats = Array.from({ length: times }, (_, nth) => {
      return { ...again, atMs: again.atMs + (nth + 1) * gapMs };
    });
    return [...free, ...repeats];
  },
  /** Leaves some out. */
  (free, random) => free.filter(() => random.int(4) > 0),
];

const mostActivities = 120;

/** Others stay as they are, and all within chaos. */
export function varyActivities(
  activities: readonly Activity[],
  chaosMs: number,
  random: RandomStream,
): Activity[] {
  const free = activities.filter(isFree);
  if (free.length === 0 || activities.length >= mostActivities) return [...activities];
  const varied = drawOne(variations, random)(free, random);
  return [...activities.filter((one) => !isFree(one)), ...varied]
    .filter(({ atMs }) => atMs <= chaosMs)
    .sort((a, b) => a.atMs - b.atMs);
}

/** It needs a topic at the most: topics, settings and the amount of data are as without it. */
export function isFree(activity: Activity): boolean {
  const { needs: _, ...others } = activityKindOf(activity).consequences?.(activity) ?? {};
  return Object.keys(others).length === 0;
}
