/**
 * Sends what the accumulator holds: groups due batches by their partitions' leaders, at most one
 * per partition and request and `maxInFlight` requests per broker, retries what may be retried, and
 * gives up what is past its deadline. Reports each batch's outcome once, and `failed` only when no
 * attempt can have been written. Works in passes (`run`), one per event that may have changed
 * something; one timer wakes it in between. A batch that is too large for its broker is split, as
 * long as it has several records.
 */

import type { Micros } from '../../../base/ids.ts';
import { mark } from '../../../base/mark.ts';
import type { Timer } from '../../../host/timers.ts';
import type { ProduceResponse } from '../../protocol/apis/00-produce.ts';
import { errorCode, isRetriable } from '../../protocol/errors.ts';
import type { RpcFailure } from '../../rpc/contract.ts';
import { backoffDelayUs } from '../backoff.ts';
import type { BrokerConnection } from '../connect/connection.ts';
import { ConnectionPool } from '../connect/connection-pool.ts';
import { ClientError } from '../errors.ts';
import type { BrokerInfo, MetadataCache } from '../metadata/metadata-cache.ts';
import type { MetadataUpdater } from '../metadata/metadata-updater.ts';
import type { ClientSettings } from '../settings.ts';
import { notTimed, WakeTimer } from '../wake-timer.ts';
import type { Accumulator } from './accumulator.ts';
import { answerTo, type PartitionAnswer, sendProduce } from './produce-request.ts';
import type { ProducerBatch } from './producer-batch.ts';
import type { ProducerIdentity } from './producer-identity.ts';
import type { ProducerSettings } from './producer-types.ts';

export interface SenderParts {
  readonly client: ClientSettings;
  readonly settings: ProducerSettings;
  readonly cache: MetadataCache;
  readonly updater: MetadataUpdater;
  readonly accumulator: Accumulator;
  readonly identity: ProducerIdentity | null;
  /** Called at the end of each pass. */
  readonly afterPass: () => void;
}

interface Group {
  readonly connection: BrokerConnection;
  readonly batches: ProducerBatch[];
  sizeBytes: number;
}

export class Sender {
  readonly #parts: SenderParts;
  readonly #pool: ConnectionPool;
  readonly #wake: WakeTimer;
  #deadlineTimer: Timer | null = null;
  #running = false;
  #again = false;
  #closed = false;
  /** Batches up to this order do not linger. */
  flushUpTo = 0;

  constructor(parts: SenderParts) {
    this.#parts = parts;
    this.#pool = new ConnectionPool(parts.client, () => this.run());
    this.#wake = new WakeTimer(parts.client.host, () => this.run());
  }

  /** Makes a pass no later than this. */
  wakeAt(atUs: Micros): void {
    this.#wake.wakeAt(atUs);
  }

  /** Not from within a `send` of the application: callbacks may run. */
  run(): void {
    if (this.#closed) return;
    if (this.#running) {
      this.#again = true;
      return;
    }
    this.#running = true;
    do {
      this.#again = false;
      this.#pass();
    } while (this.#again && !this.#closed);
    this.#running = false;
  }

  /** The producer got a new id or epoch, or is refused one for good. */
  identityChanged(): void {
    const error = this.#parts.identity?.error ?? null;
    for (const queue of this.#parts.accumulator.busy) {
      if (error === null) queue.resolveGap();
      else for (const batch of [...queue.fresh]) this.#fail(batch, error);
    }
    this.run();
  }

  /** Gives up all that is not finished: what was never sent failed, the rest is unknown. */
  abort(reason: string): void {
    for (const queue of [...this.#parts.accumulator.busy]) {
      for (const batch of [...queue.underWay, ...queue.fresh]) {
        this.#fail(batch, new ClientError('closed', reason, outcomeOf(batch), batch.lastCode));
      }
    }
  }

  close(): void {
    this.#closed = true;
    this.#wake.close();
    this.#deadlineTimer?.cancel();
    this.#pool.close();
  }

  #nowUs(): Micros {
    return this.#parts.client.host.clock.monotonicUs();
  }

  #pass(): void {
    const nowUs = this.#nowUs();
    this.#expire(nowUs);
    const wakeUs = this.#drain(nowUs);
    if (wakeUs !== notTimed) this.wakeAt(wakeUs);
    this.#watchDeadlines(nowUs);
    this.#parts.afterPass();
  }

  /**
   * One timer for the oldest batch of all, left alone as batches come and go: it moves on when it
   * fires.
   */
  #watchDeadlines(nowUs: Micros): void {
    const oldest = this.#parts.accumulator.oldest;
    if (oldest === null || this.#deadlineTimer !== null) return;
    const delayUs = oldest.deadlineUs - nowUs;
    this.#deadlineTimer = this.#parts.client.host.timers.after(delayUs, () => {
      this.#deadlineTimer = null;
      this.run();
    });
  }

  #expire(nowUs: Micros): void {
    const { accumulator, settings } = this.#parts;
    for (;;) {
      const batch = accumulator.expired(nowUs);
      if (batch === null) return;
      mark('delivery-expired');
      const ms = settings.deliveryTimeoutUs / 1000;
      const text = `${where(batch)} was not delivered within ${ms} ms`;
      this.#fail(batch, new ClientError('timeout', text, outcomeOf(batch), batch.lastCode));
    }
  }

  /** Sends all that is due; answers when the next will be. */
  #drain(nowUs: Micros): Micros {
    for (;;) {
      const groups: Group[] = [];
      const wakeUs = this.#collect(nowUs, groups);
      let sent = false;
      for (const { connection, batches } of groups) {
        if (batches.length === 0) continue;
        sent = true;
        this.#send(connection, batches);
      }
      if (!sent) return wakeUs;
    }
  }

  #collect(nowUs: Micros, groups: Group[]): Micros {
    const { accumulator, cache, settings } = this.#parts;
    let wakeUs: Micros = notTimed;
    for (const queue of accumulator.busy) {
      if (queue.isEmpty) {
        accumulator.busy.delete(queue);
        continue;
      }
      const partition = cache.partition(queue.topic, queue.index);
      const leaderEpoch = partition?.leaderEpoch ?? -1;
      let dueUs = queue.dueUs(nowUs, leaderEpoch, this.flushUpTo);
      if (dueUs <= nowUs) {
        const leader = cache.leaderOf(queue.topic, queue.index);
        if (leader === undefined) {
          this.#missLeader(queue.topic);
          continue;
        }
        const group = this.#groupFor(leader, groups);
        dueUs = group === null ? this.#pool.get(leader).retryAtUs : nowUs;
        const sizeBytes = queue.peek().sizeBytes;
        if (group !== null && group.sizeBytes + sizeBytes <= settings.maxRequestBytes) {
          group.batches.push(queue.take(leaderEpoch));
          group.sizeBytes += sizeBytes;
        } else if (group !== null && group.batches.length === 0) {
          group.batches.push(queue.take(leaderEpoch));
        }
      }
      if (dueUs > nowUs && dueUs < wakeUs) wakeUs = dueUs;
    }
    return wakeUs;
  }

  /**
   * Where to put a batch for this broker now; null if it has enough to do or is not to be reached.
   */
  #groupFor(leader: BrokerInfo, groups: Group[]): Group | null {
    const connection = this.#pool.get(leader);
    if (!connection.ready) {
      connection.connect();
      // A leader that is not to be reached may not be the leader any more.
      if (connection.failures > 0) this.#parts.updater.request();
      return null;
    }
    if (connection.inFlight >= this.#parts.settings.maxInFlight) return null;
    for (const known of groups) if (known.connection === connection) return known;
    const group: Group = { connection, batches: [], sizeBytes: 0 };
    groups.push(group);
    return group;
  }

  #missLeader(topic: string): void {
    this.#parts.updater.addTopic(topic);
    this.#parts.updater.request();
  }

  #send(connection: BrokerConnection, batches: readonly ProducerBatch[]): void {
    const { settings, cache } = this.#parts;
    const sent = sendProduce(connection, batches, settings, cache, (response, failure) =>
      this.#answered(connection, batches, response, failure),
    );
    if (!sent || settings.acks !== 0) return;
    for (const batch of batches) {
      batch.queue.returned(batch);
      this.#complete(batch, -1, -1);
    }
  }

  #answered(
    connection: BrokerConnection,
    batches: readonly ProducerBatch[],
    response: ProduceResponse | null,
    failure: RpcFailure | 'unsupported-version' | null,
  ): void {
    if (this.#closed) return;
    for (const batch of batches) {
      batch.queue.returned(batch);
      if (response !== null) this.#settle(batch, answerTo(batch, response), response.nodeEndpoints);
      else this.#settleFailure(batch, failure ?? 'malformed');
      batch.queue.resolveGap();
    }
    if (response === null) {
      connection.noteFailure();
      this.#parts.updater.request();
    }
    this.run();
  }

  #settleFailure(batch: ProducerBatch, failure: RpcFailure | 'unsupported-version'): void {
    if (failure === 'unsupported-version') {
      if (batch.finished) return;
      const text = `${where(batch)}: its leader speaks no Produce version we know`;
      this.#fail(batch, new ClientError('unsupported-version', text, outcomeOf(batch)));
      return;
    }
    const { rules } = this.#parts.client;
    if (rules.outcomeWithoutAnswer(failure) === 'unknown') batch.mayBeWritten = true;
    if (batch.finished || this.#retry(batch)) return;
    const text = `${where(batch)}: ${failure} after ${batch.attempts} attempts`;
    this.#fail(batch, new ClientError('disconnected', text, outcomeOf(batch), batch.lastCode));
  }

  #settle(
    batch: ProducerBatch,
    answer: PartitionAnswer,
    endpoints: ProduceResponse['nodeEndpoints'],
  ): void {
    const { settings, client, updater, cache } = this.#parts;
    const code = answer.errorCode;
    if (code === errorCode.none || code === errorCode.duplicateSequenceNumber) {
      this.#complete(batch, code === 0 ? answer.baseOffset : -1, answer.logAppendTimeMs);
      return;
    }
    const { queue } = batch;
    if (client.rules.attemptOutcome(code, settings.acks) === 'unknown') batch.mayBeWritten = true;
    batch.lastCode = code;
    const sequenceError =
      settings.idempotent &&
      (code === errorCode.outOfOrderSequenceNumber || code === errorCode.unknownProducerId);
    const isOvertaken = sequenceError && queue.missingBefore(batch) === 'overtaken';
    if (isAboutLeadership(code)) {
      const { leaderId, leaderEpoch } = answer.currentLeader;
      const { topic, index } = queue;
      const news =
        leaderId >= 0 && cache.noteLeader(topic, index, leaderId, leaderEpoch, endpoints);
      if (news) mark('leader-told-with-error');
      else updater.request();
    }
    if (batch.finished) return;
    if (code === errorCode.messageTooLarge && batch.records.length > 1) {
      this.#parts.accumulator.split(batch);
      return;
    }
    if (!isOvertaken && (sequenceError || isRetriable(code)) && this.#retry(batch)) return;
    const detail = answer.errorMessage === null ? '' : `: ${answer.errorMessage}`;
    const text = `${where(batch)} was rejected${detail}`;
    this.#fail(batch, new ClientError('broker', text, outcomeOf(batch), code));
  }

  /** False where no retry is left. */
  #retry(batch: ProducerBatch): boolean {
    const { settings, client } = this.#parts;
    const nowUs = this.#nowUs();
    if (batch.attempts > settings.retries || nowUs >= batch.deadlineUs) return false;
    const delayUs = backoffDelayUs(settings.retryBackoff, batch.attempts, client.random);
    batch.notBeforeUs = nowUs + delayUs;
    return true;
  }

  #complete(batch: ProducerBatch, baseOffset: number, logAppendTimeMs: number): void {
    const { queue } = batch;
    queue.acknowledged(batch);
    if (batch.finished) {
      mark('acknowledged-after-given-up');
      return;
    }
    this.#parts.accumulator.finish(batch);
    const { topic, index: partition } = queue;
    for (let i = 0; i < batch.callbacks.length; i++) {
      const offset = baseOffset < 0 ? -1 : baseOffset + i;
      const sentAt = batch.records[i]?.timestamp ?? -1;
      const timestamp = logAppendTimeMs >= 0 ? logAppendTimeMs : sentAt;
      batch.callbacks[i]?.(null, { topic, partition, offset, timestamp });
    }
  }

  #fail(batch: ProducerBatch, error: ClientError): void {
    batch.queue.givenUp(batch);
    this.#parts.accumulator.finish(batch);
    batch.queue.resolveGap();
    for (const callback of batch.callbacks) callback(error, null);
  }
}

/** A batch still in a request may be written any moment. */
function outcomeOf(batch: ProducerBatch): 'failed' | 'unknown' {
  return batch.mayBeWritten || batch.inRequest ? 'unknown' : 'failed';
}

function where(batch: ProducerBatch): string {
  return `batch of ${batch.records.length} records to ${batch.queue.topic}-${batch.queue.index}`;
}

function isAboutLeadership(code: number): boolean {
  switch (code) {
    case errorCode.notLeaderOrFollower:
    case errorCode.leaderNotAvailable:
    case errorCode.fencedLeaderEpoch:
    case errorCode.unknownTopicOrPartition:
    case errorCode.unknownTopicId:
    case errorCode.inconsistentTopicId:
    case errorCode.kafkaStorageError:
    case errorCode.replicaNotAvailable:
      return true;
    default:
      return false;
  }
}
