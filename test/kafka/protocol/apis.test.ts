import { describe, expect, expectTypeOf, it } from 'vitest';
import { type ProduceRequest, produceApi } from '../../../src/kafka/protocol/apis/00-produce.ts';
import { type FetchResponse, fetchApi } from '../../../src/kafka/protocol/apis/01-fetch.ts';
import { apiByKey, apis } from '../../../src/kafka/protocol/apis.ts';
import {
  errorCode,
  errorName,
  isRetriable,
  KafkaError,
} from '../../../src/kafka/protocol/errors.ts';
import type {
  Api,
  Field,
  Fields,
  RequestInput,
  ResponseInput,
} from '../../../src/kafka/protocol/schema.ts';

function everyField(fields: Fields): [string, Field][] {
  return Object.entries(fields).flatMap(([name, field]) => {
    const inner = field.fields ?? field.element?.fields;
    return [[name, field] as [string, Field], ...(inner ? everyField(inner) : [])];
  });
}

describe('the API tables', () => {
  it('cover the versions that Kafka 4 serves', () => {
    const ranges = apis.map(
      ({ key, name, minVersion, maxVersion }) => `${key} ${name} ${minVersion}-${maxVersion}`,
    );
    expect(ranges).toMatchInlineSnapshot(`
      [
        "0 Produce 3-13",
        "1 Fetch 4-18",
        "2 ListOffsets 1-11",
        "3 Metadata 0-13",
        "8 OffsetCommit 2-10",
        "9 OffsetFetch 1-10",
        "10 FindCoordinator 0-6",
        "11 JoinGroup 0-9",
        "12 Heartbeat 0-4",
        "13 LeaveGroup 0-5",
        "14 SyncGroup 0-5",
        "15 DescribeGroups 0-6",
        "16 ListGroups 0-5",
        "18 ApiVersions 0-4",
        "19 CreateTopics 2-7",
        "20 DeleteTopics 1-6",
        "22 InitProducerId 0-5",
        "23 OffsetForLeaderEpoch 2-4",
        "32 DescribeConfigs 1-4",
        "37 CreatePartitions 0-3",
        "42 DeleteGroups 0-2",
        "43 ElectLeaders 0-2",
        "44 IncrementalAlterConfigs 0-1",
        "45 AlterPartitionReassignments 0-1",
        "46 ListPartitionReassignments 0-0",
        "47 OffsetDelete 0-0",
        "52 Vote 0-2",
        "53 BeginQuorumEpoch 0-1",
        "54 EndQuorumEpoch 0-1",
        "55 DescribeQuorum 0-2",
        "56 AlterPartition 2-3",
        "60 DescribeCluster 0-2",
        "62 BrokerRegistration 0-4",
        "63 BrokerHeartbeat 0-2",
        "64 UnregisterBroker 0-0",
        "67 AllocateProducerIds 0-0",
        "68 ConsumerGroupHeartbeat 0-1",
        "69 ConsumerGroupDescribe 0-1",
        "75 DescribeTopicPartitions 0-0",
      ]
    `);
  });

  it('are found by key, each once', () => {
    expect(apiByKey.size).toBe(apis.length);
    for (const api of apis) expect(apiByKey.get(api.key)).toBe(api);
  });

  it('advertise Produce from version 0, which librdkafka needs', () => {
    expect(apis.filter((api: Api) => api.advertisedFrom !== api.minVersion)).toEqual([produceApi]);
    expect(produceApi.advertisedFrom).toBe(0);
  });

  it('have tags in flexible versions only, and no number twice', () => {
    for (const api of apis) {
      for (const message of [api.request, api.response]) {
        for (const [name, field] of everyField(message.fields)) {
          expect(field.until, `${message.name} ${name}`).toBeGreaterThanOrEqual(field.since);
          expect(field.since, `${message.name} ${name}`).toBeLessThanOrEqual(message.maxVersion);
          if (field.tag < 0) continue;
          expect(Math.max(field.since, api.minVersion)).toBeGreaterThanOrEqual(api.flexibleFrom);
        }
      }
    }
  });

  it('give types: an encoder may omit what a decoder always gives', () => {
    expectTypeOf<ProduceRequest['transactionalId']>().toEqualTypeOf<string | null>();
    expectTypeOf<RequestInput<typeof produceApi>['transactionalId']>().toEqualTypeOf<
      string | null | undefined
    >();
    expectTypeOf<RequestInput<typeof produceApi>['acks']>().toEqualTypeOf<number>();
    type Partition = FetchResponse['responses'][number]['partitions'][number];
    expectTypeOf<Partition['records']>().toEqualTypeOf<Uint8Array | null>();
    expectTypeOf<Partition['divergingEpoch']>().toEqualTypeOf<{
      readonly epoch: number;
      readonly endOffset: number;
    }>();
    expectTypeOf<Partition['abortedTransactions']>().toExtend<
      readonly { firstOffset: number }[] | null
    >();
    expectTypeOf(fetchApi).toExtend<Api>();
    const minimal: ResponseInput<typeof fetchApi> = { responses: [] };
    expect(minimal).toBeDefined();
    // @ts-expect-error acks has no default and must be given
    const lacking: RequestInput<typeof produceApi> = { timeoutMs: 1, topicData: [] };
    expect(lacking).toBeDefined();
  });
});

describe('error codes', () => {
  it('are named as Kafka names them', () => {
    expect(errorName(errorCode.none)).toBe('NONE');
    expect(errorName(-1)).toBe('UNKNOWN_SERVER_ERROR');
    expect(errorName(6)).toBe('NOT_LEADER_OR_FOLLOWER');
    expect(errorName(errorCode.invalidTopicException)).toBe('INVALID_TOPIC_EXCEPTION');
    expect(errorName(99)).toBe('UNKNOWN(99)');
  });

  it('run from −1 to 133, without 99', () => {
    const codes = Object.values(errorCode).sort((left, right) => left - right);
    const expected = Array.from({ length: 135 }, (_, i) => i - 1).filter((code) => code !== 99);
    expect(codes).toEqual(expected);
  });

  it('tell what may be tried again', () => {
    expect(isRetriable(errorCode.notLeaderOrFollower)).toBe(true);
    expect(isRetriable(errorCode.notEnoughReplicas)).toBe(true);
    expect(isRetriable(errorCode.none)).toBe(false);
    expect(isRetriable(errorCode.messageTooLarge)).toBe(false);
    expect(isRetriable(errorCode.outOfOrderSequenceNumber)).toBe(false);
  });

  it('travel as exceptions', () => {
    expect(new KafkaError(6)).toMatchObject({ code: 6, message: 'NOT_LEADER_OR_FOLLOWER' });
    expect(new KafkaError(1, '7 of 5').message).toBe('OFFSET_OUT_OF_RANGE: 7 of 5');
  });
});
