/**
 * One classic group with its surroundings made by hand: a clock that the test moves, a log that
 * stores at once or when it is told to, and a second coordinator to load the group after the first.
 * It holds the driver's side of the contract and asserts the group's: every answer once, every
 * append with an id of its own, no timer stopped that does not run.
 */
import { assert } from '../../../../src/base/assert.ts';
import type {
  ClassicEffect,
  ClassicInput,
  ClassicSettings,
  GroupRecord,
  Respond,
} from '../../../../src/kafka/group/classic/contract.ts';
import { ClassicGroup } from '../../../../src/kafka/group/classic/group.ts';
import { type ClassicRules, kafkaClassicRules } from '../../../../src/kafka/group/classic/rules.ts';

export interface LabOptions {
  readonly settings?: Partial<ClassicSettings>;
  readonly rules?: Partial<ClassicRules>;
  readonly onEffect?: (effect: ClassicEffect) => void;
  readonly onStored?: (record: GroupRecord, errorCode: number) => void;
}

const kafkaSettings: ClassicSettings = {
  minSessionTimeoutMs: 6000,
  maxSessionTimeoutMs: 30 * 60_000,
  initialRebalanceDelayMs: 3000,
  maxSize: 0x7fffffff,
};

export class Lab {
  readonly options: LabOptions;
  group: ClassicGroup;
  nowUs = 0;
  /** Whether appends wait for `settle`. */
  holdsAppends = false;
  readonly appends: { readonly id: number; readonly record: GroupRecord }[] = [];
  readonly timers = new Map<string, number>();
  stored: GroupRecord | null = null;
  /** Answers that somebody still waits for. */
  readonly waiting = new Set<object>();
  #uuids = 0;
  #lastAppendId = 0;

  constructor(options: LabOptions = {}) {
    this.options = options;
    this.group = this.#newGroup();
  }

  #newGroup(): ClassicGroup {
    return new ClassicGroup({
      groupId: 'billing',
      settings: { ...kafkaSettings, ...this.options.settings },
      rules: { ...kafkaClassicRules, ...this.options.rules },
      newUuid: () => String(++this.#uuids),
    });
  }

  get now() {
    return { us: this.nowUs, wallMs: 1_000_000 + Math.floor(this.nowUs / 1000) };
  }

  /** A `respond` that may be called once. */
  asked<T>(answered: Respond<T>): Respond<T> {
    const token = {};
    this.waiting.add(token);
    return (answer) => {
      assert(this.waiting.delete(token), 'an answer is given once');
      answered(answer);
    };
  }

  step(input: ClassicInput): void {
    this.#perform(this.group.step(input, this.now));
  }

  #perform(effects: readonly ClassicEffect[]): void {
    for (const effect of effects) {
      this.options.onEffect?.(effect);
      if (effect.kind === 'answer') effect.respond(effect.answer as never);
      else if (effect.kind === 'timer') this.#setTimer(effect.name, effect.atUs);
      else {
        assert(effect.id > this.#lastAppendId, 'appends have ids of their own');
        this.#lastAppendId = effect.id;
        this.appends.push(effect);
      }
    }
    while (!this.holdsAppends && this.appends.length > 0) this.settle(0);
  }

  #setTimer(name: string, atUs: number | null): void {
    if (atUs === null) assert(this.timers.delete(name), `timer ${name} runs`);
    else {
      assert(atUs >= this.nowUs, 'timers lie ahead');
      this.timers.set(name, atUs);
    }
  }

  /** The oldest append is stored, or fails. */
  settle(errorCode: number): void {
    const append = this.appends.shift();
    if (append === undefined) return;
    if (errorCode === 0) this.stored = append.record;
    this.options.onStored?.(append.record, errorCode);
    this.step({ kind: 'appended', id: append.id, errorCode });
  }

  /** The clock moves, through every timer on the way. */
  elapse(ms: number): void {
    const untilUs = this.nowUs + ms * 1000;
    for (;;) {
      let next: [string, number] | null = null;
      for (const timer of this.timers) if (next === null || timer[1] < next[1]) next = timer;
      if (next === null || next[1] > untilUs) break;
      this.nowUs = next[1];
      this.timers.delete(next[0]);
      this.step({ kind: 'timer', name: next[0] });
    }
    this.nowUs = untilUs;
  }

  /** Another broker coordinates from now on, and knows what was stored. */
  failOver(errorCode: number): void {
    this.step({ kind: 'end', errorCode });
    assert(this.timers.size === 0, 'a group that ended has no timers');
    this.appends.length = 0;
    this.group = this.#newGroup();
    this.#lastAppendId = 0;
    if (this.stored !== null) this.#perform(this.group.restored(this.stored, this.now));
  }
}
