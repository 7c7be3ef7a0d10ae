import * as z from 'zod';
import { drawPlace, isAt, notHealedYet, placeField } from '../damage.ts';
import { faultKind } from '../kind.ts';

export const bitRot = faultKind({
  name: 'bit-rot',
  does:
    'one bit flips in each of `bytes` synced bytes `of` `records`, `metadata` or `anything`; it ' +
    'stays so',
  harm: 'destroys-disk',
  notDrawn: notHealedYet,
  fields: { bytes: z.int().min(1).max(10_000).default(1), of: placeField },
  draw: (random) => ({ bytes: 1 + random.int(10), of: drawPlace(random) }),
  strike({ fault: { bytes, of }, machine: { disk } }) {
    const bytesFlipped = disk.faults.rot(bytes, isAt(of));
    return { end: () => {}, effect: () => ({ bytesFlipped }) };
  },
  words: { bytesFlipped: 'flipped a bit in % bytes' },
});
