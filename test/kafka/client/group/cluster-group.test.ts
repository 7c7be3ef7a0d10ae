import { describe, expect, it } from 'vitest';
import { secondsToMicros } from '../../../../src/base/time.ts';
import type { GroupAdmin } from '../../../../src/kafka/client/admin/group-admin.ts';
import { KafkaClient } from '../../../../src/kafka/client/client.ts';
import type { GroupConsumer } from '../../../../src/kafka/client/group/group-consumer.ts';
import type { GroupConsumerOptions } from '../../../../src/kafka/client/group/group-types.ts';
import { keyOf } from '../../../../src/kafka/client/group/topic-partition.ts';
import type { Producer } from '../../../../src/kafka/client/produce/producer.ts';
import { GroupCluster } from '../../group/cluster.ts';

const topic = 'orders';
const partitions = 4;

/** A cluster with writers and a group of readers; what each reader believes to own is checked. */
class Traffic {
  readonly cluster: GroupCluster;
  readonly written = new Set<string>();
  readonly read = new Map<string, number>();
  readonly consumers = new Map<string, GroupConsumer>();
  /** Partition to the reader that believes to own it. */
  readonly owners = new Map<string, string>();
  readonly clashes: string[] = [];
  admin: GroupAdmin | null = null;
  #producer: Producer | null = null;
  #sent = 0;

  constructor(cluster: GroupCluster) {
    this.cluster = cluster;
    this.#start('writer', (client) => {
      this.#producer = client.producer();
      this.admin = client.groupAdmin();
    });
  }

  get world() {
    return this.cluster.world;
  }

  #start(machine: string, use: (client: KafkaClient) => void): void {
    const bootstrap = this.cluster.brokers.map((id) => ({
      host: this.cluster.machine(id).name,
      port: 9092,
    }));
    this.world.addMachine(machine).start((host) => {
      use(new KafkaClient({ host, clientId: machine, bootstrap, requestTimeoutMs: 5000 }));
      return { stop: () => host.exit(0, 'asked to') };
    });
  }

  addConsumer(name: string, options: Partial<GroupConsumerOptions> = {}): void {
    this.#start(name, (client) => {
      const consumer = client.groupConsumer({
        groupId: 'g',
        autoOffsetReset: 'earliest',
        sessionTimeoutMs: 10_000,
        assignors: ['cooperative-sticky'],
        onAssigned: (added) => {
          for (const key of added.map(keyOf)) {
            const owner = this.owners.get(key);
            if (owner !== undefined && this.consumers.has(owner)) {
              this.clashes.push(`${key}: ${owner} and ${name}`);
            }
            this.owners.set(key, name);
          }
        },
        onRevoked: (gone) => this.#disown(name, gone.map(keyOf)),
        onLost: (gone) => this.#disown(name, gone.map(keyOf)),
        ...options,
      });
      this.consumers.set(name, consumer);
      consumer.subscribe([topic]);
      const loop = (): void =>
        consumer.waitForRecords(() => {
          for (const record of consumer.poll()) {
            const value = new TextDecoder().decode(record.value ?? undefined);
            this.read.set(value, (this.read.get(value) ?? 0) + 1);
          }
          if (this.consumers.has(name)) loop();
        });
      loop();
    });
  }

  #disown(name: string, keys: readonly string[]): void {
    for (const key of keys) if (this.owners.get(key) === name) this.owners.delete(key);
  }

  crash(name: string): void {
    this.consumers.delete(name);
    this.world.machine(name).crash();
  }

  /** 20 records a second. */
  async run(seconds: number): Promise<void> {
    for (let i = 0; i < seconds * 20; i++) {
      const value = String(this.#sent++);
      const partition = this.#sent % partitions;
      const bytes = new TextEncoder().encode(value);
      this.#producer?.send({ topic, partition, value: bytes }, (error) => {
        if (error === null) this.written.add(value);
      });
      await this.pass(0.05);
    }
  }

  async pass(seconds: number): Promise<void> {
    await this.world.runUntil(this.world.now + secondsToMicros(seconds));
    if (this.world.failure !== null) throw this.world.failure;
  }

  expectAllRead(): void {
    const missing = [...this.written].filter((value) => !this.read.has(value));
    expect(missing).toEqual([]);
    expect(this.clashes).toEqual([]);
    const owned = [...this.consumers.values()].flatMap((each) => each.assignment().map(keyOf));
    expect(owned.sort()).toEqual([0, 1, 2, 3].map((partition) => `${topic}:${partition}`));
  }

  get twice(): number {
    return [...this.read.values()].filter((count) => count > 1).length;
  }
}

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
