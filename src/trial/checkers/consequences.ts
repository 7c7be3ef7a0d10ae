/**
 * One cause breaks many properties: when records vanish, logs stop matching, high watermarks fall,
 * readers see other values at known offsets. A violation that follows from another of the same
 * partition is told with its cause and not beside it. What has no cause in the list stands for
 * itself.
 */
import type { Violation } from './contract.ts';
import type { Property } from './property.ts';

const followsFromLostWrite: readonly Property[] = [
  'unseen',
  'inconsistent-offsets',
  'consistent-read',
  'duplicate',
  'poll-skip',
  'nonmonotonic-poll',
  'nonmonotonic-send',
  'record-order',
  'monotonic-high-watermark',
  'high-watermark-replicated',
  'log-matching',
  'leader-completeness',
  'candidate-completeness',
  'no-truncation-below-hw',
];

const followsFrom: Partial<Record<Property, readonly Property[]>> = {
  'acked-not-lost': ['lost-write', ...followsFromLostWrite],
  'lost-write': followsFromLostWrite,
  duplicate: ['inconsistent-offsets'],
};

export function foldConsequences(violations: readonly Violation[]): Violation[] {
  const causes = violations.filter((violation) => followsFrom[violation.property] !== undefined);
  const causeOf = (violation: Violation): Violation | undefined =>
    causes.find(
      (cause) =>
        cause.partition === violation.partition &&
        followsFrom[cause.property]!.includes(violation.property),
    );
  const kept = violations.filter((violation) => causeOf(violation) === undefined);
  return kept.map((violation) => {
    const folded = violations.filter((other) => causeOf(other) === violation);
    const names = [...new Set(folded.map((other) => other.property))];
    if (names.length === 0) return violation;
    return {
      ...violation,
      evidence: [...violation.evidence, `with it broke: ${names.join(', ')}`],
    };
  });
}
