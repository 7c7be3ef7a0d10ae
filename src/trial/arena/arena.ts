import type { Machine } from '../../sim/machine.ts';
import type { World } from '../../sim/world.ts';
import type { ClusterView } from '../history/cluster-view.ts';
import type { SettingsOverrides } from '../settings/settings.ts';
import type { ClocksUnderFault } from './clocks.ts';
import type { DisksUnderFault } from './disks.ts';
import type { LinkFaults } from './links.ts';
import type { Roster } from './roster.ts';
import type { Supervisor } from './supervisor.ts';
import type { Wholeness } from './wholeness.ts';

/** The world with its cluster and clients, as faults may act on it. */
export interface Arena {
  readonly world: World;
  readonly roster: Roster;
  readonly view: ClusterView;
  readonly wholeness: Wholeness;
  readonly supervisor: Supervisor;
  readonly links: LinkFaults;
  readonly disks: DisksUnderFault;
  readonly clocks: ClocksUnderFault;
  /** The next process on a node's machine has these settings in place of the scenario's. */
  readonly reconfigure: (machine: Machine, settings: SettingsOverrides) => void;
  /** Told when a machine's disk is replaced by an empty one. */
  readonly onDiskReplaced: (machine: string) => void;
}
