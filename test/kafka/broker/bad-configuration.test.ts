import { describe, expect, it } from 'vitest';
import { zeroUuid } from '../../../src/base/ids.ts';
import { produceApi } from '../../../src/kafka/protocol/apis/00-produce.ts';
import { createTopicsApi } from '../../../src/kafka/protocol/apis/19-create-topics.ts';
import { deleteTopicsApi } from '../../../src/kafka/protocol/apis/20-delete-topics.ts';
import { initProducerIdApi } from '../../../src/kafka/protocol/apis/22-init-producer-id.ts';
import { createPartitionsApi } from '../../../src/kafka/protocol/apis/37-create-partitions.ts';
import { incrementalAlterConfigsApi } from '../../../src/kafka/protocol/apis/44-incremental-alter-configs.ts';
import { describeQuorumApi } from '../../../src/kafka/protocol/apis/55-describe-quorum.ts';
import { errorCode } from '../../../src/kafka/protocol/errors.ts';
import { TestCluster } from './cluster.ts';

async function aCluster() {
  const cluster = new TestCluster();
  await cluster.allBrokersLive();
  return cluster;
}

describe('what cannot be', () => {
  it('min.insync.replicas above the replication factor counts as that factor (KIP-966)', async () => {
    const cluster = await aCluster();
    expect(await cluster.createTopic('orders', 1, 2, { 'min.insync.replicas': '3' })).toMatchObject(
      { errorCode: 0 },
    );
    const leader = await cluster.leaderOf('orders', 0);
    expect(await cluster.produce(leader, 'orders', 0, ['a'])).toMatchObject({ errorCode: 0 });
    const follower =
      (await cluster.metadata(leader)).topics[0]?.partitions[0]?.replicaNodes.find(
        (id) => id !== leader,
      ) ?? 0;
    cluster.machine(follower).crash();
    await cluster.metadataWhere(
      leader,
      'shrunk',
      ({ topics }) => topics[0]?.partitions[0]?.isrNodes.length === 1,
    );
    const all = await cluster.produce(leader, 'orders', 0, ['b']);
    const one = await cluster.produce(leader, 'orders', 0, ['c'], 1);
    expect([all.errorCode, one.errorCode]).toEqual([errorCode.notEnoughReplicas, 0]);
  });

  it('more replicas than brokers', async () => {
    const cluster = await aCluster();
    expect(await cluster.createTopic('orders', 1, 4)).toMatchObject({
      errorCode: errorCode.invalidReplicationFactor,
    });
  });

  it('a topic twice, no partitions, an impossible name, an unknown or impossible setting', async () => {
    const cluster = await aCluster();
    await cluster.createTopic('orders', 1, 1);
    expect(await cluster.createTopic('orders', 1, 1)).toMatchObject({
      errorCode: errorCode.topicAlreadyExists,
    });
    expect(await cluster.createTopic('none', 0, 1)).toMatchObject({
      errorCode: errorCode.invalidPartitions,
    });
    expect(await cluster.createTopic('no/such', 1, 1)).toMatchObject({
      errorCode: errorCode.invalidTopicException,
    });
    expect(await cluster.createTopic('odd', 1, 1, { 'no.such': '1' })).toMatchObject({
      errorCode: errorCode.invalidConfig,
    });
    expect(await cluster.createTopic('odd', 1, 1, { 'segment.bytes': 'many' })).toMatchObject({
      errorCode: errorCode.invalidConfig,
    });
  });

  it('a message over max.message.bytes', async () => {
    const cluster = await aCluster();
    await cluster.createTopic('orders', 1, 3, { 'max.message.bytes': '200' });
    const leader = await cluster.leaderOf('orders', 0);
    expect(await cluster.produce(leader, 'orders', 0, ['x'.repeat(300)])).toMatchObject({
      errorCode: errorCode.messageTooLarge,
    });
    expect(await cluster.produce(leader, 'orders', 0, ['x'])).toMatchObject({ errorCode: 0 });
  });

  it('an unknown topic, an unknown partition', async () => {
    const cluster = await aCluster();
    await cluster.createTopic('orders', 1, 3);
    const code = errorCode.unknownTopicOrPartition;
    const leader = await cluster.leaderOf('orders', 0);
    expect(await cluster.produce(1, 'absent', 0, ['a'])).toMatchObject({ errorCode: code });
    expect(await cluster.produce(leader, 'orders', 7, ['a'])).toMatchObject({ errorCode: code });
    expect(await cluster.fetch(1, 'absent', 0, 0)).toMatchObject({ errorCode: code });
    expect((await cluster.metadata(1, ['absent'])).topics[0]?.errorCode).toBe(code);
  });

  it('an offset beyond the log', async () => {
    const cluster = await aCluster();
    await cluster.createTopic('orders', 1, 3);
    const leader = await cluster.leaderOf('orders', 0);
    expect(await cluster.fetch(leader, 'orders', 0, 5)).toMatchObject({
      errorCode: errorCode.offsetOutOfRange,
    });
  });

  it('nonsense on the wire closes its connection and harms nobody else', async () => {
    const cluster = await aCluster();
    for (const bytes of [
      [0, 0, 0, 4, 1, 2, 3, 4],
      [255, 255, 255, 255],
      [0, 0, 0, 12, 0, 3, 0, 9, 0, 0, 0, 1, 0, 0, 9, 9],
    ]) {
      expect(await cluster.sendBytes(1, new Uint8Array(bytes))).toBe('ended');
    }
    expect((await cluster.metadata(1)).brokers).toHaveLength(3);
    expect(cluster.exits).toEqual([]);
  });

  it("a Produce of a version that is advertised only for old clients' sake closes the connection", async () => {
    const cluster = await aCluster();
    const header = [0, produceApi.key, 0, 2, 0, 0, 0, 1, 255, 255];
    expect(await cluster.sendBytes(1, new Uint8Array([0, 0, 0, header.length, ...header]))).toBe(
      'ended',
    );
  });
});

describe('requests for the controller, asked of any broker', () => {
  it('creates partitions, alters settings, deletes topics', async () => {
    const cluster = await aCluster();
    await cluster.createTopic('orders', 1, 3);
    for (const asker of [1, 2, 3]) {
      const grown = await cluster.call(asker, createPartitionsApi, 3, {
        topics: [{ name: 'orders', count: asker + 1, assignments: null }],
        timeoutMs: 9000,
        validateOnly: false,
      });
      expect(grown.results).toMatchObject([{ errorCode: 0 }]);
    }
    await cluster.metadataWhere(1, 'four', ({ topics }) => topics[0]?.partitions.length === 4);
    const leader = await cluster.leaderOf('orders', 3);
    expect(await cluster.produce(leader, 'orders', 3, ['x'.repeat(300)])).toMatchObject({
      errorCode: 0,
    });

    const altered = await cluster.call(2, incrementalAlterConfigsApi, 1, {
      resources: [
        {
          resourceType: 2,
          resourceName: 'orders',
          configs: [{ name: 'max.message.bytes', configOperation: 0, value: '200' }],
        },
      ],
      validateOnly: false,
    });
    expect(altered.responses).toMatchObject([{ errorCode: 0 }]);
    await cluster.run(1);
    expect(await cluster.produce(leader, 'orders', 3, ['x'.repeat(300)])).toMatchObject({
      errorCode: errorCode.messageTooLarge,
    });

    const deleted = await cluster.call(3, deleteTopicsApi, 6, {
      topics: [{ name: 'orders', topicId: zeroUuid }],
      timeoutMs: 9000,
    });
    expect(deleted.responses).toMatchObject([{ errorCode: 0 }]);
    await cluster.metadataWhere(1, 'gone', ({ topics }) => topics.length === 0);
    expect(await cluster.produce(leader, 'orders', 3, ['a'])).toMatchObject({
      errorCode: errorCode.unknownTopicOrPartition,
    });
  });

  it('makes a topic anew under the name of a deleted one, and nothing of the old one is in it', async () => {
    const cluster = await aCluster();
    await cluster.createTopic('orders', 1, 3);
    const leader = await cluster.leaderOf('orders', 0);
    await cluster.produce(leader, 'orders', 0, ['old']);
    await cluster.call(1, deleteTopicsApi, 6, {
      topics: [{ name: 'orders', topicId: zeroUuid }],
      timeoutMs: 9000,
    });
    await cluster.createTopic('orders', 1, 3);
    await cluster.run(1);
    const next = await cluster.leaderOf('orders', 0);
    expect(await cluster.produce(next, 'orders', 0, ['new'])).toMatchObject({
      errorCode: 0,
      baseOffset: 0,
    });
    expect((await cluster.fetch(next, 'orders', 0, 0)).values).toEqual(['new']);
  });

  it('only validates where it is asked to', async () => {
    const cluster = await aCluster();
    const topic = {
      name: 'orders',
      numPartitions: 1,
      replicationFactor: 3,
      assignments: [],
      configs: [],
    };
    const answer = await cluster.call(1, createTopicsApi, 7, {
      topics: [topic],
      timeoutMs: 9000,
      validateOnly: true,
    });
    expect(answer.topics).toMatchObject([{ errorCode: 0 }]);
    expect((await cluster.metadata(1)).topics).toEqual([]);
  });

  it('gives every producer an id of its own', async () => {
    const cluster = await aCluster();
    const ids: number[] = [];
    for (const asker of [1, 2, 3, 1, 2, 3]) {
      const answer = await cluster.call(asker, initProducerIdApi, 4, {
        transactionalId: null,
        transactionTimeoutMs: 1,
      });
      expect(answer).toMatchObject({ errorCode: 0, producerEpoch: 0 });
      ids.push(answer.producerId);
    }
    expect(new Set(ids).size).toBe(6);
  });

  it('describes the quorum', async () => {
    const cluster = await aCluster();
    const answer = await cluster.call(2, describeQuorumApi, 2, {
      topics: [{ topicName: '__cluster_metadata', partitions: [{ partitionIndex: 0 }] }],
    });
    const [partition] = answer.topics[0]?.partitions ?? [];
    expect(answer.errorCode).toBe(0);
    expect(partition?.currentVoters.map(({ replicaId }) => replicaId).sort()).toEqual([1, 2, 3]);
    expect([1, 2, 3]).toContain(partition?.leaderId);
  });
});
