/** What a scenario file imports. */
export { sometimes } from './base/mark.ts';
export type { Fault, FaultKindName } from './trial/faults/registry.ts';
export type { Plan } from './trial/plan/plan.ts';
export {
  InvalidInputError,
  type Scenario,
  type ScenarioInput,
  scenario,
} from './trial/scenario/scenario.ts';
