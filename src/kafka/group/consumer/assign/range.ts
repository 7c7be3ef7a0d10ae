/**
 * `range`: each topic's partitions in order, a stretch for each of its subscribers, whose order is
 * that of their instance ids and member ids. Partitions of the same number of topics that have the
 * same subscribers go to the same member. It keeps what members had as far as that order allows.
 */
import type { Uuid } from '../../../../base/ids.ts';
import type { AssignedMember, Assignment, AssignmentQuestion, Assignor } from './assignor.ts';
import { byText } from './assignor.ts';

export const rangeAssignor: Assignor = { name: 'range', assign };

function assign({ members, partitionCounts }: AssignmentQuestion): Assignment {
  const all = new Map<string, Map<Uuid, readonly number[]>>();
  for (const { memberId } of members) all.set(memberId, new Map());
  const ordered = [...members].sort(
    (a, b) => byText(nameOf(a), nameOf(b)) || byText(a.memberId, b.memberId),
  );
  for (const [topicId, count] of [...partitionCounts].sort(([a], [b]) => byText(a, b))) {
    const subscribers = ordered.filter(({ topics }) => topics.has(topicId));
    if (subscribers.length === 0) continue;
    const least = Math.floor(count / subscribers.length);
    const withOneMore = count % subscribers.length;
    let from = 0;
    for (const [place, { memberId }] of subscribers.entries()) {
      const size = least + (place < withOneMore ? 1 : 0);
      if (size === 0) break;
      const stretch = Array.from({ length: size }, (_, i) => from + i);
      all.get(memberId)?.set(topicId, stretch);
      from += size;
    }
  }
  return all;
}

const nameOf = ({ instanceId, memberId }: AssignedMember): string => instanceId ?? memberId;
