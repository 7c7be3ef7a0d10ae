/**
 * A plan: all that a trial adds to its scenario and seed, as plain data that is saved, edited and
 * shrunk.
 */
import * as z from 'zod';
import { activitySchema } from '../activities/registry.ts';
import { faultSchema } from '../faults/registry.ts';
import {
  clusterSchema,
  explain,
  InvalidInputError,
  networkSchema,
  phasesSchema,
  type Scenario,
  topicSchema,
  workloadSchema,
} from '../scenario/scenario.ts';
import { pointSchema } from './points.ts';

/** As many as there are names, for each of as many machines as a cluster may have. */
const mostPoints = 200;
/** More than one every ten seconds of the longest trial; each costs work when it strikes. */
const mostFaults = 10_000;
const mostActivities = 10_000;
const mostLimping = 100;

const planSchema = z.strictObject({
  scenario: z.string(),
  seed: z.string(),
  /** The configuration; a part that is missing is the scenario's. */
  cluster: clusterSchema.optional(),
  topics: z.array(topicSchema).min(1).max(20).optional(),
  phases: phasesSchema.optional(),
  network: networkSchema.optional(),
  workload: workloadSchema,
  faults: z.array(faultSchema).max(mostFaults),
  /** What clients do beside the workload; nothing where it is not given. */
  activities: z.array(activitySchema).max(mostActivities).optional(),
  /**
   * Machines that are held down for a while once the cluster is whole again: it must serve without
   * them. None where they are not given.
   */
  limp: z.array(z.string().min(1).max(300)).max(mostLimping).optional(),
  /** Delay points that hold during chaos; none where they are not given. */
  points: z.array(pointSchema).max(mostPoints).optional(),
});

export type Plan = z.output<typeof planSchema>;

/** What a plan says of the cluster and its load: drawn by the seed, or taken from the scenario. */
export type Configuration = Pick<
  Scenario,
  'cluster' | 'topics' | 'phases' | 'network' | 'workload'
>;

/** The scenario as the plan has it run. */
export function configured(scenario: Scenario, plan: Plan): Scenario {
  return {
    ...scenario,
    cluster: plan.cluster ?? scenario.cluster,
    topics: plan.topics ?? scenario.topics,
    phases: plan.phases ?? scenario.phases,
    network: plan.network ?? scenario.network,
    workload: plan.workload,
    activities: { script: plan.activities ?? [] },
  };
}

const byteOrderMark = /^\ufeff/;

/** Reads a saved plan. `source` names it in errors, which name each wrong field. */
export function parsePlan(text: string, source: string): Plan {
  let json: unknown;
  try {
    json = JSON.parse(text.replace(byteOrderMark, ''));
  } catch (error) {
    throw new InvalidInputError(`plan ${source}: not JSON: ${(error as Error).message}`);
  }
  const parsed = planSchema.safeParse(json);
  if (!parsed.success)
    throw new InvalidInputError(`plan ${source}: ${explain(parsed.error, json)}`);
  return parsed.data;
}
