/**
 * Runs jobs in this process (`workers` = 1) or in several processes of this very command, which
 * serve one job at a time. Results come in the order in which they are ready.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { rmSync } from 'node:fs';
import type { Difference } from '../report/reporter.ts';
import type { RunRecord } from '../trial/runner/result.ts';
import { UsageError } from './exit.ts';
import { type Job, type JobResult, runJob } from './job.ts';
import { entryFile } from './self.ts';
import { type Repetition, repeat } from './verify.ts';

/** What the parent sets so that the command serves jobs instead of reading flags. */
export const workerFlag = '--ordeal-worker';

/** What a worker process is asked: a run, or the second run of `--verify`. */
type Question = { readonly job: Job } | { readonly again: Repetition };

type Answer =
  | { readonly record: RunRecord }
  | { readonly difference: Difference | null }
  | { readonly usage: string }
  | { readonly error: string };

export interface Sweep {
  readonly jobs: readonly Job[];
  readonly workers: number;
  onResult(result: JobResult): void;
  /** Asked before each job: true ends the sweep with the jobs already under way. */
  stopped(): boolean;
}

/** Throws what a job threw, after the jobs already under way. */
export async function runSweep(sweep: Sweep): Promise<void> {
  const queue = [...sweep.jobs];
  let failed = false;
  const next = (): Job | undefined => (failed || sweep.stopped() ? undefined : queue.shift());
  const count = Math.min(sweep.workers, queue.length);
  const drive = (): Promise<void> =>
    driveLane(next, sweep.workers === 1, sweep.onResult).catch((error: unknown) => {
      failed = true;
      throw error;
    });
  const ends = await Promise.allSettled(Array.from({ length: count }, drive));
  const broken = ends.find((end) => end.status === 'rejected');
  if (broken !== undefined) throw broken.reason;
}

/**
 * One job after the other, here or in a process, and each second run in a process that makes no
 * first ones.
 */
async function driveLane(
  next: () => Job | undefined,
  here: boolean,
  onResult: (result: JobResult) => void,
): Promise<void> {
  const first = new Worker();
  const second = new Worker();
  try {
    for (let job = next(); job !== undefined; job = next()) {
      const record = here ? await runJob(job) : await first.run(job);
      const difference = job.digestsFile === null ? null : await second.repeat(job, record);
      if (job.digestsFile !== null) rmSync(job.digestsFile);
      onResult({ record, difference });
    }
  } finally {
    first.end();
    second.end();
  }
}

/** A process of this very command that answers one question at a time; begun with the first. */
class Worker {
  #process: ChildProcess | null = null;

  async run(job: Job): Promise<RunRecord> {
    const answer = await this.#ask({ job }, `${job.scenario} seed ${job.seed}`);
    return (answer as { record: RunRecord }).record;
  }

  async repeat(job: Job, first: RunRecord): Promise<Difference | null> {
    const { scenario, seed, digestsFile } = job;
    const again: Repetition = { scenario, first, digestsFile: digestsFile! };
    const answer = await this.#ask({ again }, `${scenario} seed ${seed}, again`);
    return (answer as { difference: Difference | null }).difference;
  }

  end(): void {
    this.#process?.disconnect();
  }

  #ask(question: Question, what: string): Promise<Answer> {
    this.#process ??= fork(entryFile(), [workerFlag], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const worker = this.#process;
    return new Promise((resolve, reject) => {
      const onExit = (code: number | null, signal: string | null): void =>
        reject(new Error(`a worker process ended (${signal ?? `code ${code}`}) on ${what}`));
      worker.once('exit', onExit);
      worker.once('error', reject);
      worker.once('message', (answer: Answer) => {
        worker.off('exit', onExit);
        worker.off('error', reject);
        if ('usage' in answer) reject(new UsageError(answer.usage));
        else if ('error' in answer) reject(new WorkerError(answer.error));
        else resolve(answer);
      });
      worker.send(question, (error) => {
        if (error !== null) reject(error);
      });
    });
  }
}

/** The worker's side: answers questions until the parent goes away. */
export function serveJobs(): void {
  process.on('message', (question: Question) => {
    answerTo(question).then(
      (answer) => process.send!(answer),
      (error: Error) => process.send!(failure(error)),
    );
  });
  process.on('disconnect', () => process.exit(0));
  // The parent decides what an interrupt means; it reaches the whole foreground group.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});
}

async function answerTo(question: Question): Promise<Answer> {
  if ('job' in question) return { record: await runJob(question.job) };
  return { difference: await repeat(question.again) };
}

function failure(error: Error): Answer {
  if (error instanceof UsageError) return { usage: error.message };
  return { error: error.stack ?? String(error) };
}

/** What a worker threw, told with the stack it had there. */
class WorkerError extends Error {
  constructor(stack: string) {
    super(stack);
    this.stack = stack;
  }
}
