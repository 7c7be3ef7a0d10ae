import * as z from 'zod';
import { drawPlace, isAt, notHealedYet, placeField } from '../damage.ts';
import { faultKind } from '../kind.ts';

export const unreadableSector = faultKind({
  name: 'unreadable-sector',
  does:
    '`sectors` `of` `records`, `metadata` or `anything` cannot be read until they are ' +
    'overwritten',
  harm: 'destroys-disk',
  notDrawn: notHealedYet,
  fields: { sectors: z.int().min(1).max(1_000).default(1), of: placeField },
  draw: (random) => ({ sectors: 1 + random.int(4), of: drawPlace(random) }),
  strike({ fault: { sectors, of }, machine: { disk } }) {
    const sectorsBroken = disk.faults.breakSectors(sectors, isAt(of));
    return { end: () => {}, effect: () => ({ sectorsBroken }) };
  },
  words: { sectorsBroken: 'made % sectors unreadable' },
});
