import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KafkaClient } from '../../src/kafka/client/client.ts';
import { realHost } from '../../src/real/host.ts';
import { findKcat, ServedCluster } from './served-cluster.ts';

const run = promisify(execFile);
const topic = 'orders';
const partitions = 3;
const keys = 20;
const batch = 250;

let cluster: ServedCluster;

beforeAll(async () => {
  cluster = await ServedCluster.start();
}, 60_000);

afterAll(() => cluster.remove());

describe('a served cluster', () => {
  it('lets kafkajs create a topic and takes 10,000 keyed records of it, idempotent and not', async () => {
    const kafka = kafkaClient();
    const admin = kafka.admin();
    await admin.connect();
    await admin.createTopics({
      topics: [
        {
          topic,
          numPartitions: partitions,
          replicationFactor: 3,
          configEntries: [{ name: 'min.insync.replicas', value: '2' }],
        },
      ],
    });
    await admin.disconnect();
    await produce(kafka, true, 0, 5_000);
    await produce(kafka, false, 5_000, 10_000);
    expectWhole(await readAll(), 10_000);
  });

  it('shows itself to kcat, which produces and consumes from the beginning', async (context) => {
    const kcat = findKcat();
    if (kcat === null) context.skip('kcat is not installed');
    const listed = await run(kcat!, ['-b', cluster.brokers[1]!, '-L']);
    expect(listed.stdout).toContain('3 brokers');
    expect(listed.stdout).toContain(`topic "${topic}" with ${partitions} partitions`);
    const lines = Array.from({ length: 500 }, (_, i) => `line-${i}`);
    const script = `printf '%s\\n' ${lines.join(' ')} | ${kcat} -q -b ${cluster.brokers[0]} -P -t ${topic} -p 0 -X acks=all`;
    await run('sh', ['-c', script]);
    const consumed = await run(
      kcat!,
      ['-q', '-b', cluster.brokers[2]!, '-C', '-t', topic, '-o', 'beginning', '-e'],
      {
        maxBuffer: 1 << 26,
      },
    );
    const seen = consumed.stdout.trim().split('\n');
    expect(seen.filter((line) => line.startsWith('line-'))).toEqual(lines);
    expect(seen).toHaveLength(10_500);
  });

  it('loses and reorders nothing when a broker is killed in the middle and started again', async () => {
    const kafka = kafkaClient();
    const before = (await readAll()).filter((record) => /^\d+$/.test(record.value)).length;
    const sent = produce(kafka, true, before, before + 10_000, async (done) => {
      if (done === 3_000) process.kill(cluster.pidOf(2), 'SIGKILL');
      if (done === 6_000) cluster.startNode(2);
    });
    await sent;
    expectWhole(await readAll(), before + 10_000);
    await cluster.untilReady(2);
  });

  it('goes on with its data after a clean stop', async () => {
    const before = await readAll();
    const codes = await cluster.stop('SIGTERM');
    expect(codes, cluster.output).toEqual([0, 0]);
    await cluster.startAll();
    expect(await readAll()).toEqual(before);
  });

  it('leaves no node behind when it is killed itself', async () => {
    await cluster.killParent();
  });
});

function kafkaClient(): Kafka {
  return new Kafka({
    clientId: 'test',
    brokers: cluster.brokers,
    logLevel: logLevel.NOTHING,
    retry: { retries: 20 },
  });
}

/**
 * Sends the numbers `from` to `to`, by key, in order; `onProgress` is told after each batch. A send
 * is of one partition: kafkajs drops, without an error, the part of a send whose leader moves to a
 * broker that has already answered for another part (its retry skips brokers that answered).
 */
async function produce(
  kafka: Kafka,
  idempotent: boolean,
  from: number,
  to: number,
  onProgress: (done: number) => Promise<void> = async () => {},
): Promise<void> {
  const producer = kafka.producer({
    idempotent,
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  for (let next = from; next < to; next += batch) {
    const numbers = Array.from({ length: Math.min(batch, to - next) }, (_, i) => next + i);
    for (let partition = 0; partition < partitions; partition++) {
      const messages = numbers
        .map((number) => ({
          key: `key-${number % keys}`,
          value: String(number),
          partition: (number % keys) % partitions,
        }))
        .filter((message) => message.partition === partition);
      await producer.send({ topic, acks: -1, messages });
    }
    await onProgress(next + numbers.length - from);
  }
  await producer.disconnect();
}

interface ReadRecord {
  readonly partition: number;
  readonly offset: number;
  readonly key: string | null;
  readonly value: string;
}

/** Reads every partition from its beginning to its end with our own client. */
async function readAll(): Promise<ReadRecord[]> {
  const directory = mkdtempSync(join(tmpdir(), 'ordeal-client-'));
  const host = realHost({ machine: 'reader', directory });
  const bootstrap = cluster.brokers.map((broker) => ({
    host: '127.0.0.1',
    port: Number(broker.split(':')[1]),
  }));
  const client = new KafkaClient({ host, clientId: 'reader', bootstrap });
  try {
    const assignments = Array.from({ length: partitions }, (_, partition) => ({
      topic,
      partition,
      from: 'earliest' as const,
    }));
    const queries = assignments.map(({ partition }) => ({
      topic,
      partition,
      at: 'latest' as const,
    }));
    const ends = await client.admin().listOffsets(queries);
    let left = ends.reduce((sum, { offset }) => sum + offset, 0);
    const records: ReadRecord[] = [];
    const text = new TextDecoder();
    await new Promise<void>((resolve, reject) => {
      const consumer = client.consumer({
        autoOffsetReset: 'none',
        onError: reject,
        onRecords(_topic, partition, batchRead) {
          for (const { offset, key, value } of batchRead) {
            records.push({
              partition,
              offset,
              key: key && text.decode(key),
              value: text.decode(value!),
            });
          }
          left -= batchRead.length;
          if (left === 0) resolve();
        },
      });
      consumer.assign(assignments);
    });
    return records.sort((a, b) => a.partition - b.partition || a.offset - b.offset);
  } finally {
    client.close();
    host.exit(0, 'read');
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Each number below `count` is there once, and the numbers of each key stand in order. */
function expectWhole(records: readonly ReadRecord[], count: number): void {
  const numbered = records.filter((record) => /^\d+$/.test(record.value));
  const values = numbered.map((record) => Number(record.value));
  expect([...values].sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
  const latest = new Map<string | null, number>();
  for (const { key, value } of numbered) {
    expect(Number(value)).toBeGreaterThan(latest.get(key) ?? -1);
    latest.set(key, Number(value));
  }
}
