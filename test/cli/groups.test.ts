import { type Consumer, Kafka, logLevel, Partitioners } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { partitionOfGroup } from '../../src/kafka/group/group-partition.ts';
import { ServedCluster } from './served-cluster.ts';

const topic = 'orders';
const partitions = 4;

let cluster: ServedCluster;
let kafka: Kafka;

beforeAll(async () => {
  cluster = await ServedCluster.start();
  kafka = new Kafka({
    clientId: 'test',
    brokers: cluster.brokers,
    logLevel: logLevel.NOTHING,
    retry: { retries: 20 },
  });
  const admin = kafka.admin();
  await admin.connect();
  const made = { topic, numPartitions: partitions, replicationFactor: 3 };
  await admin.createTopics({ topics: [made], waitForLeaders: true });
  await admin.disconnect();
}, 60_000);

// A node that has just come back is asked to stop as well.
afterAll(() => cluster.remove(), 60_000);

describe('a group of kafkajs', () => {
  it('shares the partitions, takes over from who leaves, and starts again where it was', async () => {
    await produce(0, 200);
    const seen: number[] = [];
    const [first, second] = [await member('g', seen), await member('g', seen)];
    await until(() => seen.length >= 200);
    expect(inOrder(seen)).toEqual(range(0, 200));
    await bothHavePart('g');

    await first.disconnect();
    await produce(200, 300);
    await until(() => seen.length >= 300);
    await second.disconnect();
    expect(inOrder(seen)).toEqual(range(0, 300));

    const again: number[] = [];
    await produce(300, 350);
    const third = await member('g', again);
    await until(() => again.length >= 50);
    await third.disconnect();
    expect(inOrder(again)).toEqual(range(300, 350));
  }, 120_000);

  it('goes on when its coordinator is killed, with what it had committed', async () => {
    const admin = kafka.admin();
    await admin.connect();
    const seen: number[] = [];
    const one = await member('h', seen);
    await until(() => seen.length >= 350);
    const coordinator = await coordinatorOf('h');
    process.kill(cluster.pidOf(coordinator), 'SIGKILL');
    await produce(350, 400);
    await until(() => new Set(seen).size >= 400);
    cluster.startNode(coordinator);
    await one.disconnect();
    const [told] = await admin.fetchOffsets({ groupId: 'h', topics: [topic] });
    const sum = told!.partitions.reduce((all, { offset }) => all + Number(offset), 0);
    expect(sum).toBe(400);
    await cluster.untilReady(2);
    await admin.deleteGroups(['h']);
    const { groups } = await admin.listGroups();
    expect(groups.map(({ groupId }) => groupId)).not.toContain('h');
    await admin.disconnect();
  }, 120_000);
});

async function member(groupId: string, seen: number[]): Promise<Consumer> {
  const consumer = kafka.consumer({ groupId, sessionTimeout: 10_000, heartbeatInterval: 500 });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ message }) => {
      seen.push(Number(message.value?.toString()));
    },
  });
  return consumer;
}

async function produce(from: number, to: number): Promise<void> {
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  for (let partition = 0; partition < partitions; partition++) {
    const messages = range(from, to)
      .filter((number) => number % partitions === partition)
      .map((number) => ({ value: String(number), partition }));
    await producer.send({ topic, acks: -1, messages });
  }
  await producer.disconnect();
}

/** Waits for a generation in which two members have two partitions each. */
async function bothHavePart(groupId: string): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  let states: string[] = [];
  await until(async () => {
    const { groups } = await admin.describeGroups([groupId]);
    states = groups.map(({ state, members }) => `${state} ${members.length}`);
    return states.join() === 'Stable 2';
  });
  await admin.disconnect();
}

/** By the partition of the offsets topic that keeps a group, 50 of them. */
async function coordinatorOf(groupId: string): Promise<number> {
  const admin = kafka.admin();
  await admin.connect();
  const { topics } = await admin.fetchTopicMetadata({ topics: ['__consumer_offsets'] });
  await admin.disconnect();
  const index = partitionOfGroup(groupId, 50);
  const found = topics[0]?.partitions.find(({ partitionId }) => partitionId === index);
  return found!.leader;
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 50));
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, i) => from + i);

const inOrder = (numbers: readonly number[]): number[] => [...numbers].sort((a, b) => a - b);
