/**
 * Drives the state machine of one group: hands it what happens, one input after another, and
 * performs what it answers with, timers here and the rest where the owner says. Inputs that arise
 * while effects are performed wait their turn.
 */
import type { Host } from '../../host/host.ts';
import type { Timer } from '../../host/timers.ts';
import type { Machine, Now, TimerEffect, TimerInput } from './machine.ts';

export interface Owner<Effect> {
  /** Performs an effect that is no timer. */
  readonly perform: (effect: Exclude<Effect, TimerEffect>) => void;
  /** All that has come is worked off. */
  readonly idle: () => void;
}

export class Driver<Input, Effect extends { readonly kind: string }> {
  readonly #host: Host;
  readonly #machine: Machine<Input | TimerInput, Effect | TimerEffect>;
  readonly #owner: Owner<Effect>;
  readonly #timers = new Map<string, Timer>();
  readonly #waiting: (Input | TimerInput)[] = [];
  #isBusy = false;

  constructor(
    host: Host,
    machine: Machine<Input | TimerInput, Effect | TimerEffect>,
    owner: Owner<Effect>,
  ) {
    this.#host = host;
    this.#machine = machine;
    this.#owner = owner;
  }

  step(input: Input | TimerInput): void {
    if (this.#isBusy) this.#waiting.push(input);
    else this.run((now) => this.#machine.step(input, now));
  }

  /** Performs what `first` answers with, and works off what came meanwhile. */
  run(first: (now: Now) => readonly (Effect | TimerEffect)[]): void {
    this.#isBusy = true;
    try {
      this.perform(first);
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
        const input = next;
        this.perform((now) => this.#machine.step(input, now));
      }
    } finally {
      this.#isBusy = false;
    }
    this.#owner.idle();
  }

  /** Performs effects, also in the middle of others. */
  perform(effects: (now: Now) => readonly (Effect | TimerEffect)[]): void {
    for (const effect of effects(this.#now())) {
      if (effect.kind === 'timer') this.#setTimer(effect as TimerEffect);
      else this.#owner.perform(effect as Exclude<Effect, TimerEffect>);
    }
  }

  #setTimer({ atUs, name }: TimerEffect): void {
    this.#timers.get(name)?.cancel();
    this.#timers.delete(name);
    if (atUs === null) return;
    const delayUs = Math.max(0, atUs - this.#host.clock.monotonicUs());
    const timer = this.#host.timers.after(delayUs, () => {
      this.#timers.delete(name);
      this.step({ kind: 'timer', name });
    });
    this.#timers.set(name, timer);
  }

  #now(): Now {
    const { clock } = this.#host;
    return { us: clock.monotonicUs(), wallMs: clock.wallMs() };
  }
}
