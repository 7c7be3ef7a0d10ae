import type { Input, Output, TaskName } from './tasks.ts';
import { patienceSeconds, WorkerProcess } from './worker-process.ts';

/** A number of workers, started at once. One that was lost is replaced when it is needed again. */
export class Workers {
  readonly #patience: number;
  readonly #processes: WorkerProcess[];

  constructor(count: number, patience = patienceSeconds) {
    this.#patience = patience;
    this.#processes = Array.from({ length: count }, () => new WorkerProcess(patience));
  }

  get count(): number {
    return this.#processes.length;
  }

  /** Throws what `WorkerProcess.ask` throws. */
  ask<Name extends TaskName>(index: number, task: Name, input: Input<Name>): Promise<Output<Name>> {
    if (!this.#processes[index]!.isAlive)
      this.#processes[index] = new WorkerProcess(this.#patience);
    return this.#processes[index]!.ask(task, input);
  }

  /** Lets them go, each when it is done with what it does. */
  end(): void {
    for (const worker of this.#processes) worker.end();
  }

  kill(): void {
    for (const worker of this.#processes) worker.kill();
  }
}
