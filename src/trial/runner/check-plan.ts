/** Refuses a scenario and plan that do not fit together, before anything runs. */
import { castOf } from '../plan/cluster.ts';
import type { Plan } from '../plan/plan.ts';
import { pointProblems } from '../plan/points.ts';
import { relationProblems } from '../scenario/relations.ts';
import { InvalidInputError, type Scenario } from '../scenario/scenario.ts';
import { targetProblem } from '../targets/registry.ts';

/** Throws InvalidInputError for a target that nobody in the scenario's own cluster can be. */
export function checkScenario(scenario: Scenario): void {
  const { script, random } = scenario.faults;
  checkTargets(scenario, targetsOf(script), (index) => `faults.script.${index}.target`);
  // A swarm's machines are not known before its configuration is drawn.
  if (!scenario.swarm && random?.targets !== undefined)
    checkTargets(scenario, random.targets, (index) => `faults.random.targets.${index}`);
}

/** A plan brings a configuration of its own, and faults that may outlast the scenario's chaos. */
export function checkPlan(
  scenario: Scenario,
  { faults, points, limp = [], activities = [] }: Plan,
): void {
  checkTargets(scenario, targetsOf(faults), (index) => `faults.${index}.target`);
  const { nodes } = castOf(scenario).roster;
  const problems = [
    ...relationProblems(scenario, faults, activities),
    ...pointProblems(points ?? [], nodes),
    ...limpProblems(limp, nodes),
  ];
  if (problems.length > 0) throw new InvalidInputError(problems.join('; '));
}

/** Machines that the cluster does not have, or named twice. */
function limpProblems(limp: readonly string[], nodes: readonly string[]): string[] {
  return limp.flatMap((machine, index) => {
    if (!nodes.includes(machine))
      return [`limp.${index}: "${machine}" is none of ${nodes.join(', ')}`];
    return limp.indexOf(machine) < index ? [`limp.${index}: "${machine}" is named twice`] : [];
  });
}

function checkTargets(
  scenario: Scenario,
  targets: readonly string[],
  fieldOf: (index: number) => string,
): void {
  const cast = castOf(scenario);
  for (const [index, target] of targets.entries()) {
    const problem = targetProblem(target, cast);
    if (problem !== null) throw new InvalidInputError(`${fieldOf(index)}: ${problem}`);
  }
}

const targetsOf = (faults: readonly { readonly target: string }[]): string[] =>
  faults.map(({ target }) => target);
