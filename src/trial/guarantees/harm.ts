/**
 * What a fault may cost the cluster, from least to worst; the budget reads it.
 * - `nothing`: time and connections only.
 * - `ends-process`: the process ends. One that stopped uncleanly leaves every ISR, whatever its
 *   page cache holds (KIP-966), and one that shuts down hands its leaderships to whoever still
 *   stands in the ISR: while a replica recovers what it lost, its partitions can spare no other.
 * - `destroys-unsynced`: what was not synced may be gone.
 * - `destroys-disk`: what the machine held is gone, or not what it was.
 * - `replaces-disk`: all is gone; a voter comes back as another replica, which never votes again.
 */
export type Harm =
  | 'nothing'
  | 'ends-process'
  | 'destroys-unsynced'
  | 'destroys-disk'
  | 'replaces-disk';

/** A second strike of such harm before the first has healed loses records. */
export function destroysData(harm: Harm): boolean {
  return harm !== 'nothing' && harm !== 'ends-process';
}
