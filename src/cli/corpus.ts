/** Corpora on disk: a folder with a file for each scenario, a plan in each of its lines. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Plan, parsePlan } from '../trial/plan/plan.ts';
import { InvalidInputError } from '../trial/scenario/scenario.ts';
import { UsageError } from './exit.ts';
import { stockFolder } from './self.ts';
import { writeAside } from './write-aside.ts';

/** Made by long hunts over the stock scenarios with nothing wrong. */
export const stockCorpus = join(stockFolder, 'corpus');

const fileOf = (scenario: string): string => `${scenario}.jsonl`;

/** The plans kept for these scenarios, those of each in turn. Throws a UsageError. */
export function readCorpus(folder: string, scenarios: readonly string[]): Plan[] {
  const byScenario = scenarios.map((scenario) =>
    readPlans(join(folder, fileOf(scenario)), scenario),
  );
  const longest = Math.max(0, ...byScenario.map(({ length }) => length));
  return Array.from({ length: longest }, (_, index) =>
    byScenario.flatMap((plans) => plans[index] ?? []),
  ).flat();
}

function readPlans(path: string, scenario: string): Plan[] {
  if (!existsSync(path)) return [];
  try {
    const lines = readFileSync(path, 'utf8').split('\n');
    return lines.flatMap((line, index) => {
      if (line.trim() === '') return [];
      const source = `${path}, line ${index + 1}`;
      const plan = parsePlan(line, source);
      if (plan.scenario === scenario) return [plan];
      throw new InvalidInputError(`plan ${source}: scenario: "${plan.scenario}" is another`);
    });
  } catch (error) {
    const remedy = 'mend or delete that line, or name another folder';
    throw new UsageError(`--corpus: ${(error as Error).message}; ${remedy}`);
  }
}

/** Returns why they could not be kept; null when they are. */
export function writeCorpus(folder: string, plans: readonly Plan[]): string | null {
  const lines = new Map<string, string>();
  for (const plan of plans) {
    const name = fileOf(plan.scenario);
    lines.set(name, `${lines.get(name) ?? ''}${JSON.stringify(plan)}\n`);
  }
  return writeAside(folder, Object.fromEntries(lines));
}
