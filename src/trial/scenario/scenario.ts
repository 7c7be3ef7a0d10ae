/**
 * A scenario: which cluster, which workload, which faults, and what is promised. A scenario file is
 * a TypeScript module with `export default scenario({ … })`; everything is checked here, defaults
 * filled in. Every number has bounds: whatever is taken here ends with a verdict. What must go
 * together stands in `relations.ts`.
 */
import * as z from 'zod';
import { activityKindNames, activitySchema } from '../activities/registry.ts';
import { faultKindNames, faultSchema } from '../faults/registry.ts';
import { type PropertyName, propertyNames } from '../properties/registry.ts';
import { settingsSchema } from '../settings/settings.ts';
import { relationProblems } from './relations.ts';
import { sometimesSchema } from './sometimes.ts';
import { type Workload, workloadSchema } from './workload.ts';

export { type Workload, workloadSchema };

/** Virtual time costs wall time: no part of a trial lasts longer than chaos, and that a day. */
const dayMs = 86_400_000;
/** What one phase beside chaos takes. */
const hourMs = 3_600_000;
/** As a fault's own times are bounded. */
const halfDayMs = 43_200_000;
/** From a loopback device to a way by several satellites. */
const leastLatencyUs = 10;
const mostLatencyUs = 10_000_000;

export const clusterSchema = z.strictObject({
  /** Brokers `b1`, `b2`, …; all are simulated in one thread. */
  brokers: z.int().min(1).max(9).default(3),
  /**
   * `combined`: the first three brokers (or all, if fewer) are the quorum too; a number: so many
   * nodes `k1`, `k2`, …
   */
  controllers: z.union([z.literal('combined'), z.int().min(1).max(7)]).default('combined'),
  /** Racks, dealt to brokers in turn. */
  racks: z.array(z.string().min(1).max(100)).max(9).default([]),
  settings: settingsSchema.prefault({}),
});

export const topicSchema = z.strictObject({
  name: z.string().regex(/^[a-zA-Z0-9._-]{1,249}$/),
  /** Every consumer reads every partition, and every checker follows each replica. */
  partitions: z.int().min(1).max(64).default(6),
  replicationFactor: z.int().min(1).max(9).default(3),
  /** Kafka's topic configurations, for instance `{ 'min.insync.replicas': '2' }`. */
  configs: z.record(z.string(), z.string()).default({}),
});

export const phasesSchema = z.strictObject({
  warmUpMs: z.int().min(0).max(hourMs).default(5_000),
  chaosMs: z.int().min(0).max(dayMs).default(60_000),
  /** Within this time after the last fault the cluster must be whole. */
  healWithinMs: z.int().min(1000).max(hourMs).default(60_000),
  /** Load goes on for so long after the cluster is whole. */
  calmMs: z.int().min(0).max(hourMs).default(5_000),
});

export const networkSchema = z.strictObject({
  latencyUs: z.int().min(leastLatencyUs).max(mostLatencyUs).default(300),
  jitterUs: z.int().min(0).max(mostLatencyUs).default(200),
  /** Per mille of messages that take the heavy tail. */
  tailPerMille: z.int().min(0).max(1000).default(5),
});

const faultsSchema = z.strictObject({
  /** Faults that strike in every trial, as written. */
  script: z.array(faultSchema).max(1_000).default([]),
  /**
   * Faults that the seed draws: about one every `everyMs`, of a mix of these kinds that each seed
   * draws anew.
   */
  random: z
    .strictObject({
      everyMs: z.int().min(100).max(dayMs),
      kinds: z.array(z.enum(faultKindNames)).min(1).max(100),
      /** Whom they strike; drawn over all kinds of target where it is not given. */
      targets: z.array(z.string().min(1).max(300)).min(1).max(100).optional(),
      durationMs: z
        .tuple([z.int().min(0).max(halfDayMs), z.int().min(1).max(halfDayMs)])
        .default([1_000, 12_000]),
    })
    .optional(),
  /** Whether the seed draws delay points beside random faults. */
  points: z.enum(['drawn', 'none']).default('drawn'),
});

const activitiesSchema = z.strictObject({
  /** What clients do in every trial, as written. */
  script: z.array(activitySchema).max(1_000).default([]),
  /** What the seed draws: about one every `everyMs`, of a mix of these kinds that it draws anew. */
  random: z
    .strictObject({
      everyMs: z.int().min(100).max(dayMs),
      kinds: z.array(z.enum(activityKindNames)).min(1).max(100),
    })
    .optional(),
});

export const scenarioSchema = z.strictObject({
  /** The file's name without its ending: a folder of results is called so. */
  name: z
    .string()
    .max(100)
    .regex(/^[a-z0-9-]+$/, 'lower case letters, digits and hyphens'),
  /** First sentence: what it does, for `ordeal list`. Then what is promised and why. */
  description: z.string().min(10),
  cluster: clusterSchema.prefault({}),
  topics: z
    .array(topicSchema)
    .min(1)
    .max(20)
    .default([topicSchema.parse({ name: 'orders' })]),
  workload: workloadSchema.prefault({}),
  phases: phasesSchema.prefault({}),
  faults: faultsSchema.prefault({}),
  /** What clients do beside sending and reading at a steady rate. */
  activities: activitiesSchema.prefault({}),
  network: networkSchema.prefault({}),
  /**
   * Whether the seed draws machines that are held down once the cluster is whole again, as many as
   * it must serve without. None on a network with more than 5 ms of latency and jitter.
   */
  limp: z.enum(['drawn', 'none']).default('none'),
  /**
   * Each seed draws the configuration too: cluster, topics, settings, clients, load and network,
   * from the ranges of the documentation. What the scenario says of them counts for nothing.
   */
  swarm: z.boolean().default(false),
  /** What some trial of a sweep should reach; `--coverage` tells what none did. */
  sometimes: sometimesSchema.default([]),
  /** Beyond the promise: the one property that must break. Without it, all must hold. */
  breaks: z.enum(propertyNames as readonly PropertyName[]).optional(),
});

export type Scenario = z.output<typeof scenarioSchema>;
export type ScenarioInput = z.input<typeof scenarioSchema>;

/** What is wrong with a scenario or plan, field by field. */
export class InvalidInputError extends Error {
  override readonly name = 'InvalidInputError';
}

/**
 * Checks a scenario and fills in its defaults. Throws InvalidInputError naming each wrong field.
 */
export function scenario(input: ScenarioInput): Scenario {
  const parsed = scenarioSchema.safeParse(input);
  const problems = parsed.success
    ? relationProblems(parsed.data)
    : explain(parsed.error, input).split('; ');
  if (problems.length > 0) {
    throw new InvalidInputError(`scenario ${nameOf(input)}: ${problems.join('; ')}`);
  }
  return parsed.data!;
}

function nameOf(input: unknown): string {
  const name = (input as { name?: unknown } | null)?.name;
  return typeof name === 'string' ? `"${name}"` : '(without a name)';
}

/** `faults.script.0.atMs: expected int, not "soon"`, one part a field. */
export function explain(error: z.ZodError, input: unknown): string {
  return error.issues
    .map(({ path, message }) => {
      const given = path.reduce<unknown>((value, key) => (value as never)?.[key as never], input);
      const told = given === undefined || typeof given === 'object' ? '' : `, not ${shown(given)}`;
      return `${path.join('.') || '(all)'}: ${message}${told}`;
    })
    .join('; ');
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
