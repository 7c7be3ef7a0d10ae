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
import { offsetCommitApi } from '../../../src/kafka/protocol/apis/08-offset-commit.ts';
import { offsetFetchApi } from '../../../src/kafka/protocol/apis/09-offset-fetch.ts';
import { findCoordinatorApi } from '../../../src/kafka/protocol/apis/10-find-coordinator.ts';
import { joinGroupApi } from '../../../src/kafka/protocol/apis/11-join-group.ts';
import { heartbeatApi } from '../../../src/kafka/protocol/apis/12-heartbeat.ts';
import { leaveGroupApi } from '../../../src/kafka/protocol/apis/13-leave-group.ts';
import { syncGroupApi } from '../../../src/kafka/protocol/apis/14-sync-group.ts';
import { describeGroupsApi } from '../../../src/kafka/protocol/apis/15-describe-groups.ts';
import { listGroupsApi } from '../../../src/kafka/protocol/apis/16-list-groups.ts';
import { apiVersionsApi } from '../../../src/kafka/protocol/apis/18-api-versions.ts';
import { createTopicsApi } from '../../../src/kafka/protocol/apis/19-create-topics.ts';
import { initProducerIdApi } from '../../../src/kafka/protocol/apis/22-init-producer-id.ts';
import { describeConfigsApi } from '../../../src/kafka/protocol/apis/32-describe-configs.ts';
import { deleteGroupsApi } from '../../../src/kafka/protocol/apis/42-delete-groups.ts';
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
  input?: object,
): Promise<RequestOf<A>> {
  const make = require(`kafkajs/src/protocol/requests/${folder}/v${version}/request`) as (
    input?: object,
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

  it.each([0, 1, 2, 3, 4, 5])('understands our JoinGroup v%i', async (version) => {
    const metadata = Buffer.from('topics');
    const asked = await theyWrite(joinGroupApi, 'joinGroup', version, {
      groupId: 'billing',
      sessionTimeout: 30_000,
      rebalanceTimeout: 60_000,
      memberId: 'm1',
      groupInstanceId: 'i1',
      protocolType: 'consumer',
      groupProtocols: [{ name: 'range', metadata }],
    });
    expect(asked).toMatchObject({
      groupId: 'billing',
      sessionTimeoutMs: 30_000,
      rebalanceTimeoutMs: version === 0 ? -1 : 60_000,
      memberId: 'm1',
      groupInstanceId: version < 5 ? null : 'i1',
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata }],
    });
    const read = await theyRead(joinGroupApi, 'joinGroup', version, {
      errorCode: 0,
      generationId: 4,
      protocolName: 'range',
      leader: 'm1',
      memberId: 'm2',
      members: [{ memberId: 'm1', groupInstanceId: 'i1', metadata }],
    });
    const identity = version < 5 ? {} : { groupInstanceId: 'i1' };
    expect(read).toMatchObject({
      errorCode: 0,
      generationId: 4,
      groupProtocol: 'range',
      leaderId: 'm1',
      memberId: 'm2',
      members: [{ memberId: 'm1', memberMetadata: metadata, ...identity }],
    });
  });

  it.each([0, 1, 2, 3])('understands our SyncGroup and Heartbeat v%i', async (version) => {
    const groupInstanceId = version < 3 ? null : 'i1';
    const memberAssignment = Buffer.from('part');
    const sync = await theyWrite(syncGroupApi, 'syncGroup', version, {
      groupId: 'billing',
      generationId: 4,
      memberId: 'm1',
      groupInstanceId,
      groupAssignment: [{ memberId: 'm2', memberAssignment }],
    });
    expect(sync).toMatchObject({
      groupId: 'billing',
      generationId: 4,
      memberId: 'm1',
      groupInstanceId,
      assignments: [{ memberId: 'm2', assignment: memberAssignment }],
    });
    const body = { errorCode: 27, assignment: memberAssignment };
    const read = await theyRead(syncGroupApi, 'syncGroup', version, body);
    expect(read).toMatchObject({ errorCode: 27, memberAssignment });

    const beat = await theyWrite(heartbeatApi, 'heartbeat', version, {
      groupId: 'billing',
      groupGenerationId: 4,
      memberId: 'm1',
      groupInstanceId,
    });
    expect(beat).toMatchObject({ generationId: 4, memberId: 'm1', groupInstanceId });
    const heard = await theyRead(heartbeatApi, 'heartbeat', version, { errorCode: 27 });
    expect(heard).toMatchObject({ errorCode: 27 });
  });

  it.each([0, 1, 2, 3])('understands our LeaveGroup v%i', async (version) => {
    const members = [{ memberId: 'm1', groupInstanceId: 'i1' }];
    const asked = await theyWrite(leaveGroupApi, 'leaveGroup', version, {
      groupId: 'billing',
      memberId: 'm1',
      members,
    });
    expect(asked).toMatchObject(version < 3 ? { memberId: 'm1', members: [] } : { members });
    const answered = { ...members[0]!, errorCode: 25 };
    const body = { errorCode: 0, members: [answered] };
    const read = await theyRead(leaveGroupApi, 'leaveGroup', version, body);
    expect(read).toMatchObject(version < 3 ? { errorCode: 0 } : { members: [answered] });
  });

  it.each([2, 3, 4, 5])('understands our OffsetCommit v%i', async (version) => {
    const asked = await theyWrite(offsetCommitApi, 'offsetCommit', version, {
      groupId: 'billing',
      groupGenerationId: 4,
      memberId: 'm1',
      retentionTime: 1000,
      topics: [{ topic: 't', partitions: [{ partition: 1, offset: '77', metadata: 'note' }] }],
    });
    const partition = { partitionIndex: 1, committedOffset: 77, committedMetadata: 'note' };
    expect(asked).toMatchObject({
      groupId: 'billing',
      generationIdOrMemberEpoch: 4,
      memberId: 'm1',
      retentionTimeMs: version < 5 ? 1000 : -1,
      topics: [{ name: 't', partitions: [partition] }],
    });
    const read = await theyRead(offsetCommitApi, 'offsetCommit', version, {
      topics: [{ name: 't', partitions: [{ partitionIndex: 1, errorCode: 22 }] }],
    });
    expect(read).toMatchObject({
      responses: [{ topic: 't', partitions: [{ partition: 1, errorCode: 22 }] }],
    });
  });

  it.each([1, 2, 3, 4])('understands our OffsetFetch v%i', async (version) => {
    const asked = await theyWrite(offsetFetchApi, 'offsetFetch', version, {
      groupId: 'billing',
      topics: [{ topic: 't', partitions: [{ partition: 1 }, { partition: 3 }] }],
    });
    expect(asked).toMatchObject({
      groupId: 'billing',
      topics: [{ name: 't', partitionIndexes: [1, 3] }],
    });
    const partition = { partitionIndex: 1, committedOffset: 77, metadata: 'note', errorCode: 0 };
    const read = await theyRead(offsetFetchApi, 'offsetFetch', version, {
      topics: [{ name: 't', partitions: [partition] }],
      errorCode: 14,
    });
    expect(read).toMatchObject({
      responses: [
        {
          topic: 't',
          partitions: [{ partition: 1, offset: '77', metadata: 'note', errorCode: 0 }],
        },
      ],
      ...(version >= 2 && { errorCode: 14 }),
    });
  });

  it('understands our DescribeGroups v2, ListGroups v2 and DeleteGroups v1', async () => {
    const input = { groupIds: ['billing'] };
    const asked = await theyWrite(describeGroupsApi, 'describeGroups', 2, input);
    expect(asked).toMatchObject({ groups: ['billing'] });
    const member = { memberId: 'm1', clientId: 'c', clientHost: '/10.0.0.1' };
    const memberMetadata = Buffer.from('topics');
    const memberAssignment = Buffer.from('part');
    const described = await theyRead(describeGroupsApi, 'describeGroups', 2, {
      groups: [
        {
          errorCode: 0,
          groupId: 'billing',
          groupState: 'Stable',
          protocolType: 'consumer',
          protocolData: 'range',
          members: [{ ...member, memberMetadata, memberAssignment }],
        },
      ],
    });
    expect(described).toMatchObject({
      groups: [
        {
          groupId: 'billing',
          state: 'Stable',
          protocolType: 'consumer',
          protocol: 'range',
          members: [{ ...member, memberMetadata, memberAssignment }],
        },
      ],
    });

    await theyWrite(listGroupsApi, 'listGroups', 2);
    const groups = [{ groupId: 'billing', protocolType: 'consumer' }];
    const listed = await theyRead(listGroupsApi, 'listGroups', 2, { errorCode: 0, groups });
    expect(listed).toMatchObject({ groups });

    const deletion = await theyWrite(deleteGroupsApi, 'deleteGroups', 1, ['billing']);
    expect(deletion).toMatchObject({ groupsNames: ['billing'] });
    const results = [{ groupId: 'billing', errorCode: 68 }];
    const deleted = await theyRead(deleteGroupsApi, 'deleteGroups', 1, { results });
    expect(deleted).toMatchObject({ results });
  });
});
