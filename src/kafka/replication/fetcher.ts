/**
 * Copies from one leader broker all partitions that follow it, over one channel with one Fetch in
 * flight. The request is one object that lives as long as the set of partitions does; only offsets
 * are written into it. An answer is used only for what was asked under the partition's current
 * leader epoch. A failed fetch rests for the backoff, a failed partition sits out for as long while
 * the others go on.
 */

import type { BrokerEpoch, LeaderEpoch, Micros, NodeId, Offset, Uuid } from '../../base/ids.ts';
import { mark } from '../../base/mark.ts';
import { msToMicros } from '../../base/time.ts';
import type { Host } from '../../host/host.ts';
import type { Timer } from '../../host/timers.ts';
import type { NodeSettings } from '../config.ts';
import { pass } from '../points.ts';
import type { FetchResponse } from '../protocol/apis/01-fetch.ts';
import { fetchApi } from '../protocol/apis/01-fetch.ts';
import { errorCode, errorName } from '../protocol/errors.ts';
import type { Channel, RpcFailure } from '../rpc/contract.ts';
import { findLeaderOffsets } from './leader-offsets.ts';
import type { Partition } from './partition.ts';
import type { ReplicationRules } from './rules.ts';

export interface FetcherOptions {
  readonly host: Host;
  readonly node: NodeId;
  readonly settings: NodeSettings;
  readonly rules: ReplicationRules;
  readonly channel: Channel;
  readonly brokerEpoch: () => BrokerEpoch;
  /**
   * Runs what an answer does to a partition; false where it failed and the partition should rest.
   */
  readonly guard: (apply: () => void) => boolean;
}

/** One partition's part of the request, written anew before each send. */
interface AskedPartition {
  readonly partition: number;
  readonly partitionMaxBytes: number;
  /** −2 until it is sent for the first time: no answer can match. */
  currentLeaderEpoch: LeaderEpoch;
  fetchOffset: Offset;
  lastFetchedEpoch: LeaderEpoch;
  logStartOffset: Offset;
}

interface Entry {
  readonly partition: Partition;
  readonly asked: AskedPartition;
  /** Sits out until then; infinite while the leader is asked for its offsets. */
  restsUntilUs: Micros;
}

interface AskedTopic {
  readonly topicId: Uuid;
  readonly partitions: AskedPartition[];
}

type AnsweredPartition = FetchResponse['responses'][number]['partitions'][number];

const fetchVersion = 17;

export class Fetcher {
  readonly #options: FetcherOptions;
  readonly #entries = new Map<Uuid, Map<number, Entry>>();
  /** Those of the next request; rebuilt when partitions come, go, rest or wake. */
  #active: Entry[] = [];
  #topics: AskedTopic[] = [];
  #isStale = true;
  #isWaiting = false;
  #restTimer: Timer | null = null;
  #restTimerUs: Micros = Number.POSITIVE_INFINITY;
  #closed = false;

  constructor(options: FetcherOptions) {
    this.#options = options;
  }

  get isEmpty(): boolean {
    return this.#entries.size === 0;
  }

  /** Takes the partition in; one that is here already has its rest ended. */
  add(partition: Partition): void {
    let byIndex = this.#entries.get(partition.topicId);
    if (byIndex === undefined) {
      byIndex = new Map();
      this.#entries.set(partition.topicId, byIndex);
    }
    this.#isStale = true;
    const known = byIndex.get(partition.index);
    if (known !== undefined) {
      known.restsUntilUs = 0;
      return;
    }
    byIndex.set(partition.index, {
      partition,
      asked: {
        partition: partition.index,
        partitionMaxBytes: this.#options.settings.replicaFetchMaxBytes,
        currentLeaderEpoch: -2,
        fetchOffset: -1,
        lastFetchedEpoch: -1,
        logStartOffset: -1,
      },
      restsUntilUs: 0,
    });
  }

  remove(partition: Partition): void {
    const byIndex = this.#entries.get(partition.topicId);
    if (byIndex?.delete(partition.index) !== true) return;
    if (byIndex.size === 0) this.#entries.delete(partition.topicId);
    this.#isStale = true;
  }

  /** Sends the next fetch, unless one is on its way or there is nothing to ask. */
  send(): void {
    if (this.#closed || this.#isWaiting) return;
    const { brokerEpoch, channel, node, settings } = this.#options;
    const replicaEpoch = brokerEpoch();
    // Without an epoch a leader could not tell this incarnation from an earlier one (KIP-903).
    if (replicaEpoch < 0) return;
    if (this.#isStale) this.#rebuild();
    if (this.#active.length === 0) return;
    let flushes: Promise<void>[] | null = null;
    for (const { asked, partition } of this.#active) {
      const { flusher, follower, log } = partition;
      if (flusher.pending !== null) flushes = [...(flushes ?? []), flusher.pending];
      asked.currentLeaderEpoch = partition.leaderEpoch;
      asked.fetchOffset = log.logEndOffset;
      asked.lastFetchedEpoch = follower === null ? -1 : follower.lastFetchedEpoch(log.latestEpoch);
      asked.logStartOffset = log.logStartOffset;
    }
    // To fetch on is to say that all below is safe here: with a flush policy it must be so first.
    if (flushes !== null) {
      void this.#sendAfter(flushes);
      return;
    }
    this.#isWaiting = true;
    const body = {
      replicaState: { replicaId: node, replicaEpoch },
      maxWaitMs: settings.replicaFetchWaitMaxMs,
      minBytes: 1,
      maxBytes: settings.replicaFetchResponseMaxBytes,
      topics: this.#topics,
      forgottenTopicsData: [],
    };
    const timeoutUs = msToMicros(settings.replicaSocketTimeoutMs);
    channel.send(fetchApi, fetchVersion, body, timeoutUs, this.#onResponse);
  }

  readonly #onResponse = (answer: FetchResponse | null, failure: RpcFailure | null): void => {
    if (this.#closed) return;
    if (answer === null) this.#onFailure(failure ?? 'closed');
    else if (answer.errorCode !== errorCode.none) this.#onFailure(errorName(answer.errorCode));
    else pass(this.#options.host, 'fetch-answer-applied', () => this.#onAnswer(answer));
  };

  close(): void {
    this.#closed = true;
    this.#restTimer?.cancel();
    this.#options.channel.close();
  }

  #rebuild(): void {
    const nowUs = this.#options.host.clock.monotonicUs();
    this.#isStale = false;
    this.#active = [];
    this.#topics = [];
    for (const [topicId, byIndex] of this.#entries) {
      const partitions: AskedPartition[] = [];
      for (const entry of byIndex.values()) {
        if (entry.restsUntilUs > nowUs) continue;
        this.#active.push(entry);
        partitions.push(entry.asked);
      }
      if (partitions.length > 0) this.#topics.push({ topicId, partitions });
    }
  }

  #onFailure(reason: string): void {
    const { channel, host, settings } = this.#options;
    host.log(
      'debug',
      `fetch from ${channel.address.host}:${channel.address.port} failed: ${reason}`,
    );
    host.timers.after(msToMicros(settings.replicaFetchBackoffMs), () => {
      this.#isWaiting = false;
      this.send();
    });
  }

  #onAnswer(answer: FetchResponse): void {
    if (this.#closed) return;
    let bytes = 0;
    for (const { topicId, partitions } of answer.responses) {
      const byIndex = this.#entries.get(topicId);
      if (byIndex === undefined) continue;
      for (const part of partitions) {
        const entry = byIndex.get(part.partitionIndex);
        if (entry === undefined) continue;
        this.#apply(entry, part);
        bytes += part.records === null ? 0 : part.records.length;
      }
    }
    // Where answers are full, those at the end of the request must not wait for ever.
    if (bytes * 2 >= this.#options.settings.replicaFetchResponseMaxBytes) this.#rotate(answer);
    this.#isWaiting = false;
    this.send();
  }

  /** Partitions that got records go behind those that got none. */
  #rotate(answer: FetchResponse): void {
    this.#isStale = true;
    for (const { topicId, partitions } of answer.responses) {
      const byIndex = this.#entries.get(topicId);
      if (byIndex === undefined) continue;
      for (const { partitionIndex, records } of partitions) {
        const entry = byIndex.get(partitionIndex);
        if (entry === undefined || records === null || records.length === 0) continue;
        byIndex.delete(partitionIndex);
        byIndex.set(partitionIndex, entry);
        this.#entries.delete(topicId);
        this.#entries.set(topicId, byIndex);
      }
    }
  }

  async #sendAfter(flushes: readonly Promise<void>[]): Promise<void> {
    this.#isWaiting = true;
    const ended = await Promise.allSettled(flushes);
    // Where one failed this process is at its end.
    if (ended.some(({ status }) => status === 'rejected')) return;
    this.#isWaiting = false;
    this.send();
  }

  #apply(entry: Entry, part: AnsweredPartition): void {
    const { asked, partition } = entry;
    const { currentLeaderEpoch: leaderEpoch, fetchOffset } = asked;
    const isApplied = this.#options.guard(() => {
      const move = partition.onFetchAnswer({ leaderEpoch, fetchOffset }, part);
      if (move.kind === 'back-off') this.#rest(entry);
      else if (move.kind === 'out-of-range') this.#askOffsets(entry, leaderEpoch);
    });
    if (!isApplied) this.#rest(entry);
  }

  #rest(entry: Entry): void {
    const { host, settings } = this.#options;
    const restUs = msToMicros(settings.replicaFetchBackoffMs);
    entry.restsUntilUs = host.clock.monotonicUs() + restUs;
    this.#isStale = true;
    if (entry.restsUntilUs >= this.#restTimerUs) return;
    this.#restTimer?.cancel();
    this.#armRest(entry.restsUntilUs, restUs);
  }

  #armRest(atUs: Micros, delayUs: Micros): void {
    this.#restTimerUs = atUs;
    this.#restTimer = this.#options.host.timers.after(delayUs, () => {
      this.#restTimer = null;
      this.#restTimerUs = Number.POSITIVE_INFINITY;
      this.#isStale = true;
      const nowUs = this.#options.host.clock.monotonicUs();
      const nextUs = this.#nextWakeUs(nowUs);
      if (nextUs < Number.POSITIVE_INFINITY) this.#armRest(nextUs, nextUs - nowUs);
      this.send();
    });
  }

  #nextWakeUs(nowUs: Micros): Micros {
    let nextUs = Number.POSITIVE_INFINITY;
    for (const byIndex of this.#entries.values()) {
      for (const { restsUntilUs } of byIndex.values()) {
        if (restsUntilUs > nowUs && restsUntilUs < nextUs) nextUs = restsUntilUs;
      }
    }
    return nextUs;
  }

  /** The leader does not have our end: ask where its log starts and ends, under the same epoch. */
  #askOffsets(entry: Entry, leaderEpoch: LeaderEpoch): void {
    const { channel, guard, node, rules, settings } = this.#options;
    const { partition } = entry;
    entry.restsUntilUs = Number.POSITIVE_INFINITY;
    this.#isStale = true;
    const timeoutUs = msToMicros(settings.replicaSocketTimeoutMs);
    findLeaderOffsets(channel, node, partition, leaderEpoch, timeoutUs, (leaders) => {
      if (this.#closed) return;
      // Resting in any case keeps a leader that contradicts itself from being asked without pause.
      this.#rest(entry);
      if (leaders === null || partition.follower?.leaderEpoch !== leaderEpoch) return;
      guard(() => {
        const move = rules.onOutOfRange(leaders.start, leaders.end, partition.log.logEndOffset);
        mark(outOfRangeMarks[move.kind]);
        if (move.kind === 'truncate') partition.truncateTo(move.to);
        else if (move.kind === 'start-over') partition.truncateFullyAndStartAt(move.at);
        if (move.kind !== 'retry') entry.restsUntilUs = 0;
      });
      this.send();
    });
  }
}

const outOfRangeMarks = {
  retry: 'out-of-range-retried',
  truncate: 'out-of-range-truncated',
  'start-over': 'out-of-range-start-over',
} as const;
