import type { DiskEffects } from '../../sim/disk-faults.ts';
import type { Effect } from './kind.ts';

/** By how much the counters that `words` names have risen since now. */
export function countsSince(
  effects: DiskEffects,
  words: { readonly [Name in keyof DiskEffects]?: string },
): () => Effect {
  const names = Object.keys(words) as (keyof DiskEffects)[];
  const before = { ...effects };
  return () => Object.fromEntries(names.map((name) => [name, effects[name] - before[name]]));
}
