/**
 * How a trial is judged. An invariant sees each observation as it happens and must be cheap; a
 * checker sees the whole history at the end and must be linear in it. Neither ever looks into a
 * broker.
 */
import type { Micros, NodeId, Offset } from '../../base/ids.ts';
import type { Guarantees } from '../guarantees/guarantees.ts';
import type { History } from '../history/history.ts';
import type { Handlers, Seen } from '../history/seen.ts';
import type { About, Property } from '../properties/property.ts';
import type { PropertyName } from '../properties/registry.ts';
import type { Evidence } from './evidence.ts';
import type { GroupLogs } from './groups/group-logs.ts';
import type { VersionOrder } from './version-order.ts';

/** A broken property: the facts of this case, and the few events that prove it. */
export interface Violation {
  readonly property: PropertyName;
  readonly about: About;
  /** Virtual time at which it was seen. */
  readonly atUs: Micros;
  /** What it is about, for folding consequences into causes; null for the cluster. */
  readonly partition: string | null;
  readonly evidence: readonly Evidence[];
  /** What broke in the same partition as a mere consequence. */
  readonly brokeWith: readonly PropertyName[];
}

/** Nothing is told without proof. */
export type Proof = readonly [Evidence, ...Evidence[]];

/** One case of a broken property, as who finds it reports it. */
export interface Finding<Case extends About> {
  readonly about: Case;
  readonly atUs: Micros;
  readonly partition: string | null;
  /** Whose record it is about: what producers are promised differs. */
  readonly producer?: number;
  /** Whose application it is about, likewise. */
  readonly group?: string;
  readonly evidence: Proof;
}

export type Report = <Case extends About>(
  property: Property<Case, PropertyName>,
  finding: Finding<Case>,
) => void;

/** At least one of `on` and `observe` is there. */
export interface Invariant {
  /** One function for each kind of observation that it looks at: few concern an invariant. */
  readonly on?: Handlers;
  /** Is shown all kinds that `on` does not name. */
  observe?(seen: Seen): void;
  /** A node returned with an empty disk: it is held to nothing that it knew before. */
  diskReplaced?(node: NodeId): void;
}

/** Everything the clients' side is judged by. */
export interface Case {
  readonly history: History;
  readonly order: VersionOrder;
  readonly guarantees: Guarantees;
  /** Below which offset records of a partition were deleted, as its replicas showed. */
  readonly deletedBelow: (partition: string) => Offset;
  /** How many epochs of leaders have committed records to it. */
  readonly epochsOf: (partition: string) => number;
  /** Of a topic that was deleted: nothing in it is owed. */
  readonly isDeleted: (partition: string) => boolean;
  readonly groups: GroupLogs;
  /** Whether a fault struck the client's machine at some time between. */
  readonly wasStruck: (machine: string, fromUs: Micros, toUs: Micros) => boolean;
  readonly endUs: Micros;
}

export type Checker = (given: Case, report: Report) => void;
