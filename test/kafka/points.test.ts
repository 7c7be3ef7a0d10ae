import { describe, expect, it } from 'vitest';
import { defaultTopicSettings } from '../../src/kafka/config.ts';
import { type KafkaPoint, kafkaPoints } from '../../src/kafka/points.ts';
import { errorCode } from '../../src/kafka/protocol/errors.ts';
import { GroupCluster } from './group/cluster.ts';

const refusals: ReadonlySet<number> = new Set([
  errorCode.unknownTopicOrPartition,
  errorCode.notLeaderOrFollower,
  errorCode.notEnoughReplicas,
]);

/**
 * A day of a cluster: records and commits, a crash and a return, a clean stop. What was
 * acknowledged is read at the end, once and in order.
 */
async function day(names: readonly KafkaPoint[], seed: string): Promise<GroupCluster> {
  const cluster = new GroupCluster({
    seed,
    settings: {
      offsetsTopicNumPartitions: 9,
      topicDefaults: { ...defaultTopicSettings, segmentBytes: 400 },
    },
    points: names.map((name) => ({ name, perMille: 700, minUs: 0, maxUs: 400_000 })),
  });
  await cluster.allBrokersLive();
  await cluster.createTopic('orders', 1, 3, { 'min.insync.replicas': '2', 'flush.messages': '2' });
  const values: string[] = [];
  const produce = async (to: number): Promise<void> => {
    for (let i = 0; i < 4; i++) {
      const value = `value ${values.length}`;
      // A leader that has not heard yet that it is one refuses, and appends nothing.
      for (let code = -1; code !== errorCode.none; await cluster.run(0.1)) {
        code = (await cluster.produce(to, 'orders', 0, [value])).errorCode;
        expect(refusals.has(code) || code === errorCode.none).toBe(true);
      }
      values.push(value);
    }
  };
  const groups = ['a', 'b', 'c'];
  let commits = 0;
  const commit = async (): Promise<void> => {
    commits += 1;
    for (const group of groups) expect(await cluster.commit(group, 0, commits)).toBe(0);
  };
  const first = await cluster.leaderOf('orders', 0);
  const asker = cluster.brokers.find((id) => id !== first)!;
  const whole = () =>
    cluster.metadataWhere(
      asker,
      'in sync',
      ({ brokers, topics }) =>
        brokers.length === 3 && topics[0]?.partitions[0]?.isrNodes.length === 3,
    );
  await commit();
  await produce(first);
  cluster.machine(first).crash();
  await cluster.run(15);
  const second = await cluster.leaderOf('orders', 0, asker);
  expect(second).not.toBe(first);
  await produce(second);
  await commit();
  cluster.start(first);
  await whole();
  await cluster.run(12);
  const third = await cluster.leaderOf('orders', 0, asker);
  await produce(third);
  const read: (string | null)[] = [];
  while (read.length < values.length) {
    const answer = await cluster.fetch(third, 'orders', 0, read.length);
    expect(answer.values.length).toBeGreaterThan(0);
    read.push(...answer.values);
  }
  expect(read).toEqual(values);
  const last = await cluster.coordinatorOf('a');
  cluster.machine(last).stop();
  await cluster.run(15);
  for (const group of groups) expect(await cluster.committed(group, 0)).toBe(commits);
  return cluster;
}

const names = Object.keys(kafkaPoints) as KafkaPoint[];

describe('a cluster', () => {
  it.each(names)('serves rightly while %s holds', async (name) => {
    const cluster = await day([name], 'one point');
    expect(cluster.world.points.held.get(name)).toBeGreaterThan(0);
  });

  it('serves rightly while all points hold', async () => {
    const cluster = await day(names, 'all points');
    expect([...cluster.world.points.held.keys()].sort()).toEqual([...names].sort());
  });
});
