/**
 * Takes away what nobody will come back for: offsets whose time is up, offsets of topics that are
 * deleted, and groups in which nothing is left. What goes is said by tombstones in the log, a
 * bounded number in one batch.
 */

import type { WallMs } from '../../base/ids.ts';
import { mark } from '../../base/mark.ts';
import type { OffsetAge, OffsetRemoval } from '../observation.ts';
import type { Group } from './group.ts';
import type { OffsetEntry } from './group-offsets.ts';
import type { GroupRecord } from './records.ts';
import type { GroupRules } from './rules.ts';
import type { Shard } from './shard.ts';

/** Tombstones in one batch. */
const mostPerBatch = 1000;

export interface Expiry {
  readonly rules: GroupRules;
  readonly nowMs: WallMs;
  readonly retentionMs: number;
}

/** Tombstones for what has expired in this group, its own last where it is empty then. */
export function expiredRecords(group: Group, expiry: Expiry): GroupRecord[] {
  const standing = standingOf(group);
  const records: GroupRecord[] = [];
  let left = 0;
  for (const entry of group.offsets.entries()) {
    const { latest, topic } = entry;
    if (latest === null) continue;
    const { commitTimestamp, expireTimestamp } = latest;
    const age: OffsetAge = {
      nowMs: expiry.nowMs,
      retentionMs: expiry.retentionMs,
      commitTimestamp,
      expireTimestamp,
      group: standing,
      emptySince: group.members?.emptySinceMs ?? -1,
      isSubscribed: group.members?.isSubscribed(topic) ?? null,
    };
    if (expiry.rules.offsetExpires(age)) {
      mark('offset-expired');
      records.push(tombstone(group.id, entry, { why: 'expired', age }));
    } else left += 1;
  }
  // Also of a group that somebody asked to join, and nobody did.
  const hasMore = group.stored !== null || group.members !== null;
  if (left === 0 && hasMore && (standing === 'empty' || standing === 'simple')) {
    records.push(...tombstonesOf(group));
  }
  return records;
}

/** For what is kept of members, where the group's record alone speaks of them too. */
const tombstonesOf = ({ id, members }: Group): readonly GroupRecord[] =>
  members?.tombstones() ?? [{ kind: 'group', group: id, value: null }];

function standingOf({ members, stored }: Group): OffsetAge['group'] {
  if (members === null) return stored === null ? 'simple' : 'empty';
  if (members.isEmpty) return members.protocolType === '' ? 'simple' : 'empty';
  return members.state === 'Stable' ? 'stable' : 'rebalancing';
}

/** Tombstones for all offsets of these topics. */
export function recordsOfDeletedTopics(shard: Shard, topics: ReadonlySet<string>): GroupRecord[] {
  const records: GroupRecord[] = [];
  for (const group of shard.groups.values()) {
    for (const entry of group.offsets.entries()) {
      if (entry.latest !== null && topics.has(entry.topic)) {
        records.push(tombstone(group.id, entry, { why: 'topic-deleted' }));
      }
    }
  }
  return records;
}

/** Tombstones for all that a group keeps. */
export function recordsOfDeletedGroup(group: Group): GroupRecord[] {
  const records: GroupRecord[] = [];
  for (const entry of group.offsets.entries()) {
    if (entry.latest !== null) records.push(tombstone(group.id, entry, { why: 'asked' }));
  }
  // Also where no record speaks of it, so that it goes from memory in the same way.
  records.push(...tombstonesOf(group));
  return records;
}

/** In batches of bounded size; each stands for itself, and what fails is due again. */
export function writeTombstones(shard: Shard, records: readonly GroupRecord[]): void {
  for (let at = 0; at < records.length; at += mostPerBatch) {
    shard.write(records.slice(at, at + mostPerBatch), () => {});
  }
}

const tombstone = (
  group: string,
  { topic, partition }: OffsetEntry,
  removal: OffsetRemoval,
): GroupRecord => ({ kind: 'offset', group, topic, partition, value: null, removal });
