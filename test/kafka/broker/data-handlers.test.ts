import { describe, expect, it } from 'vitest';
import { zeroUuid } from '../../../src/base/ids.ts';
import type { BrokerContext } from '../../../src/kafka/broker/context.ts';
import { produceApi } from '../../../src/kafka/protocol/apis/00-produce.ts';
import { fetchApi } from '../../../src/kafka/protocol/apis/01-fetch.ts';
import { errorCode } from '../../../src/kafka/protocol/errors.ts';
import { buildBatch } from '../../../src/kafka/records/builder.ts';
import type {
  FetchResult,
  FetchWork,
  ProduceResult,
  ProduceWork,
} from '../../../src/kafka/replication/contract.ts';
import { answerTo, ask, contextWith, ordersId, smallImage } from './ask.ts';

const batch = (options: Partial<Parameters<typeof buildBatch>[0]> = {}): Uint8Array =>
  buildBatch({
    records: [{ timestamp: 1, key: null, value: new Uint8Array([1, 2, 3]), headers: [] }],
    ...options,
  });

function withByte(at: number, value: number): Uint8Array {
  const bytes = batch();
  bytes[at] = value;
  return bytes;
}

const joined = (...parts: Uint8Array[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => [...part]));

type Replicas = BrokerContext['replicas'];

function contextOf(replicas: Partial<Replicas>): BrokerContext {
  return contextWith({ image: smallImage(), replicas: replicas as Replicas });
}

const produced = (work: ProduceWork): ProduceResult[] =>
  work.partitions.map(({ topicId, topic, index }) => ({
    topicId,
    topic,
    index,
    errorCode: 0,
    errorMessage: null,
    baseOffset: 100 + index,
    logAppendTimeMs: -1,
    logStartOffset: 3,
    recordErrors: [],
    currentLeader: null,
  }));

const failing =
  (code: number) =>
  (work: ProduceWork): ProduceResult[] =>
    produced(work).map((result) => ({
      ...result,
      errorCode: code,
      baseOffset: -1,
      currentLeader: { leaderId: 2, leaderEpoch: 6 },
    }));

const bodyOf = (acks: number, ...records: (Uint8Array | null)[]) => ({
  acks,
  timeoutMs: 1000,
  topicData: [
    { name: 'orders', partitionData: records.map((one, index) => ({ index, records: one })) },
  ],
});

describe('Produce', () => {
  const answering = (results: (work: ProduceWork) => ProduceResult[]) =>
    contextOf({ produce: (work, done) => done(results(work)) });
  const codesOf = (context: BrokerContext, version: number, ...records: (Uint8Array | null)[]) =>
    answerTo(
      context,
      produceApi,
      version,
      bodyOf(-1, ...records),
    ).responses[0]?.partitionResponses.map((one) => one.errorCode);

  it('hands the batches on and answers with their offsets', () => {
    let work: ProduceWork | undefined;
    const context = answering((given) => {
      work = given;
      return produced(given);
    });
    const answer = answerTo(context, produceApi, 9, bodyOf(-1, batch(), batch()));
    expect(work?.acks).toBe(-1);
    expect(work?.timeoutMs).toBe(1000);
    expect(
      work?.partitions.map(({ topic, index, records }) => [topic, index, records.length]),
    ).toEqual([
      ['orders', 0, batch().length],
      ['orders', 1, batch().length],
    ]);
    expect(answer.responses[0]?.partitionResponses).toMatchObject([
      { index: 0, errorCode: 0, baseOffset: 100, logStartOffset: 3, errorMessage: null },
      { index: 1, errorCode: 0, baseOffset: 101, logStartOffset: 3, errorMessage: null },
    ]);
  });

  it('answers later, when the replicas do', () => {
    let finish = (): void => {};
    const context = contextOf({
      produce: (work, done) => {
        finish = () => done(produced(work));
      },
    });
    const outcomes: string[] = [];
    const outcome = ask(context, produceApi, 9, bodyOf(-1, batch()), (later) =>
      outcomes.push(later.kind),
    );
    expect(outcome.kind).toBe('pending');
    finish();
    expect(outcomes).toEqual(['answer']);
  });

  it('passes on topic ids in version 13', () => {
    const context = answering(produced);
    const answer = answerTo(context, produceApi, 13, {
      acks: 1,
      timeoutMs: 1000,
      topicData: [{ topicId: ordersId, partitionData: [{ index: 0, records: batch() }] }],
    });
    expect(answer.responses[0]).toMatchObject({
      topicId: ordersId,
      partitionResponses: [{ baseOffset: 100 }],
    });
  });

  it.each<[string, Uint8Array | null, number]>([
    ['no records', null, errorCode.invalidRecord],
    ['no bytes', new Uint8Array(0), errorCode.invalidRecord],
    ['a batch of an old format', withByte(16, 1), errorCode.invalidRecord],
    ['a batch of no format', withByte(16, 3), errorCode.corruptMessage],
    ['a batch of a negative magic', withByte(16, 255), errorCode.corruptMessage],
    ['a length below that of any batch', withByte(11, 10), errorCode.corruptMessage],
    ['a negative length', withByte(8, 255), errorCode.corruptMessage],
    ['two batches', joined(batch(), batch()), errorCode.invalidRecord],
    ['half a batch', batch().subarray(0, 60), errorCode.invalidRecord],
    ['one batch with less than another behind it', joined(batch(), batch().subarray(0, 60)), 0],
    ['one batch with five bytes behind it', joined(batch(), new Uint8Array(5)), 0],
  ])('says of %s what Kafka says, and lets the other partitions pass', (_what, bytes, code) => {
    const handed: Uint8Array[] = [];
    const context = answering((work) => {
      handed.push(...work.partitions.map(({ records }) => records));
      return produced(work);
    });
    expect(codesOf(context, 9, bytes, batch())).toEqual([code, errorCode.none]);
    expect(handed.every((records) => records.length === batch().length)).toBe(true);
  });

  it('refuses transactions: there is no coordinator', () => {
    const context = answering(produced);
    const transactional = batch({
      producerId: 5,
      producerEpoch: 0,
      baseSequence: 0,
      transactional: true,
    });
    const { transactionalIdAuthorizationFailed: unauthorized } = errorCode;
    expect(codesOf(context, 9, transactional, batch())).toEqual([unauthorized, unauthorized]);
    const body = { ...bodyOf(-1, transactional, batch()), transactionalId: 't' };
    expect(
      answerTo(context, produceApi, 9, body).responses[0]?.partitionResponses.map(
        (one) => one.errorCode,
      ),
    ).toEqual([errorCode.notEnoughReplicas, errorCode.none]);
  });

  it('says that there is no such partition before it says anything else', () => {
    const context = answering(produced);
    const body = (acks: number, records: Uint8Array | null, version: number) => {
      const topic = { name: 'absent', topicId: zeroUuid };
      const partitionData = [{ index: 0, records }];
      const answer = answerTo(context, produceApi, version, {
        acks,
        timeoutMs: 1000,
        topicData: [{ ...topic, partitionData }],
      });
      return answer.responses[0]?.partitionResponses[0]?.errorCode;
    };
    expect(body(-1, null, 9)).toBe(errorCode.unknownTopicOrPartition);
    expect(body(2, batch(), 9)).toBe(errorCode.unknownTopicOrPartition);
    expect(body(-1, batch(), 13)).toBe(errorCode.unknownTopicId);
  });

  it('takes the last of what names one partition twice, and answers once', () => {
    let work: ProduceWork | undefined;
    const context = answering((given) => {
      work = given;
      return produced(given);
    });
    const longer = batch({ compression: 'gzip' });
    const partitionData = [
      { index: 0, records: batch() },
      { index: 1, records: batch() },
      { index: 0, records: longer },
    ];
    const topicData = [{ name: 'orders', partitionData }];
    const answer = answerTo(context, produceApi, 9, { acks: -1, timeoutMs: 1000, topicData });
    expect(answer.responses[0]?.partitionResponses.map(({ index }) => index)).toEqual([1, 0]);
    expect(work?.partitions.map(({ records }) => records.length)).toEqual([
      batch().length,
      longer.length,
    ]);
  });

  it('says nothing of a topic of which no partition is named', () => {
    const topicData = [
      { name: 'orders', partitionData: [] },
      { name: 'orders', partitionData: [{ index: 0, records: batch() }] },
      { name: 'orders', partitionData: [{ index: 0, records: batch() }] },
    ];
    const body = { acks: -1, timeoutMs: 1000, topicData };
    const { responses } = answerTo(answering(produced), produceApi, 9, body);
    expect(responses.map((topic) => topic.partitionResponses.length)).toEqual([1]);
    const none = { ...body, topicData: topicData.slice(0, 1) };
    expect(answerTo(answering(produced), produceApi, 9, none).responses).toEqual([]);
  });

  it('names the records that were refused, from version 8 on', () => {
    const context = answering((work) =>
      failing(errorCode.invalidTimestamp)(work).map((result) => ({
        ...result,
        recordErrors: [{ batchIndex: 4, message: 'too late' }],
      })),
    );
    const answerOf = (version: number) =>
      answerTo(context, produceApi, version, bodyOf(-1, batch())).responses[0]
        ?.partitionResponses[0];
    expect(answerOf(8)).toMatchObject({
      errorCode: errorCode.invalidTimestamp,
      logStartOffset: 3,
      recordErrors: [{ batchIndex: 4, batchIndexErrorMessage: 'too late' }],
    });
    expect(answerOf(7)?.recordErrors).toEqual([]);
  });

  it('takes zstd from version 7 on', () => {
    const zstd = batch();
    zstd[22] = 4;
    const context = answering(produced);
    expect(codesOf(context, 6, zstd)).toEqual([errorCode.unsupportedCompressionType]);
    expect(codesOf(context, 7, zstd)).toEqual([errorCode.none]);
  });

  it('refuses acks that do not exist', () => {
    const answer = answerTo(contextOf({}), produceApi, 9, bodyOf(2, batch()));
    expect(answer.responses[0]?.partitionResponses[0]?.errorCode).toBe(
      errorCode.invalidRequiredAcks,
    );
  });

  it('answers nothing to acks=0, and closes the connection when something failed', () => {
    expect(ask(answering(produced), produceApi, 9, bodyOf(0, batch())).kind).toBe('nothing');
    const context = answering(failing(errorCode.notLeaderOrFollower));
    expect(ask(context, produceApi, 9, bodyOf(0, batch())).kind).toBe('disconnected');
    expect(ask(contextOf({}), produceApi, 9, bodyOf(0, null)).kind).toBe('disconnected');
  });

  it('tells from version 10 on who leads now, and where', () => {
    const context = answering(failing(errorCode.notLeaderOrFollower));
    const answer = answerTo(context, produceApi, 10, bodyOf(1, batch()));
    expect(answer.responses[0]?.partitionResponses[0]).toMatchObject({
      errorCode: errorCode.notLeaderOrFollower,
      currentLeader: { leaderId: 2, leaderEpoch: 6 },
    });
    expect(answer.nodeEndpoints).toEqual([{ nodeId: 2, host: 'm2', port: 9092, rack: 'r2' }]);
    expect(answerTo(context, produceApi, 9, bodyOf(1, batch())).nodeEndpoints).toEqual([]);
  });
});

const fetched = (work: FetchWork): FetchResult[] =>
  work.partitions.map(({ topicId, topic, index }) => ({
    topicId,
    topic,
    index,
    errorCode: 0,
    highWatermark: 20,
    lastStableOffset: 19,
    logStartOffset: 2,
    records: new Uint8Array([9]),
    divergingEpoch: null,
    currentLeader: null,
    preferredReadReplica: -1,
  }));

const fetchBody = {
  maxWaitMs: 500,
  minBytes: 1,
  topics: [
    {
      topic: 'orders',
      partitions: [
        { partition: 0, currentLeaderEpoch: 5, fetchOffset: 10, partitionMaxBytes: 1000 },
      ],
    },
  ],
};

describe('Fetch', () => {
  const asking = (results: (work: FetchWork) => FetchResult[] = fetched) => {
    const works: FetchWork[] = [];
    const context = contextOf({
      fetch: (work, done) => {
        works.push(work);
        done(results(work));
      },
    });
    return { context, works };
  };

  it("hands a consumer's question on, within fetch.max.bytes, and answers with the records", () => {
    const { context, works } = asking();
    const answer = answerTo(context, fetchApi, 12, { ...fetchBody, maxBytes: 0x7fffffff });
    expect(works).toEqual([
      {
        replicaId: -1,
        replicaEpoch: -1,
        maxWaitMs: 500,
        minBytes: 1,
        maxBytes: 57_671_680,
        readCommitted: false,
        fromAnyReplica: true,
        rack: '',
        partitions: [
          {
            topicId: zeroUuid,
            topic: 'orders',
            index: 0,
            currentLeaderEpoch: 5,
            fetchOffset: 10,
            lastFetchedEpoch: -1,
            logStartOffset: -1,
            maxBytes: 1000,
          },
        ],
      },
    ]);
    expect(answer.responses[0]?.partitions[0]).toMatchObject({
      partitionIndex: 0,
      errorCode: 0,
      highWatermark: 20,
      lastStableOffset: 19,
      logStartOffset: 2,
      abortedTransactions: null,
      records: new Uint8Array([9]),
    });
  });

  it('knows followers by replica id, with their broker epoch from version 15 on', () => {
    const { context, works } = asking();
    answerTo(context, fetchApi, 14, { ...fetchBody, replicaId: 2 });
    answerTo(context, fetchApi, 15, {
      ...fetchBody,
      replicaState: { replicaId: 3, replicaEpoch: 44 },
    });
    expect(works.map(({ replicaId, replicaEpoch }) => [replicaId, replicaEpoch])).toEqual([
      [2, -1],
      [3, 44],
    ]);
  });

  it('gives read_committed readers an empty list of aborted transactions', () => {
    const { context, works } = asking();
    const answer = answerTo(context, fetchApi, 12, { ...fetchBody, isolationLevel: 1 });
    expect(works[0]?.readCommitted).toBe(true);
    expect(answer.responses[0]?.partitions[0]?.abortedTransactions).toEqual([]);
  });

  it('keeps a session: an incremental fetch reads what it remembers, and tells what is new', () => {
    const results: Partial<FetchResult>[] = [{}, { records: new Uint8Array(0) }];
    const { context, works } = asking((work) =>
      fetched(work).map((result, at) => ({ ...result, ...results[at] })),
    );
    const partition = fetchBody.topics[0]!.partitions[0]!;
    const partitions = [partition, { ...partition, partition: 1 }];
    const topics = [{ topic: 'orders', partitions }];
    const full = answerTo(context, fetchApi, 12, { ...fetchBody, topics, sessionEpoch: 0 });
    expect([full.errorCode, full.sessionId, full.responses[0]?.partitions.length]).toEqual([
      0, 7, 2,
    ]);
    const next = { ...fetchBody, topics: [], sessionId: 7, sessionEpoch: 1 };
    const news = answerTo(context, fetchApi, 12, next);
    expect(works.map(({ partitions: asked }) => asked.length)).toEqual([2, 2]);
    expect([
      news.sessionId,
      news.responses[0]?.partitions.map((one) => one.partitionIndex),
    ]).toEqual([7, [0]]);
    expect(answerTo(context, fetchApi, 12, next).errorCode).toBe(
      errorCode.invalidFetchSessionEpoch,
    );
    expect(answerTo(context, fetchApi, 12, { ...next, sessionId: 9 }).errorCode).toBe(
      errorCode.fetchSessionIdNotFound,
    );
    expect(answerTo(context, fetchApi, 13, { ...next, sessionEpoch: 2 }).errorCode).toBe(
      errorCode.fetchSessionTopicIdError,
    );
  });

  it('reads a partition named twice once, as it was named last', () => {
    const { context, works } = asking();
    const partition = fetchBody.topics[0]!.partitions[0]!;
    const partitions = [
      partition,
      { ...partition, partition: 1 },
      { ...partition, fetchOffset: 12 },
    ];
    const answer = answerTo(context, fetchApi, 12, {
      ...fetchBody,
      topics: [{ topic: 'orders', partitions }],
    });
    expect(works[0]?.partitions.map(({ index, fetchOffset }) => [index, fetchOffset])).toEqual([
      [0, 12],
      [1, 10],
    ]);
    expect(answer.responses[0]?.partitions).toHaveLength(2);
  });

  it('knows no topic of the zero id, no third isolation level, and no follower for old clients', () => {
    const { context, works } = asking((work) =>
      fetched(work).map((result) => ({ ...result, errorCode: errorCode.unknownTopicOrPartition })),
    );
    const codeIn = (version: number, topicId: string) => {
      const topics = [{ topic: '', topicId, partitions: fetchBody.topics[0]!.partitions }];
      const answer = answerTo(context, fetchApi, version, { ...fetchBody, topics });
      return answer.responses[0]?.partitions[0]?.errorCode;
    };
    expect(codeIn(12, zeroUuid)).toBe(errorCode.unknownTopicOrPartition);
    expect(codeIn(13, zeroUuid)).toBe(errorCode.unknownTopicId);
    const unread = answerTo(context, fetchApi, 12, { ...fetchBody, isolationLevel: 7 });
    expect(unread.errorCode).toBe(errorCode.unknownServerError);
    expect(unread.responses[0]?.partitions[0]?.abortedTransactions).toEqual([]);
    works.length = 0;
    answerTo(context, fetchApi, 10, fetchBody);
    answerTo(context, fetchApi, 11, { ...fetchBody, rackId: 'r' });
    expect(works.map(({ fromAnyReplica, rack }) => [fromAnyReplica, rack])).toEqual([
      [false, ''],
      [true, 'r'],
    ]);
  });

  it('answers an empty question at once', () => {
    expect(answerTo(contextOf({}), fetchApi, 12, { ...fetchBody, topics: [] }).responses).toEqual(
      [],
    );
  });

  it('never answers null records, with an error least of all, and names the leader', () => {
    const { context } = asking((work) =>
      fetched(work).map((result) => ({
        ...result,
        errorCode: errorCode.fencedLeaderEpoch,
        records: new Uint8Array(0),
        currentLeader: { leaderId: 2, leaderEpoch: 6 },
      })),
    );
    const answer = answerTo(context, fetchApi, 16, fetchBody);
    expect(answer.responses[0]?.partitions[0]).toMatchObject({
      errorCode: errorCode.fencedLeaderEpoch,
      highWatermark: -1,
      records: new Uint8Array(0),
      currentLeader: { leaderId: 2, leaderEpoch: 6 },
    });
    expect(answer.nodeEndpoints.map(({ nodeId }) => nodeId)).toEqual([2]);
  });

  it('does not tell followers where leaders are: brokers know each other', () => {
    const { context } = asking((work) =>
      fetched(work).map((result) => ({
        ...result,
        errorCode: errorCode.notLeaderOrFollower,
        currentLeader: { leaderId: 2, leaderEpoch: 6 },
      })),
    );
    const replicaState = { replicaId: 3, replicaEpoch: -1 };
    const answer = answerTo(context, fetchApi, 16, { ...fetchBody, replicaState });
    expect(answer.responses[0]?.partitions[0]?.currentLeader.leaderId).toBe(2);
    expect(answer.nodeEndpoints).toEqual([]);
  });

  it('takes any negative leader epoch for none', () => {
    const { context, works } = asking();
    const [topic] = fetchBody.topics;
    const partitions = topic!.partitions.map((one) => ({ ...one, currentLeaderEpoch: -2 }));
    answerTo(context, fetchApi, 12, { ...fetchBody, topics: [{ ...topic!, partitions }] });
    expect(works[0]?.partitions.map((one) => one.currentLeaderEpoch)).toEqual(
      partitions.map(() => -1),
    );
  });

  it('tells a follower where its log diverges', () => {
    const { context } = asking((work) =>
      fetched(work).map((result) => ({
        ...result,
        records: new Uint8Array(0),
        divergingEpoch: { epoch: 4, endOffset: 8 },
      })),
    );
    const answer = answerTo(context, fetchApi, 17, fetchBody);
    expect(answer.responses[0]?.partitions[0]?.divergingEpoch).toEqual({ epoch: 4, endOffset: 8 });
  });

  it('translates KAFKA_STORAGE_ERROR for clients that do not know it', () => {
    const codeIn = (version: number): number | undefined => {
      const { context } = asking((work) =>
        fetched(work).map((result) => ({ ...result, errorCode: errorCode.kafkaStorageError })),
      );
      const answer = answerTo(context, fetchApi, version, fetchBody);
      return answer.responses[0]?.partitions[0]?.errorCode;
    };
    expect(codeIn(5)).toBe(errorCode.notLeaderOrFollower);
    expect(codeIn(6)).toBe(errorCode.kafkaStorageError);
  });
});
