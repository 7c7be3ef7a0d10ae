import { describe, expect, it } from 'vitest';
import type { FeatureLevelRecord } from '../../../src/kafka/metadata/records/12-feature-level.ts';
import { metadataApi } from '../../../src/kafka/protocol/apis/03-metadata.ts';
import { findCoordinatorApi } from '../../../src/kafka/protocol/apis/10-find-coordinator.ts';
import { apiVersionsApi } from '../../../src/kafka/protocol/apis/18-api-versions.ts';
import { describeConfigsApi } from '../../../src/kafka/protocol/apis/32-describe-configs.ts';
import { describeClusterApi } from '../../../src/kafka/protocol/apis/60-describe-cluster.ts';
import { describeTopicPartitionsApi } from '../../../src/kafka/protocol/apis/75-describe-topic-partitions.ts';
import { errorCode } from '../../../src/kafka/protocol/errors.ts';
import {
  answerTo,
  ask,
  clusterId,
  configOf,
  contextWith,
  emptyId,
  ordersId,
  smallImage,
} from './ask.ts';

const unknownId = 'cccccccccccccccccccccA';
const context = contextWith({ image: smallImage() });
const topicsOf = (version: number, topics: { name: string | null; topicId?: string }[] | null) =>
  answerTo(context, metadataApi, version, { topics }).topics;

describe('Metadata', () => {
  it('lists live brokers, the cluster and a live broker as controller', () => {
    const answer = answerTo(context, metadataApi, 12, { topics: [] });
    expect(answer.brokers).toEqual([
      { nodeId: 1, host: 'm1', port: 9092, rack: 'r1' },
      { nodeId: 2, host: 'm2', port: 9092, rack: 'r2' },
    ]);
    expect(answer.clusterId).toBe(clusterId);
    expect(answer.controllerId).toBe(1);
    expect(answer.topics).toEqual([]);
  });

  it('tells all topics for null, and in version 0 for an empty list', () => {
    expect(topicsOf(12, null).map(({ name }) => name)).toEqual(['orders', 'nothing']);
    expect(topicsOf(0, []).map(({ name }) => name)).toEqual(['orders', 'nothing']);
    expect(topicsOf(1, [])).toEqual([]);
  });

  it('describes partitions: leaders with epochs, leaderless ones, replicas that are down', () => {
    const [orders] = topicsOf(12, [{ name: 'orders' }]);
    expect(orders?.topicId).toBe(ordersId);
    expect(orders?.partitions).toEqual([
      {
        errorCode: 0,
        partitionIndex: 0,
        leaderId: 1,
        leaderEpoch: 5,
        replicaNodes: [1, 2],
        isrNodes: [1, 2],
        offlineReplicas: [],
      },
      {
        errorCode: errorCode.leaderNotAvailable,
        partitionIndex: 1,
        leaderId: -1,
        leaderEpoch: 5,
        replicaNodes: [2, 1],
        isrNodes: [2, 1],
        offlineReplicas: [],
      },
      {
        errorCode: 0,
        partitionIndex: 2,
        leaderId: 2,
        leaderEpoch: 5,
        replicaNodes: [2, 3],
        isrNodes: [2],
        offlineReplicas: [3],
      },
    ]);
  });

  it('hides replicas that are down from version 0 and says so', () => {
    const partition = topicsOf(0, [{ name: 'orders' }])[0]?.partitions[2];
    expect(partition?.replicaNodes).toEqual([2]);
    expect(partition?.errorCode).toBe(errorCode.replicaNotAvailable);
  });

  it('tells unknown names, impossible names and unknown ids apart', () => {
    const found = topicsOf(12, [
      { name: 'absent' },
      { name: 'no/such' },
      { name: null, topicId: unknownId },
      { name: null, topicId: emptyId },
    ]);
    expect(found.map(({ errorCode: code, name }) => [code, name])).toEqual([
      [errorCode.unknownTopicOrPartition, 'absent'],
      [errorCode.invalidTopicException, 'no/such'],
      [errorCode.unknownTopicId, null],
      [errorCode.none, 'nothing'],
    ]);
  });

  it('tells a topic once, however often and in whatever way it is named', () => {
    const named = topicsOf(12, [
      { name: 'orders' },
      { name: 'absent' },
      { name: null, topicId: ordersId },
      { name: 'orders' },
      { name: 'absent' },
      { name: null, topicId: unknownId },
      { name: null, topicId: unknownId },
    ]);
    expect(named.map(({ name, topicId }) => name ?? topicId)).toEqual([
      'orders',
      'absent',
      unknownId,
    ]);
  });

  it('tells what may be done, where it is asked for: all, for there is no authorizer', () => {
    const body = { topics: [{ name: 'orders' }, { name: 'absent' }] };
    const asked = answerTo(context, metadataApi, 10, {
      ...body,
      includeTopicAuthorizedOperations: true,
      includeClusterAuthorizedOperations: true,
    });
    expect(asked.clusterAuthorizedOperations).toBe(8096);
    const operations = asked.topics.map((topic) => topic.topicAuthorizedOperations);
    expect(operations).toEqual([3576, 3576]);
    const not = answerTo(context, metadataApi, 10, body);
    expect([not.clusterAuthorizedOperations, not.topics[0]?.topicAuthorizedOperations]).toEqual([
      -2_147_483_648, -2_147_483_648,
    ]);
  });

  it('tells of an id that it does not know nothing of what may be done', () => {
    const [unknown] = answerTo(context, metadataApi, 12, {
      topics: [{ name: null, topicId: unknownId }],
      includeTopicAuthorizedOperations: true,
    }).topics;
    expect(unknown).toMatchObject({ name: null, topicAuthorizedOperations: -2_147_483_648 });
  });

  it('refuses whole what names too many', () => {
    const topics = Array.from({ length: 50_001 }, (_, i) => ({ name: `t${i}` }));
    const { errorCode: code, topics: told } = answerTo(context, metadataApi, 13, { topics });
    expect([code, told]).toEqual([errorCode.invalidRequest, []]);
    expect(ask(context, metadataApi, 12, { topics }).kind).toBe('disconnected');
  });

  it('has unknown topics created where node and client allow it, each name once', () => {
    const created = (autoCreateTopicsEnable: boolean, allowAutoTopicCreation: boolean) => {
      const names: string[] = [];
      const config = configOf(1);
      const creating = contextWith({
        image: smallImage(),
        config: { ...config, settings: { ...config.settings, autoCreateTopicsEnable } },
        autoCreation: { create: (missing) => void names.push(...missing) },
      });
      const topics = ['absent', 'absent', 'orders', 'a b', '__cluster_metadata'].map((name) => ({
        name,
      }));
      const body = { topics, allowAutoTopicCreation };
      const { topics: told } = answerTo(creating, metadataApi, 8, body);
      expect(told[0]?.errorCode).toBe(errorCode.unknownTopicOrPartition);
      return names;
    };
    expect(created(true, true)).toEqual(['absent']);
    expect(created(true, false)).toEqual([]);
    expect(created(false, true)).toEqual([]);
  });

  it('refuses ids in the versions that only have room for them', () => {
    const [topic] = topicsOf(10, [{ name: null, topicId: ordersId }]);
    expect(topic?.errorCode).toBe(errorCode.invalidRequest);
  });
});

describe('ApiVersions', () => {
  const ranges = (version: number) =>
    new Map(
      answerTo(context, apiVersionsApi, version, {
        clientSoftwareName: 'test',
        clientSoftwareVersion: '1.0',
      }).apiKeys.map(({ apiKey, minVersion, maxVersion }) => [apiKey, [minVersion, maxVersion]]),
    );

  it('tells what is served, and Produce from 0', () => {
    const table = ranges(4);
    expect(table.get(0)).toEqual([0, 13]);
    expect(table.get(1)).toEqual([4, 18]);
    expect(table.get(18)).toEqual([0, 4]);
    expect(table.get(23)).toEqual([2, 4]);
    expect([...table.keys()]).toEqual([
      0, 1, 2, 3, 8, 9, 10, 11, 12, 13, 14, 15, 16, 18, 19, 20, 22, 23, 32, 33, 37, 42, 43, 44, 45,
      46, 47, 55, 60, 68, 69, 75,
    ]);
  });

  it('answers in every version', () => {
    for (const version of [0, 1, 2, 3]) expect(ranges(version)).toEqual(ranges(4));
  });

  it('tells features and the levels that the log has set, as far as it was applied', () => {
    const image = smallImage();
    const body: FeatureLevelRecord = { name: 'metadata.version', featureLevel: 25 };
    image.apply({ type: 'feature-level', body }, image.appliedOffset + 1);
    const names = { clientSoftwareName: 'test', clientSoftwareVersion: '1' };
    const featuresIn = (version: number) =>
      answerTo(contextWith({ image }), apiVersionsApi, version, names);
    const answer = featuresIn(4);
    expect(answer.supportedFeatures).toEqual([
      { name: 'eligible.leader.replicas.version', minVersion: 0, maxVersion: 1 },
      { name: 'kraft.version', minVersion: 0, maxVersion: 0 },
      { name: 'metadata.version', minVersion: 25, maxVersion: 25 },
    ]);
    expect(answer.finalizedFeatures).toEqual([
      { name: 'metadata.version', maxVersionLevel: 25, minVersionLevel: 25 },
    ]);
    expect(answer.finalizedFeaturesEpoch).toBe(image.appliedOffset);
    expect(featuresIn(3).supportedFeatures.map(({ name }) => name)).toEqual(['metadata.version']);
  });

  it('refuses a client that names itself strangely', () => {
    const answer = answerTo(context, apiVersionsApi, 3, {
      clientSoftwareName: 'a b',
      clientSoftwareVersion: '1',
    });
    expect(answer.errorCode).toBe(errorCode.invalidRequest);
  });
});

describe('FindCoordinator', () => {
  it('of transactions says for good that there is none, for one key and for many', () => {
    const keyType = 1;
    const one = answerTo(context, findCoordinatorApi, 2, { key: 'billing', keyType });
    expect(one).toMatchObject({
      errorCode: errorCode.invalidRequest,
      errorMessage: 'This cluster has no transactions.',
      nodeId: -1,
    });
    const many = answerTo(context, findCoordinatorApi, 4, {
      keyType,
      coordinatorKeys: ['billing', 'audit'],
    });
    expect(many.coordinators.map(({ key, errorCode: code }) => [key, code])).toEqual([
      ['billing', errorCode.invalidRequest],
      ['audit', errorCode.invalidRequest],
    ]);
  });
});

describe('FindCoordinator for what is not', () => {
  it('is refused: types that there are not, keys of no share group', () => {
    const code = (version: number, keyType: number, key: string) => {
      const answer = answerTo(context, findCoordinatorApi, version, {
        keyType,
        key,
        coordinatorKeys: version < 4 ? [] : [key],
      });
      return version < 4 ? answer.errorCode : answer.coordinators[0]?.errorCode;
    };
    const { invalidRequest } = errorCode;
    expect([code(1, 9, 'g'), code(3, 2, 'g'), code(4, 2, 'g'), code(6, 3, 'g')]).toEqual([
      invalidRequest,
      invalidRequest,
      invalidRequest,
      invalidRequest,
    ]);
    expect(code(6, 2, 'g:t:0')).toBe(invalidRequest);
    expect(code(6, 2, `g:${ordersId}:0`)).toBe(invalidRequest);
    expect(code(6, 1, 't')).toBe(invalidRequest);
  });
});

describe('DescribeCluster', () => {
  it('tells what may be done, where it is asked for', () => {
    const operations = (includeClusterAuthorizedOperations: boolean) =>
      answerTo(context, describeClusterApi, 2, { includeClusterAuthorizedOperations })
        .clusterAuthorizedOperations;
    expect([operations(true), operations(false)]).toEqual([8096, -2_147_483_648]);
  });

  it('shows fenced brokers only where they are asked for', () => {
    const body = { includeClusterAuthorizedOperations: false };
    const live = answerTo(context, describeClusterApi, 2, body);
    expect(live.brokers.map(({ brokerId }) => brokerId)).toEqual([1, 2]);
    const all = answerTo(context, describeClusterApi, 2, { ...body, includeFencedBrokers: true });
    expect(all.brokers.map(({ brokerId, isFenced }) => [brokerId, isFenced])).toEqual([
      [1, false],
      [2, false],
      [3, true],
    ]);
  });

  it('sends those who look for controllers elsewhere', () => {
    const of = (endpointType: number) =>
      answerTo(context, describeClusterApi, 1, {
        includeClusterAuthorizedOperations: false,
        endpointType,
      }).errorCode;
    expect(of(2)).toBe(errorCode.mismatchedEndpointType);
    expect(of(9)).toBe(errorCode.unsupportedEndpointType);
  });
});

describe('DescribeTopicPartitions', () => {
  const page = (limit: number, cursor: { topicName: string; partitionIndex: number } | null) =>
    answerTo(context, describeTopicPartitionsApi, 0, {
      topics: [],
      responsePartitionLimit: limit,
      cursor,
    });

  it('goes through all topics in pages, by name', () => {
    const first = page(2, null);
    expect(first.topics.map(({ name, partitions }) => [name, partitions.length])).toEqual([
      ['nothing', 0],
      ['orders', 2],
    ]);
    expect(first.nextCursor).toEqual({ topicName: 'orders', partitionIndex: 2 });
    const second = page(2, first.nextCursor);
    expect(second.topics[0]?.partitions.map(({ partitionIndex }) => partitionIndex)).toEqual([2]);
    expect(second.topics[0]?.partitions[0]?.eligibleLeaderReplicas).toEqual([3]);
    expect(second.nextCursor).toBeNull();
  });

  it('refuses each topic asked for on a cursor that makes no sense', () => {
    const answer = (topics: string[], topicName: string, partitionIndex: number) =>
      answerTo(context, describeTopicPartitionsApi, 0, {
        topics: topics.map((name) => ({ name })),
        cursor: { topicName, partitionIndex },
      }).topics.map(({ name, errorCode: code }) => [name, code]);
    const refused = [
      ['nothing', errorCode.invalidRequest],
      ['orders', errorCode.invalidRequest],
    ];
    expect(answer(['orders', 'nothing', 'orders'], 'orders', -1)).toEqual(refused);
    expect(answer(['orders', 'nothing'], 'absent', 0)).toEqual(refused);
    expect(answer([], 'orders', -2)).toEqual([]);
    expect(answer(['orders'], 'orders', 7)).toEqual([['orders', errorCode.none]]);
  });

  it('tells a topic once, and what may be done to it', () => {
    const topics = [{ name: 'orders' }, { name: 'orders' }];
    const { topics: told } = answerTo(context, describeTopicPartitionsApi, 0, { topics });
    expect(told.map((topic) => [topic.name, topic.topicAuthorizedOperations])).toEqual([
      ['orders', 3576],
    ]);
  });
});

describe('DescribeConfigs', () => {
  const describeOne = (
    resourceType: number,
    resourceName: string,
    configurationKeys: string[] | null = null,
  ) => {
    const resources = [{ resourceType, resourceName, configurationKeys }];
    const [result] = answerTo(context, describeConfigsApi, 4, { resources }).results;
    if (result === undefined) throw new Error('no result');
    return result;
  };

  it("tells a topic's setting and that it is the topic's own", () => {
    const { configs } = describeOne(2, 'orders', ['min.insync.replicas', 'segment.bytes']);
    expect(configs.map(({ name, value, configSource }) => [name, value, configSource])).toEqual([
      ['min.insync.replicas', '2', 1],
      ['segment.bytes', '1073741824', 5],
    ]);
  });

  it("tells this node's settings under Kafka's names, and no other node's", () => {
    const { configs } = describeOne(4, '1');
    const values = new Map(configs.map(({ name, value }) => [name, value]));
    expect(values.get('replica.lag.time.max.ms')).toBe('30000');
    expect(values.get('message.max.bytes')).toBe('1048588');
    expect(values.get('node.id')).toBe('1');
    expect(describeOne(4, '2').errorCode).toBe(errorCode.invalidRequest);
    expect(describeOne(4, '')).toMatchObject({ errorCode: 0, configs: [] });
  });

  it('refuses unknown topics and other kinds of resources', () => {
    expect(describeOne(2, 'absent').errorCode).toBe(errorCode.unknownTopicOrPartition);
    expect(describeOne(2, 'no/such').errorCode).toBe(errorCode.invalidTopicException);
    for (const type of [0, 1, 3, 64, -1]) {
      expect(describeOne(type, 'orders').errorCode).toBe(errorCode.invalidRequest);
    }
  });

  it('tells of broker loggers, client metrics and groups', () => {
    expect(describeOne(8, '1')).toMatchObject({ errorCode: 0, configs: [] });
    expect(describeOne(8, '').errorCode).toBe(errorCode.invalidRequest);
    expect(describeOne(16, 'm').configs).toHaveLength(3);
    expect(describeOne(16, '').errorCode).toBe(errorCode.invalidRequest);
    expect(describeOne(32, 'g').configs).toHaveLength(10);
    expect(describeOne(32, '').errorCode).toBe(errorCode.invalidRequest);
  });

  it('tells all where no key is named, and each once where one is named twice', () => {
    expect(describeOne(2, 'orders', []).configs).toHaveLength(33);
    expect(describeOne(2, 'orders', ['retention.ms', 'retention.ms', 'x']).configs).toHaveLength(1);
  });

  it('tells documentation and synonyms to those who ask', () => {
    const resources = [{ resourceType: 2, resourceName: 'orders', configurationKeys: null }];
    const told = (wanted: boolean) =>
      answerTo(context, describeConfigsApi, 4, {
        resources,
        includeSynonyms: wanted,
        includeDocumentation: wanted,
      }).results[0]?.configs ?? [];
    for (const { documentation } of told(true)) expect(documentation).not.toBe('');
    const names = told(true).flatMap(({ synonyms }) => synonyms.map(({ name }) => name));
    expect(names).toContain('log.cleanup.policy');
    for (const { documentation, synonyms } of told(false)) {
      expect([documentation, synonyms]).toEqual([null, []]);
    }
  });

  it('refuses too many resources, each without a look', () => {
    const one = { resourceType: 2, resourceName: 'orders', configurationKeys: null };
    const resources = Array.from({ length: 10_001 }, () => one);
    const { results } = answerTo(context, describeConfigsApi, 4, { resources });
    expect(new Set(results.map(({ errorCode: code }) => code))).toEqual(
      new Set([errorCode.invalidRequest]),
    );
  });
});
