import { describe, expect, it } from 'vitest';
import type { Admin } from '../../../../src/kafka/client/admin/admin.ts';
import type { ClientError } from '../../../../src/kafka/client/errors.ts';
import { createTopicsApi } from '../../../../src/kafka/protocol/apis/19-create-topics.ts';
import { electLeadersApi } from '../../../../src/kafka/protocol/apis/43-elect-leaders.ts';
import { incrementalAlterConfigsApi } from '../../../../src/kafka/protocol/apis/44-incremental-alter-configs.ts';
import { alterPartitionReassignmentsApi } from '../../../../src/kafka/protocol/apis/45-alter-partition-reassignments.ts';
import { listPartitionReassignmentsApi } from '../../../../src/kafka/protocol/apis/46-list-partition-reassignments.ts';
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

describe('altering settings', () => {
  const alter = (admin: Admin) =>
    admin.alterConfigs({ type: 'topic', name: 't' }, { 'retention.ms': '9', 'flush.ms': null });

  it('sets and deletes single ones, again while there is no controller', async () => {
    const cluster = new FakeCluster();
    const asked: unknown[] = [];
    const codes: number[] = [errorCode.notController, errorCode.none];
    cluster.intercept = (request) => {
      if (!isRequestOf(request, incrementalAlterConfigsApi)) return false;
      asked.push(...request.body.resources);
      const result = { errorCode: codes.shift()!, errorMessage: null, resourceType: 2 };
      request.respond({ responses: [{ ...result, resourceName: 't' }] });
      return true;
    };
    expect(await outcome(cluster, alter)).toBe('done');
    expect(asked).toHaveLength(2);
    expect(asked[1]).toEqual({
      resourceType: 2,
      resourceName: 't',
      configs: [
        { name: 'retention.ms', configOperation: 0, value: '9' },
        { name: 'flush.ms', configOperation: 1, value: null },
      ],
    });
  });
});

describe('electing preferred leaders', () => {
  it('asks again for those that may yet be had, and is content with those that lead', async () => {
    const cluster = new FakeCluster();
    const asked: unknown[] = [];
    cluster.intercept = (request) => {
      if (!isRequestOf(request, electLeadersApi)) return false;
      const { partitions } = request.body.topicPartitions![0]!;
      const code = asked.length === 0 ? errorCode.requestTimedOut : errorCode.electionNotNeeded;
      asked.push(partitions);
      const partitionResult = partitions.map((partitionId) => ({
        partitionId,
        errorCode: partitionId === 0 ? errorCode.none : code,
      }));
      request.respond({ replicaElectionResults: [{ topic: 't', partitionResult }] });
      return true;
    };
    const elect = (admin: Admin) => admin.electPreferredLeaders('t', [0, 1]);
    expect(await outcome(cluster, elect)).toBe('done');
    expect(asked).toEqual([[0, 1], [1]]);
  });
});

describe('changing replicas', () => {
  const altering = (cluster: FakeCluster, asked: unknown[], codes: (number | null)[]): void => {
    cluster.intercept = (request) => {
      if (!isRequestOf(request, alterPartitionReassignmentsApi)) return false;
      const { partitions } = request.body.topics[0]!;
      asked.push(partitions.map(({ partitionIndex, replicas }) => [partitionIndex, replicas]));
      const code = codes.shift()!;
      if (code === null) {
        request.disconnect();
        return true;
      }
      const answers = partitions.map(({ partitionIndex }) => ({
        partitionIndex,
        errorCode: partitionIndex === 0 ? errorCode.none : code,
      }));
      request.respond({ responses: [{ name: 't', partitions: answers }] });
      return true;
    };
  };

  it('asks again for those that may yet be had', async () => {
    const cluster = new FakeCluster();
    const asked: unknown[] = [];
    altering(cluster, asked, [errorCode.requestTimedOut, errorCode.none]);
    const wanted = [
      { partition: 0, replicas: [1, 2] },
      { partition: 1, replicas: null },
    ];
    const change = (admin: Admin) => admin.alterReassignments('t', wanted);
    expect(await outcome(cluster, change)).toBe('done');
    expect(asked).toEqual([
      [
        [0, [1, 2]],
        [1, null],
      ],
      [[1, null]],
    ]);
  });

  it('takes nothing to be taken back for done where an attempt got no answer', async () => {
    const cluster = new FakeCluster();
    altering(cluster, [], [null, errorCode.noReassignmentInProgress]);
    let doubts = 0;
    const onDoubt = () => doubts++;
    const cancel = (admin: Admin) =>
      admin.alterReassignments('t', [{ partition: 1, replicas: null }], { onDoubt });
    expect([await outcome(cluster, cancel), doubts]).toEqual(['done', 1]);
    const other = new FakeCluster();
    altering(other, [], [errorCode.noReassignmentInProgress]);
    expect(await outcome(other, cancel)).toBe('failed broker 85');
  });

  it('lists those that are under way', async () => {
    const cluster = new FakeCluster();
    cluster.intercept = (request) => {
      if (!isRequestOf(request, listPartitionReassignmentsApi)) return false;
      const partition = { partitionIndex: 3, replicas: [4, 1, 2] };
      const changing = { ...partition, addingReplicas: [4], removingReplicas: [2] };
      request.respond({ topics: [{ name: 't', partitions: [changing] }] });
      return true;
    };
    const found = await outcome(cluster, (admin) => admin.listReassignments());
    expect(found).toEqual([
      { topic: 't', partition: 3, replicas: [4, 1, 2], adding: [4], removing: [2] },
    ]);
  });
});

it('an attempt without an answer is told at once, whatever becomes of the call', async () => {
  const cluster = new FakeCluster();
  creating(cluster, null, errorCode.topicAlreadyExists);
  let doubts = 0;
  const onDoubt = () => doubts++;
  const made = await outcome(cluster, (admin) => admin.createTopics([{ name: 'n' }], { onDoubt }));
  expect([made, doubts]).toEqual(['done', 1]);
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
