/**
 * The coordinator of the groups that one partition of the offsets topic keeps, while this broker
 * leads that partition in one epoch. It loads the partition, and serves once all it has read is
 * committed. What it decides it
 * appends, takes into memory when the append is accepted, and answers when that is committed; an
 * append that is refused changes nothing. When the epoch ends it lets go of all, and whoever waits
 * hears NOT_COORDINATOR. Another epoch is another shard.
 */

import { assert } from '../../base/assert.ts';
import type { LeaderEpoch, NodeId, Offset, Uuid } from '../../base/ids.ts';
import { zeroUuid } from '../../base/ids.ts';
import { mark } from '../../base/mark.ts';
import { msToMicros } from '../../base/time.ts';
import type { Host } from '../../host/host.ts';
import type { NodeSettings } from '../config.ts';
import { offsetsTopic } from '../metadata/internal-topics.ts';
import type { Coordinated, Observe } from '../observation.ts';
import { pass } from '../points.ts';
import { errorCode } from '../protocol/errors.ts';
import { buildBatch } from '../records/builder.ts';
import type { LedPartition } from '../replication/led-partition.ts';
import type { ReplicaManager } from '../replication/replica-manager.ts';
import type { ConsumerRecord } from './consumer/contract.ts';
import { Group } from './group.ts';
import type { OffsetEntry } from './group-offsets.ts';
import { Loader } from './loader.ts';
import { keyOfObserved, type ObservedGroupRecord, observedOf } from './observed.ts';
import type { Committer } from './offset-commit.ts';
import { type CommittedOffset, encodeGroupRecord, type GroupRecord } from './records.ts';
import type { GroupRules } from './rules.ts';
import { type Settle, Writes } from './writes.ts';

export interface ShardEnvironment {
  readonly host: Host;
  readonly node: NodeId;
  readonly settings: NodeSettings;
  readonly rules: GroupRules;
  readonly replicas: Pick<ReplicaManager, 'led' | 'produce'>;
  readonly observe: Observe;
  /** For observations. */
  readonly topicName: (id: Uuid) => string;
  /** A record of a consumer group is in the log. */
  readonly onConsumerRecord: (shard: Shard, group: Group, record: ConsumerRecord) => void;
  /** A group of whose consumers the last has gone is a classic one from here on. */
  readonly onDowngraded: (shard: Shard, group: Group) => void;
  /** A shard has loaded: its groups may begin to live. */
  readonly onLoaded: (shard: Shard) => void;
  /** A shard is done with: what lives in its groups ends, and who waits there is answered. */
  readonly onUnloaded: (shard: Shard) => void;
}

/** In the log, and not known to be committed. */
interface Uncommitted {
  readonly record: GroupRecord;
  readonly at: Offset;
  /** Of a record of an offset. */
  readonly entry: OffsetEntry | null;
  readonly by: Committer | null;
}

interface Found {
  readonly at: Offset;
  readonly group: string;
  readonly told: ObservedGroupRecord;
}

/** What is being appended, and where it ends; −1: it has not been. */
interface Taking {
  readonly records: readonly GroupRecord[];
  readonly by: Committer | null;
  end: Offset;
}

export class Shard {
  readonly index: number;
  readonly leaderEpoch: LeaderEpoch;
  readonly groups = new Map<string, Group>();
  readonly #environment: ShardEnvironment;
  readonly #led: LedPartition;
  readonly #writes: Writes;
  readonly #coordinated: Coordinated;
  #loader: Loader | null;
  #state: 'loading' | 'active' | 'failed' | 'unloaded' = 'loading';
  /** What is told of what it has read: of each key the newest record, in the order of the log. */
  readonly #found = new Map<string, Found>();
  /** In the order of the log; those before `#promoted` are committed. */
  #uncommitted: Uncommitted[] = [];
  #promoted = 0;

  constructor(
    environment: ShardEnvironment,
    index: number,
    leaderEpoch: LeaderEpoch,
    led: LedPartition,
  ) {
    const { host, rules, settings } = environment;
    this.index = index;
    this.leaderEpoch = leaderEpoch;
    this.#environment = environment;
    this.#led = led;
    const coordinator = `${offsetsTopic}-${index}`;
    this.#coordinated = { node: environment.node, coordinator, leaderEpoch };
    this.#writes = new Writes(host, msToMicros(settings.offsetsCommitTimeoutMs));
    const { log } = led;
    assert(log !== null, 'a shard begins while its partition is led');
    const end = rules.loadEnd(log);
    this.#loader = new Loader({
      host,
      led,
      end,
      bytesPerEvent: Math.min(settings.offsetsLoadBufferSize, maxBytesPerEvent),
      onRecord: (record, at) => this.#load(record, at),
      done: (problem) => this.#hasRead(problem, end),
    });
  }

  /** Why nothing can be asked of it now; none where it serves. */
  get problem(): number {
    const leads = this.#led.log !== null;
    const isOver = this.#state === 'failed' || this.#state === 'unloaded';
    if (isOver || !this.#environment.rules.coordinates({ leads })) {
      return errorCode.notCoordinator;
    }
    return this.#state === 'loading' ? errorCode.coordinatorLoadInProgress : errorCode.none;
  }

  /** A group that is there, or comes to be. */
  groupOf(id: string): Group {
    let group = this.groups.get(id);
    if (group === undefined) {
      group = new Group(id);
      this.groups.set(id, group);
    }
    return group;
  }

  /**
   * Appends records as one batch. They are in memory when the call returns, unless the append was
   * refused; `done` hears what became of them once, within the call or later.
   */
  write(records: readonly GroupRecord[], done: Settle, by: Committer | null = null): void {
    const { host, replicas } = this.#environment;
    if (this.#state !== 'active') {
      done(errorCode.notLeaderOrFollower);
      return;
    }
    const timestamp = host.clock.wallMs();
    const stored = records.map((record) => {
      const { key, value } = encodeGroupRecord(record);
      return { key, value, timestamp, headers: noHeaders };
    });
    const settle = this.#writes.begin(done);
    const taking: Taking = { records, by, end: -1 };
    const batch = buildBatch({ records: stored });
    replicas.produce(
      {
        coordinator: { leaderEpoch: this.leaderEpoch, appended: this.#takeIn.bind(this, taking) },
        acks: -1,
        timeoutMs: Number.POSITIVE_INFINITY,
        partitions: [{ topicId: zeroUuid, topic: offsetsTopic, index: this.index, records: batch }],
      },
      ([result]) => {
        const code = result?.errorCode ?? errorCode.unknownServerError;
        if (passed.has(code) && taking.end >= 0) this.#promote(taking.end);
        settle(code);
      },
    );
  }

  /** The log has these records from `baseOffset` on. */
  #takeIn(taking: Taking, { baseOffset }: { readonly baseOffset: Offset }): void {
    const { by, records } = taking;
    taking.end = baseOffset + records.length;
    for (const [i, record] of records.entries()) {
      const at = baseOffset + i;
      this.#uncommitted.push({ record, at, entry: this.#apply(record, at), by });
    }
  }

  /** This broker does not lead the partition any more. */
  unload(): void {
    if (this.#state === 'unloaded') return;
    this.#state = 'unloaded';
    this.#loader?.cancel();
    this.#environment.onUnloaded(this);
    this.#writes.close();
    this.groups.clear();
    this.#uncommitted = [];
    this.#environment.observe({ kind: 'groups-unloaded', ...this.#coordinated });
  }

  /** A group is deleted: `done` hears what became of that. */
  delete(group: Group, records: readonly GroupRecord[], done: Settle): void {
    if (this.#environment.rules.deletionIsPersisted()) {
      this.write(records, done);
      return;
    }
    group.members?.end(errorCode.groupIdNotFound);
    this.groups.delete(group.id);
    done(errorCode.none);
  }

  /** A group that keeps nothing, neither in memory nor in what may yet be committed, is let go. */
  dropIfGone(group: Group): void {
    const isGone = group.stored === null && group.members === null && group.offsets.isGone;
    if (isGone && this.groups.get(group.id) === group) this.groups.delete(group.id);
  }

  #apply(record: GroupRecord, at: Offset): OffsetEntry | null {
    const group = this.groupOf(record.group);
    if (record.kind === 'offset') {
      return group.offsets.apply(record.topic, record.partition, record.value, at);
    }
    if (record.kind === 'consumer') {
      this.#environment.onConsumerRecord(this, group, record.record);
      return null;
    }
    group.stored = record.value;
    const { members } = group;
    if (record.value === null && members?.type === 'classic') {
      const isReplaced = group.successor !== null;
      const { coordinatorNotAvailable, rebalanceInProgress } = errorCode;
      members.end(isReplaced ? rebalanceInProgress : coordinatorNotAvailable);
      group.members = null;
    } else if (members?.type === 'consumer' && this.#state === 'active') {
      this.#environment.onDowngraded(this, group);
    }
    return null;
  }

  #load(record: GroupRecord, at: Offset): void {
    const entry = this.#apply(record, at);
    const group = this.groupOf(record.group);
    if (entry !== null) group.offsets.commit(entry, offsetOf(record), at);
    this.dropIfGone(group);
    const told = this.#toldOf(record, null);
    if (told === null) return;
    const key = keyOfObserved(group.id, told);
    this.#found.delete(key);
    this.#found.set(key, { at, group: group.id, told });
  }

  #hasRead(problem: string | null, end: Offset): void {
    this.#loader = null;
    const { log } = this.#led;
    if (this.#state !== 'loading' || log === null) return;
    if (problem !== null) {
      this.#state = 'failed';
      this.#environment.host.log(
        'error',
        `groups of ${offsetsTopic}-${this.index} cannot be loaded: ${problem}`,
      );
    } else if (log.highWatermark >= end) this.#hasLoaded(end);
    else {
      mark('load-awaits-commit');
      // What is read here may have been acknowledged or may yet be lost: only the high watermark
      // tells. Until it does nobody is told an offset that could go back, or has gone back.
      this.#led.whenCommitted(end, (code) => {
        if (passed.has(code)) this.#hasLoaded(end);
      });
    }
  }

  #hasLoaded(end: Offset): void {
    const { host, observe, onLoaded } = this.#environment;
    pass(host, 'offsets-loaded', () => {
      if (this.#state !== 'loading') return;
      this.#state = 'active';
      for (const { told, ...place } of this.#found.values()) {
        observe({ ...told, ...this.#coordinated, ...place, found: true });
      }
      this.#found.clear();
      observe({ kind: 'groups-loaded', ...this.#coordinated, end, groups: this.groups.size });
      onLoaded(this);
    });
  }

  /** All below `end` is committed. */
  #promote(end: Offset): void {
    if (this.#state === 'unloaded') return;
    const queue = this.#uncommitted;
    let next = queue[this.#promoted];
    while (next !== undefined && next.at < end) {
      this.#promoted += 1;
      const { at, entry, record } = next;
      const group = this.groups.get(record.group);
      if (group !== undefined) {
        if (entry !== null) group.offsets.commit(entry, offsetOf(record), at);
        this.dropIfGone(group);
      }
      this.#observeCommitted(next);
      next = queue[this.#promoted];
    }
    if (this.#promoted < queue.length && this.#promoted < mostPromotedKept) return;
    this.#uncommitted = queue.slice(this.#promoted);
    this.#promoted = 0;
  }

  #observeCommitted({ at, by, record }: Uncommitted): void {
    const told = this.#toldOf(record, by);
    const { group } = record;
    if (told !== null) {
      this.#environment.observe({ ...told, ...this.#coordinated, at, group, found: false });
    }
  }

  #toldOf(record: GroupRecord, by: Committer | null): ObservedGroupRecord | null {
    const { settings, topicName } = this.#environment;
    const assignor = settings.groupConsumerAssignors.split(',')[0] ?? 'uniform';
    return observedOf(record, by, { topicName, assignor });
  }
}

const noHeaders: readonly never[] = [];

/** The high watermark has passed what was written. */
const passed: ReadonlySet<number> = new Set([
  errorCode.none,
  errorCode.notEnoughReplicasAfterAppend,
]);

/** A piece of the log is read and taken in within a few milliseconds. */
const maxBytesPerEvent = 262_144;

/** Promoted ones are forgotten together, so that each costs nothing. */
const mostPromotedKept = 1000;

const offsetOf = (record: GroupRecord): CommittedOffset | null =>
  record.kind === 'offset' ? record.value : null;
