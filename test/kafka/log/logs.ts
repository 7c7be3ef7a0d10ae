/** Opens logs on test disks, makes batches, and reads logs back as lists that tests can compare. */
import { defaultTopicSettings, type TopicSettings } from '../../../src/kafka/config.ts';
import { Log, type LogOptions } from '../../../src/kafka/log/log.ts';
import type { LogObservation } from '../../../src/kafka/observation.ts';
import * as batch from '../../../src/kafka/records/batch.ts';
import { type BatchOptions, buildBatch } from '../../../src/kafka/records/builder.ts';
import { forEachBatch, readRecords } from '../../../src/kafka/records/reader.ts';
import type { MemoryDisk } from './memory-disk.ts';

export const startMs = 1_700_000_000_000;

export interface TestOptions extends Partial<Omit<LogOptions, 'settings'>> {
  readonly settings?: Partial<TopicSettings>;
  readonly observations?: LogObservation[];
}

export function openLog(disk: MemoryDisk, options: TestOptions = {}): Log {
  const { settings, observations, ...rest } = options;
  return Log.open({
    disk,
    directory: 'data/orders-0',
    cleanShutdown: false,
    wallMs: () => startMs,
    replica: { node: 1, topicId: 'AAAAAAAAAAAAAAAAAAAAAQ', partition: 'orders-0' },
    observe: (observation) => observations?.push(observation as LogObservation),
    ...rest,
    settings: { ...defaultTopicSettings, ...settings },
  });
}

const utf8 = new TextEncoder();
const text = new TextDecoder();

/** A batch of these values, as a client sends it. */
export function batchOf(values: readonly string[], options: Partial<BatchOptions> = {}) {
  const records = values.map((value) => {
    return { timestamp: startMs, key: null, value: utf8.encode(value), headers: [] };
  });
  return buildBatch({ records, ...options });
}

/** Batches as a leader of `epoch` sends them to a follower, from `baseOffset` on. */
export function replicated(baseOffset: number, leaderEpoch: number, values: readonly string[]) {
  return batchOf(values, { baseOffset, leaderEpoch });
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Every record of the log, as `offset:epoch:value`. */
export function contents(log: Log, maxBytes = 1_000_000): string[] {
  const found: string[] = [];
  let from = log.logStartOffset;
  while (from < log.logEndOffset) {
    const bytes = log.read(from, maxBytes, log.logEndOffset);
    if (bytes.length === 0) throw new Error(`nothing at ${from}`);
    forEachBatch(bytes, (all, position) => {
      for (const record of readRecords(all, position)) {
        const value = record.value === null ? '' : text.decode(record.value);
        if (record.offset < from) continue;
        found.push(`${record.offset}:${batch.leaderEpoch(all, position)}:${value}`);
      }
      from = batch.lastOffset(all, position) + 1;
    });
  }
  return found;
}
