import { UsageError } from '../exit.ts';
import type { DescribedScenario } from './tasks.ts';
import { WorkerLost, WorkerStalled } from './worker-process.ts';
import type { Workers } from './workers.ts';

/**
 * What a scenario is called, once a worker has loaded it and found it right. Throws a UsageError,
 * also for a module that ends the process it is loaded in or never comes to its end.
 */
export async function describe(workers: Workers, asked: string): Promise<DescribedScenario> {
  try {
    return await workers.ask(0, 'describe', asked);
  } catch (error) {
    if (error instanceof WorkerStalled) {
      throw new UsageError(`${asked}: cannot be loaded: it does not come to its end`);
    }
    if (error instanceof WorkerLost) {
      throw new UsageError(`${asked}: cannot be loaded: ${error.message}`);
    }
    throw error;
  }
}
