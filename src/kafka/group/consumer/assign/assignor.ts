/** An assignor of the broker's: who gets which partitions, from who subscribes to what. Pure. */
import type { Uuid } from '../../../../base/ids.ts';
import type { Partitions } from '../contract.ts';

export interface AssignedMember {
  readonly memberId: string;
  readonly instanceId: string | null;
  /** Ids of topics that are there. */
  readonly topics: ReadonlySet<Uuid>;
  /** Its last target. */
  readonly current: Partitions;
}

export interface AssignmentQuestion {
  readonly members: readonly AssignedMember[];
  /** How many partitions each topic has. */
  readonly partitionCounts: ReadonlyMap<Uuid, number>;
}

/** By member id; each member is there. */
export type Assignment = ReadonlyMap<string, Partitions>;

export interface Assignor {
  readonly name: string;
  assign(question: AssignmentQuestion): Assignment;
}

/** Code-unit order: the same everywhere. */
export const byText = (one: string, other: string): number =>
  one < other ? -1 : one > other ? 1 : 0;
