import * as z from 'zod';
import { drawOne } from '../../../base/draw.ts';
import { activityKind } from '../activity.ts';
import { onClient } from '../on-client.ts';

/** A request of a client holds a megabyte. */
const mostBytes = 900_000;

export const largeRecords = activityKind({
  name: 'large-records',
  does: 'a producer sends `records` of `recordBytes` each, up to 900 kB; a topic may refuse them',
  by: 'producer',
  fields: {
    records: z.int().min(1).max(100).default(1),
    recordBytes: z.int().min(16).max(mostBytes),
  },
  draw(random, { producers, spareBytes }) {
    const recordBytes = drawOne([20_000, 200_000, mostBytes], random);
    const records = Math.min(1 + random.int(3), Math.floor(spareBytes / recordBytes));
    return records < 1 ? null : { ...onClient('p', producers, random), records, recordBytes };
  },
  consequences: ({ records, recordBytes }) => ({ records, bytes: records * recordBytes }),
  async run({ records, recordBytes }, actor) {
    await actor.perform({ kind: 'large-records', about: { records, recordBytes } }, async () => {
      for (let i = 0; i < records; i++) actor.send(recordBytes);
    });
  },
});
