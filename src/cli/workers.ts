/**
 * Runs jobs in this process (`workers` = 1) or in several processes of this very command, which
 * serve one job at a time. Results come in the order in which they are ready.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { type Job, type JobResult, runJob } from './job.ts';
import { entryFile } from './self.ts';

/** What the parent sets so that the command serves jobs instead of reading flags. */
export const workerFlag = '--ordeal-worker';

type Answer = { readonly result: JobResult } | { readonly error: string };

export interface Sweep {
  readonly jobs: readonly Job[];
  readonly workers: number;
  onResult(result: JobResult): void;
  /** Asked before each job: true ends the sweep with the jobs already under way. */
  stopped(): boolean;
}

export async function runSweep(sweep: Sweep): Promise<void> {
  const queue = [...sweep.jobs];
  const next = (): Job | undefined => (sweep.stopped() ? undefined : queue.shift());
  if (sweep.workers === 1) {
    for (let job = next(); job !== undefined; job = next()) sweep.onResult(await runJob(job));
    return;
  }
  const count = Math.min(sweep.workers, queue.length);
  await Promise.all(Array.from({ length: count }, () => driveWorker(next, sweep.onResult)));
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
    worker.kill();
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
    worker.once('message', (answer: Answer) => {
      worker.off('exit', onExit);
      if ('result' in answer) resolve(answer.result);
      else reject(new Error(answer.error));
    });
    worker.send(job);
  });
}

/** The worker's side: serves jobs until the parent goes away. */
export function serveJobs(): void {
  process.on('message', (job: Job) => {
    runJob(job).then(
      (result) => process.send!({ result } satisfies Answer),
      (error: Error) => process.send!({ error: error.stack ?? String(error) } satisfies Answer),
    );
  });
  process.on('disconnect', () => process.exit(0));
  // The parent decides what an interrupt means; it reaches the whole foreground group.
  process.on('SIGINT', () => {});
}
