/**
 * An implementation that shares nothing with ours: kafkajs must read what we write, and we what it
 * writes.
 */
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { produceApi } from '../../../src/kafka/protocol/apis/00-produce.ts';
import { fetchApi } from '../../../src/kafka/protocol/apis/01-fetch.ts';
import { listOffsetsApi } from '../../../src/kafka/protocol/apis/02-list-offsets.ts';
import { metadataApi } from '../../../src/kafka/protocol/apis/03-metadata.ts';
import { findCoordinatorApi } from '../../../src/kafka/protocol/apis/10-find-coordinator.ts';
import { apiVersionsApi } from '../../../src/kafka/protocol/apis/18-api-versions.ts';
import { createTopicsApi } from '../../../src/kafka/protocol/apis/19-create-topics.ts';
import { initProducerIdApi } from '../../../src/kafka/protocol/apis/22-init-producer-id.ts';
import { describeConfigsApi } from '../../../src/kafka/protocol/apis/32-describe-configs.ts';
import { decodeRequest, encodeResponse } from '../../../src/kafka/protocol/message.ts';
import type { Api, RequestOf, ResponseInput } from '../../../src/kafka/protocol/schema.ts';

interface TheirRequest {
  readonly apiKey: number;
  readonly apiVersion: number;
}
type WriteFrame = (message: {
  correlationId: number;
  clientId: string;
  request: TheirRequest;
}) => Promise<{ readonly buffer: Buffer }>;

const require = createRequire(import.meta.url);
const writeFrame = require('kafkajs/src/protocol/request') as WriteFrame;

async function theyWrite<A extends Api>(
  api: A,
  folder: string,
  version: number,
  input: object,
): Promise<RequestOf<A>> {
  const make = require(`kafkajs/src/protocol/requests/${folder}/v${version}/request`) as (
    input: object,
  ) => TheirRequest;
  const request = make(input);
  expect(request).toMatchObject({ apiKey: api.key, apiVersion: version });
  const { buffer } = await writeFrame({ correlationId: 3, clientId: 'theirs', request });
  const { clientId, body } = decodeRequest(api, version, buffer, 4, buffer.length);
  expect(clientId).toBe('theirs');
  return body;
}

async function theyRead<A extends Api>(
  api: A,
  folder: string,
  version: number,
  body: ResponseInput<A>,
): Promise<unknown> {
  const { decode } = require(`kafkajs/src/protocol/requests/${folder}/v${version}/response`) as {
    decode(raw: Buffer): Promise<unknown>;
  };
  const frame = encodeResponse(api, version, 3, body);
  return decode(Buffer.from(frame.subarray(8)));
}

describe('kafkajs', () => {
  it('writes a Fetch v11 that we read', async () => {
    const body = await theyWrite(fetchApi, 'fetch', 11, {
      replicaId: -1,
      maxWaitTime: 500,
      minBytes: 1,
      maxBytes: 1000,
      isolationLevel: 1,
      sessionId: 0,
      sessionEpoch: -1,
      forgottenTopics: [],
      rackId: 'r',
      topics: [
        {
          topic: 'orders',
          partitions: [
            {
              partition: 2,
              currentLeaderEpoch: 5,
              fetchOffset: '12345678901',
              logStartOffset: -1,
              maxBytes: 99,
            },
          ],
        },
      ],
    });
    expect(body).toMatchObject({ maxWaitMs: 500, isolationLevel: 1, rackId: 'r' });
    expect(body.topics[0]?.partitions[0]).toMatchObject({
      partition: 2,
      currentLeaderEpoch: 5,
      fetchOffset: 12345678901,
      partitionMaxBytes: 99,
    });
  });

  it('reads our Fetch v11', async () => {
    const partition = {
      partitionIndex: 1,
      errorCode: 0,
      highWatermark: 2 ** 40,
      lastStableOffset: 7,
      logStartOffset: 3,
      abortedTransactions: [{ producerId: 9, firstOffset: 4 }],
      preferredReadReplica: 2,
      records: new Uint8Array(0),
    };
    const read = await theyRead(fetchApi, 'fetch', 11, {
      sessionId: 6,
      responses: [{ topic: 'orders', partitions: [partition] }],
    });
    expect(read).toMatchObject({
      sessionId: 6,
      responses: [
        {
          topicName: 'orders',
          partitions: [
            {
              partition: 1,
              highWatermark: String(2 ** 40),
              lastStableOffset: '7',
              lastStartOffset: '3',
              abortedTransactions: [{ producerId: '9', firstOffset: '4' }],
              preferredReadReplica: 2,
            },
          ],
        },
      ],
    });
  });

  it('writes a Produce v7 that we read, and reads our answer', async () => {
    const body = await theyWrite(produceApi, 'produce', 7, {
      acks: -1,
      timeout: 30_000,
      transactionalId: 'tx',
      topicData: [{ topic: 'orders', partitions: [{ partition: 4, messages: [{ value: 'v' }] }] }],
    });
    expect(body).toMatchObject({ transactionalId: 'tx', acks: -1, timeoutMs: 30_000 });
    const records = body.topicData[0]?.partitionData[0]?.records;
    expect(records?.[16]).toBe(2);
    const read = await theyRead(produceApi, 'produce', 7, {
      responses: [
        {
          name: 'orders',
          partitionResponses: [{ index: 4, errorCode: 0, baseOffset: 11, logStartOffset: 2 }],
        },
      ],
    });
    expect(read).toMatchObject({
      topics: [
        {
          topicName: 'orders',
          partitions: [{ partition: 4, baseOffset: '11', logStartOffset: '2' }],
        },
      ],
    });
  });

  it('understands our Metadata v6', async () => {
    expect(
      (await theyWrite(metadataApi, 'metadata', 6, { topics: ['orders'] })).topics,
    ).toMatchObject([{ name: 'orders' }]);
    const read = await theyRead(metadataApi, 'metadata', 6, {
      brokers: [{ nodeId: 1, host: 'b1', port: 9092, rack: 'r' }],
      clusterId: 'cluster',
      controllerId: 1,
      topics: [
        {
          errorCode: 0,
          name: 'orders',
          partitions: [
            {
              errorCode: 0,
              partitionIndex: 0,
              leaderId: 1,
              replicaNodes: [1, 2],
              isrNodes: [1],
              offlineReplicas: [2],
            },
          ],
        },
      ],
    });
    expect(read).toMatchObject({
      brokers: [{ nodeId: 1, host: 'b1', port: 9092, rack: 'r' }],
      clusterId: 'cluster',
      controllerId: 1,
      topicMetadata: [
        {
          topic: 'orders',
          partitionMetadata: [{ leader: 1, replicas: [1, 2], isr: [1], offlineReplicas: [2] }],
        },
      ],
    });
  });

  it('understands our ListOffsets v3, CreateTopics v3 and InitProducerId v1', async () => {
    const asked = await theyWrite(listOffsetsApi, 'listOffsets', 3, {
      replicaId: -1,
      isolationLevel: 1,
      topics: [{ topic: 't', partitions: [{ partition: 0, timestamp: -2 }] }],
    });
    expect(asked.topics).toMatchObject([
      { name: 't', partitions: [{ partitionIndex: 0, timestamp: -2 }] },
    ]);
    const offsets = await theyRead(listOffsetsApi, 'listOffsets', 3, {
      topics: [{ name: 't', partitions: [{ partitionIndex: 0, errorCode: 0, offset: 5 }] }],
    });
    expect(offsets).toMatchObject({
      responses: [{ topic: 't', partitions: [{ partition: 0, offset: '5', timestamp: '-1' }] }],
    });

    const creation = await theyWrite(createTopicsApi, 'createTopics', 3, {
      topics: [
        {
          topic: 't',
          numPartitions: 3,
          replicationFactor: 2,
          configEntries: [{ name: 'a', value: 'b' }],
        },
      ],
      validateOnly: true,
      timeout: 9,
    });
    expect(creation).toMatchObject({
      topics: [
        { name: 't', numPartitions: 3, replicationFactor: 2, configs: [{ name: 'a', value: 'b' }] },
      ],
      validateOnly: true,
      timeoutMs: 9,
    });

    const init = await theyWrite(initProducerIdApi, 'initProducerId', 1, {
      transactionalId: 'tx',
      transactionTimeout: 5,
    });
    expect(init).toMatchObject({ transactionalId: 'tx', transactionTimeoutMs: 5 });
    const id = await theyRead(initProducerIdApi, 'initProducerId', 1, {
      errorCode: 0,
      producerId: 1000,
      producerEpoch: 1,
    });
    expect(id).toMatchObject({ producerId: '1000', producerEpoch: 1 });
  });

  it('understands our ApiVersions v2, FindCoordinator v2 and DescribeConfigs v2', async () => {
    const versions = await theyRead(apiVersionsApi, 'apiVersions', 2, {
      errorCode: 0,
      apiKeys: [{ apiKey: 1, minVersion: 4, maxVersion: 18 }],
    });
    expect(versions).toMatchObject({ apiVersions: [{ apiKey: 1, minVersion: 4, maxVersion: 18 }] });
    const coordinator = await theyRead(findCoordinatorApi, 'findCoordinator', 2, {
      nodeId: 3,
      host: 'b3',
      port: 9092,
    });
    expect(coordinator).toMatchObject({ coordinator: { nodeId: 3, host: 'b3', port: 9092 } });
    const described = await theyWrite(describeConfigsApi, 'describeConfigs', 2, {
      resources: [{ type: 2, name: 't', configNames: ['a'] }],
      includeSynonyms: true,
    });
    expect(described).toMatchObject({
      resources: [{ resourceType: 2, resourceName: 't', configurationKeys: ['a'] }],
      includeSynonyms: true,
    });
  });
});
