import { msToMicros } from '../../../base/time.ts';
import { linksOf, ringFrom } from '../../arena/link-sets.ts';
import { LinkTally, obstructionWords } from '../../arena/links.ts';
import { type ActiveFault, faultKind, nothingToDraw } from '../kind.ts';
import { obstruct } from '../obstruct.ts';

export const swizzle = faultKind({
  name: 'swizzle',
  does: 'node after node is clogged over the first half of the time, and unclogged in the opposite order',
  harm: 'nothing',
  fields: {},
  draw: nothingToDraw,
  strike({ fault, machine: { name }, arena }) {
    const ring = ringFrom(name, arena);
    const tally = new LinkTally(ring.flatMap((node) => linksOf(node, arena)));
    const clogged: ActiveFault[] = [];
    const pauseUs = Math.floor(msToMicros(fault.durationMs) / (2 * ring.length));
    let over = false;
    const inTime = (step: number, label: string, act: () => void): void => {
      arena.world.schedule(pauseUs * step, label, () => {
        if (!over) act();
      });
    };
    for (const [i, node] of ring.entries()) {
      const clogNode = (): void => {
        clogged.push(obstruct(linksOf(node, arena), 'clog', arena));
      };
      inTime(i, `swizzle: clog ${node}`, clogNode);
      inTime(ring.length + i, 'swizzle: unclog', () => clogged.pop()?.end());
    }
    return {
      end() {
        over = true;
        for (const one of clogged.splice(0)) one.end();
        tally.close();
      },
      effect: () => tally.obstructions,
    };
  },
  words: obstructionWords,
});
