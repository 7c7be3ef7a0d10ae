import { describe, expect, it } from 'vitest';
import { alterPartition } from '../../../src/kafka/controller/alter-partition.ts';
import { alterReassignments } from '../../../src/kafka/controller/alter-reassignments.ts';
import { createPartitions } from '../../../src/kafka/controller/create-partitions.ts';
import { fenceBroker } from '../../../src/kafka/controller/fencing.ts';
import { electionOf } from '../../../src/kafka/metadata/observe.ts';
import { errorCode } from '../../../src/kafka/protocol/errors.ts';
import { type Cluster, type ClusterLook, cluster, topicId } from './fixtures.ts';

const brokers = [1, 2, 3, 4, 5].map((id) => ({ id }));

function alter(context: Cluster, replicas: number[] | null, mayResize = true): number {
  const { records, response } = alterReassignments(context, {
    timeoutMs: 1000,
    allowReplicationFactorChange: mayResize,
    topics: [{ name: 'orders', partitions: [{ partitionIndex: 0, replicas }] }],
  });
  context.apply(records);
  return response.responses[0]!.partitions[0]!.errorCode;
}

/** The leader of `orders-0` wants this ISR; the code of the answer. */
function propose(context: Cluster, isr: readonly number[]): number {
  const { leader, leaderEpoch, partitionEpoch } = context.partition();
  const newIsrWithEpochs = isr.map((id) => ({ brokerId: id, brokerEpoch: 100 + id }));
  const { records, response } = alterPartition(context, 3, {
    brokerId: leader,
    brokerEpoch: 100 + leader,
    topics: [
      {
        topicId,
        partitions: [
          {
            partitionIndex: 0,
            leaderEpoch,
            newIsr: [],
            newIsrWithEpochs,
            leaderRecoveryState: 0,
            partitionEpoch,
          },
        ],
      },
    ],
  });
  context.apply(records);
  return response.topics[0]!.partitions[0]!.errorCode;
}

function begun(look: Partial<ClusterLook> = {}): Cluster {
  return cluster({ brokers, partitions: [{}], ...look });
}

describe('a reassignment', () => {
  it('that only orders the replicas counts at once, and moves no leader', () => {
    const context = begun();
    expect(alter(context, [3, 1, 2])).toBe(errorCode.none);
    expect(context.partition()).toMatchObject({
      replicas: [3, 1, 2],
      adding: [],
      removing: [],
      leader: 1,
      leaderEpoch: 5,
      partitionEpoch: 11,
    });
  });

  it('to the replicas that there are writes nothing', () => {
    const context = begun();
    expect(alter(context, [1, 2, 3])).toBe(errorCode.none);
    expect(context.partition().partitionEpoch).toBe(10);
  });

  it('keeps what is to go until all that stay are in sync', () => {
    const context = begun();
    expect(alter(context, [4, 1, 2])).toBe(errorCode.none);
    expect(context.partition()).toMatchObject({
      replicas: [4, 1, 2, 3],
      adding: [4],
      removing: [3],
      isr: [1, 2, 3],
      leaderEpoch: 5,
    });
    expect(propose(context, [1, 2, 3, 4])).toBe(errorCode.none);
    expect(context.partition()).toMatchObject({
      replicas: [4, 1, 2],
      adding: [],
      removing: [],
      isr: [1, 2, 4],
      leader: 1,
      leaderEpoch: 6,
    });
  });

  it('waits for one that was there already and lags', () => {
    const context = begun({ partitions: [{ isr: [1, 2] }] });
    alter(context, [1, 3]);
    expect(context.partition()).toMatchObject({ replicas: [1, 3, 2], removing: [2], isr: [1, 2] });
    propose(context, [1, 2, 3]);
    expect(context.partition()).toMatchObject({ replicas: [1, 3], removing: [], isr: [1, 3] });
  });

  it('that only removes ends at once where those that stay are in sync', () => {
    const context = begun();
    alter(context, [1, 2]);
    expect(context.partition()).toMatchObject({
      replicas: [1, 2],
      removing: [],
      isr: [1, 2],
      leader: 1,
      leaderEpoch: 6,
    });
  });

  it('takes the lead from one that goes, and says so to who proposed the ISR', () => {
    const context = begun();
    alter(context, [2, 3, 4]);
    const before = context.partition();
    expect(before.leader).toBe(1);
    expect(propose(context, [1, 2, 3, 4])).toBe(errorCode.newLeaderElected);
    const after = context.partition();
    expect(after).toMatchObject({ replicas: [2, 3, 4], isr: [2, 3, 4], leader: 2, leaderEpoch: 6 });
    expect(electionOf(before, after)).toBe('clean');
  });

  it('may be replaced on its way: what was being added and is not wanted any more goes', () => {
    const context = begun();
    alter(context, [1, 2, 4]);
    alter(context, [1, 2, 5]);
    expect(context.partition()).toMatchObject({
      replicas: [1, 2, 5, 3, 4],
      adding: [5],
      removing: [3, 4],
    });
  });

  it('ends when a member of the ISR falls that was to go anyway', () => {
    const context = begun({ partitions: [{ isr: [1, 2] }] });
    alter(context, [2, 3]);
    context.apply(fenceBroker(context, context.image.brokers.get(1)!));
    expect(context.partition()).toMatchObject({ removing: [1], isr: [2], leader: 2 });
    propose(context, [2, 3]);
    expect(context.partition()).toMatchObject({ replicas: [2, 3], removing: [], isr: [2, 3] });
  });

  it('leaves no eligible leader among those that have gone', () => {
    const context = begun({ partitions: [{ isr: [1], elr: [2, 3] }] });
    alter(context, [1, 3]);
    expect(context.partition()).toMatchObject({ removing: [2], elr: [3, 2] });
    propose(context, [1, 3]);
    expect(context.partition()).toMatchObject({ replicas: [1, 3], isr: [1, 3], elr: [] });
  });

  it('elects nobody who holds nothing, though the topic takes losses', () => {
    const away = [1, 2, 3].map((id) => ({ id, fenced: true }));
    const context = begun({
      brokers: [...away, { id: 4 }],
      partitions: [{ isr: [1], leader: -1 }],
      configs: { 'unclean.leader.election.enable': 'true' },
    });
    expect(alter(context, [1, 4])).toBe(errorCode.none);
    expect(context.partition()).toMatchObject({ leader: -1, adding: [4], isr: [1] });
  });
});

describe('a reassignment is refused', () => {
  it('where it names no broker, one twice, or one that nobody knows', () => {
    const context = begun();
    for (const replicas of [[], [1, 1, 2], [1, 2, 9]])
      expect(alter(context, replicas)).toBe(errorCode.invalidReplicaAssignment);
    expect(context.partition().partitionEpoch).toBe(10);
  });

  it('to brokers that are away it is not', () => {
    const context = begun({ brokers: [{ id: 1 }, { id: 2 }, { id: 3 }, { id: 4, fenced: true }] });
    expect(alter(context, [1, 2, 4])).toBe(errorCode.none);
  });

  it('where the number of replicas may not change, by what it is to be in the end', () => {
    const context = begun();
    expect(alter(context, [1, 2], false)).toBe(errorCode.invalidReplicationFactor);
    expect(alter(context, [4, 1, 2], false)).toBe(errorCode.none);
    expect(alter(context, [4, 1, 2, 3], false)).toBe(errorCode.invalidReplicationFactor);
    expect(alter(context, [5, 1, 2], false)).toBe(errorCode.none);
  });

  it('where there is no such topic or partition, or the request names it twice', () => {
    const context = begun();
    const wanted = (partitionIndex: number) => ({ partitionIndex, replicas: [2, 1, 3] });
    const { records, response } = alterReassignments(context, {
      timeoutMs: 1000,
      allowReplicationFactorChange: true,
      topics: [
        { name: 'orders', partitions: [wanted(0), wanted(7), wanted(0)] },
        { name: 'payments', partitions: [wanted(0)] },
      ],
    });
    const codes = response.responses.flatMap(({ partitions }) =>
      partitions.map(({ errorCode: code }) => code),
    );
    expect(codes).toEqual([
      errorCode.none,
      errorCode.unknownTopicOrPartition,
      errorCode.invalidRequest,
      errorCode.unknownTopicOrPartition,
    ]);
    expect(records).toHaveLength(1);
  });
});

describe('taking a reassignment back', () => {
  it('is refused where none is under way', () => {
    expect(alter(begun(), null)).toBe(errorCode.noReassignmentInProgress);
  });

  it('has those go that were being added, though one of them leads', () => {
    const partitions = [{ replicas: [4, 1, 2, 3], adding: [4], removing: [3], leader: 4 }];
    const context = begun({ partitions });
    expect(alter(context, null)).toBe(errorCode.none);
    expect(context.partition()).toMatchObject({
      replicas: [1, 2, 3],
      adding: [],
      removing: [],
      isr: [1, 2, 3],
      leader: 1,
      leaderEpoch: 6,
    });
  });

  it('is refused where only what is being added is in sync, unless the topic takes the loss', () => {
    const partitions = [{ replicas: [4, 1, 2], adding: [4], isr: [4], leader: 4 }];
    expect(alter(begun({ partitions }), null)).toBe(errorCode.invalidReplicaAssignment);
    const configs = { 'unclean.leader.election.enable': 'true' };
    const context = begun({ partitions, configs });
    expect(alter(context, null)).toBe(errorCode.none);
    expect(context.partition()).toMatchObject({
      replicas: [1, 2],
      isr: [1],
      leader: 1,
      recovering: true,
    });
  });
});

describe('new partitions', () => {
  it('get as many replicas as those that are changing theirs are to have', () => {
    const context = begun({ partitions: [{ replicas: [4, 1, 2, 3], adding: [4], removing: [3] }] });
    const { records } = createPartitions(context, {
      topics: [{ name: 'orders', count: 2, assignments: null }],
      timeoutMs: 1000,
      validateOnly: false,
    });
    context.apply(records);
    expect(context.partition(1).replicas).toHaveLength(3);
  });
});
