/**
 * What is asked about the cluster: FindCoordinator, ApiVersions, InitProducerId, DescribeQuorum,
 * DescribeCluster, DescribeTopicPartitions.
 */
import { findCoordinatorApi } from '../../../src/kafka/protocol/apis/10-find-coordinator.ts';
import { apiVersionsApi } from '../../../src/kafka/protocol/apis/18-api-versions.ts';
import { initProducerIdApi } from '../../../src/kafka/protocol/apis/22-init-producer-id.ts';
import { describeQuorumApi } from '../../../src/kafka/protocol/apis/55-describe-quorum.ts';
import { describeClusterApi } from '../../../src/kafka/protocol/apis/60-describe-cluster.ts';
import { describeTopicPartitionsApi } from '../../../src/kafka/protocol/apis/75-describe-topic-partitions.ts';
import { Group, type StepOptions, versionsOf } from '../dialogue.ts';
import { invalidNames } from './vocabulary.ts';

export function findCoordinator(): Group {
  const g = new Group('FindCoordinator');
  const keys: readonly (readonly [what: string, key: string])[] = [
    ['a key', 'g-1'],
    ['an empty key', ''],
    ['a share key', 'group:dGhlLWlkLW9mLW5vYm9keQ:0'],
    ['a share key without partition', 'group:dGhlLWlkLW9mLW5vYm9keQ'],
  ];
  // Internal topics are made when they are first asked for.
  for (const keyType of [0, 1, 2]) {
    const coordinatorKeys = [keyType === 2 ? 'group:dGhlLWlkLW9mLW5vYm9keQ:0' : 'g'];
    g.prepare(findCoordinatorApi, 6, { keyType, coordinatorKeys });
  }
  for (const v of versionsOf(findCoordinatorApi)) {
    for (const keyType of v === 0 ? [0] : [0, 1, 2, 3, -1]) {
      for (const [what, key] of keys) {
        g.ask(findCoordinatorApi, v, `type ${keyType}, ${what}`, {
          key,
          keyType,
          coordinatorKeys: [key],
        });
      }
    }
    if (v < 4) continue;
    g.ask(findCoordinatorApi, v, 'no keys', { coordinatorKeys: [] });
    g.ask(findCoordinatorApi, v, 'two keys', { coordinatorKeys: ['a', 'b'] });
    g.ask(findCoordinatorApi, v, 'one key twice', { coordinatorKeys: ['a', 'a'] });
  }
  return g;
}

export function apiVersions(): Group {
  const g = new Group('ApiVersions');
  const asks = (
    v: number,
    what: string,
    name: string,
    version: string,
    options: StepOptions = {},
  ) =>
    g.ask(
      apiVersionsApi,
      v,
      what,
      { clientSoftwareName: name, clientSoftwareVersion: version },
      options,
    );
  for (const v of versionsOf(apiVersionsApi)) {
    asks(v, 'ordinary', 'differential', '1.0');
    if (v < 3) continue;
    for (const [what, text] of [
      ['empty', ''],
      ['with a blank', 'a b'],
      ['with a slash', 'a/b'],
      ['that begins with a dash', '-a'],
      ['with a dash', 'a-b.c'],
      ['of 300 letters', 'a'.repeat(300)],
    ] as const) {
      asks(v, `a name ${what}`, text, '1.0');
      asks(v, `a version ${what}`, 'differential', text);
    }
  }
  return g;
}

export function initProducerId(): Group {
  const g = new Group('InitProducerId');
  g.prepare(initProducerIdApi, 0, { transactionalId: null, transactionTimeoutMs: 1_000 });
  for (const v of versionsOf(initProducerIdApi)) {
    const asks = (what: string, body: object): void =>
      g.ask(initProducerIdApi, v, what, {
        transactionalId: null,
        transactionTimeoutMs: 60_000,
        ...body,
      });
    asks('no transactional id', {});
    asks('an empty transactional id', { transactionalId: '' });
    asks('a transactional id', { transactionalId: `tx-${v}` });
    for (const timeout of [0, -1, 1, 0x7fffffff]) {
      asks(`timeout ${timeout}`, { transactionTimeoutMs: timeout });
      asks(`a transactional id, timeout ${timeout}`, {
        transactionalId: `tx-${v}-${timeout}`,
        transactionTimeoutMs: timeout,
      });
    }
    if (v < 3) continue;
    asks('an own id and epoch', { producerId: 5_000_000, producerEpoch: 3 });
    asks('an own id without epoch', { producerId: 5_000_000 });
    asks('an epoch without id', { producerEpoch: 3 });
    asks('id −2', { producerId: -2, producerEpoch: 3 });
    asks('the last epoch', { producerId: 5_000_000, producerEpoch: 32767 });
  }
  return g;
}

export function quorumAndCluster(): Group {
  const g = new Group('DescribeQuorum, DescribeCluster');
  const log = '__cluster_metadata';
  for (const v of versionsOf(describeQuorumApi)) {
    const asks = (what: string, topicName: string, ...indexes: number[]): void => {
      const partitions = indexes.map((partitionIndex) => ({ partitionIndex }));
      g.ask(describeQuorumApi, v, what, { topics: [{ topicName, partitions }] });
    };
    asks('partition 0', log, 0);
    asks('partition 1', log, 1);
    asks('partitions 0 and 1', log, 0, 1);
    asks('partition 0 twice', log, 0, 0);
    asks('no partitions', log);
    asks('another topic', 'orders', 0);
    g.ask(describeQuorumApi, v, 'no topics', { topics: [] });
    g.ask(describeQuorumApi, v, 'two topics', {
      topics: [log, 'orders'].map((topicName) => ({
        topicName,
        partitions: [{ partitionIndex: 0 }],
      })),
    });
  }
  for (const v of versionsOf(describeClusterApi)) {
    for (const endpointType of v === 0 ? [1] : [0, 1, 2, 3, -1]) {
      for (const operations of [false, true]) {
        for (const fenced of v < 2 ? [false] : [false, true]) {
          g.ask(
            describeClusterApi,
            v,
            `endpoints ${endpointType}, operations ${operations}, fenced ${fenced}`,
            {
              endpointType,
              includeClusterAuthorizedOperations: operations,
              includeFencedBrokers: fenced,
            },
          );
        }
      }
    }
  }
  return g;
}

export function describeTopicPartitions(): Group {
  const g = new Group('DescribeTopicPartitions');
  const names = ['d-one', 'd-two'];
  g.topic('d-one', { partitions: 3 });
  g.topic('d-two', { replicas: [2, 3, 1], partitions: 4 });
  const asks = (what: string, topics: readonly string[], rest: object = {}): void =>
    g.ask(describeTopicPartitionsApi, 0, what, {
      topics: topics.map((name) => ({ name })),
      ...rest,
    });
  asks('two topics', names);
  asks('in the other order', [...names].reverse());
  asks('one topic twice', ['d-one', 'd-one']);
  g.ask(describeTopicPartitionsApi, 0, 'all topics', { topics: [] }, { only: names });
  for (const [what, name] of [...invalidNames, ['an unknown name', 'd-none'] as const]) {
    asks(what, [name]);
    asks(`${what} beside a good one`, [name, 'd-one']);
  }
  for (const limit of [0, -1, 1, 2, 3, 4, 5, 7, 0x7fffffff]) {
    asks(`limit ${limit}`, names, { responsePartitionLimit: limit });
  }
  const cursors: readonly (readonly [string, number])[] = [
    ['d-one', 0],
    ['d-one', 2],
    ['d-one', 3],
    ['d-one', -1],
    ['d-one', 99],
    ['d-two', 1],
    ['d-none', 0],
    ['a', 0],
    ['z', 0],
    ['', 0],
    ['a b', 0],
  ];
  for (const [topicName, partitionIndex] of cursors) {
    const cursor = { topicName, partitionIndex };
    asks(`cursor ${topicName} ${partitionIndex}`, names, { cursor });
    asks(`cursor ${topicName} ${partitionIndex}, limit 2`, names, {
      cursor,
      responsePartitionLimit: 2,
    });
  }
  return g;
}
