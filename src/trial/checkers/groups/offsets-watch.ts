/**
 * `committed-offset-durable`: a coordinator that loads finds, for each partition of a group, the
 * record that was committed last, or a later one. `offset-expires-due`: what expires was due, by
 * the coordinator's own clock. `no-stale-commit`: an accepted commit is not signed as of an earlier
 * generation than one that stands before it in the log; of a group whose broker assigns, not as of
 * an epoch since which its member has not had the partition all along (KIP-1251).
 */
import { atRisk } from '../../../base/mark.ts';
import type { OffsetAge } from '../../../kafka/observation.ts';
import { isOf, type SeenOf } from '../../history/seen.ts';
import {
  committedOffsetDurable,
  noStaleCommit,
  offsetExpiresDue,
} from '../../properties/groups.ts';
import type { Report } from '../contract.ts';
import { seenEvidence } from '../evidence.ts';
import type { GroupLog } from './group-log.ts';
import type { GroupWatch } from './group-logs.ts';

type Committed = SeenOf<'offset-committed'>;

export function offsetsWatch(report: Report): GroupWatch {
  /** What the coordinators that load at present have found, by partition of theirs. */
  const found = new Map<string, Set<string>>();
  const holdings = new Holdings();
  return {
    record(log, seen) {
      if (isOf(seen, 'member-assigned')) holdings.take(seen);
      if (!isOf(seen, 'offset-committed')) return;
      const { coordinator, leaderEpoch, group, partition } = seen.observation;
      if (!seen.observation.found) {
        checkExpiry(seen, report);
        checkSignature(log, seen, holdings, report);
        return;
      }
      const load = `${coordinator}/${leaderEpoch}`;
      const keys = found.get(load) ?? new Set();
      found.set(load, keys.add(`${group}/${partition}`));
      const known = log.offsets.get(partition);
      if (known === undefined) return;
      atRisk(committedOffsetDurable);
      if (known.observation.at > seen.observation.at) reportLost(known, seen, report);
    },
    loaded(logs, seen) {
      const { coordinator, leaderEpoch } = seen.observation;
      const load = `${coordinator}/${leaderEpoch}`;
      const keys = found.get(load);
      found.delete(load);
      for (const log of logs.all) {
        if (log.coordinator !== coordinator) continue;
        for (const [partition, known] of log.offsets) {
          if (keys?.has(`${log.group}/${partition}`) === true) continue;
          if (known.observation.offset >= 0) reportLost(known, seen, report);
        }
      }
    },
  };
}

function reportLost(
  known: Committed,
  seen: Committed | SeenOf<'groups-loaded'>,
  report: Report,
): void {
  const { group, partition, offset: owed, coordinator } = known.observation;
  const told = isOf(seen, 'offset-committed') ? seen.observation.offset : -1;
  const how = `node ${seen.observation.node} loads`;
  report(committedOffsetDurable, {
    about: { group, partition, owed, told, how },
    atUs: seen.atUs,
    partition: coordinator,
    evidence: [seenEvidence(known), seenEvidence(seen)],
  });
}

function checkExpiry(seen: Committed, report: Report): void {
  const { group, partition, removal, coordinator } = seen.observation;
  if (removal?.why !== 'expired') return;
  atRisk(offsetExpiresDue);
  const { age } = removal;
  const why = whyNotDue(age);
  if (why === null) return;
  const ageMs = age.nowMs - age.commitTimestamp;
  report(offsetExpiresDue, {
    about: { group, partition, why, ageMs, retentionMs: age.retentionMs },
    atUs: seen.atUs,
    partition: coordinator,
    evidence: [seenEvidence(seen)],
  });
}

/** KIP-211: nothing of a group that rebalances, nor of topics that members read. */
function whyNotDue(age: OffsetAge): string | null {
  const { nowMs, retentionMs, group, emptySince, expireTimestamp, isSubscribed } = age;
  if (group === 'rebalancing') return 'the group was rebalancing';
  if (group === 'stable' && isSubscribed !== false) return 'a member read its topic';
  if (expireTimestamp >= 0)
    return nowMs >= expireTimestamp ? null : 'its client wanted it for longer';
  const since = group === 'empty' && emptySince >= 0 ? emptySince : age.commitTimestamp;
  return nowMs - since >= retentionMs ? null : 'it was not old enough';
}

function checkSignature(log: GroupLog, seen: Committed, holdings: Holdings, report: Report): void {
  const { at, coordinator, generation: signed, group, memberId, partition } = seen.observation;
  if (memberId === '' || signed < 0) return;
  const stale =
    log.subscribed.size > 0 ? staleEpoch(log, seen, holdings) : staleGeneration(log, seen, at);
  if (stale === null) return;
  const { by, current, why } = stale;
  report(noStaleCommit, {
    about: { group, partition, memberId, signed, current, why },
    atUs: seen.atUs,
    partition: coordinator,
    evidence: [seenEvidence(seen), ...(by === null ? [] : [seenEvidence(by)])],
  });
}

interface Stale {
  readonly why: string;
  readonly current: number;
  readonly by: SeenOf<'group-generation'> | SeenOf<'member-assigned'> | null;
}

function staleGeneration(log: GroupLog, { observation }: Committed, at: number): Stale | null {
  const by = log.generation;
  if (by === null || by.observation.at > at) return null;
  const { generation: current } = by.observation;
  if (current > 1) atRisk(noStaleCommit);
  if (observation.generation >= current - (log.isHandedDown ? 1 : 0)) return null;
  return { why: 'a later generation had begun', current, by };
}

function staleEpoch(log: GroupLog, seen: Committed, holdings: Holdings): Stale | null {
  const { at, generation: signed, group, memberId, partition } = seen.observation;
  const by = log.assigned.get(memberId) ?? null;
  if (by !== null && by.observation.at > at) return null;
  const current = by?.observation.epoch ?? -1;
  if (current > 1) atRisk(noStaleCommit);
  if (by !== null && current === -1) return { why: 'it had been put out', current, by };
  if (by === null || signed >= current || current < 0) return null;
  const since = holdings.since(group, memberId, partition);
  if (since !== null && since <= signed) return null;
  return { why: 'it has the partition in a later epoch, or not any more', current, by };
}

/** Since which epoch each member has what it has. */
class Holdings {
  readonly #of = new Map<string, ReadonlyMap<string, number>>();

  /** Of what was not seen as it came about, it is not held against anybody since when. */
  take({ observation }: SeenOf<'member-assigned'>): void {
    const { assigned, epoch, found, group, memberId, revoking } = observation;
    const key = `${memberId} ${group}`;
    const before = this.#of.get(key);
    const now = new Map<string, number>();
    for (const partition of [...assigned, ...revoking]) {
      now.set(partition, before?.get(partition) ?? (found ? 0 : epoch));
    }
    this.#of.set(key, now);
  }

  since(group: string, memberId: string, partition: string): number | null {
    return this.#of.get(`${memberId} ${group}`)?.get(partition) ?? null;
  }
}
