/**
 * How a trial is judged. An invariant sees each observation as it happens and must be cheap; a
 * checker sees the whole history at the end and must be linear in it. Neither ever looks into a
 * broker.
 */
import type { Micros, NodeId } from '../../base/ids.ts';
import type { Observation } from '../../kafka/observation.ts';
import type { History } from '../history/history.ts';
import type { Property } from './property.ts';
import type { VersionOrder } from './version-order.ts';

/** A broken property: one sentence about this case, and the few facts that prove it. */
export interface Violation {
  readonly property: Property;
  readonly message: string;
  /** Virtual time at which it was seen. */
  readonly atUs: Micros;
  /**
   * What it is about, for folding consequences into causes: partition name, or null for the
   * cluster.
   */
  readonly partition: string | null;
  readonly evidence: readonly string[];
}

export type Report = (violation: Violation) => void;

/** What the workload promises, so that a checker knows which orders are owed. */
export interface Promises {
  /** Records of one producer stand in the order they were sent. */
  readonly ordered: boolean;
  /** Each record is written once at most: without idempotence a retry may repeat it (KIP-98). */
  readonly unique: boolean;
}

export interface Invariant {
  observe(observation: Observation, atUs: Micros): void;
  /** A node returned with an empty disk: it is held to nothing that it knew before. */
  diskReplaced?(node: NodeId): void;
}

/** Everything the clients' side is judged by. */
export interface Evidence {
  readonly history: History;
  readonly order: VersionOrder;
  readonly promises: Promises;
  readonly endUs: Micros;
}

export type Checker = (evidence: Evidence, report: Report) => void;
