import { describe, expect, it } from 'vitest';
import { electLeaders } from '../../../src/kafka/controller/elect-leaders.ts';
import { errorCode } from '../../../src/kafka/protocol/errors.ts';
import { type ClusterLook, cluster } from './fixtures.ts';

const preferred = 0;
const unclean = 1;

function elect(look: ClusterLook, electionType: number, partitions: number[] | null = [0]) {
  const context = cluster(look);
  const topicPartitions = partitions === null ? null : [{ topic: 'orders', partitions }];
  const { records, response } = electLeaders(context, {
    electionType,
    topicPartitions,
    timeoutMs: 1000,
  });
  context.apply(records);
  const results = response.replicaElectionResults.flatMap(({ partitionResult }) =>
    partitionResult.map(({ partitionId, errorCode: code }) => [partitionId, code]),
  );
  return { context, results, response };
}

describe('an election of the preferred leader', () => {
  it('gives the lead to the first replica, where that is in sync and alive', () => {
    const { context, results } = elect({ partitions: [{ leader: 2 }] }, preferred);
    expect(results).toEqual([[0, errorCode.none]]);
    expect(context.partition()).toMatchObject({ leader: 1, leaderEpoch: 6, isr: [1, 2, 3] });
  });

  it('is not needed where it leads, and not to be had where it lags or is away', () => {
    const brokers = [{ id: 1 }, { id: 2, fenced: true }, { id: 3 }];
    const partitions = [
      { leader: 1 },
      { leader: 2, isr: [2, 3] },
      { replicas: [2, 3, 1], leader: 3 },
    ];
    expect(elect({ partitions }, preferred, [0, 1, 7]).results).toEqual([
      [0, errorCode.electionNotNeeded],
      [1, errorCode.preferredLeaderNotAvailable],
      [7, errorCode.unknownTopicOrPartition],
    ]);
    const away = elect({ brokers, partitions }, preferred, [2]);
    expect(away.results).toEqual([[2, errorCode.preferredLeaderNotAvailable]]);
    expect(away.context.partition(2).leader).toBe(3);
  });

  it('of all partitions tells only of those where something was to be done', () => {
    const partitions = [{ leader: 1 }, { leader: 2 }, { leader: 3, isr: [2, 3] }];
    const { context, results } = elect({ partitions }, preferred, null);
    expect(results).toEqual([
      [1, errorCode.none],
      [2, errorCode.preferredLeaderNotAvailable],
    ]);
    expect(context.partition(1).leader).toBe(1);
  });
});

describe('an unclean election', () => {
  const brokers = [{ id: 1, fenced: true }, { id: 2 }, { id: 3 }];

  it('gives a partition without a leader one, though its topic would not', () => {
    const partitions = [{ isr: [1], leader: -1 }];
    const { context, results } = elect({ brokers, partitions }, unclean);
    expect(results).toEqual([[0, errorCode.none]]);
    expect(context.partition()).toMatchObject({ leader: 2, isr: [2], recovering: true });
  });

  it('is not needed where there is a leader, and not to be had where nobody lives', () => {
    expect(elect({ partitions: [{ leader: 2 }] }, unclean).results).toEqual([
      [0, errorCode.electionNotNeeded],
    ]);
    const nobody = [1, 2, 3].map((id) => ({ id, fenced: true }));
    const partitions = [{ isr: [1], leader: -1 }];
    expect(elect({ brokers: nobody, partitions }, unclean).results).toEqual([
      [0, errorCode.eligibleLeadersNotAvailable],
    ]);
  });
});

it('an election of an unknown type is refused as a whole', () => {
  const { response } = elect({ partitions: [{ leader: 2 }] }, 2);
  expect(response).toMatchObject({
    errorCode: errorCode.invalidRequest,
    replicaElectionResults: [],
  });
});
