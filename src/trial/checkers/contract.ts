/**
 * How a trial is judged. An invariant sees each observation as it happens and must be cheap; a checker sees the
 * whole history at the end and must be linear in it. Neither ever looks into a broker.
 */
import type { Micros } from '../../base/ids.ts';
import type { Observation } from '../../kafka/observation.ts';
import type { History } from '../history/history.ts';
import type { Property } from './property.ts';

/** A broken property: one sentence about this case, and the few facts that prove it. */
export interface Violation {
  readonly property: Property;
  readonly message: string;
  /** Virtual time at which it was seen. */
  readonly atUs: Micros;
  /** What it is about, for folding consequences into causes: partition name or null for the cluster. */
  readonly partition: string | null;
  readonly evidence: readonly string[];
}

export type Report = (violation: Violation) => void;

/** What the workload promises, so that a checker knows which orders and counts are owed. */
export interface Promises {
  readonly idempotent: boolean;
  /** Sends of one producer may be reordered by its own retries: no order is owed. */
  readonly ordered: boolean;
  readonly replicationFactor: number;
}

export interface Invariant {
  observe(observation: Observation, atUs: Micros): void;
  /** After the final read; `history` is complete. */
  end(history: History, atUs: Micros): void;
}

export type CreateInvariant = (report: Report) => Invariant;

export type Checker = (history: History, promises: Promises, report: Report, endUs: Micros) => void;
