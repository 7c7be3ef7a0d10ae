/**
 * The producer as applications see it. `send` never blocks: it hands the record over or says, in a
 * later event, why not (`buffer-full` is the sign to slow down; `bufferedBytes` tells beforehand).
 * Each record's callback runs exactly once. Defaults are Kafka's: acks=all, idempotent, five
 * requests in flight, linger 5 ms.
 */
import { assert } from '../../../base/assert.ts';
import type { Micros } from '../../../base/ids.ts';
import type { Timer } from '../../../host/timers.ts';
import { errorCode } from '../../protocol/errors.ts';
import { batchHeaderSize } from '../../records/batch.ts';
import { estimateRecordSize, type NewRecord } from '../../records/builder.ts';
import type { ClientParts } from '../client-parts.ts';
import { ClientError } from '../errors.ts';
import type { TopicInfo } from '../metadata/metadata-cache.ts';
import { Accumulator } from './accumulator.ts';
import { Partitioner } from './partitioner.ts';
import { ProducerIdentity } from './producer-identity.ts';
import {
  type OnSent,
  type ProducerOptions,
  type ProducerRecord,
  type ProducerSettings,
  type Receipt,
  resolveProducerSettings,
} from './producer-types.ts';
import { Sender } from './sender.ts';

/** A record whose topic is not known yet. */
interface Waiting {
  readonly topic: string;
  readonly partition: number | undefined;
  readonly record: NewRecord;
  readonly sizeBytes: number;
  readonly deadlineUs: Micros;
  readonly onSent: OnSent;
}

interface Flush {
  upTo: number;
  readonly done: () => void;
}

const noHeaders: NewRecord['headers'] = [];

export class Producer {
  readonly #client: ClientParts;
  readonly #settings: ProducerSettings;
  readonly #identity: ProducerIdentity | null;
  readonly #accumulator: Accumulator;
  readonly #partitioner: Partitioner;
  readonly #sender: Sender;
  readonly #unlisten: () => void;
  #waiting: Waiting[] = [];
  #waitingTimer: Timer | null = null;
  #flushes: Flush[] = [];
  #state: 'open' | 'closing' | 'closed' = 'open';

  constructor(client: ClientParts, options: ProducerOptions) {
    this.#client = client;
    this.#settings = resolveProducerSettings(options);
    const { settings, cache, updater, control } = client;
    this.#identity = this.#settings.idempotent
      ? new ProducerIdentity(settings, control, () => this.#sender.identityChanged())
      : null;
    this.#accumulator = new Accumulator(this.#settings, settings.rules, this.#identity);
    this.#partitioner = new Partitioner(this.#settings.partitioner, settings.random);
    this.#sender = new Sender({
      client: settings,
      settings: this.#settings,
      cache,
      updater,
      accumulator: this.#accumulator,
      identity: this.#identity,
      afterPass: () => this.#finishFlushes(),
    });
    this.#unlisten = updater.listen(() => this.#metadataChanged());
  }

  /** Bytes of records not finished yet; `bufferBytes` is the bound. */
  get bufferedBytes(): number {
    return this.#accumulator.bufferedBytes;
  }

  send(record: ProducerRecord, onSent: OnSent): void {
    const { host } = this.#client.settings;
    const made: NewRecord = {
      timestamp: record.timestamp ?? host.clock.wallMs(),
      key: record.key ?? null,
      value: record.value,
      headers: record.headers ?? noHeaders,
    };
    const sizeBytes = estimateRecordSize(made);
    const error = this.#refusal(record, sizeBytes);
    if (error !== null) {
      host.timers.after(0, () => onSent(error, null));
      return;
    }
    const topic = this.#client.cache.topic(record.topic);
    if (topic === undefined) this.#wait(record, made, sizeBytes, onSent);
    else this.#append(topic, record.partition, made, sizeBytes, onSent);
  }

  /** The same as a promise, which rejects with a ClientError. */
  sendAsync(record: ProducerRecord): Promise<Receipt> {
    return new Promise((resolve, reject) => {
      this.send(record, (error, receipt) => {
        if (receipt !== null) resolve(receipt);
        else reject(error);
      });
    });
  }

  /**
   * Sends without linger; `done` runs, in a later event, when all records sent before are finished.
   */
  flush(done: () => void): void {
    this.#flushes.push({ upTo: this.#accumulator.lastOrder, done });
    this.#sender.flushUpTo = this.#accumulator.lastOrder;
    this.#sender.wakeAt(this.#nowUs());
  }

  /**
   * Takes no more records, delivers what it holds (at the longest until the delivery timeout), then
   * closes its connections.
   */
  close(done: () => void = () => {}): void {
    if (this.#state !== 'open') {
      this.#client.settings.host.timers.after(0, done);
      return;
    }
    this.#state = 'closing';
    this.flush(() => {
      this.#shut();
      done();
    });
  }

  /**
   * Ends now: what is not finished fails, or is unknown where it was sent. Callbacks run within the
   * call.
   */
  abort(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const each of waiting) {
      this.#refuse(each, new ClientError('closed', 'the producer was closed'));
    }
    this.#sender.abort('the producer was closed');
    this.#finishFlushes();
    this.#shut();
  }

  #shut(): void {
    this.#state = 'closed';
    this.#unlisten();
    this.#waitingTimer?.cancel();
    this.#identity?.close();
    this.#sender.close();
  }

  #nowUs(): Micros {
    return this.#client.settings.host.clock.monotonicUs();
  }

  #refusal(record: ProducerRecord, sizeBytes: number): ClientError | null {
    const { maxRequestBytes, bufferBytes } = this.#settings;
    if (this.#state !== 'open') return new ClientError('closed', 'the producer is closed');
    if (this.#identity !== null && this.#identity.error !== null) return this.#identity.error;
    const { partition } = record;
    if (partition !== undefined && (!Number.isInteger(partition) || partition < 0)) {
      return new ClientError('invalid-argument', `${partition} is no partition`);
    }
    if (sizeBytes + batchHeaderSize > maxRequestBytes) {
      const text = `a record of about ${sizeBytes} bytes exceeds maxRequestBytes ${maxRequestBytes}`;
      return new ClientError('record-too-large', text, 'failed', errorCode.messageTooLarge);
    }
    if (!this.#accumulator.hasRoomFor(sizeBytes + batchHeaderSize)) {
      return new ClientError('buffer-full', `${bufferBytes} bytes wait to be sent`);
    }
    return null;
  }

  #append(
    topic: TopicInfo,
    partition: number | undefined,
    record: NewRecord,
    sizeBytes: number,
    onSent: OnSent,
  ): void {
    const nowUs = this.#nowUs();
    const chosen = partition ?? this.#choose(topic, record, sizeBytes);
    const { name } = topic;
    const batch = this.#accumulator.append(name, chosen, record, sizeBytes, nowUs, onSent);
    const due = batch.full || batch.queue.fresh.length > 1;
    if (due) this.#sender.wakeAt(nowUs);
    else if (batch.records.length === 1) this.#sender.wakeAt(nowUs + this.#settings.lingerUs);
  }

  #choose(topic: TopicInfo, record: NewRecord, sizeBytes: number): number {
    const { name, partitions } = topic;
    assert(partitions.length > 0, 'a known topic has partitions');
    return this.#partitioner.choose(
      name,
      record.key,
      partitions.length,
      (partition) => this.#accumulator.opensBatch(name, partition, sizeBytes),
      (partition) => (partitions[partition]?.leader ?? -1) >= 0,
    );
  }

  #wait(record: ProducerRecord, made: NewRecord, sizeBytes: number, onSent: OnSent): void {
    const deadlineUs = this.#nowUs() + this.#settings.maxBlockUs;
    const { topic, partition } = record;
    this.#waiting.push({ topic, partition, record: made, sizeBytes, deadlineUs, onSent });
    this.#accumulator.reserve(sizeBytes);
    this.#watchWaiting();
    this.#client.updater.addTopic(topic);
    this.#client.updater.request();
  }

  #watchWaiting(): void {
    const first = this.#waiting[0];
    if (first === undefined || this.#waitingTimer !== null) return;
    const delayUs = Math.max(0, first.deadlineUs - this.#nowUs());
    this.#waitingTimer = this.#client.settings.host.timers.after(delayUs, () => {
      this.#waitingTimer = null;
      this.#placeWaiting();
      this.#sender.run();
    });
  }

  #metadataChanged(): void {
    if (this.#waiting.length > 0) this.#placeWaiting();
    this.#sender.run();
  }

  /** Moves records on whose topics have become known, and gives up those that waited too long. */
  #placeWaiting(): void {
    const { cache, updater } = this.#client;
    const nowUs = this.#nowUs();
    const waiting = this.#waiting;
    this.#waiting = [];
    const stillWaiting: Waiting[] = [];
    for (const each of waiting) {
      const topic = cache.topic(each.topic);
      const code = cache.topicError(each.topic);
      if (topic !== undefined && topic.partitions.length > 0) {
        this.#accumulator.reserve(-each.sizeBytes);
        this.#append(topic, each.partition, each.record, each.sizeBytes, each.onSent);
      } else if (code === errorCode.invalidTopicException) {
        this.#refuse(each, new ClientError('broker', `topic ${each.topic}`, 'failed', code));
      } else if (each.deadlineUs <= nowUs) {
        const ms = this.#settings.maxBlockUs / 1000;
        const text = `topic ${each.topic} did not become known within ${ms} ms`;
        this.#refuse(each, new ClientError('timeout', text, 'failed', code));
      } else {
        stillWaiting.push(each);
      }
    }
    this.#waiting = stillWaiting.concat(this.#waiting);
    if (this.#waiting.length > 0) updater.request();
    this.#watchWaiting();
    // Flushes cover records that waited when they were asked for.
    for (const flush of this.#flushes) flush.upTo = this.#accumulator.lastOrder;
    if (this.#flushes.length > 0) this.#sender.flushUpTo = this.#accumulator.lastOrder;
  }

  #refuse(waiting: Waiting, error: ClientError): void {
    this.#accumulator.reserve(-waiting.sizeBytes);
    waiting.onSent(error, null);
  }

  #finishFlushes(): void {
    if (this.#flushes.length === 0 || this.#waiting.length > 0) return;
    const oldest = this.#accumulator.oldest?.order ?? Number.POSITIVE_INFINITY;
    const done = this.#flushes.filter((flush) => flush.upTo < oldest);
    if (done.length === 0) return;
    this.#flushes = this.#flushes.filter((flush) => flush.upTo >= oldest);
    for (const flush of done) flush.done();
  }
}
