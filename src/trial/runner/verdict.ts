import type { Violation } from '../checkers/contract.ts';
import type { History } from '../history/history.ts';
import type { PropertyName } from '../properties/registry.ts';
import type { Verdict } from './result.ts';

/** The verdict of a finished trial, and why where the violations alone do not say it. */
export function verdictOf(trial: {
  readonly violations: readonly Violation[];
  readonly expected: PropertyName | null;
  /** Why the trial could not be carried out; null when it was. */
  readonly reason: string | null;
  readonly history: History;
}): { verdict: Verdict; reason: string | null } {
  const { violations, expected, reason, history } = trial;
  const unexpected = violations.find((violation) => violation.property !== expected);
  if (unexpected !== undefined) {
    const why = expected === null ? null : `${unexpected.property} broke, but only ${expected} may`;
    return { verdict: 'fail', reason: why };
  }
  if (reason !== null) return { verdict: 'inconclusive', reason };
  if (history.acknowledged === 0)
    return { verdict: 'inconclusive', reason: 'nothing was acknowledged' };
  if (expected !== null && violations.length === 0) {
    return { verdict: 'fail', reason: `${expected} had to break and did not` };
  }
  return { verdict: 'pass', reason: null };
}
