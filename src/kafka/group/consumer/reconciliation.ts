/**
 * How a member comes from what it has to what it is to have, one step a heartbeat: it gives up what
 * is not its own any more, says so, comes into the epoch of the assignment, and takes what is new
 * as soon as nobody holds it. While it gives up it stays in its epoch, so that it may commit.
 */

import type { Uuid } from '../../../base/ids.ts';
import { mark } from '../../../base/mark.ts';
import type { CurrentAssignment, Epoch, Partitions } from './contract.ts';
import { epochIn, nothingHeld, pick, put } from './partitions.ts';
import type { ConsumerRules } from './rules.ts';

export interface Reconciliation {
  readonly rules: ConsumerRules;
  readonly memberId: string;
  readonly current: CurrentAssignment;
  readonly target: Partitions;
  readonly targetEpoch: Epoch;
  /** What the member says it owns; null: nothing new. */
  readonly owned: Partitions | null;
  readonly holderOf: (topicId: Uuid, partition: number) => string | null;
}

/** Its next assignment; the same object where it stays as it is. */
export function reconcile(work: Reconciliation): CurrentAssignment {
  const { current, owned, rules, targetEpoch } = work;
  switch (current.state) {
    case 'stable':
      return current.epoch === targetEpoch ? current : next(work);
    case 'unreleased':
      return next(work);
    case 'unrevoked':
      if (rules.ownsRevoked(owned, current.revoking)) return current;
      return next(work);
  }
}

function next(work: Reconciliation): CurrentAssignment {
  const { current, owned, rules, target, targetEpoch } = work;
  const isTarget = targetSet(target);
  const kept = pick(current.assigned, isTarget);
  const revoking = pick(current.assigned, (topicId, partition) => !isTarget(topicId, partition));
  if (revoking.size > 0 && rules.ownsRevoked(owned, revoking)) {
    // Also of one that has just given something up and has more to give up (KAFKA-19974).
    mark(current.state === 'unrevoked' ? 'member-gives-up-more' : 'member-gives-up-first');
    const { epoch } = current;
    return { epoch, previousEpoch: epoch, state: 'unrevoked', assigned: kept, revoking };
  }
  const waits = takeFree(work, kept);
  if (waits) mark('partition-not-free');
  const state = waits ? 'unreleased' : 'stable';
  const isSame = current.state === state && current.epoch === targetEpoch && revoking.size === 0;
  if (isSame && kept.size === current.assigned.size && sameSizes(kept, current)) return current;
  return {
    epoch: targetEpoch,
    previousEpoch: current.epoch,
    state,
    assigned: kept,
    revoking: nothingHeld,
  };
}

/** Adds what the member is to have and nobody holds; true where something has to wait. */
function takeFree(work: Reconciliation, kept: Map<Uuid, Map<number, Epoch>>): boolean {
  const { current, holderOf, memberId, rules, target, targetEpoch } = work;
  let waits = false;
  for (const [topicId, partitions] of target) {
    for (const partition of partitions) {
      if (epochIn(kept, topicId, partition) !== null) continue;
      if (rules.isFree(holderOf(topicId, partition), memberId)) {
        // Given back what it was giving up, it has had it all the time.
        const since = epochIn(current.revoking, topicId, partition) ?? targetEpoch;
        put(kept, topicId, partition, since);
      } else waits = true;
    }
  }
  return waits;
}

/** Something that contains what it had and has as much is what it had. */
function sameSizes(kept: ReadonlyMap<Uuid, { size: number }>, current: CurrentAssignment): boolean {
  for (const [topicId, partitions] of kept) {
    if (current.assigned.get(topicId)?.size !== partitions.size) return false;
  }
  return true;
}

function targetSet(target: Partitions): (topicId: Uuid, partition: number) => boolean {
  const sets = new Map<Uuid, ReadonlySet<number>>();
  for (const [topicId, partitions] of target) sets.set(topicId, new Set(partitions));
  return (topicId, partition) => sets.get(topicId)?.has(partition) === true;
}
