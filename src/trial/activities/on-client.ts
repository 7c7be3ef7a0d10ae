import { drawOne } from '../../base/draw.ts';
import type { RandomStream } from '../../host/random.ts';
import { type GroupWorkload, membersOf } from '../groups/group.ts';

/** One of so many clients, `p1`, `p2`, …, as the field `by` has it. */
export const onClient = (initial: 'p' | 'c', count: number, random: RandomStream) => ({
  by: `${initial}${1 + random.int(count)}`,
});

/** One member of all groups; null where there is none. */
export function onMember(
  groups: readonly GroupWorkload[],
  random: RandomStream,
): { readonly by: string; readonly group: GroupWorkload } | null {
  if (groups.length === 0) return null;
  const { machine, group } = drawOne(membersOf({ groups }), random);
  return { by: machine, group };
}
