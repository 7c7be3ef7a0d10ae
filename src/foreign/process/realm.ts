import { inspect } from 'node:util';
import type { Host } from '../../host/host.ts';

/**
 * One process of foreign code: the way into it, and its end. Whatever the world has to tell the
 * process passes `enter`, which runs the code, then what it gave to nextTick, as Node does;
 * promises run behind that, and what they give to nextTick when they are done. Exceptions and
 * rejections that nobody takes end the process, not the trial. A process with nothing to wait for
 * ends by itself.
 */
export type Output = 'stdout' | 'stderr';

/** What the process object does for its realm. */
export interface RealmEvents {
  /** Whether the foreign code listens. */
  has(event: string): boolean;
  emit(event: string, ...values: unknown[]): void;
  exitCode(): number | undefined;
}

export interface RealmOptions {
  readonly host: Host;
  readonly onOutput: (stream: Output, text: string) => void;
}

/** Unwinds foreign code that has called process.exit; nothing that catches it has an effect. */
class Exited extends Error {
  override readonly name = 'ProcessExited';
}

type Task = () => void;
const noEvents: RealmEvents = { has: () => false, emit: () => {}, exitCode: () => undefined };

export class Realm {
  readonly host: Host;
  events: RealmEvents = noEvents;
  /** Keeps what belongs together, such as AsyncLocalStorage, over the way of a callback. */
  bind: <T extends Task>(task: T) => T = (task) => task;
  readonly #onOutput: (stream: Output, text: string) => void;
  #ticks: Task[] = [];
  #isInside = false;
  #ticksAreDue = false;
  #endIsDue = false;
  #isLeaving = false;
  #hasEnded = false;
  /** What may still bring the process to life: timers, sockets, servers, calls under way. */
  #handles = 0;

  constructor({ host, onOutput }: RealmOptions) {
    this.host = host;
    this.#onOutput = onOutput;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Runs foreign code, in an event of its own. */
  enter(task: Task): void {
    if (this.#hasEnded) return;
    this.#isInside = true;
    this.#run(task);
    this.#runTicks();
    this.#isInside = false;
    this.#endIfIdle();
  }

  nextTick(task: Task): void {
    if (this.#hasEnded) return;
    this.#ticks.push(this.bind(task));
    if (this.#isInside || this.#ticksAreDue) return;
    this.#ticksAreDue = true;
    this.host.timers.soon(() => {
      this.#ticksAreDue = false;
      this.enter(() => {});
    });
  }

  /**
   * Calls back in a later event, as the end of a system call does; until then the process lives.
   */
  later(task: Task, delayUs = 0): void {
    this.retain();
    const bound = this.bind(task);
    this.host.timers.after(delayUs, () => {
      this.release();
      this.enter(bound);
    });
  }

  /** The same as a promise. */
  async passed(delayUs = 0): Promise<void> {
    await new Promise<void>((resolve) => this.later(resolve, delayUs));
  }

  retain(): void {
    this.#handles++;
  }

  release(): void {
    this.#handles--;
    if (this.#handles === 0 && !this.#isInside) this.#endIfIdle();
  }

  output(stream: Output, text: string): void {
    if (this.#hasEnded) return;
    this.#onOutput(stream, text);
    this.host.log(stream === 'stdout' ? 'info' : 'warn', text.replace(/\n$/, ''));
  }

  /** process.exit: nothing of the process runs any more. */
  exit(code: number, reason = `exit ${code}`): never {
    this.end(code, reason);
    throw new Exited('process.exit');
  }

  end(code: number, reason: string): void {
    if (this.#hasEnded) return;
    if (!this.#isLeaving) {
      this.#isLeaving = true;
      this.#run(() => this.events.emit('exit', this.events.exitCode() ?? code));
    }
    const final = this.events.exitCode() ?? code;
    this.#hasEnded = true;
    this.#ticks = [];
    this.host.exit(final, reason);
  }

  /** An exception or rejection that no foreign code took. */
  uncaught(error: unknown, origin: 'uncaughtException' | 'unhandledRejection'): void {
    if (this.#hasEnded || error instanceof Exited) return;
    // An escape is a fault of ours or a limit of what can be simulated: the trial must say so.
    if (error instanceof Error && error.name === 'EscapeError') throw error;
    if (origin === 'unhandledRejection' && this.events.has(origin)) {
      const rejected = Promise.reject(error);
      rejected.catch(() => {});
      this.enter(() => this.events.emit(origin, error, rejected));
    } else if (this.events.has('uncaughtException')) {
      this.#handOver(() => this.events.emit('uncaughtException', error, origin));
    } else {
      this.output('stderr', `${textOf(error)}\n`);
      this.end(1, `${origin}: ${nameOf(error)}`);
    }
  }

  /** A listener of uncaughtException that throws ends the process. */
  #handOver(task: Task): void {
    try {
      task();
    } catch (error) {
      if (error instanceof Exited) return;
      this.output('stderr', `${textOf(error)}\n`);
      this.end(7, `uncaughtException: ${nameOf(error)}`);
    }
    if (!this.#isInside) this.enter(() => {});
  }

  #run(task: Task): void {
    try {
      task();
    } catch (error) {
      this.uncaught(error, 'uncaughtException');
    }
  }

  #runTicks(): void {
    for (let next = 0; next < this.#ticks.length; next++) this.#run(this.#ticks[next] as Task);
    this.#ticks = [];
  }

  /** Looks, when the promises of the event are done, whether there is anything left to wait for. */
  #endIfIdle(): void {
    if (this.#handles > 0 || this.#endIsDue || this.#hasEnded) return;
    this.#endIsDue = true;
    this.host.timers.soon(() => {
      this.#endIsDue = false;
      if (this.#handles > 0 || this.#hasEnded) return;
      if (this.#ticks.length > 0) this.#endIfIdle();
      else this.#endIdle();
    });
  }

  /** Who listens for beforeExit may find something to wait for. */
  #endIdle(): void {
    this.#endIsDue = true;
    this.enter(() => this.events.emit('beforeExit', this.events.exitCode() ?? 0));
    this.host.timers.soon(() => {
      this.#endIsDue = false;
      if (this.#handles > 0) return;
      if (this.#ticks.length > 0) this.#endIfIdle();
      else this.end(0, 'nothing left to do');
    });
  }
}

/** As Node prints it, with causes and all. */
function textOf(error: unknown): string {
  return error instanceof Error ? inspect(error) : `Uncaught ${inspect(error)}`;
}

/** Without the message, which differs between engines: the reason is part of the digest. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? `${error.name} ${code}` : error.name;
}
