/**
 * A plan: all that a trial adds to its scenario and seed, as plain data that is saved, edited and
 * shrunk.
 */
import * as z from 'zod';
import { faultSchema } from '../faults/registry.ts';
import { explain, InvalidInputError, workloadSchema } from '../scenario/scenario.ts';

/** More than one every ten seconds of the longest trial; each costs work when it strikes. */
const mostFaults = 10_000;

const planSchema = z.strictObject({
  scenario: z.string(),
  seed: z.string(),
  workload: workloadSchema,
  faults: z.array(faultSchema).max(mostFaults),
});

export type Plan = z.output<typeof planSchema>;

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
  if (!parsed.success) throw new InvalidInputError(`plan ${source}: ${explain(parsed.error)}`);
  return parsed.data;
}
