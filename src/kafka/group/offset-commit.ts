/**
 * Commits of offsets. Who may commit is the membership's to say; a group without members takes
 * commits of anyone who claims no membership (a simple consumer, an administrator).
 */

import type { LeaderEpoch, Offset, Uuid } from '../../base/ids.ts';
import { mark } from '../../base/mark.ts';
import type { Host } from '../../host/host.ts';
import { pass } from '../points.ts';
import { errorCode } from '../protocol/errors.ts';
import { toldOfCommit } from './append-errors.ts';
import type { CommittedOffset, GroupRecord } from './records.ts';
import type { Shard } from './shard.ts';

/** As a commit says who sends it; −1 and empty from no member. */
export interface Committer {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  /** Generation, or member epoch (KIP-848). */
  readonly generation: number;
}

export interface PartitionCommit {
  readonly topic: string;
  readonly topicId: Uuid;
  readonly partition: number;
  readonly offset: Offset;
  readonly leaderEpoch: LeaderEpoch;
  readonly metadata: string;
}

export interface CommitWork {
  readonly group: string;
  readonly by: Committer;
  /** How long the client wants the offsets kept; −1: as long as others. */
  readonly retentionMs: number;
  readonly partitions: readonly PartitionCommit[];
}

/** `done` hears one code for all, once. */
export function commitOffsets(
  host: Host,
  shard: Shard,
  work: CommitWork,
  done: (code: number) => void,
): void {
  if (shard.problem === errorCode.coordinatorLoadInProgress) mark('commit-while-loading');
  const problem = shard.problem || commitProblem(shard, work);
  if (problem !== errorCode.none || work.partitions.length === 0) {
    done(problem);
    return;
  }
  const commitTimestamp = host.clock.wallMs();
  const expireTimestamp = work.retentionMs < 0 ? -1 : commitTimestamp + work.retentionMs;
  const records = work.partitions.map((part): GroupRecord => {
    const { topic, topicId, partition, offset, leaderEpoch, metadata } = part;
    const value: CommittedOffset = {
      offset,
      leaderEpoch,
      metadata,
      commitTimestamp,
      expireTimestamp,
      topicId,
    };
    return { kind: 'offset', group: work.group, topic, partition, value };
  });
  const { by } = work;
  shard.groups.get(work.group)?.members?.commitTaken(by);
  shard.write(
    records,
    (code) => pass(host, 'commit-acknowledged', () => done(toldOfCommit(code))),
    by,
  );
}

function commitProblem(shard: Shard, { group: id, by, partitions }: CommitWork): number {
  const group = shard.groups.get(id);
  if (group?.members) return group.members.commitProblem(by, partitions);
  if (by.generation < 0) return errorCode.none;
  return group === undefined ? errorCode.groupIdNotFound : errorCode.unknownMemberId;
}
