/** What administrators take away: whole groups, and single offsets. */
import { errorCode } from '../protocol/errors.ts';
import { toldOfAppend } from './append-errors.ts';
import { recordsOfDeletedGroup } from './expiry.ts';
import type { GroupRecord } from './records.ts';
import type { Shard } from './shard.ts';

/** `shard` as `GroupCoordinator.shardOf` gives it: where the group is, or why it cannot be asked. */
export function deleteGroup(shard: Shard | number, id: string, done: (code: number) => void): void {
  if (typeof shard === 'number') {
    done(shard);
    return;
  }
  const group = shard.groups.get(id);
  if (group === undefined) {
    done(errorCode.groupIdNotFound);
    return;
  }
  const problem = group.members?.deleteProblem() ?? errorCode.none;
  if (problem !== errorCode.none) done(problem);
  else shard.delete(group, recordsOfDeletedGroup(group), (code) => done(toldOfAppend(code)));
}

export interface PartitionOffset {
  readonly topic: string;
  readonly partition: number;
}

/** `done` hears one code for all, and which of the topics members are subscribed to. */
export function deleteOffsets(
  shard: Shard | number,
  id: string,
  wanted: readonly PartitionOffset[],
  done: (code: number, subscribed: ReadonlySet<string>) => void,
): void {
  if (id === '' || typeof shard === 'number') {
    done(id === '' ? errorCode.invalidGroupId : (shard as number), noTopics);
    return;
  }
  const group = shard.groups.get(id);
  if (group === undefined) {
    done(errorCode.groupIdNotFound, noTopics);
    return;
  }
  const { members, offsets } = group;
  const subscribed = new Set<string>();
  const hasMembers = members !== null && !members.isEmpty;
  const records: GroupRecord[] = [];
  for (const { topic, partition } of wanted) {
    const isSubscribed = hasMembers ? members.isSubscribed(topic) : false;
    if (isSubscribed === null) {
      done(errorCode.nonEmptyGroup, noTopics);
      return;
    }
    if (isSubscribed) subscribed.add(topic);
    else if (offsets.latest(topic, partition) !== null) {
      const removal = { why: 'asked' } as const;
      records.push({ kind: 'offset', group: id, topic, partition, value: null, removal });
    }
  }
  if (records.length === 0) done(errorCode.none, subscribed);
  else shard.write(records, (code) => done(toldOfAppend(code), subscribed));
}

const noTopics: ReadonlySet<string> = new Set();
