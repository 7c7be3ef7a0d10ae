import { describe, expect, it } from 'vitest';
import { errorCode } from '../../../src/kafka/protocol/errors.ts';
import type { IsrCandidate } from '../../../src/kafka/replication/rules.ts';
import { kafkaReplicationRules as rules } from '../../../src/kafka/replication/rules.ts';
import { wrongRulesOf } from '../../trial/museum/wrong-rules-of.ts';

const broker = { epoch: 100, fenced: false, inControlledShutdown: false };
const candidate: IsrCandidate = {
  logEndOffset: 10,
  brokerEpoch: 100,
  leaderEpochStart: 10,
  highWatermark: 10,
  broker,
};

describe('who may join an ISR', () => {
  const cases: readonly [string, Partial<IsrCandidate>, boolean][] = [
    ['a follower level with high watermark and epoch start', {}, true],
    ['one below the high watermark', { logEndOffset: 9, leaderEpochStart: 0 }, false],
    ['one below the leader epoch start (KAFKA-7128)', { logEndOffset: 9, highWatermark: 5 }, false],
    ['a fenced broker (KIP-841)', { broker: { ...broker, fenced: true } }, false],
    ['a stopping broker (KIP-841)', { broker: { ...broker, inControlledShutdown: true } }, false],
    ['an earlier incarnation (KIP-903)', { brokerEpoch: 99 }, false],
    ['a later incarnation than the metadata knows', { brokerEpoch: 101 }, false],
    ['one that named no epoch', { brokerEpoch: -1 }, false],
    ['a broker that the metadata does not know', { broker: undefined }, false],
  ];
  it.each(cases)('%s', (_, change, may) => {
    expect(rules.mayJoinIsr({ ...candidate, ...change })).toBe(may);
  });
});

describe('fencing by epoch', () => {
  it.each([
    [-1, 5, errorCode.none],
    [5, 5, errorCode.none],
    [4, 5, errorCode.fencedLeaderEpoch],
    [6, 5, errorCode.unknownLeaderEpoch],
  ])('request epoch %i at a leader of epoch %i', (request, own, code) => {
    expect(rules.epochError(request, own)).toBe(code);
  });

  it('a fetch of an earlier incarnation of a broker tells nothing (KIP-903)', () => {
    expect(rules.acceptsFetchOf(99, broker)).toBe(false);
    expect(rules.acceptsFetchOf(100, broker)).toBe(true);
    expect(rules.acceptsFetchOf(101, broker)).toBe(true);
  });
});

describe('what a reader may see', () => {
  const offsets = { highWatermark: 7, lastStableOffset: 5, logEndOffset: 9 };
  it('followers read to the end, consumers to the high watermark or the last stable offset', () => {
    expect(rules.readLimit(offsets, true, false)).toBe(9);
    expect(rules.readLimit(offsets, false, false)).toBe(7);
    expect(rules.readLimit(offsets, false, true)).toBe(5);
    const wrong = wrongRulesOf('KAFKA-9807', 'replication');
    expect(wrong.readLimit?.(offsets, false, true)).toBe(7);
  });
});

describe('a follower whose offset is out of range (KAFKA-2477)', () => {
  it.each([
    ['the leader ends below us', 0, 8, 10, { kind: 'truncate', to: 8 }],
    ['the leader starts above us', 20, 30, 10, { kind: 'start-over', at: 20 }],
    ['the leader has our end after all', 0, 30, 10, { kind: 'retry' }],
    ['the leader ends exactly where we do', 0, 10, 10, { kind: 'retry' }],
    ['the leader starts exactly where we end', 10, 30, 10, { kind: 'retry' }],
  ])('%s', (_, start, end, own, move) => {
    expect(rules.onOutOfRange(start, end, own)).toEqual(move);
  });
});

describe('a follower’s high watermark', () => {
  it.each([
    ['follows the leader’s within its own log', 3, 9, 5, false, 5],
    ['does not go back because a new leader’s lags', 5, 2, 8, false, 5],
    ['does not move on a diverging answer (KAFKA-14704)', 3, 9, 9, true, 3],
  ])('%s', (_, own, leaders, end, diverging, expected) => {
    expect(rules.followerHighWatermark(own, leaders, end, diverging)).toBe(expected);
  });
});

describe('where a follower cuts (KIP-279)', () => {
  const end = (leaderEpoch: number, endOffset: number) => ({ leaderEpoch, endOffset });
  it.each([
    ['both know the epoch, ours is longer', end(3, 8), end(3, 11), 20, 8],
    ['both know the epoch, the leader’s is longer', end(3, 15), end(3, 11), 20, 11],
    ['we lack the leader’s epoch: back to the one before', end(3, 15), end(1, 6), 20, 6],
    ['we know no epoch up to it', end(3, 15), end(-1, -1), 20, 15],
    ['never beyond our end', end(3, 15), end(3, 15), 12, 12],
  ])('%s', (_, leaders, own, logEndOffset, expected) => {
    expect(rules.truncationOnDivergence(leaders, own, logEndOffset)).toBe(expected);
  });
});
