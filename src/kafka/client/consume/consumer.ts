/**
 * A consumer by assignment. Records come in order of offset per partition, each once, from the
 * leader only. One fetch is out per leader, with all partitions that have nothing waiting; it is
 * sent before the records of the one before it are handed over. After a leader change the new
 * leader is asked first whether its log still holds what was read (KIP-320). Works in passes
 * (`#pump`), one per event that may have changed something.
 */
import { assert } from '../../../base/assert.ts';
import type { LeaderEpoch, Micros, Offset } from '../../../base/ids.ts';
import type { FetchResponse } from '../../protocol/apis/01-fetch.ts';
import { backoffDelayUs } from '../backoff.ts';
import type { ClientParts } from '../client-parts.ts';
import { ConnectionPool } from '../connect/connection-pool.ts';
import { ClientError } from '../errors.ts';
import type { BrokerInfo } from '../metadata/metadata-cache.ts';
import { notTimed, WakeTimer } from '../wake-timer.ts';
import { AssignedPartition } from './assigned-partition.ts';
import { seekTo } from './consumer-position.ts';
import {
  type Assignment,
  type Consumed,
  type ConsumedRecord,
  type ConsumerOptions,
  type ConsumerSettings,
  resolveConsumerSettings,
  type SeekTarget,
} from './consumer-types.ts';
import { FetchHandler } from './fetch-handler.ts';
import { answerFor, type FetchTarget, sendFetch } from './fetch-request.ts';
import { PositionKeeper } from './position-keeper.ts';

interface LeaderWork {
  readonly leader: BrokerInfo;
  readonly toFetch: AssignedPartition[];
  readonly toReset: AssignedPartition[];
  readonly toValidate: AssignedPartition[];
  /**
   * Some partition there has records that wait: the leader is asked again when they are consumed.
   */
  held: boolean;
}

export class Consumer {
  readonly #client: ClientParts;
  readonly #options: ConsumerOptions;
  readonly #settings: ConsumerSettings;
  readonly #pool: ConnectionPool;
  readonly #positions: PositionKeeper;
  readonly #handler: FetchHandler;
  readonly #unlisten: () => void;
  /** `topic-partition` to its state. */
  #partitions = new Map<string, AssignedPartition>();
  readonly #wake: WakeTimer;
  #pumping = false;
  #again = false;
  #closed = false;
  #waiter: (() => void) | null = null;

  constructor(client: ClientParts, options: ConsumerOptions) {
    this.#client = client;
    this.#options = options;
    this.#settings = resolveConsumerSettings(options, client.settings.requestTimeoutUs);
    this.#pool = new ConnectionPool(client.settings, () => this.#pump());
    this.#wake = new WakeTimer(client.settings.host, () => this.#pump());
    const shared = {
      client,
      settings: this.#settings,
      options,
      retryLater: (partition: AssignedPartition) => this.#retryLater(partition),
      pump: () => this.#pump(),
      fail: (partition: AssignedPartition, error: ClientError) => this.#fail(partition, error),
      isOpen: () => !this.#closed,
    };
    this.#positions = new PositionKeeper(shared);
    this.#handler = new FetchHandler(shared);
    this.#unlisten = client.updater.listen(() => this.#pump());
  }

  /**
   * Replaces the assignment. Partitions that were assigned before keep their position unless `from`
   * is given.
   */
  assign(assignments: readonly Assignment[]): void {
    const before = this.#partitions;
    this.#partitions = new Map();
    for (const { topic, partition, from, waits } of assignments) {
      const name = nameOf(topic, partition);
      const kept = before.get(name);
      const assigned = kept ?? new AssignedPartition(topic, partition);
      const policy = this.#settings.autoOffsetReset;
      if (from !== undefined) seekTo(assigned, from);
      else if (waits === true && kept === undefined) assigned.stop();
      else if (kept === undefined) seekTo(assigned, policy === 'none' ? 'earliest' : policy);
      this.#partitions.set(name, assigned);
      this.#client.updater.addTopic(topic);
    }
    for (const [name, partition] of before) {
      if (!this.#partitions.has(name)) partition.stop();
    }
    this.#pumpSoon();
  }

  /** `epoch` is that of the last record before an offset, to be validated; −1 where not known. */
  seek(topic: string, partition: number, target: SeekTarget, epoch: LeaderEpoch = -1): void {
    seekTo(this.#assigned(topic, partition), target, epoch);
    this.#pumpSoon();
  }

  /** Nothing of these is fetched or handed over until `resume`; what was fetched is kept. */
  pause(partitions: readonly { topic: string; partition: number }[]): void {
    for (const { topic, partition } of partitions) this.#assigned(topic, partition).paused = true;
  }

  resume(partitions: readonly { topic: string; partition: number }[]): void {
    for (const { topic, partition } of partitions) this.#assigned(topic, partition).paused = false;
    this.#pumpSoon();
    if (this.#waiter !== null) this.#client.settings.host.timers.after(0, () => this.#wakeWaiter());
  }

  /** As `pause`, for good: for partitions that are about to be taken away. */
  hold(partitions: readonly { topic: string; partition: number }[]): void {
    for (const { topic, partition } of partitions) this.#assigned(topic, partition).held = true;
  }

  isPaused(topic: string, partition: number): boolean {
    return this.#assigned(topic, partition).paused;
  }

  /** Null while the position is being looked up, or waits for a seek. */
  consumed(topic: string, partition: number): Consumed | null {
    const assigned = this.#assigned(topic, partition);
    const { position, fetchOffset, positionEpoch } = assigned;
    if (assigned.phase === 'reset' || position < 0) return null;
    return { handedOut: position, fetched: fetchOffset, leaderEpoch: positionEpoch };
  }

  /** Whether the next poll would hand over something, or report what cannot be read. */
  get hasRecords(): boolean {
    for (const each of this.#partitions.values()) {
      if (each.buffered !== null && !each.rests) return true;
    }
    return false;
  }

  /** The next offset this consumer will hand over; null while it is being looked up. */
  position(topic: string, partition: number): Offset | null {
    const assigned = this.#assigned(topic, partition);
    return assigned.phase === 'reset' || assigned.position < 0 ? null : assigned.position;
  }

  /** The high watermark of the last answer, −1 before the first. */
  highWatermark(topic: string, partition: number): Offset {
    return this.#assigned(topic, partition).highWatermark;
  }

  /** Records fetched so far, at most `maxRecords`; none if none wait. Not with `onRecords`. */
  poll(maxRecords = 500): ConsumedRecord[] {
    const polled: ConsumedRecord[] = [];
    let emptied = false;
    for (const [name, partition] of this.#partitions) {
      if (polled.length >= maxRecords) break;
      if (partition.buffered === null || partition.rests) continue;
      this.#handler.take(partition, maxRecords, polled);
      if (partition.buffered !== null) continue;
      emptied = true;
      // Behind the others, for the next poll.
      this.#partitions.delete(name);
      this.#partitions.set(name, partition);
    }
    if (emptied) this.#pump();
    return polled;
  }

  /** `callback` runs once, in a later event, when records can be polled. */
  waitForRecords(callback: () => void): void {
    assert(this.#waiter === null, 'one waits for records at a time');
    if (this.hasRecords) this.#client.settings.host.timers.after(0, callback);
    else this.#waiter = callback;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#unlisten();
    this.#wake.close();
    for (const partition of this.#partitions.values()) partition.stop();
    this.#pool.close();
  }

  /** The same; a consumer holds nothing that must be delivered. */
  abort(): void {
    this.close();
  }

  #assigned(topic: string, partition: number): AssignedPartition {
    const assigned = this.#partitions.get(nameOf(topic, partition));
    if (assigned !== undefined) return assigned;
    throw new ClientError('invalid-argument', `${topic}-${partition} is not assigned`);
  }

  #nowUs(): Micros {
    return this.#client.settings.host.clock.monotonicUs();
  }

  #pumpSoon(): void {
    this.#wake.wakeAt(this.#nowUs());
  }

  /** Sends all that can be sent now. */
  #pump(): void {
    if (this.#closed) return;
    if (this.#pumping) {
      this.#again = true;
      return;
    }
    this.#pumping = true;
    do {
      this.#again = false;
      this.#pass();
    } while (this.#again && !this.#closed);
    this.#pumping = false;
  }

  #pass(): void {
    const nowUs = this.#nowUs();
    const leaders: LeaderWork[] = [];
    let wakeUs = notTimed;
    for (const partition of this.#partitions.values()) {
      if (partition.phase === 'stopped' || partition.rests) continue;
      const dueUs = this.#sort(partition, nowUs, leaders);
      if (dueUs > nowUs && dueUs < wakeUs) wakeUs = dueUs;
    }
    for (const work of leaders) {
      const dueUs = this.#start(work);
      if (dueUs > nowUs && dueUs < wakeUs) wakeUs = dueUs;
    }
    if (wakeUs !== notTimed) this.#wake.wakeAt(wakeUs);
  }

  /**
   * Puts a partition where its leader's work is; answers when to look at it again, 0 if events will
   * tell.
   */
  #sort(partition: AssignedPartition, nowUs: Micros, leaders: LeaderWork[]): Micros {
    const { cache, updater } = this.#client;
    const topic = cache.topic(partition.topic);
    const info = topic?.partitions[partition.index];
    const leader = info === undefined ? undefined : cache.brokers.get(info.leader);
    if (topic === undefined || info === undefined || leader === undefined) {
      updater.request();
      return 0;
    }
    partition.meetTopic(topic.id);
    const { leaderEpoch } = info;
    if (partition.busy && leaderEpoch > partition.busyEpoch) partition.abandon();
    if (partition.busy) return 0;
    if (partition.retryAtUs > nowUs && leaderEpoch <= partition.failedEpoch) {
      return partition.retryAtUs;
    }
    this.#positions.meetLeader(partition, leaderEpoch);
    const work = workOf(leaders, leader);
    if (partition.buffered !== null) work.held = true;
    else if (partition.phase === 'reset') work.toReset.push(partition);
    else if (partition.phase === 'validate') work.toValidate.push(partition);
    else work.toFetch.push(partition);
    return 0;
  }

  #start({ leader, toFetch, toReset, toValidate, held }: LeaderWork): Micros {
    if (toReset.length > 0) this.#positions.lookUp(leader, toReset);
    if (toValidate.length > 0) this.#positions.validate(leader, toValidate);
    if (toFetch.length === 0 || held) return 0;
    const connection = this.#pool.get(leader);
    if (!connection.ready) {
      connection.connect();
      // A leader that is not to be reached may not be the leader any more.
      if (connection.failures > 0) this.#client.updater.request();
      return connection.retryAtUs;
    }
    if (connection.inFlight > 0) return 0;
    const targets = toFetch.map(asTarget);
    sendFetch(connection, targets, this.#settings, (response, failure) => {
      if (this.#closed) return;
      if (failure !== null) connection.noteFailure();
      this.#fetched(targets, response, failure === 'unsupported-version');
    });
    return 0;
  }

  #fetched(
    targets: readonly FetchTarget[],
    response: FetchResponse | null,
    unsupported: boolean,
  ): void {
    const valid = targets.every(isValid) ? targets : targets.filter(isValid);
    for (const { partition } of valid) partition.busy = false;
    if (response === null || response.errorCode !== 0) {
      for (const { partition } of valid) {
        if (unsupported) {
          const text = `the leader of ${partition.topic}-${partition.index} speaks no Fetch we know`;
          this.#fail(partition, new ClientError('unsupported-version', text));
        } else {
          this.#retryLater(partition);
        }
      }
      this.#client.updater.request();
      this.#pump();
      return;
    }
    for (const target of valid) {
      this.#handler.accept(target.partition, answerFor(target, response), response.nodeEndpoints);
    }
    if (this.#options.onRecords !== undefined) this.#push(valid);
    else this.#pump();
    this.#wakeWaiter();
  }

  /**
   * The next fetch goes out first, as if all were consumed already; then the records are handed
   * over.
   */
  #push(targets: readonly FetchTarget[]): void {
    for (const { partition } of targets) {
      partition.delivering = partition.buffered;
      partition.buffered = null;
    }
    this.#pump();
    for (const target of targets) {
      const { partition } = target;
      const buffered = partition.delivering;
      partition.delivering = null;
      if (this.#closed) return;
      if (buffered !== null && isValid(target)) this.#handler.deliver(partition, buffered);
    }
  }

  #wakeWaiter(): void {
    const waiter = this.#waiter;
    if (waiter === null || !this.hasRecords) return;
    this.#waiter = null;
    waiter();
  }

  #retryLater(partition: AssignedPartition): void {
    const { retryBackoff, random } = this.#client.settings;
    partition.failures++;
    partition.failedEpoch = partition.busyEpoch;
    partition.retryAtUs = this.#nowUs() + backoffDelayUs(retryBackoff, partition.failures, random);
  }

  #fail(partition: AssignedPartition, error: ClientError): void {
    partition.stop();
    const { onError } = this.#options;
    if (onError !== undefined) onError(error, partition.topic, partition.index);
    else this.#client.settings.host.log('error', error.message);
  }
}

/** The partition is asked for now. */
function asTarget(partition: AssignedPartition): FetchTarget {
  partition.busy = true;
  partition.busyEpoch = partition.validatedEpoch;
  return { partition, generation: partition.generation };
}

/** Its position was not set anew since. */
const isValid = ({ partition, generation }: FetchTarget): boolean =>
  partition.generation === generation;

/** Leaders are few: a list is searched faster than a map is made. */
function workOf(leaders: LeaderWork[], leader: BrokerInfo): LeaderWork {
  for (const known of leaders) if (known.leader === leader) return known;
  const work: LeaderWork = { leader, toFetch: [], toReset: [], toValidate: [], held: false };
  leaders.push(work);
  return work;
}

const nameOf = (topic: string, partition: number): string => `${topic}-${partition}`;
