/** Range: each topic by itself is cut into one piece a member; the first members get one more. */
import {
  type Assignor,
  emptyAssignments,
  type GroupMember,
  noClaim,
  sortedMembers,
  sortedTopics,
} from './assignor.ts';

export const rangeAssignor: Assignor = {
  name: 'range',
  protocol: 'eager',
  userData: () => null,
  claimOf: () => noClaim,

  assign(counts, members) {
    const assignments = emptyAssignments(members);
    const readers = new Map<string, GroupMember[]>();
    for (const member of sortedMembers(members)) {
      for (const topic of new Set(member.topics)) {
        const known = readers.get(topic);
        if (known === undefined) readers.set(topic, [member]);
        else known.push(member);
      }
    }
    for (const topic of sortedTopics(counts, members)) {
      const count = counts.get(topic) as number;
      const ofTopic = readers.get(topic) as GroupMember[];
      const each = Math.floor(count / ofTopic.length);
      const withOneMore = count % ofTopic.length;
      let partition = 0;
      ofTopic.forEach(({ memberId }, at) => {
        const end = partition + each + (at < withOneMore ? 1 : 0);
        for (; partition < end; partition++) {
          assignments.get(memberId)?.push({ topic, partition });
        }
      });
    }
    return assignments;
  },
};
