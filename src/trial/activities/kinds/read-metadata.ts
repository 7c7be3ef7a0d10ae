import * as z from 'zod';
import { activityKind } from '../activity.ts';
import { readView } from '../read-view.ts';

export const readMetadata = activityKind({
  name: 'read-metadata',
  does: 'the administrator reads what broker number `broker` tells of the cluster, topics, partitions and settings',
  by: 'administrator',
  fields: { broker: z.int().min(1).max(9) },
  draw: (random, { brokers }) => ({ broker: 1 + random.int(brokers) }),
  async run({ broker }, { admin, brokers, history, now, perform }) {
    const asked = brokers.find(({ id }) => id === broker);
    if (asked === undefined) return;
    await perform({ kind: 'read-metadata', about: { broker } }, async (options) => {
      const view = await readView(admin, asked, { ...options, timeoutMs: 10_000 });
      history.views.push({ ...view, phase: 'workload', atUs: now() });
      return { topics: view.topics.length };
    });
  },
});
