import { describe, expect, it } from 'vitest';
import { zeroUuid } from '../../../src/base/ids.ts';
import { createPartitions } from '../../../src/kafka/controller/create-partitions.ts';
import { createTopics } from '../../../src/kafka/controller/create-topics.ts';
import { deleteTopics } from '../../../src/kafka/controller/delete-topics.ts';
import type { CreateTopicsRequest } from '../../../src/kafka/protocol/apis/19-create-topics.ts';
import { errorCode } from '../../../src/kafka/protocol/errors.ts';
import { type Cluster, type ClusterLook, cluster, topicId } from './fixtures.ts';

type Topic = CreateTopicsRequest['topics'][number];

const topic = (look: Partial<Topic> = {}): Topic => ({
  name: 'events',
  numPartitions: 2,
  replicationFactor: 3,
  assignments: [],
  configs: [],
  ...look,
});

function create(topics: readonly Topic[], look: ClusterLook = {}, validateOnly = false) {
  const context = cluster(look);
  const { records, response } = createTopics(context, {
    topics: [...topics],
    timeoutMs: 1000,
    validateOnly,
  });
  context.apply(records);
  return {
    context,
    records,
    results: response.topics,
    codes: response.topics.map((result) => result.errorCode),
  };
}

const assignments = (...lists: readonly number[][]) =>
  lists.map((brokerIds, partitionIndex) => ({ partitionIndex, brokerIds }));

describe('a topic', () => {
  it('is created with partitions led by their first replica, all replicas in sync', () => {
    const { context, results } = create([topic()]);
    expect(results[0]).toMatchObject({
      errorCode: errorCode.none,
      numPartitions: 2,
      replicationFactor: 3,
    });
    const created = context.image.topicsByName.get('events');
    expect(created?.id).toBe(results[0]?.topicId);
    expect(created?.partitions).toHaveLength(2);
    for (const partition of created?.partitions ?? []) {
      expect([...partition.replicas].sort()).toEqual([1, 2, 3]);
      expect(partition).toMatchObject({
        isr: partition.replicas,
        leader: partition.replicas[0],
        leaderEpoch: 0,
        partitionEpoch: 0,
        recovering: false,
      });
    }
  });

  it('takes the cluster’s defaults for −1', () => {
    const look: ClusterLook = { settings: { numPartitions: 4, defaultReplicationFactor: 2 } };
    const { results } = create([topic({ numPartitions: -1, replicationFactor: -1 })], look);
    expect(results[0]).toMatchObject({ numPartitions: 4, replicationFactor: 2 });
  });

  it('leaves fenced replicas out of the ISR, and needs one broker that is not', () => {
    const { context } = create([topic()], {
      brokers: [{ id: 1 }, { id: 2, fenced: true }, { id: 3 }],
    });
    const [partition] = context.image.topicsByName.get('events')?.partitions ?? [];
    expect([...(partition?.replicas ?? [])].sort()).toEqual([1, 2, 3]);
    expect([...(partition?.isr ?? [])].sort()).toEqual([1, 3]);
    const fenced: ClusterLook = { brokers: [{ id: 1, fenced: true }] };
    expect(create([topic({ replicationFactor: 1 })], fenced).codes).toEqual([
      errorCode.invalidReplicationFactor,
    ]);
  });

  it('is placed by hand where assignments say so', () => {
    const { context, codes } = create([
      topic({ numPartitions: -1, replicationFactor: -1, assignments: assignments([3, 1], [2, 3]) }),
    ]);
    expect(codes).toEqual([errorCode.none]);
    expect(
      context.image.topicsByName.get('events')?.partitions.map(({ replicas }) => replicas),
    ).toEqual([
      [3, 1],
      [2, 3],
    ]);
  });

  it('keeps its settings, which the answer tells too', () => {
    const { context, results } = create([
      topic({ configs: [{ name: 'min.insync.replicas', value: '2' }] }),
    ]);
    expect(context.image.topicConfigs.get('events')).toEqual(
      new Map([['min.insync.replicas', '2']]),
    );
    expect(results[0]?.configs).toContainEqual({
      name: 'min.insync.replicas',
      value: '2',
      readOnly: false,
      isSensitive: false,
      configSource: 1,
      configType: 3,
    });
  });

  it('may ask for more in-sync replicas than it has', () => {
    const configs = [{ name: 'min.insync.replicas', value: '3' }];
    expect(create([topic({ replicationFactor: 1, configs })]).codes).toEqual([errorCode.none]);
  });

  it('is only looked at with validateOnly', () => {
    const { codes, records } = create([topic()], {}, true);
    expect(codes).toEqual([errorCode.none]);
    expect(records).toEqual([]);
  });
});

describe('creation is refused', () => {
  const manual = { numPartitions: -1, replicationFactor: -1 };
  const cases: readonly [string, Partial<Topic>, number][] = [
    ['above the number of brokers', { replicationFactor: 4 }, errorCode.invalidReplicationFactor],
    ['with no replicas', { replicationFactor: 0 }, errorCode.invalidReplicationFactor],
    ['with no partitions', { numPartitions: 0 }, errorCode.invalidPartitions],
    ['with fewer', { numPartitions: -2 }, errorCode.invalidPartitions],
    ['under a name that exists', { name: 'orders' }, errorCode.topicAlreadyExists],
    ['under an empty name', { name: '' }, errorCode.invalidTopicException],
    ['under two dots', { name: '..' }, errorCode.invalidTopicException],
    ['under a name with a slash', { name: 'a/b' }, errorCode.invalidTopicException],
    ['under a long name', { name: 'a'.repeat(250) }, errorCode.invalidTopicException],
    [
      'with an unknown setting',
      { configs: [{ name: 'colour', value: 'red' }] },
      errorCode.invalidConfig,
    ],
    [
      'with a bad value',
      { configs: [{ name: 'segment.bytes', value: '13' }] },
      errorCode.invalidConfig,
    ],
    [
      'with no value',
      { configs: [{ name: 'segment.bytes', value: null }] },
      errorCode.invalidConfig,
    ],
    ['with places and a factor', { assignments: assignments([1]) }, errorCode.invalidRequest],
    [
      'at an unknown broker',
      { ...manual, assignments: assignments([9]) },
      errorCode.invalidReplicaAssignment,
    ],
    [
      'at a broker twice',
      { ...manual, assignments: assignments([1, 1]) },
      errorCode.invalidReplicaAssignment,
    ],
    [
      'at no broker',
      { ...manual, assignments: assignments([]) },
      errorCode.invalidReplicaAssignment,
    ],
    [
      'with uneven places',
      { ...manual, assignments: assignments([1], [1, 2]) },
      errorCode.invalidReplicaAssignment,
    ],
    [
      'with a gap',
      { ...manual, assignments: [{ partitionIndex: 1, brokerIds: [1] }] },
      errorCode.invalidReplicaAssignment,
    ],
  ];
  it.each(cases)('%s', (_, look, code) => {
    const { codes, records } = create([topic(look)], { partitions: [{}] });
    expect(codes).toEqual([code]);
    expect(records).toEqual([]);
  });

  it('for both of a name given twice, and by itself among others', () => {
    expect(create([topic(), topic(), topic({ name: 'more' })]).codes).toEqual([
      errorCode.invalidRequest,
      errorCode.invalidRequest,
      errorCode.none,
    ]);
  });

  it('under a name that metrics would confuse with another', () => {
    expect(
      create([topic({ name: 'a.b' }), topic({ name: 'a_b' }), topic({ name: 'a-b' })]).codes,
    ).toEqual([errorCode.none, errorCode.invalidTopicException, errorCode.none]);
  });
});

describe('deletion', () => {
  const remove = (context: Cluster, version: number, names: (string | null)[], id = zeroUuid) => {
    const { records, response } = deleteTopics(context, version, {
      topics: names.map((name) => ({ name, topicId: id })),
      topicNames: names.map((name) => name ?? ''),
      timeoutMs: 1000,
    });
    context.apply(records);
    return response.responses;
  };

  it('takes topic, partitions and settings, by name or by id', () => {
    const look: ClusterLook = { partitions: [{}], configs: { 'retention.ms': '1' } };
    for (const [version, name, id] of [
      [5, 'orders', zeroUuid],
      [6, 'orders', zeroUuid],
      [6, null, topicId],
    ] as const) {
      const context = cluster(look);
      expect(remove(context, version, [name], id)).toMatchObject([
        { name: 'orders', topicId, errorCode: 0 },
      ]);
      expect([context.image.topicsById.size, context.image.topicConfigs.size]).toEqual([0, 0]);
    }
  });

  it('of what does not exist, or is named twice, or not at all, is refused', () => {
    const context = cluster({ partitions: [{}] });
    const codes = (...args: Parameters<typeof remove>) =>
      remove(...args).map((result) => result.errorCode);
    expect(codes(context, 6, ['nothing'])).toEqual([errorCode.unknownTopicOrPartition]);
    expect(codes(context, 6, [null], 'AAAAAAAAQACAAAAAAAAABg')).toEqual([errorCode.unknownTopicId]);
    expect(codes(context, 6, [null])).toEqual([errorCode.invalidRequest]);
    expect(codes(context, 6, ['orders'], topicId)).toEqual([errorCode.invalidRequest]);
    expect(codes(context, 5, ['orders', 'orders'])).toEqual([
      errorCode.none,
      errorCode.invalidRequest,
    ]);
  });
});

describe('more partitions', () => {
  const add = (count: number, given: number[][] | null = null, name = 'orders') => {
    const context = cluster({ partitions: [{ replicas: [1, 2] }] });
    const { records, response } = createPartitions(context, {
      topics: [{ name, count, assignments: given?.map((brokerIds) => ({ brokerIds })) ?? null }],
      timeoutMs: 1000,
      validateOnly: false,
    });
    context.apply(records);
    return { code: response.results[0]?.errorCode, context };
  };

  it('come after those there are, with as many replicas', () => {
    const { code, context } = add(3);
    expect(code).toBe(errorCode.none);
    const partitions = context.image.topicsByName.get('orders')?.partitions ?? [];
    expect(partitions.map(({ index, replicas }) => [index, replicas.length])).toEqual([
      [0, 2],
      [1, 2],
      [2, 2],
    ]);
    expect(add(2, [[3, 1]]).context.partition(1)).toMatchObject({ replicas: [3, 1], leader: 3 });
  });

  it('are never fewer, nor assigned wrongly, nor for a topic that is not', () => {
    expect(add(1).code).toBe(errorCode.invalidPartitions);
    expect(add(0).code).toBe(errorCode.invalidPartitions);
    expect(add(3, [[3, 1]]).code).toBe(errorCode.invalidReplicaAssignment);
    expect(add(2, [[3]]).code).toBe(errorCode.invalidReplicaAssignment);
    expect(add(2, null, 'nothing').code).toBe(errorCode.unknownTopicOrPartition);
  });
});
