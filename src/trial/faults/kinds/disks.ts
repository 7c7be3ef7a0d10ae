/** Faults of disks. */
import type { DiskEffects } from '../../../sim/disk-faults.ts';
import type { Machine } from '../../../sim/machine.ts';
import type { ActiveFault, Arena } from '../active-fault.ts';

export function fullDisk({ disk }: Machine, { disks }: Arena): ActiveFault {
  disks.fill(disk);
  return {
    end: () => disks.endFill(disk),
    effect: tell(disk.effects, { writesRefused: 'refused % writes' }),
  };
}

export function slowDisk({ disk }: Machine, factor: number, { disks }: Arena): ActiveFault {
  disks.slow(disk, factor);
  return {
    end: () => disks.endSlow(disk, factor),
    effect: tell(disk.effects, { syncsSlowed: 'slowed % syncs', callsBlocked: 'held % calls up' }),
  };
}

export function stalledDisk({ disk }: Machine, { disks }: Arena): ActiveFault {
  disks.stall(disk);
  return {
    end: () => disks.endStall(disk),
    effect: tell(disk.effects, {
      syncsStalled: 'stalled % syncs',
      callsBlocked: 'held % calls up',
    }),
  };
}

export function failedSync({ disk }: Machine, { disks }: Arena): ActiveFault {
  disks.failSync(disk);
  return {
    end: () => disks.endFailSync(disk),
    effect: tell(disk.effects, { syncsRefused: 'failed % syncs', writesLost: 'lost % writes' }),
  };
}

export function readError({ disk }: Machine, { disks }: Arena): ActiveFault {
  disks.failRead(disk);
  return {
    end: () => disks.endFailRead(disk),
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
