import { msToMicros } from '../../../base/time.ts';
import { type ActiveFault, faultKind, nothingToDraw } from '../kind.ts';
import { shutDown, shutDownWords } from '../shut-down.ts';

export const rollingRestart = faultKind({
  name: 'rolling-restart',
  does:
    "the target's machines are shut down and started again one after the other, nobody waits " +
    'until one has recovered; each is down for half of its share of the time',
  harm: 'ends-process',
  fields: {},
  draw: nothingToDraw,
  strike({ fault: { durationMs }, machine, machines, arena }) {
    const shareUs = Math.floor(msToMicros(durationMs) / machines.length);
    let down: ActiveFault | null = null;
    let isDown = false;
    let over = false;
    const stop = (): void => {
      if (over) return;
      down = shutDown(machine, arena);
      isDown = true;
    };
    const start = (): void => {
      if (isDown) down?.end();
      isDown = false;
    };
    const { world } = arena;
    const turnUs = shareUs * machines.indexOf(machine.name);
    if (turnUs === 0) stop();
    else world.schedule(turnUs, `turn of ${machine.name}`, stop);
    world.schedule(turnUs + Math.floor(shareUs / 2), `${machine.name} may start`, start);
    return {
      end() {
        over = true;
        start();
      },
      effect: () => down?.effect() ?? {},
    };
  },
  words: shutDownWords,
});
