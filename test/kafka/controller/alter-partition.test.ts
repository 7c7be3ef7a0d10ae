import { describe, expect, it } from 'vitest';
import { alterPartition } from '../../../src/kafka/controller/alter-partition.ts';
import type { ControllerRules } from '../../../src/kafka/controller/rules.ts';
import { errorCode } from '../../../src/kafka/protocol/errors.ts';
import { type BrokerLook, cluster, essence, type PartitionLook, topicId } from './fixtures.ts';

interface Proposal {
  readonly sender?: number;
  readonly senderEpoch?: number;
  readonly leaderEpoch?: number;
  readonly partitionEpoch?: number;
  readonly isr?: readonly number[];
  /** Epochs of the members; as registered where left out. */
  readonly epochs?: Readonly<Record<number, number>>;
  readonly recoveryState?: number;
  readonly version?: number;
  readonly index?: number;
  readonly topic?: string;
  readonly brokers?: readonly BrokerLook[];
  readonly partition?: PartitionLook;
  readonly rules?: Partial<ControllerRules>;
}

function propose(proposal: Proposal) {
  const context = cluster({
    brokers: proposal.brokers ?? [{ id: 1 }, { id: 2 }, { id: 3 }, { id: 4 }],
    partitions: [{ isr: [1, 2], ...proposal.partition }],
    ...(proposal.rules === undefined ? {} : { rules: proposal.rules }),
  });
  const isr = proposal.isr ?? [1, 2, 3];
  const sender = proposal.sender ?? 1;
  const { records, response } = alterPartition(context, proposal.version ?? 3, {
    brokerId: sender,
    brokerEpoch: proposal.senderEpoch ?? 100 + sender,
    topics: [
      {
        topicId: proposal.topic ?? topicId,
        partitions: [
          {
            partitionIndex: proposal.index ?? 0,
            leaderEpoch: proposal.leaderEpoch ?? 5,
            partitionEpoch: proposal.partitionEpoch ?? 10,
            newIsr: [...isr],
            newIsrWithEpochs: isr.map((brokerId) => ({
              brokerId,
              brokerEpoch: proposal.epochs?.[brokerId] ?? 100 + brokerId,
            })),
            leaderRecoveryState: proposal.recoveryState ?? 0,
          },
        ],
      },
    ],
  });
  context.apply(records);
  const answer = response.topics[0]?.partitions[0];
  return {
    code: response.errorCode === 0 ? answer?.errorCode : response.errorCode,
    answer,
    records,
    context,
  };
}

describe('AlterPartition is refused', () => {
  // Each row keeps every fault of the rows below it, so the table is the order of the answers.
  const wrong: readonly [name: string, proposal: Proposal, code: number][] = [
    [
      'an epoch of the sender that is not its registration’s',
      { senderEpoch: 7 },
      errorCode.staleBrokerEpoch,
    ],
    ['an unknown topic', { topic: 'AAAAAAAAQACAAAAAAAAABg' }, errorCode.unknownTopicId],
    ['an unknown partition', { index: 1 }, errorCode.unknownTopicOrPartition],
    ['a leader epoch ahead of the controller', { leaderEpoch: 6 }, errorCode.notController],
    ['a partition epoch ahead of the controller', { partitionEpoch: 11 }, errorCode.notController],
    ['a leader epoch that is over', { leaderEpoch: 4 }, errorCode.fencedLeaderEpoch],
    ['a sender that does not lead', { sender: 2 }, errorCode.invalidRequest],
    ['a partition epoch that is over', { partitionEpoch: 9 }, errorCode.invalidUpdateVersion],
    ['an ISR without the leader', { isr: [2, 3] }, errorCode.invalidRequest],
    ['an ISR with a member twice', { isr: [1, 2, 2] }, errorCode.invalidRequest],
    ['an ISR with a broker that is no replica', { isr: [1, 2, 4] }, errorCode.invalidRequest],
    ['recovery that begins here', { isr: [1], recoveryState: 1 }, errorCode.invalidRequest],
    ['a recovery state that there is not', { recoveryState: 2 }, errorCode.invalidRequest],
  ];
  it.each(wrong)('for %s', (_, proposal, code) => {
    const { records, ...refused } = propose(proposal);
    expect(refused.code).toBe(code);
    expect(records).toEqual([]);
  });

  const order: readonly [name: string, proposal: Proposal, code: number][] = [
    ['ahead before over', { partitionEpoch: 11, leaderEpoch: 4 }, errorCode.notController],
    ['leader epoch before sender', { leaderEpoch: 4, sender: 2 }, errorCode.fencedLeaderEpoch],
    [
      'sender before partition epoch',
      { sender: 2, partitionEpoch: 9, isr: [2, 3] },
      errorCode.invalidRequest,
    ],
    ['partition epoch before ISR', { partitionEpoch: 9, isr: [] }, errorCode.invalidUpdateVersion],
    ['ISR before members', { isr: [2, 3], epochs: { 3: 1 } }, errorCode.invalidRequest],
  ];
  it.each(order)('with the first that applies: %s', (_, proposal, code) => {
    expect(propose(proposal).code).toBe(code);
  });

  it('for a recovering leader that wants company', () => {
    const recovering: Proposal = { partition: { isr: [1], recovering: true }, recoveryState: 1 };
    expect(propose({ ...recovering, isr: [1, 2] }).code).toBe(errorCode.invalidRequest);
    expect(propose({ ...recovering, isr: [1] }).code).toBe(errorCode.none);
  });
});

describe('AlterPartition finds a member ineligible', () => {
  const fenced: Proposal = { brokers: [{ id: 1 }, { id: 2 }, { id: 3, fenced: true }] };
  const leaving: Proposal = {
    brokers: [{ id: 1 }, { id: 2 }, { id: 3, inControlledShutdown: true }],
  };
  const rebooted: Proposal = { epochs: { 3: 50 } };

  it('that is fenced, shutting down or unknown (KIP-841)', () => {
    expect(propose(fenced).code).toBe(errorCode.ineligibleReplica);
    expect(propose(leaving).code).toBe(errorCode.ineligibleReplica);
    expect(propose({ brokers: [{ id: 1 }, { id: 2 }] }).code).toBe(errorCode.ineligibleReplica);
  });

  it('whose broker epoch is another than the leader saw (KIP-903)', () => {
    expect(propose(rebooted).code).toBe(errorCode.ineligibleReplica);
  });

  it('but not where the leader could not say its epoch', () => {
    expect(propose({ epochs: { 3: -1 } }).code).toBe(errorCode.none);
    expect(propose({ ...rebooted, version: 2 }).code).toBe(errorCode.none);
  });

  it('unless the rule of the day before is in force', () => {
    expect(propose({ ...fenced, rules: { mayJoinIsr: () => true } }).code).toBe(errorCode.none);
    expect(propose({ ...rebooted, rules: { isSameBroker: () => true } }).code).toBe(errorCode.none);
  });
});

describe('AlterPartition accepted', () => {
  it('answers the state that the record makes', () => {
    const { answer, context, records } = propose({});
    expect(records).toHaveLength(1);
    expect(essence(context.partition())).toMatchObject({
      isr: [1, 2, 3],
      leaderEpoch: 5,
      partitionEpoch: 11,
    });
    expect(answer).toEqual({
      partitionIndex: 0,
      errorCode: errorCode.none,
      leaderId: 1,
      leaderEpoch: 5,
      isr: [1, 2, 3],
      leaderRecoveryState: 0,
      partitionEpoch: 11,
    });
  });

  it('moves who leaves below min ISR into the ELR', () => {
    expect(propose({ isr: [1] }).context.partition()).toMatchObject({ isr: [1], elr: [2] });
  });

  it('writes nothing where nothing changes', () => {
    const { answer, records } = propose({ isr: [1, 2] });
    expect(records).toEqual([]);
    expect(answer).toMatchObject({ errorCode: errorCode.none, partitionEpoch: 10 });
  });

  it('ends the recovery of a leader that reports so', () => {
    const { answer, context } = propose({ partition: { isr: [1], recovering: true }, isr: [1] });
    expect(answer).toMatchObject({ leaderRecoveryState: 0, partitionEpoch: 11 });
    expect(context.partition().recovering).toBe(false);
  });
});
