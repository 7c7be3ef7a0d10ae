import { describe, expect, it } from 'vitest';
import { zeroUuid } from '../../../src/base/ids.ts';
import type { BrokerContext } from '../../../src/kafka/broker/context.ts';
import { listOffsetsApi } from '../../../src/kafka/protocol/apis/02-list-offsets.ts';
import { offsetForLeaderEpochApi } from '../../../src/kafka/protocol/apis/23-offset-for-leader-epoch.ts';
import { errorCode } from '../../../src/kafka/protocol/errors.ts';
import type { ListOffsetQuery } from '../../../src/kafka/replication/contract.ts';
import { answerTo, contextWith, smallImage } from './ask.ts';

type Replicas = BrokerContext['replicas'];

function contextOf(replicas: Partial<Replicas>): BrokerContext {
  return contextWith({ image: smallImage(), replicas: replicas as Replicas });
}

describe('ListOffsets', () => {
  const asking = () => {
    const queries: ListOffsetQuery[] = [];
    const context = contextOf({
      listOffset: (query) => {
        queries.push(query);
        return { errorCode: 0, offset: 42, timestamp: 1000, leaderEpoch: 5 };
      },
    });
    return { context, queries };
  };
  const body = (...partitions: [index: number, timestamp: number][]) => ({
    replicaId: -1,
    isolationLevel: 1,
    topics: [
      {
        name: 'orders',
        partitions: partitions.map(([partitionIndex, timestamp]) => ({
          partitionIndex,
          timestamp,
          currentLeaderEpoch: 5,
        })),
      },
    ],
  });

  it('asks the replica and relays what it found', () => {
    const { context, queries } = asking();
    const answer = answerTo(context, listOffsetsApi, 7, body([0, -1]));
    expect(queries).toEqual([
      {
        topicId: zeroUuid,
        topic: 'orders',
        index: 0,
        replicaId: -1,
        readCommitted: true,
        currentLeaderEpoch: 5,
        timestamp: -1,
      },
    ]);
    expect(answer.topics[0]?.partitions).toEqual([
      { partitionIndex: 0, errorCode: 0, timestamp: 1000, offset: 42, leaderEpoch: 5 },
    ]);
  });

  it('refuses special timestamps below their version, and a partition named twice', () => {
    const { context } = asking();
    const codes = (version: number, ...partitions: [number, number][]) =>
      answerTo(context, listOffsetsApi, version, body(...partitions)).topics[0]?.partitions.map(
        (one) => one.errorCode,
      );
    expect(codes(7, [0, -4], [1, -5])).toEqual([
      errorCode.unsupportedVersion,
      errorCode.unsupportedVersion,
    ]);
    expect(codes(9, [0, -4], [1, -5])).toEqual([0, 0]);
    expect(codes(7, [0, -1], [0, -2], [1, -1])).toEqual([errorCode.invalidRequest, 0]);
    expect(codes(6, [0, -3], [1, -7])).toEqual([
      errorCode.unsupportedVersion,
      errorCode.unsupportedVersion,
    ]);
    expect(codes(11, [0, -3], [1, -7])).toEqual([0, errorCode.unsupportedVersion]);
  });

  it('answers a topic named twice once', () => {
    const { context } = asking();
    const [topic] = body([0, -1]).topics;
    const [other] = body([1, -1]).topics;
    const topics = [topic!, other!, topic!];
    const answer = answerTo(context, listOffsetsApi, 7, { ...body(), topics });
    const codes = answer.topics.map(({ name, partitions }) => [
      name,
      partitions.map((one) => [one.partitionIndex, one.errorCode]),
    ]);
    expect(codes).toEqual([
      [
        'orders',
        [
          [0, errorCode.invalidRequest],
          [1, 0],
        ],
      ],
    ]);
  });

  it('says nothing of a topic of which no partition is named', () => {
    expect(answerTo(asking().context, listOffsetsApi, 7, body()).topics).toEqual([]);
  });

  it('refuses an isolation level that does not exist, and spares old clients a code', () => {
    const { context } = asking();
    const codeOf = (version: number, code: number, isolationLevel: number) => {
      const failed = { errorCode: code, offset: -1, timestamp: -1, leaderEpoch: -1 };
      const asked = code === 0 ? context : contextOf({ listOffset: () => failed });
      const answer = answerTo(asked, listOffsetsApi, version, { ...body([0, -1]), isolationLevel });
      return answer.topics[0]?.partitions[0]?.errorCode;
    };
    expect(codeOf(5, 0, 7)).toBe(errorCode.unknownServerError);
    expect(codeOf(4, errorCode.offsetNotAvailable, 0)).toBe(errorCode.leaderNotAvailable);
    expect(codeOf(5, errorCode.offsetNotAvailable, 0)).toBe(errorCode.offsetNotAvailable);
  });
});

describe('OffsetForLeaderEpoch', () => {
  it('relays the end of an epoch', () => {
    const context = contextOf({
      endOffsetForEpoch: (topic, index, current, epoch) => ({
        errorCode: 0,
        leaderEpoch: epoch - 1,
        endOffset: topic.length + index + current,
      }),
    });
    const answer = answerTo(context, offsetForLeaderEpochApi, 2, {
      topics: [
        { topic: 'orders', partitions: [{ partition: 3, currentLeaderEpoch: 10, leaderEpoch: 8 }] },
      ],
    });
    expect(answer.topics[0]?.partitions).toEqual([
      { errorCode: 0, partition: 3, leaderEpoch: 7, endOffset: 19 },
    ]);
  });
});
