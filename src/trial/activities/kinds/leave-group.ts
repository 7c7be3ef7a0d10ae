import * as z from 'zod';
import { drawOne } from '../../../base/draw.ts';
import { msToMicros } from '../../../base/time.ts';
import { protocols } from '../../groups/group.ts';
import { activityKind, duration } from '../activity.ts';
import { onMember } from '../on-client.ts';

export const leaveGroup = activityKind({
  name: 'leave-group',
  does: 'a member closes its consumer and joins its group with another after `durationMs`, from now on by `protocol` where it is given',
  by: 'member',
  ofGroups: true,
  fields: { durationMs: duration, protocol: z.enum(protocols).optional() },
  draw(random, { groups }) {
    const member = onMember(groups, random);
    if (member === null) return null;
    const durationMs = drawOne([0, 500, 3_000, 10_000], random);
    const switches = random.int(4) === 0;
    const protocol = drawOne(protocols, random);
    return { by: member.by, durationMs, ...(switches ? { protocol } : {}) };
  },
  async run({ durationMs, protocol }, actor) {
    const about = { group: actor.group, durationMs, protocol: protocol ?? null };
    await actor.perform({ kind: 'leave-group', about }, async () => {
      await actor.leave();
      await new Promise<void>((resolve) => actor.timers.after(msToMicros(durationMs), resolve));
      actor.join(protocol);
    });
  },
});
