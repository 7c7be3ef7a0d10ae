/**
 * What one trial gives back: plain data, the same for the same scenario, seed and plan on every
 * runtime.
 */
import type { Property } from '../checkers/property.ts';
import type { FaultKind } from '../faults/fault.ts';

/**
 * pass: everything promised held (or the one property that must break did, and no other). fail: a
 * property broke that must hold, or the one that must break did not. inconclusive: the trial could
 * not judge.
 */
export type Verdict = 'pass' | 'fail' | 'inconclusive';

export interface FaultReport {
  readonly kind: FaultKind;
  /** Virtual milliseconds since the trial began. */
  readonly at: number;
  /**
   * Whom it struck: the target as planned, and the machine it was resolved to where that differs.
   */
  readonly target: string;
  /**
   * What it did, for instance `2 connections reset, 14 timers dropped`; `none: …` when it touched
   * nothing.
   */
  readonly effect: string;
  readonly tookEffect: boolean;
}

export interface ViolationReport {
  readonly property: Property;
  readonly message: string;
  /** Virtual milliseconds since the trial began. */
  readonly at: number;
  readonly evidence: readonly string[];
}

export interface TrialResult {
  readonly scenario: string;
  readonly seed: string;
  readonly verdict: Verdict;
  /** Why the verdict is what it is, where the violations do not say it; null otherwise. */
  readonly reason: string | null;
  readonly digest: string;
  readonly virtualMs: number;
  readonly events: number;
  readonly operations: {
    readonly produced: number;
    readonly acknowledged: number;
    readonly consumed: number;
  };
  readonly faults: readonly FaultReport[];
  readonly violations: readonly ViolationReport[];
  /** The property that must break; null where all must hold. */
  readonly expected: Property | null;
}

/** A result with the wall time its run took, as measured by whoever ran it. */
export interface RunRecord extends TrialResult {
  readonly wallMs: number;
}
