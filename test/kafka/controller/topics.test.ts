import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { zeroUuid } from '../../../src/base/ids.ts';
import { createPartitions } from '../../../src/kafka/controller/create-partitions.ts';
import { createTopics } from '../../../src/kafka/controller/create-topics.ts';
import { deleteTopics } from '../../../src/kafka/controller/delete-topics.ts';
import type { MetadataRecord } from '../../../src/kafka/metadata/records.ts';
import type { CreateTopicsRequest } from '../../../src/kafka/protocol/apis/19-create-topics.ts';
import { errorCode } from '../../../src/kafka/protocol/errors.ts';
import { type Cluster, type ClusterLook, cluster, topicId } from './fixtures.ts';

const offsetsId = 'AAAAAAAAQACAAAAAAAAABw';

type Topic = CreateTopicsRequest['topics'][number];

const topic = (look: Partial<Topic> = {}): Topic => ({
  name: 'events',
  numPartitions: 2,
  replicationFactor: 3,
  assignments: [],
  configs: [],
  ...look,
});

function create(
  topics: readonly Topic[],
  look: ClusterLook = {},
  timeoutMs = 1000,
  validateOnly = false,
) {
  const context = cluster(look);
  const { records, response } = createTopics(context, {
    topics: [...topics],
    timeoutMs,
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
    const told = results[0]?.configs?.find(({ name }) => name === 'min.insync.replicas');
    expect(told).toMatchObject({ value: '2', readOnly: false, configSource: 1 });
  });

  it('tells what was set as it was written', () => {
    const configs = [{ name: 'preallocate', value: 'True' }];
    const { results } = create([topic({ configs })]);
    const told = results[0]?.configs?.find(({ name }) => name === 'preallocate');
    expect(told?.value).toBe('True');
  });

  it('may ask for more in-sync replicas than it has', () => {
    const configs = [{ name: 'min.insync.replicas', value: '3' }];
    expect(create([topic({ replicationFactor: 1, configs })]).codes).toEqual([errorCode.none]);
  });

  it('is only looked at with validateOnly', () => {
    const { codes, records } = create([topic()], {}, 1000, true);
    expect(codes).toEqual([errorCode.none]);
    expect(records).toEqual([]);
  });
});

describe('creation is refused', () => {
  const manual = { numPartitions: -1, replicationFactor: -1 };
  const cases: readonly [string, Partial<Topic>, number][] = [
    ['above the number of brokers', { replicationFactor: 4 }, errorCode.invalidReplicationFactor],
    ['far above it', { replicationFactor: 32_767 }, errorCode.invalidReplicationFactor],
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

  it('for a name given twice, once for both, while others are made', () => {
    const { codes, context } = create([topic(), topic(), topic({ name: 'more' }), topic()]);
    expect(codes).toEqual([errorCode.invalidRequest, errorCode.none]);
    expect([...context.image.topicsByName.keys()]).toEqual(['more']);
  });

  it.each([
    '__cluster_metadata',
    '__consumer_offsets',
    '__transaction_state',
    '__share_group_state',
  ])('of %s, which is the cluster’s own', (name) => {
    const { codes, records } = create([topic({ name })]);
    expect(codes).toEqual([errorCode.invalidRequest]);
    expect(records).toEqual([]);
  });

  it('with settings that are told as none, not as null', () => {
    expect(create([topic({ name: '..' })]).results[0]?.configs).toEqual([]);
  });

  it.each([0, -1])('where it may take %i ms', (timeoutMs) => {
    const { codes, records } = create(
      [topic(), topic({ name: 'a', numPartitions: 0 })],
      {},
      timeoutMs,
    );
    expect(codes).toEqual([errorCode.requestTimedOut, errorCode.requestTimedOut]);
    expect(records).toEqual([]);
  });

  it.each([
    ['one topic', [topic({ numPartitions: 10_001 })]],
    [
      'all partitions that can be named',
      [topic({ numPartitions: 2_147_483_647 }), topic({ name: 'b' })],
    ],
    ['two topics', [topic({ numPartitions: 6000 }), topic({ name: 'b', numPartitions: 6000 })]],
    ['the topic beside it', [topic({ numPartitions: 10_000, replicationFactor: 1 })]],
  ])('as a whole where it would be too much: %s', (_, topics) => {
    const { codes, records } = create(topics);
    expect(codes).toEqual(topics.map(() => errorCode.policyViolation));
    expect(records).toEqual([]);
  });

  it('beyond what the brokers hold, however it comes together', () => {
    const codes = (...topics: Topic[]) => new Set(create(topics).codes);
    const refused = new Set([errorCode.policyViolation]);
    expect(codes(topic({ numPartitions: 4001 }))).toEqual(refused);
    expect(codes(topic({ numPartitions: 4000 }))).toEqual(new Set([errorCode.none]));
    const half = { numPartitions: 2001 };
    expect(codes(topic(half), topic({ name: 'b', ...half }))).toEqual(refused);
    const { context } = create([topic({ numPartitions: 3999 })]);
    const one = (numPartitions: number) => {
      const request = { topics: [topic({ name: 'b', numPartitions })], timeoutMs: 1 };
      return createTopics(context, { ...request, validateOnly: true }).response.topics[0];
    };
    expect([one(1)?.errorCode, one(2)?.errorCode]).toEqual([0, errorCode.policyViolation]);
  });

  it('never for a name that is not given twice, always for one that is', () => {
    const names = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 8 });
    fc.assert(
      fc.property(names, (given) => {
        const { results, context } = create(given.map((name) => topic({ name })));
        expect(results.map(({ name }) => name).sort()).toEqual([...new Set(given)].sort());
        const once = given.filter((name) => given.indexOf(name) === given.lastIndexOf(name));
        expect([...context.image.topicsByName.keys()].sort()).toEqual(once.sort());
      }),
    );
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
    expect(codes(context, 5, ['orders', 'orders'])).toEqual([errorCode.invalidRequest]);
    expect(context.image.topicsByName.has('orders')).toBe(true);
  });

  it('of the cluster’s own topics is refused, by name and by id', () => {
    const context = cluster();
    const offsets: MetadataRecord = {
      type: 'topic',
      body: { name: '__consumer_offsets', topicId },
    };
    context.apply([offsets]);
    expect(remove(context, 6, ['__consumer_offsets'])[0]?.errorCode).toBe(errorCode.invalidRequest);
    expect(remove(context, 6, [null], topicId)[0]?.errorCode).toBe(errorCode.invalidRequest);
    expect(remove(context, 6, ['__cluster_metadata'])[0]?.errorCode).toBe(
      errorCode.unknownTopicOrPartition,
    );
  });

  it('takes its time, and a bounded number of topics', () => {
    const context = cluster({ partitions: [{}] });
    const request = { topics: [{ name: 'orders', topicId: zeroUuid }], topicNames: [] };
    const late = deleteTopics(context, 6, { ...request, timeoutMs: 0 });
    expect(late).toMatchObject({ records: [], response: { responses: [{ errorCode: 7 }] } });
    const names = Array.from({ length: 10_001 }, (_, i) => `t${i}`);
    const all = [...names, 'orders'].map((name) => ({ name, topicId: zeroUuid }));
    const many = deleteTopics(context, 6, { topics: all, topicNames: [], timeoutMs: 9 });
    expect(many.records).toEqual([]);
    const codes = many.response.responses.map(({ errorCode: code }) => code);
    expect(new Set(codes)).toEqual(new Set([errorCode.policyViolation]));
  });

  it('keeps a topic exactly where it is named more than once, by whatever it is named', () => {
    const byName = { name: 'orders', topicId: zeroUuid };
    const byId = { name: null, topicId };
    const both = { name: 'orders', topicId };
    const other = { name: 'nothing', topicId: zeroUuid };
    const wanted = fc.array(fc.constantFrom(byName, byId, both, other), { maxLength: 6 });
    fc.assert(
      fc.property(wanted, (topics) => {
        const context = cluster({ partitions: [{}] });
        const request = { topics, topicNames: [], timeoutMs: 1000 };
        const { records, response } = deleteTopics(context, 6, request);
        const times = topics.filter((one) => one === byName || one === byId).length;
        expect(records).toHaveLength(times === 1 ? 1 : 0);
        const told = response.responses.filter(({ errorCode: code }) => code === errorCode.none);
        expect(told).toHaveLength(records.length);
        if (times > 1) {
          expect(response.responses.map(({ errorCode: code }) => code)).toContain(
            errorCode.invalidRequest,
          );
        }
      }),
    );
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

  it('are refused for a topic named twice, for no time, for too many, for the cluster’s own', () => {
    const context = cluster({ partitions: [{}] });
    context.apply([{ type: 'topic', body: { name: '__transaction_state', topicId: offsetsId } }]);
    const ask = (counts: [name: string, count: number][], timeoutMs = 1000) => {
      const topics = counts.map(([name, count]) => ({ name, count, assignments: null }));
      const request = { topics, timeoutMs, validateOnly: false };
      const { records, response } = createPartitions(context, request);
      expect(records).toEqual([]);
      return response.results.map(({ errorCode: code }) => code);
    };
    const { invalidRequest, requestTimedOut, policyViolation } = errorCode;
    expect(
      ask([
        ['orders', 4],
        ['orders', 5],
      ]),
    ).toEqual([invalidRequest]);
    expect(ask([['orders', 4]], 0)).toEqual([requestTimedOut]);
    expect(ask([['orders', 4002]])).toEqual([policyViolation]);
    expect(ask([['orders', 10_002]])).toEqual([policyViolation]);
    expect(
      ask([
        ['orders', 2_147_483_647],
        ['nothing', 1],
      ]),
    ).toEqual([policyViolation, policyViolation]);
    expect(ask([['__transaction_state', 4]])).toEqual([invalidRequest]);
  });
});
