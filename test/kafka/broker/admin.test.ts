import { describe, expect, it } from 'vitest';
import { zeroUuid } from '../../../src/base/ids.ts';
import { metadataApi } from '../../../src/kafka/protocol/apis/03-metadata.ts';
import { deleteTopicsApi } from '../../../src/kafka/protocol/apis/20-delete-topics.ts';
import { describeConfigsApi } from '../../../src/kafka/protocol/apis/32-describe-configs.ts';
import { alterConfigsApi } from '../../../src/kafka/protocol/apis/33-alter-configs.ts';
import { incrementalAlterConfigsApi } from '../../../src/kafka/protocol/apis/44-incremental-alter-configs.ts';
import { errorCode } from '../../../src/kafka/protocol/errors.ts';
import { TestCluster } from './cluster.ts';

const aCluster = async (options: ConstructorParameters<typeof TestCluster>[0] = {}) => {
  const cluster = new TestCluster(options);
  await cluster.allBrokersLive();
  return cluster;
};

describe('a topic that a client names and nobody has made', () => {
  const named = async (cluster: TestCluster, name: string) => {
    const { topics } = await cluster.call(1, metadataApi, 9, { topics: [{ name }] });
    return topics[0];
  };

  it('is there when the client asks again, with the cluster’s numbers', async () => {
    const settings = { numPartitions: 3, defaultReplicationFactor: 2 };
    const cluster = await aCluster({ settings });
    expect((await named(cluster, 'events'))?.errorCode).toBe(errorCode.unknownTopicOrPartition);
    await cluster.run(2);
    const topic = await named(cluster, 'events');
    expect(topic?.errorCode).toBe(errorCode.none);
    expect(topic?.partitions.map(({ replicaNodes }) => replicaNodes.length)).toEqual([2, 2, 2]);
  });

  it('is not made where the cluster is not to make topics', async () => {
    const cluster = await aCluster({ settings: { autoCreateTopicsEnable: false } });
    await named(cluster, 'events');
    await cluster.run(2);
    expect((await named(cluster, 'events'))?.errorCode).toBe(errorCode.unknownTopicOrPartition);
  });
});

describe('the quorum’s log', () => {
  it('is no topic: not to be made, removed, written to, and whole after a restart', async () => {
    const cluster = await aCluster();
    await cluster.createTopic('orders', 1, 3);
    const name = '__cluster_metadata';
    expect((await cluster.createTopic(name, 1, 3)).errorCode).toBe(errorCode.invalidRequest);
    const topics = [{ name, topicId: zeroUuid }];
    const deletion = { topics, topicNames: [], timeoutMs: 9000 };
    const { responses } = await cluster.call(1, deleteTopicsApi, 6, deletion);
    expect(responses[0]?.errorCode).toBe(errorCode.unknownTopicOrPartition);
    for (const topic of [name, '__consumer_offsets', '__transaction_state']) {
      const produced = await cluster.produce(1, topic, 0, ['a']);
      expect(produced.errorCode).toBe(errorCode.unknownTopicOrPartition);
    }
    const told = await cluster.metadata(1);
    expect(told.topics.map((topic) => topic.name)).toEqual(['orders']);
    expect(cluster.exits).toEqual([]);
  });
});

describe('altered settings', () => {
  const retention = async (cluster: TestCluster, asker: number) => {
    const keys = ['retention.ms'];
    const resources = [{ resourceType: 2, resourceName: 'orders', configurationKeys: keys }];
    const { results } = await cluster.call(asker, describeConfigsApi, 4, { resources });
    const [config] = results[0]?.configs ?? [];
    return [config?.value, config?.configSource];
  };

  it('of all brokers are what topics follow, on every broker; the old way replaces', async () => {
    const cluster = await aCluster();
    await cluster.createTopic('orders', 1, 3);
    const set = { name: 'log.retention.ms', configOperation: 0, value: '7000' };
    const altered = await cluster.call(2, incrementalAlterConfigsApi, 1, {
      resources: [{ resourceType: 4, resourceName: '', configs: [set] }],
      validateOnly: false,
    });
    expect(altered.responses[0]?.errorCode).toBe(errorCode.none);
    await cluster.run(1);
    for (const asker of [1, 2, 3]) expect(await retention(cluster, asker)).toEqual(['7000', 3]);
    const replaced = await cluster.call(3, alterConfigsApi, 2, {
      resources: [{ resourceType: 4, resourceName: '', configs: [] }],
      validateOnly: false,
    });
    expect(replaced.responses[0]?.errorCode).toBe(errorCode.none);
    await cluster.run(1);
    expect(await retention(cluster, 1)).toEqual(['604800000', 5]);
  });
});
