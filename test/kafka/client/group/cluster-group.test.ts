import { describe, expect, it } from 'vitest';
import type { GroupAdmin } from '../../../../src/kafka/client/admin/group-admin.ts';
import type { GroupConsumerOptions } from '../../../../src/kafka/client/group/group-types.ts';
import { GroupCluster } from '../../group/cluster.ts';
import { Traffic, topic } from './traffic.ts';

const protocols: readonly Partial<GroupConsumerOptions>[] = [
  { assignors: ['range'] },
  { assignors: ['cooperative-sticky'] },
];

describe.each(protocols)('a group on a cluster, with %o', (options) => {
  it('reads every record once while members come and go', async () => {
    const traffic = new Traffic(await GroupCluster.started());
    traffic.addConsumer('c1', options);
    await traffic.run(10);
    traffic.addConsumer('c2', options);
    await traffic.run(10);
    traffic.addConsumer('c3', options);
    await traffic.run(10);
    const [first] = traffic.consumers.values();
    traffic.consumers.delete('c1');
    let closed = false;
    first?.close().then(() => {
      closed = true;
    });
    await traffic.run(5);
    await traffic.pass(10);
    expect(closed).toBe(true);
    traffic.expectAllRead();
    expect(traffic.read.size).toBeGreaterThan(600);
    expect(traffic.twice).toBe(0);
  });

  it('reads every record when a member crashes', async () => {
    const traffic = new Traffic(await GroupCluster.started());
    for (const name of ['c1', 'c2', 'c3']) traffic.addConsumer(name, options);
    await traffic.run(15);
    traffic.crash('c2');
    await traffic.run(20);
    await traffic.pass(10);
    traffic.expectAllRead();
    // What the crashed one had read and not committed: five seconds of its share at most.
    expect(traffic.twice).toBeLessThanOrEqual(5 * 10);
  });

  it('reads every record when its coordinator crashes and comes back', async () => {
    const cluster = await GroupCluster.started();
    const traffic = new Traffic(cluster);
    for (const name of ['c1', 'c2', 'c3']) traffic.addConsumer(name, options);
    await traffic.run(10);
    const coordinator = await cluster.coordinatorOf('g');
    cluster.machine(coordinator).crash();
    await traffic.run(20);
    cluster.machine(coordinator).restart();
    await traffic.run(20);
    await traffic.pass(60);
    traffic.expectAllRead();
  });
});

describe('a group whose members take over at once (wrong: KAFKA-14639)', () => {
  it('has two owners of one partition', async () => {
    const traffic = new Traffic(await GroupCluster.started(), { mayTakeOverAtOnce: () => true });
    traffic.addConsumer('c1');
    await traffic.run(10);
    traffic.addConsumer('c2');
    await traffic.run(10);
    expect(traffic.clashes.length).toBeGreaterThan(0);
  });
});

describe('a static member', () => {
  it('keeps its partitions over a restart, and the others hear nothing of it', async () => {
    const traffic = new Traffic(await GroupCluster.started());
    for (const name of ['c1', 'c2']) traffic.addConsumer(name, { groupInstanceId: name });
    await traffic.run(15);
    const owned = traffic.consumers.get('c2')?.assignment();
    const generation = traffic.consumers.get('c1')?.member.epoch;
    traffic.crash('c2');
    await traffic.run(3);
    traffic.restart('c2');
    await traffic.run(5);
    await traffic.pass(5);
    expect(traffic.consumers.get('c2')?.assignment()).toEqual(owned);
    expect(traffic.consumers.get('c1')?.member.epoch).toBe(generation);
    traffic.expectAllRead();
  });
});

describe('a member that is cut off', () => {
  it('takes itself for lost in time, and another reads on', async () => {
    const traffic = new Traffic(await GroupCluster.started());
    for (const name of ['c1', 'c2', 'c3']) traffic.addConsumer(name);
    await traffic.run(15);
    traffic.cut('c2', true);
    // It was heard at most one heartbeat before; its session is ten seconds.
    await traffic.run(6.5);
    expect(traffic.lost).toEqual([]);
    await traffic.run(3.5);
    expect(traffic.lost).toEqual(['c2']);
    await traffic.run(10);
    traffic.cut('c2', false);
    await traffic.run(20);
    await traffic.pass(10);
    traffic.expectAllRead();
    expect(traffic.consumers.get('c2')?.assignment().length).toBeGreaterThan(0);
  });

  it('learns after a pause that it was lost, before it does anything', async () => {
    const traffic = new Traffic(await GroupCluster.started());
    for (const name of ['c1', 'c2', 'c3']) traffic.addConsumer(name);
    await traffic.run(15);
    traffic.pause('c2', true);
    await traffic.run(20);
    const before = traffic.read.size;
    traffic.pause('c2', false);
    await traffic.pass(0);
    expect(traffic.lost).toEqual(['c2']);
    expect(traffic.read.size).toBe(before);
    await traffic.run(10);
    await traffic.pass(10);
    traffic.expectAllRead();
  });
});

describe.each([1, 2, 3, 4])('a group under a mix of faults, seed %i', (seed) => {
  it('reads every record, and no two members own one partition', async () => {
    const cluster = await GroupCluster.started({ seed: `mix ${seed}` });
    const traffic = new Traffic(cluster);
    const names = ['c1', 'c2', 'c3'];
    const statics = seed % 4 >= 2;
    for (const name of names) {
      const identity = statics ? { groupInstanceId: name } : {};
      traffic.addConsumer(name, { ...protocols[seed % 2], ...identity });
    }
    await traffic.run(10);
    const { world } = cluster;
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
});

describe('the admin of groups', () => {
  it('lists, describes, alters and deletes', async () => {
    const traffic = new Traffic(await GroupCluster.started());
    traffic.addConsumer('c1');
    await traffic.run(10);
    const ask = async <T>(act: (admin: GroupAdmin) => Promise<T>): Promise<T | string> => {
      let result: T | string = 'pending';
      act(traffic.admin as GroupAdmin).then(
        (value) => {
          result = value;
        },
        (error: Error) => {
          result = error.message;
        },
      );
      await traffic.pass(5);
      return result;
    };
    expect(await ask((admin) => admin.listGroups())).toMatchObject([
      { groupId: 'g', protocolType: 'consumer', state: 'Stable' },
    ]);
    expect(await ask((admin) => admin.describeGroups(['g']))).toMatchObject([
      {
        groupId: 'g',
        protocol: 'classic',
        members: [{ clientId: 'c1', assignment: { length: 4 } }],
      },
    ]);
    const offsets = [{ topic, partition: 0, offset: 7 }];
    expect(await ask((admin) => admin.alterConsumerGroupOffsets('g', offsets))).toContain(
      'UNKNOWN_MEMBER_ID',
    );
    expect(await ask((admin) => admin.deleteGroups(['g']))).toContain('NON_EMPTY_GROUP');
    expect(await ask((admin) => admin.deleteConsumerGroupOffsets('g', offsets))).toContain(
      'GROUP_SUBSCRIBED_TO_TOPIC',
    );
    traffic.consumers.get('c1')?.close();
    traffic.consumers.clear();
    await traffic.pass(5);
    expect(await ask((admin) => admin.alterConsumerGroupOffsets('g', offsets))).toBeUndefined();
    const listed = (admin: GroupAdmin) => admin.listConsumerGroupOffsets('g');
    const found = await ask(listed);
    expect(found).toHaveLength(4);
    expect(found).toContainEqual({ ...offsets[0], leaderEpoch: -1, metadata: '' });
    await ask((admin) => admin.deleteConsumerGroupOffsets('g', offsets));
    expect(await ask(listed)).toHaveLength(3);
    expect(await ask((admin) => admin.deleteGroups(['g']))).toBeUndefined();
    expect(await ask((admin) => admin.listGroups())).toEqual([]);
    expect(await ask((admin) => admin.describeGroups(['g']))).toMatch(/GROUP_ID_NOT_FOUND|Dead/);
  });
});
