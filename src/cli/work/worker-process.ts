/**
 * The parent's side of a worker: a process of this very command that does one task at a time. The
 * parent itself never loads a user's module nor runs a trial, so that it always hears signals, and
 * can end a worker whatever that does.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { UsageError } from '../exit.ts';
import { entryFile } from '../self.ts';
import { sendSignal } from '../send-signal.ts';
import type { Answer, Beat, Input, Output, TaskName } from './tasks.ts';

/** What the parent sets so that the command serves it instead of reading flags. */
export const workerFlag = '--ordeal-worker';

/** So many seconds of wall time a task may go without any progress of virtual time. */
export const patienceSeconds = 30;

/** The worker's process ended before its task did. */
export class WorkerLost extends Error {
  override readonly name = 'WorkerLost';
}

/** The worker was ended because virtual time stood still. */
export class WorkerStalled extends Error {
  override readonly name = 'WorkerStalled';
  /** Where it stood; −1 before a trial began. */
  readonly virtualUs: number;

  constructor(virtualUs: number, seconds: number) {
    super(`no virtual progress for ${seconds} s of wall time`);
    this.virtualUs = virtualUs;
  }
}

/** What a task threw, told with the stack it had there. */
export class TaskFailed extends Error {
  override readonly name = 'TaskFailed';

  constructor(stack: string) {
    super(stack.split('\n', 1)[0]);
    this.stack = stack;
  }
}

export class WorkerProcess {
  readonly #child: ChildProcess;
  readonly #patience: number;
  #ended: string | null = null;

  constructor(patience: number) {
    this.#patience = patience;
    // What a scenario's module says goes to standard error: results have the other for themselves.
    this.#child = fork(entryFile, [workerFlag, String(process.pid)], {
      stdio: ['ignore', 2, 2, 'ipc'],
    });
    this.#child.once('exit', (code, signal) => {
      this.#ended = signal ?? `code ${code}`;
    });
    this.#child.once('error', (error) => {
      this.#ended ??= error.message;
    });
  }

  get isAlive(): boolean {
    return this.#ended === null;
  }

  /** Throws a UsageError or TaskFailed, or a WorkerLost or WorkerStalled: then it is dead. */
  ask<Name extends TaskName>(task: Name, input: Input<Name>): Promise<Output<Name>> {
    const child = this.#child;
    return new Promise((resolve, reject) => {
      let [virtualUs, idleSeconds] = [-1, 0];
      const settle = (how: () => void): void => {
        clearInterval(seconds);
        for (const [event, listener] of Object.entries(listeners)) child.off(event, listener);
        how();
      };
      const lose = (how: string): void =>
        settle(() => reject(new WorkerLost(`its process ended (${how}) before it was done`)));
      // Seconds are counted, not measured: while a computer sleeps, nobody is idle.
      const seconds = setInterval(() => {
        if (++idleSeconds < this.#patience) return;
        this.kill();
        settle(() => reject(new WorkerStalled(virtualUs, this.#patience)));
      }, 1000);
      const listeners = {
        exit: (code: number | null, signal: string | null) => lose(signal ?? `code ${code}`),
        error: (error: Error) => lose(error.message),
        message(message: Answer | Beat) {
          if ('virtualUs' in message) {
            if (message.virtualUs !== virtualUs) idleSeconds = 0;
            virtualUs = message.virtualUs;
          } else settle(() => settleBy(message, resolve as (result: unknown) => void, reject));
        },
      };
      for (const [event, listener] of Object.entries(listeners)) child.on(event, listener);
      if (this.#ended !== null) lose(this.#ended);
      else child.send({ task, input });
    });
  }

  /** Lets it go; it ends when it is done with what it does. */
  end(): void {
    if (this.#child.connected) this.#child.disconnect();
  }

  kill(): void {
    this.#ended ??= 'SIGKILL';
    sendSignal(this.#child, 'SIGKILL');
  }
}

function settleBy(
  answer: Answer,
  resolve: (result: unknown) => void,
  reject: (error: Error) => void,
): void {
  if ('result' in answer) resolve(answer.result);
  else reject('usage' in answer ? new UsageError(answer.usage) : new TaskFailed(answer.error));
}
