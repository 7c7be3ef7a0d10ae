import * as z from 'zod';
import { msToMicros } from '../../../base/time.ts';
import { countsSince } from '../disk-counts.ts';
import { isUp } from '../is-up.ts';
import { faultKind } from '../kind.ts';

const diskWords = { syncsSlowed: 'slowed % syncs', callsBlocked: 'held % calls up' };

export const slowStart = faultKind({
  name: 'slow-start',
  does:
    'the process dies, and starts again when a third of the time is over; until the end every ' +
    'disk call then takes `factor` times as long',
  harm: 'ends-process',
  fields: { factor: z.int().min(2).max(10_000).default(1_000) },
  draw: (random) => ({ factor: 50 + random.int(2_000) }),
  strike({ fault: { factor, durationMs }, machine, arena: { supervisor, disks, world } }) {
    const { disk } = machine;
    const killed = isUp(machine) ? 1 : 0;
    const counts = countsSince(disk.effects, diskWords);
    let starts = false;
    let over = false;
    const start = (): void => {
      if (starts) return;
      starts = true;
      if (!over) disks.slow(disk, factor);
      supervisor.release(machine);
    };
    supervisor.hold(machine);
    machine.crash();
    world.schedule(Math.floor(msToMicros(durationMs) / 3), `${machine.name} starts slowly`, start);
    return {
      end() {
        if (starts) disks.endSlow(disk, factor);
        over = true;
        start();
      },
      effect: () => ({ killed, ...counts() }),
    };
  },
  words: { killed: 'killed the process', ...diskWords },
});
