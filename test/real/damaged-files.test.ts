/**
 * Three brokers on real files, replication factor 3, min.insync.replicas 2, 3,000 acknowledged
 * records to a topic; one broker is stopped cleanly, its directory is damaged, and it starts again.
 */
import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as batch from '../../src/kafka/records/batch.ts';
import { readRecords } from '../../src/kafka/records/reader.ts';
import { FilesCluster } from './files-cluster.ts';

const count = 3_000;
const topics = ['orders', 'payments'];
const victim = 3;
let cluster: FilesCluster;
let directory: string;
let older: string;

beforeAll(async () => {
  cluster = await FilesCluster.start();
  directory = cluster.directory(victim);
  older = join(cluster.data, 'older');
  const newTopics = topics.map((name) => ({
    name,
    partitions: 1,
    replicationFactor: 3,
    configs: { 'min.insync.replicas': '2' },
  }));
  await cluster.client.admin().createTopics(newTopics, { timeoutMs: 30_000 });
  await cluster.untilWhole(topics);
  await produce(0, count / 2);
  cpSync(join(directory, 'orders-0'), older, { recursive: true });
  await produce(count / 2, count);
}, 60_000);

afterAll(() => cluster.remove(), 60_000);

async function produce(from: number, to: number): Promise<void> {
  const producer = cluster.client.producer({ acks: 'all', batchBytes: 2_000 });
  const text = new TextEncoder();
  for (const topic of topics) {
    const sent: Promise<unknown>[] = [];
    for (let i = from; i < to; i++) {
      sent.push(producer.sendAsync({ topic, partition: 0, value: text.encode(`${topic}-${i}`) }));
    }
    await Promise.all(sent);
  }
  await new Promise<void>((resolve) => producer.close(resolve));
}

function recordsOf(id: number, topic: string): string[] {
  const path = join(cluster.directory(id), `${topic}-0`);
  const text = new TextDecoder();
  const values: string[] = [];
  for (const name of readdirSync(path)
    .filter((file) => file.endsWith('.log'))
    .sort()) {
    const bytes = new Uint8Array(readFileSync(join(path, name)));
    for (let at = 0; at < bytes.length; at += batch.sizeInBytes(bytes, at)) {
      expect(batch.verifyBatch(bytes, at)).toBeNull();
      for (const { value } of readRecords(bytes, at)) values.push(text.decode(value ?? undefined));
    }
  }
  return values;
}

const segments = (): string[] =>
  readdirSync(join(directory, 'orders-0'))
    .filter((file) => file.endsWith('.log'))
    .sort();
const segment = (nth: number): string => join(directory, 'orders-0', segments().at(nth) ?? '');

const damages: Record<string, () => void> = {
  'a middle segment was cut': () => truncateSync(segment(1), 5_000),
  'the last segment was cut': () => truncateSync(segment(-1), 700),
  'the last segment was deleted': () => rmSync(segment(-1)),
  'the replica’s directory was deleted': () =>
    rmSync(join(directory, 'orders-0'), { recursive: true }),
  'an older copy was put back'() {
    rmSync(join(directory, 'orders-0'), { recursive: true });
    cpSync(older, join(directory, 'orders-0'), { recursive: true });
  },
  'two topics’ directories were exchanged'() {
    renameSync(join(directory, 'orders-0'), join(directory, 'x'));
    renameSync(join(directory, 'payments-0'), join(directory, 'orders-0'));
    renameSync(join(directory, 'x'), join(directory, 'payments-0'));
  },
};

describe('after a clean stop, on real files', () => {
  it.each(Object.keys(damages))(
    '%s: all three have all records again',
    async (name) => {
      expect(segments().length).toBeGreaterThan(2);
      expect(await cluster.stop(victim)).toBe('0 shut down');
      cluster.lines.length = 0;
      damages[name]?.();
      cluster.start(victim);
      await cluster.untilWhole(topics);
      for (const id of [1, 2, 3]) {
        for (const topic of topics) {
          const expected = Array.from({ length: count }, (_, i) => `${topic}-${i}`);
          expect(recordsOf(id, topic)).toEqual(expected);
        }
      }
      expect(cluster.lines.join('\n')).toMatch(/b3: orders-0.* since the last clean shutdown/);
    },
    30_000,
  );

  it('a foreign directory stays', async () => {
    await cluster.stop(victim);
    const note = join(directory, 'backup-2024', 'note.txt');
    mkdirSync(join(directory, 'backup-2024'));
    writeFileSync(note, 'notes');
    rmSync(join(directory, '.kafka_cleanshutdown'));
    cluster.start(victim);
    await cluster.untilWhole(topics);
    expect(readFileSync(note, 'utf8')).toBe('notes');
    expect(cluster.lines.join('\n')).toContain('backup-2024 is left alone');
  }, 30_000);
});
