/** A group as its coordinator describes it, whichever protocol it follows. */
import type { Uuid } from '../../../base/ids.ts';
import type { DescribeGroupsResponse } from '../../protocol/apis/15-describe-groups.ts';
import type { ConsumerGroupDescribeResponse } from '../../protocol/apis/69-consumer-group-describe.ts';
import { MalformedError } from '../../protocol/malformed.ts';
import { decodeAssignment } from '../group/consumer-protocol.ts';
import { type TopicPartition, ungrouped } from '../group/topic-partition.ts';

export interface MemberDescription {
  readonly memberId: string;
  readonly instanceId: string | null;
  readonly clientId: string;
  readonly host: string;
  readonly assignment: readonly TopicPartition[];
  /** KIP-848: what it is to have in the end, and its epoch; −1 in classic groups. */
  readonly target: readonly TopicPartition[];
  readonly epoch: number;
}

export interface GroupDescription {
  readonly groupId: string;
  readonly protocol: 'classic' | 'consumer';
  readonly state: string;
  readonly assignor: string;
  /** KIP-848; −1 in classic groups, whose generation nobody tells. */
  readonly epoch: number;
  readonly members: readonly MemberDescription[];
}

export function describedClassic(
  group: DescribeGroupsResponse['groups'][number],
): GroupDescription {
  return {
    groupId: group.groupId,
    protocol: 'classic',
    state: group.groupState,
    assignor: group.protocolData,
    epoch: -1,
    members: group.members.map((member) => {
      const assignment = assignmentIn(member.memberAssignment);
      return {
        memberId: member.memberId,
        instanceId: member.groupInstanceId,
        clientId: member.clientId,
        host: member.clientHost,
        assignment,
        target: assignment,
        epoch: -1,
      };
    }),
  };
}

/** What a leader wrote that nobody can read counts as nothing. */
function assignmentIn(bytes: Uint8Array): TopicPartition[] {
  try {
    return ungrouped(decodeAssignment(bytes).partitions);
  } catch (error) {
    if (error instanceof MalformedError) return [];
    throw error;
  }
}

export function describedNew(
  group: ConsumerGroupDescribeResponse['groups'][number],
): GroupDescription {
  return {
    groupId: group.groupId,
    protocol: 'consumer',
    state: group.groupState,
    assignor: group.assignorName,
    epoch: group.groupEpoch,
    members: group.members.map((member) => ({
      memberId: member.memberId,
      instanceId: member.instanceId,
      clientId: member.clientId,
      host: member.clientHost,
      assignment: named(member.assignment),
      target: named(member.targetAssignment),
      epoch: member.memberEpoch,
    })),
  };
}

interface NamedTopics {
  readonly topicPartitions: readonly {
    readonly topicId: Uuid;
    readonly topicName: string;
    readonly partitions: readonly number[];
  }[];
}

const named = ({ topicPartitions }: NamedTopics): TopicPartition[] =>
  ungrouped(topicPartitions.map(({ topicName, partitions }) => ({ topic: topicName, partitions })));
