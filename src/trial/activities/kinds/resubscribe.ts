import * as z from 'zod';
import { drawOne } from '../../../base/draw.ts';
import { activityKind, topicName } from '../activity.ts';
import { onMember } from '../on-client.ts';

export const resubscribe = activityKind({
  name: 'resubscribe',
  does: 'a member subscribes to `topics` from now on, or to all topics that `pattern` matches',
  by: 'member',
  ofGroups: true,
  fields: {
    topics: z.array(topicName).max(20).default([]),
    pattern: z.string().min(1).max(200).nullable().default(null),
  },
  draw(random, { groups, topics }) {
    const member = onMember(groups, random);
    if (member === null) return null;
    const names = topics.map(({ name }) => name);
    const some = names.filter(() => random.int(2) === 0);
    const first = drawOne(names, random);
    const pattern = drawOne(['[a-z].*', `${first.slice(0, 1)}.*`], random);
    const isList = random.int(2) === 0;
    const list = some.length === 0 ? [first] : some;
    return { by: member.by, ...(isList ? { topics: list } : { pattern }) };
  },
  async run({ topics, pattern }, actor) {
    const about = { group: actor.group, topics, pattern };
    await actor.perform({ kind: 'resubscribe', about }, async () => {
      actor.subscribe({ topics, pattern });
    });
  },
});
