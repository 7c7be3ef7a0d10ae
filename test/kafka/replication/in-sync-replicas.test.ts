import { describe, expect, it } from 'vitest';
import { errorCode } from '../../../src/kafka/protocol/errors.ts';
import { Bench, topicId } from './bench.ts';

const codes = (results: readonly { errorCode: number }[]) => results.map((one) => one.errorCode);
const leading = (minInsyncReplicas = 1) =>
  new Bench({ topic: { minInsyncReplicas } }).start().create({});

describe('the ISR', () => {
  const answerOf = (bench: Bench, isr: number[], code = 0) => ({
    throttleTimeMs: 0,
    errorCode: 0,
    topics: [
      {
        topicId,
        partitions: [
          {
            partitionIndex: 0,
            errorCode: code,
            leaderId: 1,
            leaderEpoch: 0,
            isr,
            leaderRecoveryState: 0,
            partitionEpoch: (bench.partition.leader?.partitionEpoch ?? 0) + 1,
          },
        ],
      },
    ],
  });

  it('loses a member that lags, which moves the high watermark once it is committed', () => {
    const bench = leading();
    const results = bench.produce(-1);
    for (let second = 0; second < 50; second++) {
      bench.follow(2, 1);
      bench.world.advance(1_000_000);
    }
    expect(bench.proposals).toHaveLength(1);
    const [proposal] = bench.proposals;
    expect(proposal?.request).toMatchObject({
      brokerId: 1,
      brokerEpoch: 101,
      topics: [
        {
          topicId,
          partitions: [
            {
              partitionIndex: 0,
              leaderEpoch: 0,
              partitionEpoch: 0,
              newIsrWithEpochs: [
                { brokerId: 1, brokerEpoch: 101 },
                { brokerId: 2, brokerEpoch: 102 },
              ],
            },
          ],
        },
      ],
    });
    expect(bench.partition.highWatermark).toBe(0);
    proposal?.done(answerOf(bench, [1, 2]), null);
    expect(bench.partition.highWatermark).toBe(1);
    expect(codes(results)).toEqual([errorCode.requestTimedOut]);
  });

  it('gains a follower that caught up; the answer and the metadata after it are one change', () => {
    const bench = new Bench().start().create({ isr: [1, 2] });
    bench.follow(3, 0);
    expect(bench.partition.leader?.maximalIsr).toEqual([1, 2, 3]);
    bench.world.advance(0);
    bench.proposals[0]?.done(answerOf(bench, [1, 2, 3]), null);
    expect(bench.partition.leader?.committedIsr).toEqual([1, 2, 3]);
    bench.tell(bench.change({ isr: [1, 2, 3] }));
    expect(bench.partition.leader?.partitionEpoch).toBe(1);
    expect(bench.observations.filter((one) => one.kind === 'isr-changed')).toHaveLength(2);
  });

  it('is proposed again until the controller says what became of it', () => {
    const bench = new Bench().start().create({ isr: [1, 2] });
    bench.follow(3, 0);
    bench.world.advance(0);
    bench.proposals[0]?.done(null, 'disconnected');
    bench.world.advance(49_000);
    expect(bench.proposals).toHaveLength(1);
    bench.world.advance(1000);
    expect(bench.proposals).toHaveLength(2);
    bench.proposals[1]?.done(answerOf(bench, [], errorCode.notController), null);
    bench.world.advance(50_000);
    expect(bench.proposals).toHaveLength(3);
    bench.proposals[2]?.done(answerOf(bench, [], errorCode.ineligibleReplica), null);
    bench.world.advance(1_000_000);
    expect(bench.proposals).toHaveLength(3);
    expect(bench.partition.leader?.maximalIsr).toEqual([1, 2]);
  });

  it('keeps an addition whose fate is not known until metadata tells', () => {
    const bench = new Bench().start().create({ isr: [1, 2] });
    bench.follow(3, 0);
    bench.world.advance(0);
    bench.proposals[0]?.done(answerOf(bench, [], errorCode.invalidUpdateVersion), null);
    bench.world.advance(10_000_000);
    expect(bench.proposals).toHaveLength(1);
    expect(bench.partition.leader?.maximalIsr).toEqual([1, 2, 3]);
    bench.tell(bench.change({ isr: [1] }));
    expect(bench.partition.leader?.maximalIsr).toEqual([1]);
  });

  it('changes of several partitions travel in one request, one request at a time', () => {
    const bench = new Bench().start().create({ isr: [1] }, { index: 1, isr: [1] });
    const ask = (index: number, id: number) => ({
      topicId,
      topic: '',
      index,
      currentLeaderEpoch: 0,
      fetchOffset: 0,
      lastFetchedEpoch: -1,
      logStartOffset: 0,
      maxBytes: 1000,
      id,
    });
    bench.fetch({ replicaId: 2, replicaEpoch: 102, partitions: [ask(0, 2), ask(1, 2)] });
    bench.world.advance(0);
    expect(bench.proposals[0]?.request.topics[0]?.partitions).toHaveLength(2);
    bench.world.advance(1_000_000);
    expect(bench.proposals).toHaveLength(1);
  });

  it('a leader from outside ISR and ELR reports that it has recovered (KIP-704)', () => {
    const bench = new Bench().start().create({ isr: [1], recovering: true });
    bench.world.advance(0);
    expect(bench.proposals[0]?.request.topics[0]?.partitions[0]).toMatchObject({
      newIsrWithEpochs: [{ brokerId: 1 }],
      leaderRecoveryState: 0,
    });
  });
});
