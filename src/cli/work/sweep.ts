/**
 * Hands jobs to workers. Whatever becomes of a trial, its seed has a result: one that threw, whose
 * process was lost or that made no progress is told as inconclusive, and the sweep goes on. Results
 * come in the order in which they are ready.
 */

import { rmSync } from 'node:fs';
import { atSecond } from '../../report/format.ts';
import { UsageError } from '../exit.ts';
import type { Job, JobResult } from '../job.ts';
import { TaskFailed, WorkerLost, WorkerStalled } from './worker-process.ts';
import type { Workers } from './workers.ts';

export interface Sweep {
  readonly jobs: readonly Job[];
  readonly workers: Workers;
  /** Processes of their own for the second runs of `--verify`; null where nothing is repeated. */
  readonly repeaters: Workers | null;
  /** Ends the sweep at once, without the jobs under way. */
  readonly interrupted: AbortSignal;
  onResult(result: JobResult): void;
  /** Asked before each job: true ends the sweep with the jobs already under way. */
  stopped(): boolean;
}

/** Throws a UsageError of a job, after the jobs already under way. */
export async function runSweep(sweep: Sweep): Promise<void> {
  const queue = [...sweep.jobs];
  let refused: UsageError | null = null;
  const drive = async (index: number): Promise<void> => {
    for (;;) {
      if (refused !== null || sweep.interrupted.aborted || sweep.stopped()) return;
      const job = queue.shift();
      if (job === undefined) return;
      try {
        const result = await runOne(sweep, index, job);
        if (!sweep.interrupted.aborted) sweep.onResult(result);
      } catch (error) {
        if (!(error instanceof UsageError)) throw error;
        refused = error;
      }
    }
  };
  await Promise.all(Array.from({ length: sweep.workers.count }, (_, index) => drive(index)));
  if (refused !== null) throw refused;
}

async function runOne({ workers, repeaters }: Sweep, index: number, job: Job): Promise<JobResult> {
  const begun = performance.now();
  const { digestsFile, scenario } = job;
  try {
    const result = await workers.ask(index, 'run', job);
    if (digestsFile === null || repeaters === null) return result;
    const repetition = { scenario, first: result.record, digestsFile };
    return { ...result, difference: await repeaters.ask(index, 'repeat', repetition) };
  } catch (error) {
    return unfinished(job, error, performance.now() - begun);
  } finally {
    if (digestsFile !== null) rmSync(digestsFile, { force: true });
  }
}

/** What is told of a trial that did not come to its end. Throws what is no such thing. */
export function unfinished(
  { name, seed }: { readonly name: string; readonly seed: string },
  error: unknown,
  wallMs: number,
): JobResult {
  const { reason, internal, virtualUs } = tale(error);
  return {
    record: {
      scenario: name,
      seed,
      verdict: 'inconclusive',
      reason,
      digest: '',
      virtualMs: Math.max(0, Math.floor(virtualUs / 1000)),
      events: 0,
      points: {},
      operations: { produced: 0, acknowledged: 0, consumed: 0 },
      faults: [],
      violations: [],
      expected: null,
      wallMs: Math.round(wallMs),
    },
    difference: null,
    reached: null,
    unsaved: null,
    internal,
    thrown: null,
  };
}

interface Tale {
  readonly reason: string;
  /** What is wrong with us, if it is; null where the trial may be to blame. */
  readonly internal: string | null;
  readonly virtualUs: number;
}

function tale(error: unknown): Tale {
  if (error instanceof WorkerStalled) {
    const { message, virtualUs } = error;
    const where = virtualUs < 0 ? 'before the trial began' : `at ${atSecond(virtualUs / 1000)}`;
    return { reason: `${message}, ${where}: it was ended`, internal: null, virtualUs };
  }
  if (error instanceof WorkerLost) {
    return { reason: error.message, internal: error.message, virtualUs: -1 };
  }
  if (error instanceof TaskFailed) {
    const internal = error.stack ?? error.message;
    return { reason: `internal error: ${error.message}`, internal, virtualUs: -1 };
  }
  throw error;
}
