/**
 * Drives one classic group: hands it what happens, one input after another, and performs what it
 * answers with. Inputs that arise while effects are performed wait their turn.
 */
import type { WallMs } from '../../base/ids.ts';
import type { Host } from '../../host/host.ts';
import type { Timer } from '../../host/timers.ts';
import { errorCode } from '../protocol/errors.ts';
import type {
  ClassicEffect,
  ClassicGroupMachine,
  ClassicInput,
  ClassicSnapshot,
  GroupDescription,
  Now,
} from './classic/contract.ts';
import type { Members } from './members.ts';
import type { Committer } from './offset-commit.ts';
import type { GroupRecord, StoredGroup } from './records.ts';
import type { Shard } from './shard.ts';

export class ClassicMembers implements Members {
  readonly type = 'classic';
  readonly #host: Host;
  readonly #shard: Shard;
  readonly #machine: ClassicGroupMachine;
  readonly #timers = new Map<string, Timer>();
  #waiting: ClassicInput[] = [];
  #isBusy = false;

  constructor(host: Host, shard: Shard, machine: ClassicGroupMachine) {
    this.#host = host;
    this.#shard = shard;
    this.#machine = machine;
  }

  get state(): string {
    return this.#machine.state;
  }
  get protocolType(): string {
    return this.#machine.protocolType;
  }
  get isEmpty(): boolean {
    return this.#machine.state === 'Empty';
  }
  get emptySinceMs(): WallMs {
    return this.isEmpty ? this.#machine.stateSinceMs : -1;
  }

  isSubscribed(topic: string): boolean | null {
    return this.#machine.subscribedTopics()?.has(topic) ?? null;
  }

  commitProblem({ memberId, groupInstanceId, generation }: Committer): number {
    const claim = { memberId, instanceId: groupInstanceId, generation, transactional: false };
    return this.#machine.judgeCommit(claim);
  }

  commitTaken({ memberId }: Committer): void {
    if (memberId !== '') this.step({ kind: 'commit-taken', memberId });
  }

  deleteProblem(): number {
    return this.#machine.judgeDelete();
  }

  /** A classic member's fetch says nothing of its generation. */
  fetchProblem(): number {
    return errorCode.none;
  }

  tombstones(): readonly GroupRecord[] {
    return [{ kind: 'group', group: this.#machine.groupId, value: null }];
  }

  snapshot(): ClassicSnapshot {
    return this.#machine.snapshot();
  }

  describe(): GroupDescription {
    return this.#machine.describe();
  }

  end(code: number): void {
    this.step({ kind: 'end', errorCode: code });
  }

  /** As its last record has it, when the coordinator has loaded. */
  restore(stored: StoredGroup): void {
    this.#run(() => this.#machine.restored(stored, this.#now()));
  }

  step(input: ClassicInput): void {
    if (this.#isBusy) {
      this.#waiting.push(input);
      return;
    }
    this.#run(() => this.#machine.step(input, this.#now()));
  }

  #run(first: () => readonly ClassicEffect[]): void {
    this.#isBusy = true;
    try {
      this.#perform(first());
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
        this.#perform(this.#machine.step(next, this.#now()));
      }
    } finally {
      this.#isBusy = false;
    }
  }

  #perform(effects: readonly ClassicEffect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'append') this.#append(effect.id, effect.record);
      else if (effect.kind === 'timer') this.#setTimer(effect.name, effect.atUs);
      // Each answer fits its own respond, which the compiler cannot tell of the two together.
      else effect.respond(effect.answer as never);
    }
  }

  #append(id: number, value: StoredGroup): void {
    const group = this.#machine.groupId;
    this.#shard.write([{ kind: 'group', group, value }], (errorCode) => {
      this.step({ kind: 'appended', id, errorCode });
    });
  }

  #setTimer(name: string, atUs: number | null): void {
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
