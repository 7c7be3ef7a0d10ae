/** The worker's side: does what the parent asks, one task at a time, until the parent goes away. */
import { UsageError } from '../exit.ts';
import { describeScenario, replayJob, runJob, searchJob } from '../job.ts';
import { repeat } from '../verify.ts';
import { endWithParent } from './end-with-parent.ts';
import type { Answer, Beat, Request, Tasks } from './tasks.ts';

const tasks: Tasks = {
  describe: describeScenario,
  run: runJob,
  replay: replayJob,
  search: searchJob,
  repeat,
};

export function serveParent(parent: number): void {
  endWithParent(parent);
  process.on('message', (request: Request) => {
    serve(request).then((answer) => process.send!(answer satisfies Answer));
  });
  process.on('disconnect', () => process.exit(0));
  // The parent decides what an interrupt means; it reaches the whole foreground group.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});
}

async function serve({ task, input }: Request): Promise<Answer> {
  let virtualUs = (): number => -1;
  const beats = setInterval(() => process.send!({ virtualUs: virtualUs() } satisfies Beat), 1000);
  try {
    const result = await tasks[task](input as never, (now) => {
      virtualUs = now;
    });
    return { result };
  } catch (error) {
    if (error instanceof UsageError) return { usage: error.message };
    return { error: (error as Error | null)?.stack ?? String(error) };
  } finally {
    clearInterval(beats);
  }
}
