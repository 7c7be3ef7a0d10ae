/**
 * The members of one consumer group: its machine, driven, and its records written. What the log
 * accepts of them in between is applied at once.
 */
import type { WallMs } from '../../base/ids.ts';
import type { Host } from '../../host/host.ts';
import type { ClassicSnapshot } from './classic/contract.ts';
import type {
  ClassicRequest,
  ConsumerEffect,
  ConsumerGroupDescription,
  ConsumerInput,
  ConsumerRecord,
} from './consumer/contract.ts';
import type { ConsumerGroup } from './consumer/group.ts';
import { Driver } from './driver.ts';
import type { Group } from './group.ts';
import type { Members } from './members.ts';
import type { Committer, PartitionCommit } from './offset-commit.ts';
import type { GroupRecord } from './records.ts';
import type { Shard } from './shard.ts';

/** Where requests of classic members go. */
export interface ClassicDoor {
  step(input: ClassicRequest): void;
}

export class ConsumerMembers implements Members {
  readonly type = 'consumer';
  readonly protocolType = 'consumer';
  /** Offsets of an empty consumer group age from their commits. */
  readonly emptySinceMs: WallMs = -1;
  readonly #shard: Shard;
  readonly #group: Group;
  readonly #machine: ConsumerGroup;
  readonly #driver: Driver<ConsumerInput, ConsumerEffect>;

  constructor(host: Host, shard: Shard, group: Group, machine: ConsumerGroup) {
    this.#shard = shard;
    this.#group = group;
    this.#machine = machine;
    this.#driver = new Driver<ConsumerInput, ConsumerEffect>(host, machine, {
      perform: (effect) => {
        if (effect.kind === 'append') this.#append(effect);
        else effect.tell();
      },
      idle: () => {
        if (machine.isGone) this.#letGo();
      },
    });
  }

  get state(): string {
    return this.#machine.state;
  }
  get isEmpty(): boolean {
    return this.#machine.memberCount === 0;
  }
  /** Neither the log nor what is under way to it says anything of it. */
  get isGone(): boolean {
    return this.#machine.isGone;
  }
  get hasPatterns(): boolean {
    return this.#machine.hasPatterns;
  }

  isSubscribed(topic: string): boolean {
    return this.#machine.subscribedTopics().has(topic);
  }

  commitProblem(
    { memberId, generation: epoch }: Committer,
    partitions: readonly PartitionCommit[],
  ): number {
    return this.#machine.judgeCommit({ memberId, epoch, partitions });
  }

  commitTaken(): void {}

  fetchProblem(memberId: string | null, epoch: number): number {
    return this.#machine.judgeFetch(memberId, epoch);
  }

  deleteProblem(): number {
    return this.#machine.judgeDelete();
  }

  describe(): ConsumerGroupDescription {
    return this.#machine.describe();
  }

  tombstones(): readonly GroupRecord[] {
    return this.#machine.tombstones().map((record) => this.#recordOf(record));
  }

  end(code: number): void {
    this.step({ kind: 'end', errorCode: code });
  }

  /** The group has become a classic one. */
  giveWay(): void {
    this.step({ kind: 'end', errorCode: null });
  }

  /** Takes the place of a stable classic group with its next append; false where it cannot. */
  adopt(snapshot: ClassicSnapshot): boolean {
    return this.#machine.adopt(snapshot);
  }

  /** As members of the classic protocol see it. */
  readonly asClassic: ClassicDoor = {
    step: (input) => this.step({ kind: 'classic', input }),
  };

  /** A record of the group is in the log, whoever wrote it. */
  apply(record: ConsumerRecord): void {
    this.#machine.apply(record);
    if (this.#machine.isGone) this.#letGo();
  }

  /** The coordinator has loaded. */
  restore(): void {
    this.#driver.run((now) => this.#machine.restored(now));
  }

  step(input: ConsumerInput): void {
    this.#driver.step(input);
  }

  #append({ classic, id, records }: ConsumerEffect & { kind: 'append' }): void {
    const all = [...this.#classicTombstone(), ...records.map((each) => this.#recordOf(each))];
    if (classic !== null) all.push({ kind: 'group', group: this.#group.id, value: classic });
    this.#shard.write(all, (errorCode) => {
      this.step({ kind: 'appended', id, errorCode });
    });
    this.#driver.perform((now) => this.#machine.applied(now));
  }

  /** A classic group that was there before goes with the first record of this one. */
  #classicTombstone(): readonly GroupRecord[] {
    const { id, stored } = this.#group;
    return stored === null ? [] : [{ kind: 'group', group: id, value: null }];
  }

  #recordOf(record: ConsumerRecord): GroupRecord {
    return { kind: 'consumer', group: this.#group.id, record };
  }

  /** Nothing is kept of the group's members: it is as if nobody had ever joined. */
  #letGo(): void {
    const group = this.#group;
    if (group.members === this) group.members = null;
    if (group.successor === this) group.successor = null;
    this.#shard.dropIfGone(group);
  }
}
