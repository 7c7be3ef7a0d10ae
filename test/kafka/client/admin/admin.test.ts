import { describe, expect, it } from 'vitest';
import type { Admin } from '../../../../src/kafka/client/admin/admin.ts';
import type { ClientError } from '../../../../src/kafka/client/errors.ts';
import { createTopicsApi } from '../../../../src/kafka/protocol/apis/19-create-topics.ts';
import { errorCode } from '../../../../src/kafka/protocol/errors.ts';
import { isRequestOf } from '../../../../src/kafka/rpc/request.ts';
import { FakeCluster } from '../fake-cluster.ts';

/** Answers CreateTopics with these codes in turn; null breaks the connection instead. */
function creating(cluster: FakeCluster, ...codes: (number | null)[]): void {
  cluster.intercept = (request) => {
    if (!isRequestOf(request, createTopicsApi)) return false;
    const code = codes.shift();
    if (code === undefined || code === null) request.disconnect();
    else {
      request.respond({
        topics: request.body.topics.map(({ name }) => ({ name, errorCode: code })),
      });
    }
    return true;
  };
}

/** Lets the admin do something; says what came of it. */
async function outcome(
  cluster: FakeCluster,
  act: (admin: Admin) => Promise<unknown>,
): Promise<unknown> {
  let result: unknown = 'pending';
  await cluster.client((client) => {
    act(client.admin()).then(
      (value) => (result = value ?? 'done'),
      (error: ClientError) => (result = `${error.outcome} ${error.kind} ${error.code}`),
    );
  });
  await cluster.runFor(70_000);
  return result;
}

const create = (admin: Admin) => admin.createTopics([{ name: 'n', partitions: 1 }]);

describe('creating topics', () => {
  it('is repeated while there is no controller', async () => {
    const cluster = new FakeCluster();
    creating(cluster, errorCode.notController, errorCode.requestTimedOut, 0);
    expect(await outcome(cluster, create)).toBe('done');
  });

  it('fails with the broker’s code', async () => {
    const cluster = new FakeCluster();
    creating(cluster, errorCode.invalidReplicationFactor);
    expect(await outcome(cluster, create)).toBe('failed broker 38');
  });

  it('that is there already is an error, unless a lost answer may have been to this very call', async () => {
    const there = new FakeCluster();
    creating(there, errorCode.topicAlreadyExists);
    expect(await outcome(there, create)).toBe('failed broker 36');
    const lost = new FakeCluster();
    creating(lost, null, errorCode.topicAlreadyExists);
    expect(await outcome(lost, create)).toBe('done');
  });

  it('asks for the replicas it was given, or for as many as the brokers think right', async () => {
    const cluster = new FakeCluster();
    creating(cluster, 0);
    const topics = [
      { name: 'placed', assignments: [[1, 2], [2]], configs: { 'retention.ms': '5' } },
      { name: 'counted', partitions: 3, replicationFactor: 2 },
      { name: 'open' },
    ];
    expect(await outcome(cluster, (admin) => admin.createTopics(topics))).toBe('done');
    expect(cluster.seen(createTopicsApi)[0]?.body.topics).toMatchObject([
      {
        name: 'placed',
        numPartitions: -1,
        replicationFactor: -1,
        assignments: [
          { partitionIndex: 0, brokerIds: [1, 2] },
          { partitionIndex: 1, brokerIds: [2] },
        ],
        configs: [{ name: 'retention.ms', value: '5' }],
      },
      { name: 'counted', numPartitions: 3, replicationFactor: 2, assignments: [], configs: [] },
      { name: 'open', numPartitions: -1, replicationFactor: -1, assignments: [], configs: [] },
    ]);
  });

  it('is unknown when no answer ever came', async () => {
    const cluster = new FakeCluster();
    creating(cluster);
    expect(await outcome(cluster, create)).toBe('unknown timeout 0');
  });
});

describe('describing', () => {
  it('gives partitions and leaders', async () => {
    const cluster = new FakeCluster(2);
    cluster.addTopic('t', 2);
    const found = await outcome(cluster, (admin) => admin.describeTopics(['t']));
    expect(found).toMatchObject([{ name: 't', partitions: [{ leader: 0 }, { leader: 1 }] }]);
  });

  it('an unknown topic fails at once', async () => {
    const found = await outcome(new FakeCluster(), (admin) => admin.describeTopics(['t']));
    expect(found).toBe('failed broker 3');
  });

  it('finds the ends of partitions at their leaders', async () => {
    const cluster = new FakeCluster(2);
    cluster.addTopic('t', 2);
    cluster.log('t', 1).start = 4;
    const queries = [0, 1].map((partition) => ({ topic: 't', partition, at: 'latest' as const }));
    const found = await outcome(cluster, (admin) => admin.listOffsets(queries));
    expect(found).toMatchObject([{ offset: 0 }, { offset: 4 }]);
  });
});
