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
  if (history.acknowledged === 0) {
    return { verdict: 'inconclusive', reason: whyNothingWasAcknowledged(history) };
  }
  if (expected !== null && violations.length === 0) {
    return { verdict: 'fail', reason: `${expected} had to break and did not` };
  }
  return { verdict: 'pass', reason: null };
}

/** Names the error that dominated; the earlier one where two are equal. */
function whyNothingWasAcknowledged({ sends }: History): string {
  if (sends.length === 0) return 'nothing was acknowledged: nothing was sent';
  const counts = new Map<string, number>();
  for (const { cause } of sends) {
    const name = cause ?? 'no answer';
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  let [dominant, most] = ['', 0];
  for (const [name, count] of counts) if (count > most) [dominant, most] = [name, count];
  return `nothing was acknowledged: ${most} of ${sends.length} sends ended in ${dominant}`;
}
