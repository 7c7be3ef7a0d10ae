/**
 * Differences that stay, each with its reason. An explanation holds for the differences whose case
 * and path match; one that no longer explains anything is stale, and the run says so.
 */
import type { Difference, DifferenceKind } from './differences.ts';

export type Standing = 'better' | 'beyond' | 'not yet';

export interface Explanation {
  /** `better`: ours is kept on purpose. `beyond`: Apache 4.1.0 lacks it. `not yet`: ours lacks it. */
  readonly standing: Standing;
  readonly what: string;
  readonly why: string;
  readonly cases?: RegExp;
  readonly path?: RegExp;
  readonly kind?: DifferenceKind;
  readonly apache?: RegExp;
  readonly ours?: RegExp;
}

export const explanations: readonly Explanation[] = [];

export function explanationOf(name: string, difference: Difference): Explanation | undefined {
  return explanations.find(
    (each) =>
      (each.cases?.test(name) ?? true) &&
      (each.path?.test(difference.path) ?? true) &&
      (each.apache?.test(difference.apache) ?? true) &&
      (each.ours?.test(difference.ours) ?? true) &&
      (each.kind === undefined || each.kind === difference.kind),
  );
}
