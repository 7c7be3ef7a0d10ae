/** Faults of disks. */
import type { DiskEffects } from '../../../sim/disk-faults.ts';
import type { Machine } from '../../../sim/machine.ts';
import type { ActiveFault } from '../active-fault.ts';

/** Microseconds that one call takes on a usual disk, as far as a slow one multiplies it. */
const usualCallUs = 10;

export function fullDisk({ disk }: Machine): ActiveFault {
  disk.faults.full = true;
  return {
    end() {
      disk.faults.full = false;
    },
    effect: tell(disk.effects, { writesRefused: 'refused % writes' }),
  };
}

export function slowDisk({ disk }: Machine, factor: number): ActiveFault {
  disk.faults.slow(factor, usualCallUs * factor);
  return {
    end: () => disk.faults.endSlow(),
    effect: tell(disk.effects, { syncsSlowed: 'slowed % syncs', callsBlocked: 'held % calls up' }),
  };
}

export function stalledDisk({ disk }: Machine): ActiveFault {
  disk.faults.stall();
  return {
    end: () => disk.faults.unstall(),
    effect: tell(disk.effects, {
      syncsStalled: 'stalled % syncs',
      callsBlocked: 'held % calls up',
    }),
  };
}

export function failedSync({ disk }: Machine): ActiveFault {
  disk.faults.failNextSyncs();
  return {
    end: () => disk.faults.forgetNext(),
    effect: tell(disk.effects, { syncsRefused: 'failed % syncs', writesLost: 'lost % writes' }),
  };
}

export function readError({ disk }: Machine): ActiveFault {
  disk.faults.failNextReads();
  return {
    end: () => disk.faults.forgetNext(),
    effect: tell(disk.effects, { readsFailed: 'failed % reads' }),
  };
}

/** Tells by how much counters have risen since now. */
function tell(
  effects: DiskEffects,
  words: Partial<Record<keyof DiskEffects, string>>,
): () => string {
  const before = { ...effects };
  return () =>
    (Object.entries(words) as [keyof DiskEffects, string][])
      .map(([name, phrase]) => [effects[name] - before[name], phrase] as const)
      .filter(([count]) => count > 0)
      .map(([count, phrase]) => phrase.replace('%', String(count)))
      .join(', ');
}
