/**
 * A plan: all that a trial adds to its scenario and seed, as plain data that is saved, edited and
 * shrunk.
 */
import * as z from 'zod';
import { explain, InvalidInputError, workloadSchema } from '../scenario/scenario.ts';
import { faultSchema } from './fault.ts';

const planSchema = z.strictObject({
  scenario: z.string(),
  seed: z.string(),
  workload: workloadSchema,
  faults: z.array(faultSchema),
});

export type Plan = z.output<typeof planSchema>;

/** Reads a saved plan. `source` names it in errors, which name each wrong field. */
export function parsePlan(text: string, source: string): Plan {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new InvalidInputError(`plan ${source}: not JSON: ${(error as Error).message}`);
  }
  const parsed = planSchema.safeParse(json);
  if (!parsed.success) throw new InvalidInputError(`plan ${source}: ${explain(parsed.error)}`);
  return parsed.data;
}
