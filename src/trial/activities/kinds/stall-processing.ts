import { activityKind, duration } from '../activity.ts';
import { onMember } from '../on-client.ts';

export const stallProcessing = activityKind({
  name: 'stall-processing',
  does: "a member's application takes `durationMs` for the records that it is handed next, perhaps longer than `max.poll.interval.ms` allows",
  by: 'member',
  ofGroups: true,
  fields: { durationMs: duration },
  draw(random, { groups }) {
    const member = onMember(groups, random);
    if (member === null) return null;
    const { maxPollIntervalMs } = member.group;
    return {
      by: member.by,
      durationMs: Math.floor(maxPollIntervalMs / 2) + random.int(maxPollIntervalMs),
    };
  },
  async run({ durationMs }, actor) {
    const about = { group: actor.group, durationMs };
    await actor.perform({ kind: 'stall-processing', about }, async () => actor.stall(durationMs));
  },
});
