/**
 * Delay points in a plan: which hold during chaos, how often and for how long at most. Half of the
 * seeds have none, so that what happens without them is seen as well.
 */
import * as z from 'zod';
import { drawOne } from '../../base/draw.ts';
import { msToMicros } from '../../base/time.ts';
import type { RandomStream } from '../../host/random.ts';
import { type KafkaPoint, kafkaPoints } from '../../kafka/points.ts';
import type { PointSetting } from '../../sim/points.ts';
import type { Roster } from '../arena/roster.ts';

const pointNames = Object.keys(kafkaPoints) as [KafkaPoint, ...KafkaPoint[]];

/** Longer than any time-out that a hold can still be within. */
const longestHoldMs = 60_000;

/** Without consumer groups these would never hold. */
const ofGroups: readonly KafkaPoint[] = ['offsets-loaded', 'commit-acknowledged', 'group-unloaded'];
const namesWithoutGroups = pointNames.filter((name) => !ofGroups.includes(name));

export const pointSchema = z.strictObject({
  name: z.enum(pointNames),
  /** All machines where it is not given. */
  machine: z.string().min(1).max(300).optional(),
  /** Of a thousand passes so many are held. */
  perMille: z.int().min(1).max(1000),
  /** Each for a time between nothing and this. */
  longestMs: z.int().min(1).max(longestHoldMs),
});

export type PlannedPoint = z.output<typeof pointSchema>;

const mostActive = 4;
/** From what a busy thread takes to what a long collection does. */
const holdsMs = [2, 20, 200, 2_000] as const;
const shares = [20, 200, 1_000] as const;

export function drawPoints({ nodes, groups }: Roster, random: RandomStream): PlannedPoint[] {
  if (random.int(2) === 0) return [];
  const names = groups.size > 0 ? pointNames : namesWithoutGroups;
  return Array.from({ length: 1 + random.int(mostActive) }, () => drawPoint(nodes, names, random));
}

function drawPoint(
  nodes: readonly string[],
  names: readonly KafkaPoint[],
  random: RandomStream,
): PlannedPoint {
  const isOfOne = random.int(3) === 0 && nodes.length > 0;
  const machine = isOfOne ? drawOne(nodes, random) : undefined;
  const point = {
    name: drawOne(names, random),
    perMille: drawOne(shares, random),
    longestMs: drawOne(holdsMs, random),
  };
  return machine === undefined ? point : { ...point, machine };
}

/** Others in their place, on the same machines; where the plan tells of none, it stays so. */
export function redrawPoints(
  points: readonly PlannedPoint[] | undefined,
  hasGroups: boolean,
  random: RandomStream,
): PlannedPoint[] | undefined {
  if (points === undefined) return undefined;
  const names = hasGroups ? pointNames : namesWithoutGroups;
  const machines = points.flatMap(({ machine }) => machine ?? []);
  return Array.from({ length: 1 + random.int(mostActive) }, () =>
    drawPoint(machines, names, random),
  );
}

/** As the world takes them. */
export function pointSettings(points: readonly PlannedPoint[]): PointSetting[] {
  return points.map(({ longestMs, machine, ...point }) => ({
    ...point,
    ...(machine === undefined ? {} : { machine }),
    minUs: 0,
    maxUs: msToMicros(longestMs),
  }));
}

/** Points on machines that the cluster does not have. */
export function pointProblems(points: readonly PlannedPoint[], nodes: readonly string[]): string[] {
  return points.flatMap(({ machine }, index) =>
    machine === undefined || nodes.includes(machine)
      ? []
      : [`points.${index}.machine: "${machine}" is none of ${nodes.join(', ')}`],
  );
}
