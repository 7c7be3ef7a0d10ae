import type { Promises } from '../checkers/contract.ts';
import type { Scenario, Workload } from '../scenario/scenario.ts';

/**
 * What the workload's configuration promises. Order and uniqueness are owed by idempotent producers
 * alone (KIP-98): without sequence numbers a delayed first attempt may land behind what was sent
 * later, even with one request in flight. A scenario that names `duplicate` asks for it by that.
 */
export function promisesOf(workload: Workload, breaks: Scenario['breaks']): Promises {
  const { idempotent } = workload;
  return { ordered: idempotent, unique: idempotent || breaks === 'duplicate' };
}
