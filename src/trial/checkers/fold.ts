/**
 * One cause breaks many properties: when records vanish, logs stop matching, high watermarks fall,
 * readers see other values at known offsets. A violation that follows from another of the same
 * partition is told with its cause and not beside it. What has no cause among the others stands for
 * itself.
 */
import { propertyOf } from '../properties/registry.ts';
import type { Violation } from './contract.ts';

export function foldConsequences(violations: readonly Violation[]): Violation[] {
  const causeOf = (violation: Violation): Violation | undefined => {
    const causes = propertyOf(violation.property).follows ?? [];
    for (const cause of causes) {
      const found = violations.find(
        (other) => other.property === cause && other.partition === violation.partition,
      );
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const kept = violations.filter((violation) => causeOf(violation) === undefined);
  return kept.map((violation) => {
    const folded = violations.filter((other) => rootOf(other, causeOf) === violation);
    const brokeWith = [...new Set(folded.map(({ property }) => property))];
    return { ...violation, brokeWith: brokeWith.filter((name) => name !== violation.property) };
  });
}

function rootOf(
  violation: Violation,
  causeOf: (violation: Violation) => Violation | undefined,
): Violation {
  const cause = causeOf(violation);
  return cause === undefined ? violation : rootOf(cause, causeOf);
}
