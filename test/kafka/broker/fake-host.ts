/** A host whose time a test moves by hand, with no network and no disk. */
import type { Micros } from '../../../src/base/ids.ts';
import type { Host } from '../../../src/host/host.ts';
import { immediatePoints } from '../../../src/host/points.ts';

interface Due {
  readonly atUs: Micros;
  readonly callback: () => void;
}

export class FakeHost {
  readonly host: Host;
  nowUs: Micros = 0;
  readonly #due = new Set<Due>();

  constructor() {
    let draws = 0;
    this.host = {
      machine: 'm1',
      clock: { monotonicUs: () => this.nowUs, wallMs: () => Math.floor(this.nowUs / 1000) },
      timers: {
        after: (delayUs: Micros, callback: () => void) => {
          const due = { atUs: this.nowUs + delayUs, callback };
          this.#due.add(due);
          return { cancel: () => this.#due.delete(due) };
        },
      },
      random: { stream: () => ({ next: () => 0.5, int: (bound: number) => draws++ % bound }) },
      log() {},
      points: immediatePoints,
    } as unknown as Host;
  }

  /** Runs what falls due within the next `ms`, in order. */
  advance(ms: number): void {
    const end = this.nowUs + ms * 1000;
    for (;;) {
      let next: Due | null = null;
      for (const due of this.#due)
        if (due.atUs <= end && (next === null || due.atUs < next.atUs)) next = due;
      if (next === null) break;
      this.#due.delete(next);
      this.nowUs = Math.max(this.nowUs, next.atUs);
      next.callback();
    }
    this.nowUs = end;
  }
}
