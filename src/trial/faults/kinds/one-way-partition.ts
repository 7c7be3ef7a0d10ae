import * as z from 'zod';
import { drawOne } from '../../../base/draw.ts';
import { counterparts, linksBetween } from '../../arena/link-sets.ts';
import { obstructionWords } from '../../arena/links.ts';
import { faultKind } from '../kind.ts';
import { obstruct } from '../obstruct.ts';

export const oneWayPartition = faultKind({
  name: 'one-way-partition',
  does:
    "nothing gets in (`direction: 'inbound'`) or out (`'outbound'`), " +
    '`from` `nodes`, `clients` or `everybody`',
  harm: 'nothing',
  onClients: true,
  fields: {
    direction: z.enum(['inbound', 'outbound']).default('inbound'),
    from: z.enum(['nodes', 'clients', 'everybody']).default('nodes'),
  },
  draw: (random) => ({
    direction: drawOne(['inbound', 'outbound'] as const, random),
    from: drawOne(['nodes', 'clients', 'everybody'] as const, random),
  }),
  strike({ fault, machine: { name }, arena }) {
    const others = counterparts(name, fault.from, arena);
    const links =
      fault.direction === 'inbound'
        ? linksBetween(others, [name], arena)
        : linksBetween([name], others, arena);
    return obstruct(links, 'block', arena);
  },
  words: obstructionWords,
});
