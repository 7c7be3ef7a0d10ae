import * as z from 'zod';
import { drawOne } from '../../../base/draw.ts';
import { activityKind } from '../activity.ts';
import { onClient } from '../on-client.ts';

export const burst = activityKind({
  name: 'burst',
  does: 'a producer sends `records` at once, beside its steady rate',
  by: 'producer',
  fields: { records: z.int().min(1).max(10_000) },
  draw(random, { producers, recordBytes, batchRecords }) {
    const most = recordBytes > 1_000 ? [5, 20] : [20, 200, 600];
    const records = Math.min(batchRecords, drawOne(most, random));
    return { ...onClient('p', producers, random), records };
  },
  consequences: ({ records }) => ({ records }),
  async run({ records }, actor) {
    await actor.perform({ kind: 'burst', about: { records } }, async () => {
      for (let i = 0; i < records; i++) actor.send(null);
    });
  },
});
