/** The members of one classic group: its machine, driven, and its records written. */
import type { WallMs } from '../../base/ids.ts';
import type { Host } from '../../host/host.ts';
import { errorCode } from '../protocol/errors.ts';
import type {
  ClassicEffect,
  ClassicGroupMachine,
  ClassicInput,
  ClassicSnapshot,
  GroupDescription,
} from './classic/contract.ts';
import { Driver } from './driver.ts';
import type { TimerEffect } from './machine.ts';
import type { Members } from './members.ts';
import type { Committer } from './offset-commit.ts';
import type { GroupRecord, StoredGroup } from './records.ts';
import type { Shard } from './shard.ts';

export class ClassicMembers implements Members {
  readonly type = 'classic';
  readonly #shard: Shard;
  readonly #machine: ClassicGroupMachine;
  readonly #driver: Driver<ClassicInput, ClassicEffect>;

  constructor(host: Host, shard: Shard, machine: ClassicGroupMachine) {
    this.#shard = shard;
    this.#machine = machine;
    this.#driver = new Driver<ClassicInput, ClassicEffect>(host, machine, {
      perform: (effect) => this.#perform(effect),
      idle: () => this.#letGoIfUnused(),
    });
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
    this.#driver.run((now) => this.#machine.restored(stored, now));
  }

  step(input: ClassicInput): void {
    this.#driver.step(input);
  }

  #perform(effect: Exclude<ClassicEffect, TimerEffect>): void {
    if (effect.kind === 'append') this.#append(effect.id, effect.record);
    // Each answer fits its own respond, which the compiler cannot tell of the two together.
    else effect.respond(effect.answer as never);
  }

  #append(id: number, value: StoredGroup): void {
    const group = this.#machine.groupId;
    this.#shard.write([{ kind: 'group', group, value }], (errorCode) => {
      this.step({ kind: 'appended', id, errorCode });
    });
  }

  /** Nobody has joined, and nobody is about to: it is as if nobody had ever asked. */
  #letGoIfUnused(): void {
    const group = this.#shard.groups.get(this.#machine.groupId);
    if (group?.members !== this || group.stored !== null || !this.#machine.isUnused) return;
    group.members = null;
    this.#shard.dropIfGone(group);
  }
}
