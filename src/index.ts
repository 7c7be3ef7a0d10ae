/** What a scenario file imports. */
export type { Fault, FaultKind } from './trial/faults/fault.ts';
export type { Plan } from './trial/faults/plan.ts';
export {
  InvalidInputError,
  type Scenario,
  type ScenarioInput,
  scenario,
} from './trial/scenario/scenario.ts';
