/**
 * The groups of one broker: a shard for each partition of the offsets topic that it leads. It hears
 * of leaderships and of deleted topics by subscription; requests find their group's shard here, or
 * the code with which its clients look for the coordinator again.
 */
import type { LeaderEpoch } from '../../base/ids.ts';
import { minutesToMs, msToMicros } from '../../base/time.ts';
import type { Timer } from '../../host/timers.ts';
import type { MetadataDelta, MetadataImage, PartitionState } from '../metadata/image.ts';
import { offsetsTopic } from '../metadata/internal-topics.ts';
import { pass } from '../points.ts';
import { errorCode } from '../protocol/errors.ts';
import type { LeadershipListener } from '../replication/leaderships.ts';
import type { ClassicGroupMachine } from './classic/contract.ts';
import { ClassicMembers } from './classic-members.ts';
import type { ConsumerGroup } from './consumer/group.ts';
import { type ClassicDoor, ConsumerMembers } from './consumer-members.ts';
import { expiredRecords, recordsOfDeletedTopics, writeTombstones } from './expiry.ts';
import type { Group } from './group.ts';
import { partitionOfGroup } from './group-partition.ts';
import type { OffsetsTopic } from './offsets-topic.ts';
import type { StoredGroup } from './records.ts';
import { Shard, type ShardEnvironment } from './shard.ts';

type ShardHooks = 'onConsumerRecord' | 'onDowngraded' | 'onLoaded' | 'onUnloaded';

export interface CoordinatorOptions {
  readonly environment: Omit<ShardEnvironment, ShardHooks>;
  readonly image: MetadataImage;
  readonly topic: Pick<OffsetsTopic, 'create'>;
  readonly newClassicGroup: (id: string) => ClassicGroupMachine;
  readonly newConsumerGroup: (id: string) => ConsumerGroup;
}

type TopicChanges = Pick<MetadataDelta, 'createdTopics' | 'deletedTopics' | 'partitions'>;

export class GroupCoordinator implements LeadershipListener {
  readonly #options: CoordinatorOptions;
  readonly #environment: ShardEnvironment;
  readonly #shards = new Map<number, Shard>();
  /** Of shards whose offsets are looked through from time to time. */
  readonly #checks = new Map<Shard, Timer>();

  constructor(options: CoordinatorOptions) {
    this.#options = options;
    this.#environment = {
      ...options.environment,
      onConsumerRecord: (shard, group, record) => {
        const { members } = group;
        if (members instanceof ConsumerMembers) members.apply(record);
        else this.#succeed(shard, group).apply(record);
      },
      onDowngraded: (shard, group) => {
        const { members } = group;
        const { stored } = group;
        if (members instanceof ConsumerMembers) members.giveWay();
        if (stored === null) return;
        // What the one who went had is nobody's: all join again, out of the generation they are in.
        // The one that is stored nobody is in: at the next coordinator all would join again too.
        const generation = stored.generation - 1;
        const classic = this.#membersOf(shard, group, { ...stored, generation });
        classic.step({ kind: 'rebalance' });
      },
      onLoaded: (shard) => {
        for (const group of [...shard.groups.values()]) {
          if (group.members instanceof ConsumerMembers) group.members.restore();
          else if (group.stored !== null) this.#membersOf(shard, group);
        }
        this.#checkLater(shard);
      },
      onUnloaded: (shard) => {
        this.#checks.get(shard)?.cancel();
        this.#checks.delete(shard);
        for (const { members } of shard.groups.values()) members?.end(errorCode.notCoordinator);
      },
    };
  }

  gained(index: number, leaderEpoch: LeaderEpoch): void {
    this.#resign(index);
    const led = this.#environment.replicas.led(offsetsTopic, index, leaderEpoch);
    if (led === null) return;
    this.#shards.set(index, new Shard(this.#environment, index, leaderEpoch, led));
  }

  lost(index: number): void {
    if (!this.#environment.rules.coordinates({ leads: false })) this.#resign(index);
  }

  #resign(index: number): void {
    const shard = this.#shards.get(index);
    if (shard === undefined) return;
    this.#shards.delete(index);
    pass(this.#environment.host, 'group-unloaded', () => shard.unload());
  }

  onMetadata(delta: TopicChanges): void {
    const { deletedTopics } = delta;
    this.#tellConsumers(delta);
    if (deletedTopics.length === 0) return;
    const names = new Set(deletedTopics.map(({ name }) => name));
    for (const shard of this.#shards.values()) {
      if (shard.problem === errorCode.none) {
        writeTombstones(shard, recordsOfDeletedTopics(shard, names));
      }
    }
  }

  /** The shard that keeps this group, ready to serve; or the code that its clients are told. */
  shardOf(group: string): Shard | number {
    const partition = this.partitionOf(group);
    if (partition === null) return errorCode.coordinatorNotAvailable;
    const shard = this.#shards.get(partition.index);
    if (shard === undefined) return errorCode.notCoordinator;
    return shard.problem === errorCode.none ? shard : shard.problem;
  }

  /**
   * Where members of the classic protocol are served, also in a group of the other; or the code
   * that a request of theirs is answered with.
   */
  classicOf(id: string, mayCreate: boolean): ClassicDoor | number {
    if (id === '') return errorCode.invalidGroupId;
    const shard = this.shardOf(id);
    if (typeof shard === 'number') return shard;
    const members = shard.groups.get(id)?.members ?? null;
    if (members instanceof ClassicMembers) return members;
    if (members instanceof ConsumerMembers) {
      const isFree = mayCreate && members.isEmpty && this.#dissolve(shard, members);
      if (!isFree) return members.asClassic;
    }
    return mayCreate ? this.#membersOf(shard, shard.groupOf(id)) : errorCode.unknownMemberId;
  }

  /** The members of a consumer group; or the code that a heartbeat is answered with. */
  consumerOf(id: string, mayCreate: boolean): ConsumerMembers | number {
    const shard = this.shardOf(id);
    if (typeof shard === 'number') return shard;
    const members = shard.groups.get(id)?.members ?? null;
    if (members instanceof ConsumerMembers) return members;
    if (!mayCreate) return errorCode.groupIdNotFound;
    const group = shard.groupOf(id);
    const successor = this.#consumersOf(shard, group);
    if (members instanceof ClassicMembers && !members.isEmpty) {
      if (members.protocolType !== 'consumer') return errorCode.groupIdNotFound;
      // Who has what is known for certain while nothing moves: until then it shall come again.
      if (members.state !== 'Stable') return errorCode.coordinatorNotAvailable;
      if (!successor.adopt(members.snapshot())) return errorCode.groupIdNotFound;
    }
    group.successor = successor;
    return successor;
  }

  /** By metadata; null, and asked for, where the topic is not there yet. */
  partitionOf(group: string): PartitionState | null {
    const { image, topic } = this.#options;
    const partitions = image.topicsByName.get(offsetsTopic)?.partitions ?? [];
    if (partitions.length === 0) {
      topic.create();
      return null;
    }
    return partitions[partitionOfGroup(group, partitions.length)] ?? null;
  }

  /** All that are led here, by partition. */
  get shards(): readonly Shard[] {
    return [...this.#shards.values()].sort((a, b) => a.index - b.index);
  }

  #membersOf(
    shard: Shard,
    group: Group,
    stored: StoredGroup | null = group.stored,
  ): ClassicMembers {
    const { host } = this.#environment;
    const members = new ClassicMembers(host, shard, this.#options.newClassicGroup(group.id));
    group.members = members;
    if (stored !== null) members.restore(stored);
    return members;
  }

  /** A consumer group that nobody is in gives way to whoever comes first; tells if it has. */
  #dissolve(shard: Shard, members: ConsumerMembers): boolean {
    shard.write(members.tombstones(), () => {});
    return members.isGone;
  }

  #consumersOf(shard: Shard, group: Group): ConsumerMembers {
    const { host } = this.#environment;
    const machine = this.#options.newConsumerGroup(group.id);
    return new ConsumerMembers(host, shard, group, machine);
  }

  /** The first record of a consumer group stands in the log: what was there before is over. */
  #succeed(shard: Shard, group: Group): ConsumerMembers {
    const { members, successor } = group;
    members?.end(errorCode.rebalanceInProgress);
    const next = successor instanceof ConsumerMembers ? successor : this.#consumersOf(shard, group);
    group.members = next;
    group.successor = null;
    return next;
  }

  /** Topics came, went or grew: groups that may be subscribed to them look again. */
  #tellConsumers({ createdTopics, deletedTopics, partitions }: TopicChanges): void {
    const names = new Set<string>();
    for (const { name } of [...createdTopics, ...deletedTopics]) names.add(name);
    const hasOthers = names.size > 0;
    for (const { topic } of partitions) names.add(topic);
    if (names.size === 0) return;
    for (const { groups } of this.#shards.values()) {
      for (const { members } of groups.values()) {
        if (!(members instanceof ConsumerMembers)) continue;
        const concerns =
          (hasOthers && members.hasPatterns) ||
          [...names].some((name) => members.isSubscribed(name));
        if (concerns) members.step({ kind: 'topics-changed' });
      }
    }
  }

  #checkLater(shard: Shard): void {
    const { host, rules, settings } = this.#environment;
    const delayUs = msToMicros(settings.offsetsRetentionCheckIntervalMs);
    const timer = host.timers.after(delayUs, () => {
      const expiry = {
        rules,
        nowMs: host.clock.wallMs(),
        retentionMs: minutesToMs(settings.offsetsRetentionMinutes),
      };
      for (const group of [...shard.groups.values()]) {
        writeTombstones(shard, expiredRecords(group, expiry));
        shard.dropIfGone(group);
      }
      this.#checkLater(shard);
    });
    this.#checks.set(shard, timer);
  }
}
