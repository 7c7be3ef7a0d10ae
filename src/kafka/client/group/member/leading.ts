/** What the leader of a classic group does: it reads what the members say and shares out. */
import type { JoinGroupResponse } from '../../../protocol/apis/11-join-group.ts';
import { MalformedError } from '../../../protocol/malformed.ts';
import type { Assignor, AssignorRules, GroupMember } from '../assign/assignor.ts';
import { noClaim } from '../assign/assignor.ts';
import { decodeSubscription, encodeAssignment } from '../consumer-protocol.ts';
import { groupedByTopic } from '../topic-partition.ts';

export interface Leadership {
  readonly assignor: Assignor;
  readonly members: readonly GroupMember[];
  /** Topics of all members. */
  readonly topics: readonly string[];
}

/** A member whose words cannot be read has subscribed to nothing; the others go on. */
export function leadershipOf(assignor: Assignor, response: JoinGroupResponse): Leadership {
  const members = response.members.map(({ memberId, groupInstanceId, metadata }) => {
    const { topics, claim } = readMember(assignor, metadata);
    return { memberId, instanceId: groupInstanceId, topics, ...claim };
  });
  const topics = [...new Set(members.flatMap((member) => member.topics))];
  return { assignor, members, topics };
}

function readMember(assignor: Assignor, metadata: Uint8Array) {
  try {
    const subscription = decodeSubscription(metadata);
    return { topics: subscription.topics, claim: assignor.claimOf(subscription) };
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
    return { topics: [], claim: noClaim };
  }
}

/** The assignments as SyncGroup carries them. */
export function encodedAssignments(
  { assignor, members }: Leadership,
  counts: ReadonlyMap<string, number>,
  rules: AssignorRules,
): { memberId: string; assignment: Uint8Array }[] {
  const assignments = assignor.assign(counts, members, rules);
  return [...assignments].map(([memberId, partitions]) => ({
    memberId,
    assignment: encodeAssignment({ partitions: groupedByTopic(partitions), userData: null }),
  }));
}
