import { readFileSync } from 'node:fs';
import { type Plan, parsePlan } from '../trial/plan/plan.ts';
import { InvalidInputError } from '../trial/scenario/scenario.ts';
import { UsageError } from './exit.ts';

/** The plan kept in a file, which must be for this scenario and seed. Throws a UsageError. */
export function loadPlan(path: string, scenario: string, seed: string): Plan {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(`--plan: ${(error as Error).message}`);
  }
  try {
    const plan = parsePlan(text, path);
    const differs = (field: string, there: string, here: string): UsageError =>
      new UsageError(`--plan: ${path}: ${field}: the plan is for "${there}", not "${here}"`);
    if (plan.scenario !== scenario) throw differs('scenario', plan.scenario, scenario);
    if (plan.seed !== seed) throw differs('seed', plan.seed, seed);
    return plan;
  } catch (error) {
    if (error instanceof InvalidInputError) throw new UsageError(`--plan: ${error.message}`);
    throw error;
  }
}
