import type { Micros, Offset, Uuid, WallMs } from '../../../base/ids.ts';
import { msToMicros } from '../../../base/time.ts';
import type { Compression } from '../../records/batch.ts';
import { ClientError } from '../errors.ts';
import type { AcksOnWire } from '../rules.ts';

export interface RecordHeader {
  readonly key: string;
  readonly value: Uint8Array | null;
}

export interface ProducerRecord {
  readonly topic: string;
  /** Where not given the partitioner chooses. */
  readonly partition?: number;
  readonly key?: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers?: readonly RecordHeader[];
  /** Milliseconds since 1970; the wall clock's now where not given. */
  readonly timestamp?: WallMs;
}

export interface Receipt {
  readonly topic: string;
  readonly partition: number;
  /** Of the topic that the record was sent to last: another may have had its name since. */
  readonly topicId: Uuid;
  /** −1 where the broker did not say: acks=0, or a retry of what it wrote long ago. */
  readonly offset: Offset;
  readonly timestamp: WallMs;
}

/** Exactly one of the two is null. Runs once per record, in a later event than its `send`. */
export type OnSent = (error: ClientError | null, receipt: Receipt | null) => void;

/**
 * `default`: by key, else sticky. `sticky`: keys do not matter. An explicit partition always wins.
 */
export type PartitionerName = 'default' | 'sticky' | 'round-robin';

/** Kafka's names and defaults; durations in milliseconds. */
export interface ProducerOptions {
  readonly acks?: 'all' | 0 | 1;
  /** Default: on where acks=all and at most five requests are in flight. */
  readonly idempotent?: boolean;
  readonly lingerMs?: number;
  readonly batchBytes?: number;
  readonly maxRequestBytes?: number;
  readonly bufferBytes?: number;
  /** Requests in flight per broker. */
  readonly maxInFlight?: number;
  readonly retries?: number;
  readonly retryBackoffMs?: number;
  readonly retryBackoffMaxMs?: number;
  readonly requestTimeoutMs?: number;
  readonly deliveryTimeoutMs?: number;
  /** How long a record may wait for its topic to be known. */
  readonly maxBlockMs?: number;
  readonly partitioner?: PartitionerName;
  readonly compression?: Compression;
}

export interface ProducerSettings {
  readonly acks: AcksOnWire;
  readonly idempotent: boolean;
  readonly lingerUs: Micros;
  readonly batchBytes: number;
  readonly maxRequestBytes: number;
  readonly bufferBytes: number;
  readonly maxInFlight: number;
  readonly retries: number;
  readonly retryBackoff: { readonly initialUs: Micros; readonly maxUs: Micros };
  readonly requestTimeoutUs: Micros;
  readonly deliveryTimeoutUs: Micros;
  readonly maxBlockUs: Micros;
  readonly partitioner: PartitionerName;
  readonly compression: Compression;
}

/**
 * Brokers remember so many batches per producer and partition, so no more may be in doubt at once.
 */
export const maxIdempotentInFlight = 5;

/** Fills in defaults; throws a ClientError that names what does not go together. */
export function resolveProducerSettings(options: ProducerOptions): ProducerSettings {
  const acks = options.acks ?? 'all';
  const maxInFlight = options.maxInFlight ?? 5;
  const couldBeIdempotent = acks === 'all' && maxInFlight <= maxIdempotentInFlight;
  const settings: ProducerSettings = {
    acks: acks === 'all' ? -1 : acks,
    idempotent: options.idempotent ?? couldBeIdempotent,
    lingerUs: msToMicros(options.lingerMs ?? 5),
    batchBytes: options.batchBytes ?? 16_384,
    maxRequestBytes: options.maxRequestBytes ?? 1_048_576,
    bufferBytes: options.bufferBytes ?? 33_554_432,
    maxInFlight,
    retries: options.retries ?? Number.MAX_SAFE_INTEGER,
    retryBackoff: {
      initialUs: msToMicros(options.retryBackoffMs ?? 100),
      maxUs: msToMicros(options.retryBackoffMaxMs ?? 1000),
    },
    requestTimeoutUs: msToMicros(options.requestTimeoutMs ?? 30_000),
    deliveryTimeoutUs: msToMicros(options.deliveryTimeoutMs ?? 120_000),
    maxBlockUs: msToMicros(options.maxBlockMs ?? 60_000),
    partitioner: options.partitioner ?? 'default',
    compression: options.compression ?? 'none',
  };
  check(maxInFlight >= 1, 'maxInFlight must be at least 1');
  check(settings.batchBytes >= 0, 'batchBytes must not be negative');
  check(
    settings.deliveryTimeoutUs >= settings.lingerUs + settings.requestTimeoutUs,
    'deliveryTimeoutMs must be at least lingerMs + requestTimeoutMs',
  );
  if (settings.idempotent) {
    check(acks === 'all', `an idempotent producer needs acks all, not ${acks}`);
    check(
      maxInFlight <= maxIdempotentInFlight,
      `an idempotent producer has at most 5 requests in flight, not ${maxInFlight}`,
    );
    check(settings.retries > 0, 'an idempotent producer needs retries');
  }
  return settings;
}

function check(condition: boolean, message: string): void {
  if (!condition) throw new ClientError('invalid-argument', message);
}
