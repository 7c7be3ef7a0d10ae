/**
 * Groups of real clients on a served cluster: members come, leave and are killed, and so is their
 * coordinator. `npm run test:groups` is the long form.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Admin, Kafka, logLevel, Partitioners } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { partitionOfGroup } from '../../src/kafka/group/group-partition.ts';
import { GroupMember } from './group-member.ts';
import type { MemberOptions } from './kafkajs-member.ts';
import { findKcat, ServedCluster } from './served-cluster.ts';

/** The long form tells what happened and when. */
const isLong = process.env.GROUP_RECORDS !== undefined;
/** They are written in three parts. */
const part = Math.ceil(Number(process.env.GROUP_RECORDS ?? 3_000) / 3);
const partitions = 6;

let cluster: ServedCluster;
let folder: string;
let kafka: Kafka;
let admin: Admin;
const members: GroupMember[] = [];
let kcatHasEnded: () => void = () => {};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ordeal-groups-'));
  cluster = await ServedCluster.start();
  kafka = new Kafka({
    clientId: 'test',
    brokers: cluster.brokers,
    logLevel: logLevel.NOTHING,
    retry: { retries: 30, maxRetryTime: 1_000 },
  });
  admin = kafka.admin();
  await admin.connect();
  const topics = ['orders', 'letters'].map((topic) => ({
    topic,
    numPartitions: partitions,
    replicationFactor: 3,
  }));
  await admin.createTopics({ topics, waitForLeaders: true });
}, 60_000);

afterAll(async () => {
  for (const member of members) member.kill();
  await admin.disconnect();
  // A node that has just come back is asked to stop as well.
  await cluster.remove();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

/** The cluster is not stopped before kcat has ended. */
const besideKcat = new Promise<void>((resolve) => {
  kcatHasEnded = resolve;
});

describe.concurrent('a group of real clients', () => {
  it('loses and reorders nothing, whoever is killed, and goes on where it was', async () => {
    const first = joined(GroupMember.apart(optionsOf('g')));
    const [second, third] = [member('g'), member('g')];
    await produce('orders', 0, part);
    await untilRead([first, second, third], 0, part);
    note('three members have read a third');

    const writing = produce('orders', part, 2 * part);
    const fourth = member('g');
    await fourth.hasStarted;
    first.kill();
    const coordinator = await coordinatorOf('g');
    process.kill(cluster.pidOf(coordinator), 'SIGKILL');
    cluster.startNode(coordinator);
    note(`another member has come; killed: a member, and node ${coordinator}, the coordinator`);
    await writing;
    const all = [first, second, third, fourth];
    await untilRead(all, part, 2 * part);
    await until(() => fourth.joins > 0);
    note('two thirds are read');

    // Each leaves; what they have read is committed then.
    await Promise.all([second, third, fourth].map((each) => each.stop()));
    expectInOrder(all);
    const committed = await committedOffsets('g');
    expect(sum(committed)).toBe(sum(await endsOf('orders')));
    await Promise.all([cluster.untilReady(2), besideKcat]);
    expect(await cluster.stop()).toEqual([0, 0]);
    await cluster.startAll();
    expect(await committedOffsets('g')).toEqual(committed);
    note('the cluster has stopped and started again');

    const fifth = member('g');
    await produce('orders', 2 * part, 3 * part);
    await untilRead([fifth], 2 * part, 3 * part);
    await fifth.stop();
    expect(Math.min(...numbersOf([fifth]))).toBe(2 * part);
    expectInOrder([fifth]);
    await admin.deleteGroups(['g']);
    const { groups } = await admin.listGroups();
    expect(groups.map(({ groupId }) => groupId)).not.toContain('g');
    note('the rest is read, the group deleted');
  });

  it('has kcat beside members of kafkajs, and reads on when that leaves', async (context) => {
    const kcat = findKcat();
    if (kcat === null) {
      kcatHasEnded();
      context.skip('kcat is not installed');
      return;
    }
    await produce('letters', 0, 300);
    const ours = [member('mixed', 'letters'), member('mixed', 'letters')];
    const theirs = joined(GroupMember.kcat(kcat, optionsOf('mixed', 'letters')));
    await until(async () => {
      const { groups } = await admin.describeGroups(['mixed']);
      return groups[0]?.state === 'Stable' && groups[0].members.length === 3;
    });
    await produce('letters', 300, 600);
    await untilRead([...ours, theirs], 0, 600);
    for (const each of [...ours, theirs]) {
      expect(numbersOf([each]).some((number) => number >= 300)).toBe(true);
    }
    await theirs.stop();
    await produce('letters', 600, 900);
    await untilRead(ours, 600, 900);
    await Promise.all(ours.map((each) => each.stop()));
    expectInOrder([...ours, theirs]);
    kcatHasEnded();
  });
});

const optionsOf = (groupId: string, topic = 'orders'): MemberOptions => ({
  brokers: cluster.brokers,
  groupId,
  topic,
  file: join(folder, `${groupId}-${members.length}`),
});

function joined(member: GroupMember): GroupMember {
  members.push(member);
  return member;
}

const member = (groupId: string, topic?: string): GroupMember =>
  joined(GroupMember.here(optionsOf(groupId, topic)));

/**
 * Sends numbers, each partition by itself: where a leader moves, kafkajs takes for sent what it has
 * not sent of a request to several.
 */
async function produce(topic: string, from: number, to: number): Promise<void> {
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  await Promise.all(
    range(0, partitions).map(async (partition) => {
      const numbers = range(from, to).filter((each) => each % partitions === partition);
      for (let at = 0; at < numbers.length; at += 500) {
        const messages = numbers
          .slice(at, at + 500)
          .map((each) => ({ value: `${each}`, partition }));
        await producer.send({ topic, acks: -1, messages });
      }
    }),
  );
  await producer.disconnect();
}

const numbersOf = (those: readonly GroupMember[]): number[] =>
  those.flatMap((each) => each.records.map(({ value }) => Number(value)));

async function untilRead(those: readonly GroupMember[], from: number, to: number): Promise<void> {
  await until(() => {
    const read = new Set(numbersOf(those));
    return range(from, to).every((each) => read.has(each));
  });
}

/**
 * Nobody skips an offset within a generation, all read the same at one, and the numbers of a
 * partition come in their order: one that comes again was sent again.
 */
function expectInOrder(those: readonly GroupMember[]): void {
  const values = new Map<string, string>();
  for (const generation of those.flatMap(({ generations }) => generations)) {
    const next = new Map<number, number>();
    for (const { offset, partition, value } of generation) {
      expect(offset).toBeLessThanOrEqual(next.get(partition) ?? offset);
      next.set(partition, Math.max(offset + 1, next.get(partition) ?? 0));
      const place = `${partition} ${offset}`;
      expect(values.get(place) ?? value).toBe(value);
      values.set(place, value);
    }
  }
  for (const partition of range(0, partitions)) {
    const inOrder = [...values]
      .map(([place, value]) => [...place.split(' ').map(Number), Number(value)] as const)
      .filter(([of]) => of === partition)
      .sort(([, a], [, b]) => (a ?? 0) - (b ?? 0))
      .map(([, , value]) => value ?? -1);
    const first = [...new Set(inOrder)];
    expect(first).toEqual([...first].sort((a, b) => a - b));
  }
}

async function committedOffsets(groupId: string): Promise<Record<number, number>> {
  const [told] = await admin.fetchOffsets({ groupId, topics: ['orders'] });
  const found = told!.partitions.map(({ offset, partition }) => [partition, Number(offset)]);
  return Object.fromEntries(found);
}

async function endsOf(topic: string): Promise<Record<number, number>> {
  const ends = await admin.fetchTopicOffsets(topic);
  return Object.fromEntries(ends.map(({ high, partition }) => [partition, Number(high)]));
}

const sum = (offsets: Record<number, number>): number =>
  Object.values(offsets).reduce((all, each) => all + each, 0);

/** By the partition of the offsets topic that keeps a group, 50 of them. */
async function coordinatorOf(groupId: string): Promise<number> {
  const { topics } = await admin.fetchTopicMetadata({ topics: ['__consumer_offsets'] });
  const index = partitionOfGroup(groupId, 50);
  return topics[0]!.partitions.find(({ partitionId }) => partitionId === index)!.leader;
}

const startMs = performance.now();

function note(what: string): void {
  if (isLong) console.log(`${((performance.now() - startMs) / 1_000).toFixed(1)} s: ${what}`);
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 100));
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, i) => from + i);
