/**
 * A reporter turns a stream of run records into text for somebody. It runs nothing and writes
 * nowhere: what it returns goes to the stream or file that its front door chose.
 */
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

export interface SweepEnd {
  readonly records: readonly RunRecord[];
  /** Runs of `--verify` that were not the same twice; null when nothing was verified. */
  readonly differences: readonly Difference[] | null;
  readonly wallMs: number;
  readonly outputDirectory: string;
  readonly interrupted: boolean;
}

export interface Reporter {
  begin(start: SweepStart): string;
  record(record: RunRecord): string;
  end(end: SweepEnd): string;
}
