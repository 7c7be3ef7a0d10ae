import * as z from 'zod';
import { drawOne } from '../../../base/draw.ts';
import { activityKind, groupName } from '../activity.ts';

/** Those that do their work in a consumer group. */
const choices: Readonly<Record<string, readonly (string | null)[]>> = {
  'consumer.heartbeat.interval.ms': ['5000', '7000', null],
  'consumer.session.timeout.ms': ['45000', '50000', null],
};

export const alterGroup = activityKind({
  name: 'alter-group',
  does: 'the administrator sets `configs` of `group`, as consumer groups of KIP-848 follow them; null takes a value away',
  by: 'administrator',
  ofGroups: true,
  fields: { group: groupName, configs: z.record(z.string(), z.string().nullable()) },
  draw(random, { groups }) {
    if (groups.length === 0) return null;
    const config = drawOne(Object.keys(choices), random);
    const value = drawOne(choices[config]!, random);
    return { group: drawOne(groups, random).name, configs: { [config]: value } };
  },
  consequences: ({ group, configs }) => ({ configuresGroup: { group, configs } }),
  async run({ group, configs }, { admin, perform }) {
    await perform({ kind: 'alter-group', about: { group, configs } }, (options) =>
      admin.alterConfigs({ type: 'group', name: group }, configs, options),
    );
  },
});
