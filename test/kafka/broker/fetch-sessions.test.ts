import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { zeroUuid } from '../../../src/base/ids.ts';
import { FetchSessions, type SessionRequest } from '../../../src/kafka/broker/fetch-sessions.ts';
import { errorCode } from '../../../src/kafka/protocol/errors.ts';
import type { FetchPartition, FetchResult } from '../../../src/kafka/replication/contract.ts';

const minute = 60_000_000;

const asking = (index: number, fetchOffset = 0): FetchPartition => ({
  topicId: zeroUuid,
  topic: 'orders',
  index,
  currentLeaderEpoch: -1,
  fetchOffset,
  lastFetchedEpoch: -1,
  logStartOffset: -1,
  maxBytes: 100,
});

const resultOf = (asked: FetchPartition, more: Partial<FetchResult> = {}): FetchResult => ({
  topicId: asked.topicId,
  topic: asked.topic,
  index: asked.index,
  errorCode: 0,
  highWatermark: 5,
  lastStableOffset: 5,
  logStartOffset: 0,
  records: new Uint8Array(0),
  divergingEpoch: null,
  currentLeader: null,
  preferredReadReplica: -1,
  ...more,
});

const requestOf = (more: Partial<SessionRequest> = {}): SessionRequest => ({
  sessionId: 0,
  sessionEpoch: 0,
  isFollower: false,
  usesTopicIds: false,
  partitions: [],
  forgotten: [],
  ...more,
});

class Bench {
  nowUs = 0;
  next = 0;
  readonly sessions: FetchSessions;

  constructor(slots = 3, mostPartitions?: number) {
    this.sessions = new FetchSessions({
      slots,
      nowUs: () => this.nowUs,
      draw: () => this.next++,
      ...(mostPartitions === undefined ? {} : { mostPartitions }),
    });
  }

  /** A full fetch of partitions 0 to `count`; the id of its session. */
  open(count: number, isFollower = false): number {
    const partitions = Array.from({ length: count }, (_, index) => asking(index));
    return this.ask({ partitions, isFollower }).sessionId;
  }

  /** Asks and concludes at once: what was read and what is told, by partition. */
  ask(more: Partial<SessionRequest>, result: Partial<FetchResult>[] = []) {
    const turn = this.sessions.begin(requestOf(more));
    const read = turn.partitions.map(({ index, fetchOffset }) => `${index}@${fetchOffset}`);
    const answer = turn.conclude(turn.partitions.map((one) => resultOf(one, result[one.index])));
    const told = answer.results.map(({ index }) => index);
    return { errorCode: answer.errorCode, sessionId: answer.sessionId, read, told };
  }
}

describe('a fetch session', () => {
  it('remembers what was asked for, and takes changes', () => {
    const bench = new Bench();
    const sessionId = bench.open(3);
    const same = bench.ask({ sessionId, sessionEpoch: 1 });
    expect(same).toEqual({ errorCode: 0, sessionId, read: ['0@0', '1@0', '2@0'], told: [] });
    const changed = bench.ask({
      sessionId,
      sessionEpoch: 2,
      partitions: [asking(1, 9), asking(7)],
      forgotten: [asking(2), asking(100)],
    });
    expect(changed.read).toEqual(['0@0', '1@9', '7@0']);
    expect(bench.sessions.partitions).toBe(3);
  });

  it('tells what is new: records, a watermark, a log start, an error, a divergence, a place', () => {
    const news: Partial<FetchResult>[] = [
      { records: new Uint8Array(1) },
      { highWatermark: 6 },
      { logStartOffset: 1 },
      { errorCode: errorCode.notLeaderOrFollower, highWatermark: -1, logStartOffset: -1 },
      { divergingEpoch: { epoch: 1, endOffset: 2 } },
      { preferredReadReplica: 2 },
      {},
    ];
    const bench = new Bench();
    const sessionId = bench.open(news.length);
    const told = bench.ask({ sessionId, sessionEpoch: 1 }, news).told;
    expect(told).toEqual([0, 1, 2, 3, 4, 5]);
    const again: Partial<FetchResult>[] = news.map((one) => ({
      ...one,
      records: new Uint8Array(0),
      errorCode: 0,
      divergingEpoch: null,
      preferredReadReplica: -1,
    }));
    // What failed is told anew when it no longer does, and the rest as it has come back.
    again[3] = {};
    expect(bench.ask({ sessionId, sessionEpoch: 2 }, again).told).toEqual([3]);
  });

  it('reads first from those that had nothing the last time', () => {
    const bench = new Bench();
    const sessionId = bench.open(3);
    bench.ask({ sessionId, sessionEpoch: 1 }, [{ records: new Uint8Array(1) }]);
    expect(bench.ask({ sessionId, sessionEpoch: 2 }).read).toEqual(['1@0', '2@0', '0@0']);
  });

  it('ends: by a final fetch, by a new full one, and with its last partition', () => {
    const bench = new Bench();
    bench.ask({ sessionId: bench.open(1), sessionEpoch: -1 });
    expect(bench.sessions.size).toBe(0);
    const second = bench.ask({ sessionId: bench.open(1), partitions: [asking(0)] });
    expect([bench.sessions.size, second.errorCode]).toEqual([1, 0]);
    const last = bench.ask({
      sessionId: second.sessionId,
      sessionEpoch: 1,
      forgotten: [asking(0)],
    });
    expect([last.errorCode, last.sessionId, bench.sessions.size]).toEqual([0, 0, 0]);
    expect(bench.sessions.partitions).toBe(0);
  });

  it('refuses a request that was sent twice, when it comes and when it is answered', () => {
    const bench = new Bench();
    const sessionId = bench.open(1);
    const waiting = bench.sessions.begin(requestOf({ sessionId, sessionEpoch: 1 }));
    expect(bench.ask({ sessionId, sessionEpoch: 1 }).errorCode).toBe(
      errorCode.invalidFetchSessionEpoch,
    );
    expect(bench.ask({ sessionId, sessionEpoch: 2 }).errorCode).toBe(0);
    const late = waiting.conclude([resultOf(asking(0))]);
    expect([late.errorCode, late.sessionId, late.results]).toEqual([
      errorCode.invalidFetchSessionEpoch,
      sessionId,
      [],
    ]);
  });

  it('starts its epochs anew after the largest', () => {
    const bench = new Bench();
    const sessionId = bench.open(1);
    for (let epoch = 1; epoch < 5; epoch++) {
      expect(bench.ask({ sessionId, sessionEpoch: epoch }).errorCode).toBe(0);
    }
  });
});

describe('a full cache of fetch sessions', () => {
  it('gives none to a newcomer while all are fresh', () => {
    const bench = new Bench(2);
    bench.open(1);
    bench.open(1);
    expect(bench.open(100)).toBe(0);
  });

  it('gives up the one not used for two minutes', () => {
    const bench = new Bench(2);
    const first = bench.open(5);
    const second = bench.open(1);
    bench.nowUs = 2 * minute + 1;
    bench.ask({ sessionId: second, sessionEpoch: 1 });
    expect(bench.open(1)).not.toBe(0);
    expect(bench.ask({ sessionId: first, sessionEpoch: 1 }).errorCode).toBe(
      errorCode.fetchSessionIdNotFound,
    );
  });

  it('prefers followers to consumers, and the larger to the smaller', () => {
    const bench = new Bench(2);
    const small = bench.open(2);
    bench.open(3);
    expect(bench.open(1, true)).not.toBe(0);
    expect(bench.ask({ sessionId: small, sessionEpoch: 1 }).errorCode).toBe(
      errorCode.fetchSessionIdNotFound,
    );
    expect(bench.open(100)).toBe(0);
  });

  it('lets the larger have the place of a smaller one that had its time', () => {
    const bench = new Bench(1);
    const sessionId = bench.open(2);
    for (const [epoch, nowUs] of [minute, 2 * minute, 3 * minute].entries()) {
      bench.nowUs = nowUs;
      bench.ask({ sessionId, sessionEpoch: epoch + 1 });
    }
    expect(bench.open(1)).toBe(0);
    expect(bench.open(2)).not.toBe(0);
  });

  it('never holds more sessions or partitions than it may', () => {
    const step = fc.record({
      sessionId: fc.integer({ min: 0, max: 12 }),
      sessionEpoch: fc.integer({ min: -1, max: 3 }),
      isFollower: fc.boolean(),
      usesTopicIds: fc.constant(false),
      partitions: fc.uniqueArray(fc.nat({ max: 8 })).map((all) => all.map((at) => asking(at))),
      forgotten: fc.array(fc.nat({ max: 8 })).map((all) => all.map((at) => asking(at))),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.nat({ max: 5 }), (steps, minutes) => {
        const bench = new Bench(3, 12);
        for (const one of steps) {
          bench.nowUs += minutes * minute;
          bench.ask(one);
          expect(bench.sessions.size).toBeLessThanOrEqual(3);
          expect(bench.sessions.partitions).toBeLessThanOrEqual(12);
          expect(bench.sessions.partitions).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });
});
