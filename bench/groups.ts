/**
 * What groups cost: a rebalance of a large group with members of our own client, the loading of
 * many groups by the next coordinator, and a commit beside a produce of the same size.
 */
import { assert } from '../src/base/assert.ts';
import { msToMicros } from '../src/base/time.ts';
import { KafkaClient } from '../src/kafka/client/client.ts';
import type { GroupConsumer } from '../src/kafka/client/group/group-consumer.ts';
import type { GroupConsumerOptions } from '../src/kafka/client/group/group-types.ts';
import { produceApi } from '../src/kafka/protocol/apis/00-produce.ts';
import { offsetCommitApi } from '../src/kafka/protocol/apis/08-offset-commit.ts';
import { consumerGroupHeartbeatApi } from '../src/kafka/protocol/apis/68-consumer-group-heartbeat.ts';
import type { Api, RequestInput } from '../src/kafka/protocol/schema.ts';
import { buildBatch } from '../src/kafka/records/builder.ts';
import { openChannel } from '../src/kafka/rpc/channel.ts';
import type { Channel } from '../src/kafka/rpc/contract.ts';
import { GroupCluster } from '../test/kafka/group/cluster.ts';
import type { BenchRow } from './row.ts';

/** Made with the cluster. */
const topic = 'orders';
/** Has as many partitions as the group has members. */
const wide = 'wide';
const brokerPort = 9092;
/** The median of so many is told, for others may use the machine. */
const rounds = 20;
const requestTimeoutUs = msToMicros(30_000);

export async function benchGroups(share = 1): Promise<BenchRow[]> {
  const members = 1000 * share;
  const groups = 10_000 * share;
  return [
    ...(await rebalances('classic protocol', members, { assignors: ['range'] })),
    ...(await rebalances('consumer protocol', members, { groupProtocol: 'consumer' })),
    ...(await failover(groups)),
    ...(await commits(20_000 * share)),
  ];
}

/** Members of one group, each reading a partition of its own at most. */
class Crowd {
  readonly cluster: GroupCluster;
  readonly consumers: GroupConsumer[] = [];
  readonly #options: Partial<GroupConsumerOptions>;
  #added = 0;

  constructor(cluster: GroupCluster, options: Partial<GroupConsumerOptions>) {
    this.cluster = cluster;
    this.#options = options;
  }

  /** A member on a machine of its own. */
  add(): void {
    const name = `c${this.#added++}`;
    const bootstrap = this.cluster.brokers.map((id) => ({ host: `m${id}`, port: brokerPort }));
    this.cluster.world.addMachine(name).start((host) => {
      const client = new KafkaClient({ host, clientId: name, bootstrap });
      const consumer = client.groupConsumer({ groupId: 'g', ...this.#options });
      consumer.subscribe([wide]);
      const read = (): void =>
        consumer.waitForRecords(() => {
          consumer.poll();
          read();
        });
      read();
      this.consumers.push(consumer);
      return { stop: () => client.close() };
    });
  }

  /** All are members in one epoch, and all partitions are read. */
  isStable(partitions: number): boolean {
    const [first] = this.consumers;
    if (this.consumers.length < this.#added) return false;
    const epoch = first?.member.epoch ?? -1;
    let owned = 0;
    for (const consumer of this.consumers) {
      if (epoch < 0 || consumer.member.epoch !== epoch) return false;
      owned += consumer.assignment().length;
    }
    return owned === partitions;
  }

  /** Whether all is well is looked at from time to time, for that costs too. */
  async untilStable(partitions: number): Promise<void> {
    for (let tries = 0; !this.isStable(partitions); tries++) {
      assert(tries < 10_000, 'a group is stable some time');
      await this.cluster.run(0.05);
    }
  }
}

/** Wall time from the first join to a stable group, and from one more member to the next one. */
async function rebalances(
  protocol: string,
  members: number,
  options: Partial<GroupConsumerOptions>,
): Promise<BenchRow[]> {
  const cluster = await GroupCluster.started();
  await cluster.createTopic(wide, members, 1);
  await cluster.coordinatorOf('g');
  await cluster.run(5);
  const crowd = new Crowd(cluster, options);
  for (let i = 0; i < members - 1; i++) crowd.add();
  const first = await costOf(() => crowd.untilStable(members));
  await cluster.run(10);
  const startUs = cluster.world.now;
  crowd.add();
  const more = await costOf(() => crowd.untilStable(members));
  const name = `${protocol}, ${members} members`;
  return [
    { name: `${name}: come together`, value: first.wallS, unit: 's' },
    { name: `${name}: one more joins`, value: more.wallS, unit: 's', target: 1, atMost: true },
    { name: `${name}: the same, of CPU`, value: more.cpuS, unit: 's' },
    {
      name: `${name}: the same in virtual time`,
      value: (cluster.world.now - startUs) / 1e6,
      unit: 's',
    },
  ];
}

/** Requests to one broker, some in flight at a time. */
class Asker {
  readonly #cluster: GroupCluster;
  readonly #channel: Channel;

  private constructor(cluster: GroupCluster, channel: Channel) {
    this.#cluster = cluster;
    this.#channel = channel;
  }

  static async start(cluster: GroupCluster, name: string, to: number): Promise<Asker> {
    let channel: Channel | null = null;
    cluster.world.addMachine(name).start((host) => {
      const options = { clientId: name, connectTimeoutUs: requestTimeoutUs };
      channel = openChannel(host, { host: `m${to}`, port: brokerPort }, options);
      return { stop() {} };
    });
    await cluster.run(1);
    assert(channel !== null, 'a machine has started');
    return new Asker(cluster, channel);
  }

  /** Until so many are answered, five in flight. */
  async ask<A extends Api>(
    api: A,
    version: number,
    count: number,
    body: (index: number) => RequestInput<A>,
  ): Promise<void> {
    let sent = 0;
    let answered = 0;
    const next = (): void => {
      if (sent === count) return;
      this.#channel.send(api, version, body(sent++), requestTimeoutUs, (response, failure) => {
        assert(response !== null, `${api.name} is answered: ${failure}`);
        answered++;
        next();
      });
    };
    for (let i = 0; i < 5; i++) next();
    await this.#cluster.until('answers', () => answered === count, 3600);
  }
}

const commitOf = (
  groupId: string,
  committedOffset: number,
): RequestInput<typeof offsetCommitApi> => ({
  groupId,
  topics: [{ name: topic, partitions: [{ partitionIndex: 0, committedOffset }] }],
});

/** Each group has a member, its assignment and an offset. */
async function failover(groups: number): Promise<BenchRow[]> {
  const cluster = await GroupCluster.started({ settings: { offsetsTopicNumPartitions: 1 } });
  const node = await cluster.coordinatorOf('g0');
  await cluster.run(5);
  const asker = await Asker.start(cluster, 'asker', node);
  await asker.ask(consumerGroupHeartbeatApi, 1, groups, (index) => ({
    groupId: `g${index}`,
    memberId: 'a',
    memberEpoch: 0,
    rebalanceTimeoutMs: 30_000,
    subscribedTopicNames: [topic],
    topicPartitions: [],
  }));
  await asker.ask(offsetCommitApi, 8, groups, (index) => ({
    ...commitOf(`g${index}`, 1),
    memberId: 'a',
    generationIdOrMemberEpoch: 1,
  }));
  let looked = cluster.observations.length;
  let isLoaded = false;
  cluster.machine(node).crash();
  const cost = await costOf(() =>
    cluster.until('groups are loaded', () => {
      for (; looked < cluster.observations.length; looked++) {
        isLoaded ||= cluster.observations[looked]?.kind === 'groups-loaded';
      }
      return isLoaded;
    }),
  );
  const name = `${groups} groups, from the crash to the next coordinator`;
  return [
    { name, value: cost.wallS, unit: 's', target: 2, atMost: true },
    { name: `${name}, of CPU`, value: cost.cpuS, unit: 's' },
  ];
}

/** A commit, and a produce with acks=all of a record as large as the commit's. */
async function commits(count: number): Promise<BenchRow[]> {
  const cluster = await GroupCluster.started();
  const node = await cluster.coordinatorOf('g');
  await cluster.run(5);
  const leader = await cluster.leaderOf(topic, 0);
  const committing = await Asker.start(cluster, 'committing', node);
  const producing = await Asker.start(cluster, 'producing', leader);
  // As long as the key and the value of a committed offset of this group and topic.
  const record = { timestamp: cluster.wallMs, headers: [] };
  const [key, value] = [new Uint8Array(17).fill(1), new Uint8Array(44).fill(1)];
  // The broker makes the batch of a commit, the client that of a produce.
  const produced = (): RequestInput<typeof produceApi> => {
    const records = buildBatch({ records: [{ ...record, key, value }] });
    const partitionData = [{ index: 0, records }];
    return { acks: -1, timeoutMs: 30_000, topicData: [{ name: topic, partitionData }] };
  };
  const each = Math.ceil(count / rounds);
  const costs: { commit: number; produce: number }[] = [];
  for (let round = 0; round <= rounds; round++) {
    // What is observed is kept by the cluster: no part of what is measured.
    cluster.observations.length = 0;
    const commit = await costOf(() =>
      committing.ask(offsetCommitApi, 8, each, (index) => commitOf('g', index)),
    );
    const produce = await costOf(() => producing.ask(produceApi, 9, each, produced));
    if (round > 0)
      costs.push({ commit: (commit.cpuS * 1e6) / each, produce: (produce.cpuS * 1e6) / each });
  }
  const unit = 'µs of CPU';
  return [
    { name: 'a commit, three replicas', value: median(costs.map((cost) => cost.commit)), unit },
    { name: 'a produce of the same size', value: median(costs.map((cost) => cost.produce)), unit },
    {
      name: 'a commit beside a produce',
      value: median(costs.map(({ commit, produce }) => commit / produce)),
      unit: '×',
      target: 1,
      atMost: true,
    },
  ];
}

/** Wall time, and processor time, which others on the machine disturb less. */
async function costOf(work: () => Promise<unknown>): Promise<{ wallS: number; cpuS: number }> {
  const [startMs, before] = [performance.now(), process.cpuUsage()];
  await work();
  const { system, user } = process.cpuUsage(before);
  return { wallS: (performance.now() - startMs) / 1000, cpuS: (user + system) / 1e6 };
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
