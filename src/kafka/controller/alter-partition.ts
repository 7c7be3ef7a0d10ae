/**
 * AlterPartition: a leader wants another ISR (KIP-497). Answered per partition, by the first that
 * applies: the leader knows newer epochs than this controller → NOT_CONTROLLER; an older leader
 * epoch → FENCED_LEADER_EPOCH; it is not the leader → INVALID_REQUEST; an older partition epoch →
 * INVALID_UPDATE_VERSION; an ISR that no leader may want → INVALID_REQUEST; a member that may not
 * be in sync → INELIGIBLE_REPLICA (KIP-841, KIP-903).
 */

import type { BrokerEpoch, NodeId } from '../../base/ids.ts';
import { mark } from '../../base/mark.ts';
import { changedPartition, recoveryState } from '../metadata/record-states.ts';
import type { MetadataRecord } from '../metadata/records.ts';
import type { PartitionState } from '../metadata/state.ts';
import type {
  AlterPartitionRequest,
  AlterPartitionResponse,
} from '../protocol/apis/56-alter-partition.ts';
import { errorCode } from '../protocol/errors.ts';
import { type Decision, type DecisionContext, noRecords } from './decision.ts';
import { changePartition, mayLeadIn } from './elect.ts';
import { currentBroker } from './heartbeat.ts';

type Proposal = AlterPartitionRequest['topics'][number]['partitions'][number];
type Answer = AlterPartitionResponse['topics'][number]['partitions'][number];

interface Member {
  readonly brokerId: NodeId;
  /** −1 where the request's version cannot say. */
  readonly brokerEpoch: BrokerEpoch;
}

export function alterPartition(
  context: DecisionContext,
  version: number,
  request: AlterPartitionRequest,
): Decision<AlterPartitionResponse> {
  const { brokerId, brokerEpoch } = request;
  if (currentBroker(context, brokerId, brokerEpoch) === null) {
    mark('proposal-of-former-life');
    return {
      records: noRecords,
      response: { throttleTimeMs: 0, errorCode: errorCode.staleBrokerEpoch, topics: [] },
    };
  }
  const records: MetadataRecord[] = [];
  const topics = request.topics.map(({ topicId, partitions }) => {
    const topic = context.image.topicsById.get(topicId);
    return {
      topicId,
      partitions: partitions.map((proposal) => {
        const index = proposal.partitionIndex;
        if (topic === undefined) {
          mark('proposal-for-deleted-topic');
          return refuse(index, errorCode.unknownTopicId);
        }
        const partition = topic.partitions[index];
        if (partition === undefined) return refuse(index, errorCode.unknownTopicOrPartition);
        const members = membersOf(version, proposal);
        const code = problem(context, brokerId, partition, proposal, members);
        return code === errorCode.none
          ? accept(context, partition, proposal, members, records)
          : refuse(index, code);
      }),
    };
  });
  return { records, response: { throttleTimeMs: 0, errorCode: errorCode.none, topics } };
}

const membersOf = (version: number, proposal: Proposal): readonly Member[] =>
  version >= 3
    ? proposal.newIsrWithEpochs
    : proposal.newIsr.map((brokerId) => ({ brokerId, brokerEpoch: -1 }));

function problem(
  context: DecisionContext,
  sender: NodeId,
  partition: PartitionState,
  proposal: Proposal,
  members: readonly Member[],
): number {
  if (
    proposal.leaderEpoch > partition.leaderEpoch ||
    proposal.partitionEpoch > partition.partitionEpoch
  ) {
    mark('proposal-ahead');
    return errorCode.notController;
  }
  if (proposal.leaderEpoch < partition.leaderEpoch) {
    mark('proposal-fenced');
    return errorCode.fencedLeaderEpoch;
  }
  if (sender !== partition.leader) return errorCode.invalidRequest;
  if (proposal.partitionEpoch < partition.partitionEpoch) {
    mark('proposal-outdated');
    return errorCode.invalidUpdateVersion;
  }
  if (!isWellFormed(partition, proposal, members)) return errorCode.invalidRequest;
  const { brokers } = context.image;
  const isEligible = ({ brokerId, brokerEpoch }: Member): boolean => {
    const broker = brokers.get(brokerId);
    return (
      broker !== undefined &&
      context.rules.mayJoinIsr(broker) &&
      context.rules.isSameBroker(broker, brokerEpoch)
    );
  };
  if (members.every(isEligible)) return errorCode.none;
  mark('member-ineligible');
  return errorCode.ineligibleReplica;
}

/**
 * Distinct replicas with the leader among them, alone while it recovers; and recovery does not
 * begin here.
 */
function isWellFormed(
  partition: PartitionState,
  proposal: Proposal,
  members: readonly Member[],
): boolean {
  const ids = new Set(members.map(({ brokerId }) => brokerId));
  if (ids.size !== members.length || !ids.has(partition.leader)) return false;
  for (const id of ids) if (!partition.replicas.includes(id)) return false;
  if (proposal.leaderRecoveryState === recoveryState.recovered) return true;
  if (proposal.leaderRecoveryState !== recoveryState.recovering) return false;
  return partition.recovering && members.length === 1;
}

function accept(
  context: DecisionContext,
  partition: PartitionState,
  proposal: Proposal,
  members: readonly Member[],
  records: MetadataRecord[],
): Answer {
  const record = changePartition(context, partition, {
    isr: members.map(({ brokerId }) => brokerId),
    recovering: proposal.leaderRecoveryState === recoveryState.recovering,
    mayLead: mayLeadIn(context),
  });
  let altered = partition;
  if (record?.type === 'partition-change') {
    records.push(record);
    altered = changedPartition(partition, record.body);
  }
  if (altered.leader !== partition.leader) mark('proposal-moves-leader');
  return {
    partitionIndex: altered.index,
    errorCode: altered.leader === partition.leader ? errorCode.none : errorCode.newLeaderElected,
    leaderId: altered.leader,
    leaderEpoch: altered.leaderEpoch,
    isr: [...altered.isr],
    leaderRecoveryState: altered.recovering ? recoveryState.recovering : recoveryState.recovered,
    partitionEpoch: altered.partitionEpoch,
  };
}

const refuse = (partitionIndex: number, code: number): Answer => ({
  partitionIndex,
  errorCode: code,
  leaderId: 0,
  leaderEpoch: 0,
  isr: [],
  leaderRecoveryState: recoveryState.recovered,
  partitionEpoch: 0,
});
