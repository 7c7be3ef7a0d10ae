/**
 * One trial: warm-up, chaos, healing, calm, final reading, verdict. Everything in it is decided by
 * scenario, seed and plan; the result and its digest are the same each time and on each runtime.
 */
import type { Scenario } from '../scenario/scenario.ts';
import { conclude, type TrialOutcome } from './conclude.ts';
import { CodeThrew, Experiment, type TrialOptions } from './experiment.ts';
import { Inconclusive, runPhases } from './phases.ts';

export type { TrialOptions, TrialOutcome };

/**
 * Throws InvalidInputError for a plan that does not fit, and what the trial's own code threw: a bug
 * in us. What a node or a client threw breaks a property.
 */
export async function runTrial(
  scenario: Scenario,
  seed: string,
  options: TrialOptions = {},
): Promise<TrialOutcome> {
  const experiment = new Experiment(scenario, seed, options);
  const endListening = experiment.listen();
  try {
    return conclude(experiment, await whyNotCarriedOut(experiment));
  } finally {
    endListening();
  }
}

/**
 * Throws InvalidInputError for what only cluster and plan together tell, such as a target that
 * nobody can be. Runs nothing.
 */
export function checkTrial(scenario: Scenario, seed: string, options: TrialOptions = {}): void {
  new Experiment(scenario, seed, options);
}

/** Runs it; answers null where it could be carried out. */
async function whyNotCarriedOut(experiment: Experiment): Promise<string | null> {
  try {
    await runPhases(experiment);
    return null;
  } catch (error) {
    if (error instanceof Inconclusive) return error.message;
    if (error instanceof CodeThrew) return null;
    throw error;
  }
}
