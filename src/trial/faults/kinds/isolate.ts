import * as z from 'zod';
import { drawOne } from '../../../base/draw.ts';
import { counterparts, linksBetween } from '../../arena/link-sets.ts';
import { obstructionWords } from '../../arena/links.ts';
import { faultKind } from '../kind.ts';
import { obstruct } from '../obstruct.ts';

export const isolate = faultKind({
  name: 'isolate',
  does: 'the target is cut off, both ways, `from` other `brokers`, all other `nodes` or `everybody`',
  harm: 'nothing',
  onClients: true,
  fields: { from: z.enum(['brokers', 'nodes', 'everybody']).default('nodes') },
  draw: (random) => ({ from: drawOne(['brokers', 'nodes', 'everybody'] as const, random) }),
  strike({ fault, machine: { name }, arena }) {
    const others = counterparts(name, fault.from, arena);
    const links = [...linksBetween(others, [name], arena), ...linksBetween([name], others, arena)];
    return obstruct(links, 'block', arena);
  },
  words: obstructionWords,
});
