/**
 * A reporter turns a stream of run records into text for somebody. It runs nothing and writes
 * nowhere: what it returns goes to the stream or file that its front door chose.
 */
import type { CoverageSum } from '../trial/coverage/tally.ts';
import type { RunRecord } from '../trial/runner/result.ts';

export interface SweepStart {
  readonly version: string;
  readonly commit: string;
  readonly runtime: string;
  readonly scenarios: readonly string[];
  readonly runs: number;
}

export interface Difference {
  readonly scenario: string;
  readonly seed: string;
  /** What differed first, in words. */
  readonly message: string;
}

/** The command that runs a record's seed again. */
export type Reproduce = (record: RunRecord) => string;

export interface SweepEnd {
  readonly records: readonly RunRecord[];
  /** Runs of `--verify` that were not the same twice; null when nothing was verified. */
  readonly differences: readonly Difference[] | null;
  /** What was reached; null when nobody asked. */
  readonly coverage: CoverageSum | null;
  readonly wallMs: number;
  readonly outputDirectory: string;
  /** Why there are fewer records than the start promised; null when all ran. */
  readonly cut: 'interrupted' | 'enough failures' | null;
}

export interface Reporter {
  begin(start: SweepStart): string;
  record(record: RunRecord): string;
  end(end: SweepEnd): string;
}
