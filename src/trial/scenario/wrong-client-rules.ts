/**
 * Wrong rules that a scenario may give its clients on purpose, by name: what others' clients do, or
 * ours once did. A scenario with them goes beyond the promise and says what they break.
 */
import type { ClientRules } from '../../kafka/client/rules.ts';

export const wrongClientRules = {
  /**
   * The first batches of a producer travel together, as those of Java's client do: a leader that
   * does not know the producer may take a later one though it refused the first (KAFKA-14359).
   */
  'first-batches-together': { firstBatchTravelsAlone: () => false },
  /**
   * A batch that was overtaken gets new numbers under a new epoch and stands behind what was sent
   * after it. Java's client gives it up after its delivery timeout instead.
   */
  'overtaken-batch-renumbered': { isOvertaken: () => false },
} satisfies Record<string, Partial<ClientRules>>;

export type WrongClientRule = keyof typeof wrongClientRules;

export const wrongClientRuleNames = Object.keys(wrongClientRules) as WrongClientRule[];

/** The rules of these names together. */
export function clientRulesOf(names: readonly WrongClientRule[]): Partial<ClientRules> {
  return Object.assign({}, ...names.map((name) => wrongClientRules[name]));
}
