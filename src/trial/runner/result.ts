/**
 * What one trial gives back: plain data, the same for the same scenario, seed and plan on every
 * runtime. `trial/words.ts` tells it in prose.
 */
import type { Evidence } from '../checkers/evidence.ts';
import type { FaultReport } from '../faults/executor.ts';
import type { About } from '../properties/property.ts';
import type { PropertyName } from '../properties/registry.ts';

/**
 * pass: everything promised held (or the one property that must break did, and no other). fail: a
 * property broke that must hold, or the one that must break did not. inconclusive: the trial could
 * not judge.
 */
export type Verdict = 'pass' | 'fail' | 'inconclusive';

export interface ViolationReport {
  readonly property: PropertyName;
  /** The facts of the case, by the names that the property gives them. */
  readonly about: About;
  /** Virtual milliseconds since the trial began. */
  readonly at: number;
  readonly evidence: readonly Evidence[];
  /** What broke in the same partition as a mere consequence. */
  readonly brokeWith: readonly PropertyName[];
}

export interface TrialResult {
  readonly scenario: string;
  readonly seed: string;
  readonly verdict: Verdict;
  /** Why the verdict is what it is, where the violations do not say it; null otherwise. */
  readonly reason: string | null;
  /** Of all that happened; empty for a trial that did not come to its end. */
  readonly digest: string;
  readonly virtualMs: number;
  readonly events: number;
  readonly operations: {
    readonly produced: number;
    readonly acknowledged: number;
    readonly consumed: number;
  };
  readonly faults: readonly FaultReport[];
  /** How often each delay point held, by name; those that never did are left out. */
  readonly points: Readonly<Record<string, number>>;
  readonly violations: readonly ViolationReport[];
  /** The property that must break; null where all must hold. */
  readonly expected: PropertyName | null;
}

/** A result with the wall time its run took, as measured by whoever ran it. */
export interface RunRecord extends TrialResult {
  readonly wallMs: number;
}
