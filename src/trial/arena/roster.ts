import type { NodeId } from '../../base/ids.ts';

/** Names of the machines of a trial, and which node runs on which. */
export interface Roster {
  readonly brokers: readonly string[];
  /** Brokers and controllers, each once. */
  readonly nodes: readonly string[];
  /** Those whose votes make the quorum; a broker may be one. */
  readonly voters: readonly string[];
  readonly clients: readonly string[];
  /** The brokers of each rack, by its name. */
  readonly racks: ReadonlyMap<string, readonly string[]>;
  /** The machines of each consumer group's members, by its name. */
  readonly groups: ReadonlyMap<string, readonly string[]>;
  machineOf(node: NodeId): string;
}
