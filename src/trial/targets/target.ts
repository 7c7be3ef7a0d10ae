/**
 * The contract of a kind of target: what stands in a fault's `target`, a machine or a role that is
 * resolved when the fault strikes. One object in one file, listed in `registry.ts`.
 */
import type { NodeId } from '../../base/ids.ts';
import type { RandomStream } from '../../host/random.ts';
import type { Roster } from '../arena/roster.ts';
import type { ClusterView } from '../history/cluster-view.ts';

/** What a role is resolved by. */
export interface Stage {
  readonly roster: Roster;
  readonly view: ClusterView;
  /** The machines that the fault before struck. */
  readonly lastStruck: readonly string[];
}

/** What can be known of a trial before it runs. */
export interface Cast {
  readonly roster: Roster;
  /** Names of all partitions of the scenario's topics. */
  readonly partitions: readonly string[];
}

export interface TargetKind {
  /** `leader of <partition>`: how it is written. */
  readonly form: string;
  /** Whom it means, in a line of the documentation. */
  readonly means: string;
  /** True when it may mean several machines at once. */
  readonly many: boolean;
  /**
   * What the text names beside the role (a partition, a rack; '' for nothing); null when the text
   * is no target of this kind.
   */
  match(text: string): string | null;
  /** Names that `match` may give in this trial; a target that names another is refused early. */
  names(cast: Cast): readonly string[];
  /** The machines meant now; empty when nobody has that role. */
  resolve(name: string, stage: Stage): readonly string[];
  /** All machines that it may ever mean, for the budget. */
  candidates(name: string, roster: Roster): readonly string[];
  /** A target for a fault drawn from a seed; null when this trial has none. */
  draw(cast: Cast, random: RandomStream): string | null;
}

/** A role that stands for itself: `controller`. */
export function plainTarget(
  form: string,
  kind: Pick<TargetKind, 'means' | 'many'> & {
    resolve(stage: Stage): readonly string[];
    candidates(roster: Roster): readonly string[];
    readonly drawn: boolean;
  },
): TargetKind {
  return {
    form,
    means: kind.means,
    many: kind.many,
    match: (text) => (text === form ? '' : null),
    names: () => [''],
    resolve: (_, stage) => kind.resolve(stage),
    candidates: (_, roster) => kind.candidates(roster),
    draw: () => (kind.drawn ? form : null),
  };
}

/** A role in a partition: `leader of orders-0`. */
export function partitionTarget(
  role: string,
  kind: Pick<TargetKind, 'means'> & {
    /** Nodes, by preference; the first is meant. */
    nodes(state: NonNullable<ReturnType<ClusterView['partitions']['get']>>): readonly NodeId[];
  },
): TargetKind {
  const prefix = `${role} of `;
  return {
    form: `${prefix}<partition>`,
    means: kind.means,
    many: false,
    match: (text) => (text.startsWith(prefix) ? text.slice(prefix.length) : null),
    names: ({ partitions }) => partitions,
    resolve(partition, { roster, view }) {
      const state = view.partitions.get(partition);
      const node = state === undefined ? undefined : kind.nodes(state).find((id) => id >= 0);
      return node === undefined ? [] : [roster.machineOf(node)];
    },
    candidates: (_, roster) => roster.brokers,
    draw: ({ partitions }, random) =>
      partitions.length === 0 ? null : `${prefix}${partitions[random.int(partitions.length)]}`,
  };
}
