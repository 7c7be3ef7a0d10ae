import type { Micros } from '../../../src/base/ids.ts';
import type { Host } from '../../../src/host/host.ts';
import { immediatePoints } from '../../../src/host/points.ts';
import type { Timer } from '../../../src/host/timers.ts';
import { MemoryDisk } from './memory-disk.ts';

interface Due extends Timer {
  readonly atUs: Micros;
  readonly run: () => void;
}

/** A host whose time the test moves, with a disk in memory and no network. */
export class ManualHost {
  nowUs: Micros = 0;
  timersSet = 0;
  exitCode: number | null = null;
  readonly disk = new MemoryDisk();
  readonly #due = new Set<Due>();
  readonly host: Host;

  constructor() {
    this.host = {
      machine: 'b1',
      clock: { monotonicUs: () => this.nowUs, wallMs: () => Math.floor(this.nowUs / 1000) },
      timers: { after: (delayUs: Micros, run: () => void) => this.#after(delayUs, run) },
      disk: this.disk,
      log() {},
      exit: (code: number) => {
        this.exitCode ??= code;
      },
      points: immediatePoints,
    } as unknown as Host;
  }

  get timersPending(): number {
    return this.#due.size;
  }

  /** Lets time pass; timers run in order. */
  advance(us: Micros): void {
    const endUs = this.nowUs + us;
    for (;;) {
      const next = [...this.#due].sort((a, b) => a.atUs - b.atUs)[0];
      if (next === undefined || next.atUs > endUs) break;
      this.nowUs = Math.max(this.nowUs, next.atUs);
      this.#due.delete(next);
      next.run();
    }
    this.nowUs = endUs;
  }

  #after(delayUs: Micros, run: () => void): Timer {
    this.timersSet += 1;
    const due: Due = { atUs: this.nowUs + delayUs, run, cancel: () => void this.#due.delete(due) };
    this.#due.add(due);
    return due;
  }
}

/** Lets promises that wait for nothing but each other go on. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
}
