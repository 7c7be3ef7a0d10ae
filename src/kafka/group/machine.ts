/** What the state machines of both kinds of groups have in common: time comes in, timers go out. */
import type { Micros, WallMs } from '../../base/ids.ts';

/** The moment of a step, on both clocks of the broker. */
export interface Now {
  readonly us: Micros;
  readonly wallMs: WallMs;
}

/** Step `timer` at `atUs`; null: not any more. */
export interface TimerEffect {
  readonly kind: 'timer';
  readonly name: string;
  readonly atUs: Micros | null;
}

/** The timer of this name has run out. */
export interface TimerInput {
  readonly kind: 'timer';
  readonly name: string;
}

export interface Machine<Input, Effect> {
  step(input: Input, now: Now): readonly Effect[];
}
