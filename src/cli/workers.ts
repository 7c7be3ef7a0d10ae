/**
 * Runs jobs in this process (`workers` = 1) or in several processes of this very command, which
 * serve one job at a time. Results come in the order in which they are ready.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { UsageError } from './exit.ts';
import { type Job, type JobResult, runJob } from './job.ts';
import { entryFile } from './self.ts';

/** What the parent sets so that the command serves jobs instead of reading flags. */
export const workerFlag = '--ordeal-worker';

type Answer =
  | { readonly result: JobResult }
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
  if (sweep.workers === 1) {
    for (let job = next(); job !== undefined; job = next()) sweep.onResult(await runJob(job));
    return;
  }
  const count = Math.min(sweep.workers, queue.length);
  const drive = (): Promise<void> =>
    driveWorker(next, sweep.onResult).catch((error: unknown) => {
      failed = true;
      throw error;
    });
  const ends = await Promise.allSettled(Array.from({ length: count }, drive));
  const broken = ends.find((end) => end.status === 'rejected');
  if (broken !== undefined) throw broken.reason;
}

async function driveWorker(
  next: () => Job | undefined,
  onResult: (result: JobResult) => void,
): Promise<void> {
  const worker = fork(entryFile(), [workerFlag], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  try {
    for (let job = next(); job !== undefined; job = next()) onResult(await ask(worker, job));
  } finally {
    worker.disconnect();
  }
}

function ask(worker: ChildProcess, job: Job): Promise<JobResult> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null, signal: string | null): void =>
      reject(
        new Error(
          `a worker process ended (${signal ?? `code ${code}`}) on ${job.scenario} seed ${job.seed}`,
        ),
      );
    worker.once('exit', onExit);
    worker.once('error', reject);
    worker.once('message', (answer: Answer) => {
      worker.off('exit', onExit);
      worker.off('error', reject);
      if ('result' in answer) resolve(answer.result);
      else if ('usage' in answer) reject(new UsageError(answer.usage));
      else reject(new WorkerError(answer.error));
    });
    worker.send(job, (error) => {
      if (error !== null) reject(error);
    });
  });
}

/** The worker's side: serves jobs until the parent goes away. */
export function serveJobs(): void {
  process.on('message', (job: Job) => {
    runJob(job).then(
      (result) => process.send!({ result } satisfies Answer),
      (error: Error) => process.send!(failure(error)),
    );
  });
  process.on('disconnect', () => process.exit(0));
  // The parent decides what an interrupt means; it reaches the whole foreground group.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});
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
