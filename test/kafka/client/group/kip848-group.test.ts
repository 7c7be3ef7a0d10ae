import { describe, expect, it } from 'vitest';
import type { GroupConsumerOptions } from '../../../../src/kafka/client/group/group-types.ts';
import { kafkaConsumerRules } from '../../../../src/kafka/group/consumer/rules.ts';
import { consumerGroupDescribeApi } from '../../../../src/kafka/protocol/apis/69-consumer-group-describe.ts';
import type { ClusterOptions } from '../../broker/cluster.ts';
import { GroupCluster } from '../../group/cluster.ts';
import { Traffic } from './traffic.ts';

const settings = { groupConsumerSessionTimeoutMs: 10_000, groupConsumerHeartbeatIntervalMs: 1000 };
const modern: Partial<GroupConsumerOptions> = { groupProtocol: 'consumer' };

const started = async (options: ClusterOptions = {}): Promise<Traffic> =>
  new Traffic(await GroupCluster.started({ settings, ...options }));

const membersOf = async ({ cluster }: Traffic) => {
  const node = await cluster.coordinatorOf('g');
  const { groups } = await cluster.call(node, consumerGroupDescribeApi, 1, {
    groupIds: ['g'],
    includeAuthorizedOperations: false,
  });
  return groups[0]!.members;
};

describe.each([modern, { ...modern, remoteAssignor: 'range' }])(
  'a group on a cluster, with %o',
  (options) => {
    it('reads every record once while members come and go', async () => {
      const traffic = await started();
      for (const name of ['c1', 'c2', 'c3']) {
        traffic.addConsumer(name, options);
        await traffic.run(10);
      }
      const shares = [...traffic.consumers.values()].map((each) => each.assignment().length);
      expect(shares.sort()).toEqual([1, 1, 2]);
      traffic.close('c1');
      await traffic.run(5);
      await traffic.pass(10);
      expect(traffic.closing.size).toBe(0);
      traffic.expectAllRead();
      expect(traffic.read.size).toBeGreaterThan(600);
      expect(traffic.twice).toBe(0);
    });

    it('reads every record when its coordinator crashes and comes back', async () => {
      const traffic = await started();
      for (const name of ['c1', 'c2', 'c3']) traffic.addConsumer(name, options);
      await traffic.run(10);
      const coordinator = await traffic.cluster.coordinatorOf('g');
      traffic.cluster.machine(coordinator).crash();
      await traffic.run(20);
      traffic.cluster.machine(coordinator).restart();
      await traffic.run(20);
      await traffic.pass(60);
      traffic.expectAllRead();
    });
  },
);

describe('the admin of groups', () => {
  it('describes both kinds', async () => {
    const traffic = await started();
    traffic.addConsumer('c1', modern);
    await traffic.run(10);
    let described: unknown = null;
    traffic.admin?.describeGroups(['g']).then((found) => {
      described = found;
    });
    await traffic.pass(5);
    expect(described).toMatchObject([
      { groupId: 'g', protocol: 'consumer', state: 'Stable', members: [{ clientId: 'c1' }] },
    ]);
  });
});

describe('a group whose coordinator gives partitions out before they are released (wrong)', () => {
  it('has two owners of one partition', async () => {
    const consumer = { ...kafkaConsumerRules, isFree: () => true };
    const traffic = await started({ rules: { consumer } });
    for (const name of ['c1', 'c2']) {
      traffic.addConsumer(name, modern);
      await traffic.run(10);
    }
    expect(traffic.clashes.length).toBeGreaterThan(0);
  });
});

describe.each([
  { assignors: ['range'] },
  { assignors: ['cooperative-sticky'] },
  { assignors: ['cooperative-sticky', 'range'] },
] satisfies Partial<GroupConsumerOptions>[])('a rolling migration from %o', (classic) => {
  it('reads every record once, there and back', async () => {
    const traffic = await started();
    const names = ['1', '2', '3'];
    for (const name of names) traffic.addConsumer(`classic${name}`, classic);
    await traffic.run(15);
    for (const name of names) {
      traffic.close(`classic${name}`);
      await traffic.run(2);
      traffic.addConsumer(`modern${name}`, modern);
      await traffic.run(12);
    }
    expect((await membersOf(traffic)).map(({ memberType }) => memberType)).toEqual([1, 1, 1]);
    for (const name of names) {
      traffic.addConsumer(`back${name}`, classic);
      await traffic.run(12);
      traffic.close(`modern${name}`);
      await traffic.run(12);
    }
    expect(await membersOf(traffic)).toEqual([]);
    await traffic.pass(10);
    traffic.expectAllRead();
    expect(traffic.twice).toBe(0);
  });
});

describe.each([1, 2, 3, 4, 5, 6])(
  'a group of both protocols under a mix of faults, seed %i',
  (seed) => {
    it('reads every record, and no two members own one partition', async () => {
      const traffic = await started({ seed: `both ${seed}` });
      const { world } = traffic;
      const names = ['c1', 'c2', 'c3'];
      const kinds: Partial<GroupConsumerOptions>[] = [
        modern,
        seed > 3 ? modern : { assignors: ['range', 'cooperative-sticky'] },
        { assignors: ['cooperative-sticky', 'range'] },
      ];
      for (const [at, name] of names.entries()) {
        const identity = seed % 2 === 0 ? { groupInstanceId: name } : {};
        traffic.addConsumer(name, { ...kinds[at], ...identity });
      }
      await traffic.run(10);
      const random = world.random.stream(`faults ${seed}`);
      for (let round = 0; round < 8; round++) {
        const name = names[random.int(3)] as string;
        const broker = `m${1 + random.int(3)}`;
        const [begin, end] = [
          [() => traffic.cut(name, true), () => traffic.cut(name, false)],
          [() => traffic.pause(name, true), () => traffic.pause(name, false)],
          [() => traffic.crash(name), () => traffic.restart(name)],
          [() => traffic.close(name), () => traffic.restart(name)],
          [() => traffic.cutBroker(broker, true), () => traffic.cutBroker(broker, false)],
          [() => world.machine(broker).crash(), () => world.machine(broker).restart()],
        ][random.int(6)] as [() => void, () => void];
        begin();
        await traffic.run(1 + random.int(15));
        end();
        await traffic.run(1 + random.int(12));
      }
      await traffic.run(60);
      await traffic.pass(20);
      traffic.expectAllRead();
      for (const name of names) traffic.close(name);
      await traffic.pass(30);
      expect([...traffic.closing]).toEqual([]);
    });
  },
);
