import { activityKind } from '../activity.ts';
import { onMember } from '../on-client.ts';

export const joinLate = activityKind({
  name: 'join-late',
  does: 'a member joins its group only now',
  by: 'member',
  ofGroups: true,
  fields: {},
  draw(random, { groups }) {
    const member = onMember(groups, random);
    return member === null ? null : { by: member.by };
  },
  async run(_, actor) {
    const about = { group: actor.group };
    await actor.perform({ kind: 'join-late', about }, async () => actor.join());
  },
});
