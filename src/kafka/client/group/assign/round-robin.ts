/**
 * Round-robin: all partitions of all topics in order, dealt out in turn; a member that did not
 * subscribe to a topic is passed over.
 */
import {
  type Assignor,
  emptyAssignments,
  type GroupMember,
  noClaim,
  sortedMembers,
  sortedTopics,
} from './assignor.ts';

export const roundRobinAssignor: Assignor = {
  name: 'roundrobin',
  protocol: 'eager',
  userData: () => null,
  claimOf: () => noClaim,

  assign(counts, members) {
    const assignments = emptyAssignments(members);
    const circle = sortedMembers(members).map((member) => ({
      memberId: member.memberId,
      topics: new Set(member.topics),
    }));
    let next = 0;
    for (const topic of sortedTopics(counts, members)) {
      const readers = circle.flatMap(({ topics }, at) => (topics.has(topic) ? [at] : []));
      let turn = firstAtOrAfter(readers, next);
      const count = counts.get(topic) as number;
      for (let partition = 0; partition < count; partition++) {
        const at = readers[turn] as number;
        const { memberId } = circle[at] as Pick<GroupMember, 'memberId'>;
        assignments.get(memberId)?.push({ topic, partition });
        turn = (turn + 1) % readers.length;
        next = (at + 1) % circle.length;
      }
    }
    return assignments;
  },
};

/** Where in the rising `places` the first lies that is not before `place`; round the circle. */
function firstAtOrAfter(places: readonly number[], place: number): number {
  return Math.max(
    0,
    places.findIndex((each) => each >= place),
  );
}
