import type { World } from '../../sim/world.ts';
import type { ClusterView } from '../history/cluster-view.ts';
import type { DisksUnderFault } from './disks.ts';
import type { LinkFaults } from './links.ts';
import type { Supervisor } from './supervisor.ts';
import type { Roster } from './targets.ts';
import type { Wholeness } from './wholeness.ts';

/** What a fault may act on. */
export interface Arena {
  readonly world: World;
  readonly roster: Roster;
  readonly view: ClusterView;
  readonly wholeness: Wholeness;
  readonly supervisor: Supervisor;
  readonly links: LinkFaults;
  readonly disks: DisksUnderFault;
  /** Told when a machine's disk is replaced by an empty one. */
  readonly onDiskReplaced: (machine: string) => void;
}

/** A fault in force: a guard that ends it, and the tale of what it did. */
export interface ActiveFault {
  end(): void;
  /** What it has touched so far, in words; empty while it touched nothing. */
  effect(): string;
}
