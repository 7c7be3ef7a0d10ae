/**
 * `exclusive-ownership`: when a member is told that it owns a partition, no other believes so that
 * has been a member of the group ever since it was told.
 *
 * What is promised is what a group's log says, not what time says. A generation, or a member's
 * epoch, is valid as long as it is the newest that is committed; from then on nobody may count on a
 * member that is not in it. So whoever was paused or cut off beyond its session is excused from the
 * moment at which the group has gone on without it, which is after the end of its own session; so
 * is one that did not join again in time; and so is one that still hears from a coordinator which
 * was cut off and does not know that it is deposed: that one can answer, but commit nothing, so no
 * assignment of its own reaches anybody. Between two members that the group counts on there is no
 * excuse: who is in a generation has given up before it joined, or said what it keeps.
 *
 * `no-silent-zombie`: a member that was put out hands out nothing any more once its session is
 * over. Whatever it is told by its coordinator, or not, its session ends that long after the last
 * word of one that took it for a member; a former coordinator may say such words until it lets go.
 * Twice the session is allowed for, since clocks drift. What stands still hands out nothing.
 */
import type { Micros } from '../../../base/ids.ts';
import { atRisk } from '../../../base/mark.ts';
import { microsToMs } from '../../../base/time.ts';
import type { OwnershipChange } from '../../history/groups.ts';
import type { Poll } from '../../history/history.ts';
import { exclusiveOwnership, noSilentZombie } from '../../properties/groups.ts';
import type { Case, Checker, Report } from '../contract.ts';
import { memberEvidence, seenEvidence } from '../evidence.ts';
import { type Belief, Beliefs } from './beliefs.ts';
import type { GroupLog } from './group-log.ts';
import { isUnclear } from './unclear.ts';

export const checkOwnership: Checker = (given, report) => {
  new Beliefs(given.history.groups).advance((partition, belief, others) => {
    if (isUnclear(given, partition)) return;
    for (const other of others) checkBoth(given, partition, other, belief, report);
  });
  checkZombies(given, report);
};

function checkBoth(
  { groups }: Case,
  partition: string,
  first: Belief,
  second: Belief,
  report: Report,
): void {
  atRisk(exclusiveOwnership);
  const { group } = second.stay;
  const { atUs } = second.since;
  const log = groups.find(group);
  if (log === undefined || !counts(log, first, atUs) || !counts(log, second, atUs)) return;
  report(exclusiveOwnership, {
    about: { group, partition, first: first.stay.by, second: second.stay.by },
    atUs,
    partition,
    evidence: [
      memberEvidence(first.stay, 'owns', { atUs: first.since.atUs, partition }),
      memberEvidence(second.stay, 'owns', { atUs, partition }),
      ...(log.generation === null ? [] : [seenEvidence(log.generation)]),
    ],
  });
}

/** The group has taken it for a member ever since it was told. */
function counts(log: GroupLog, { since }: Belief, atUs: Micros): boolean {
  return log.wasMember(since.signature.memberId, since.atUs, atUs);
}

function checkZombies(given: Case, report: Report): void {
  const { ownership } = given.history.groups;
  /** By stay and partition, what it was told last. */
  const told = new Map<string, OwnershipChange>();
  let next = 0;
  for (const poll of given.history.polls) {
    if (poll.stay === null) continue;
    for (; next < ownership.length && ownership[next]!.atUs <= poll.atUs; next++) {
      const change = ownership[next]!;
      for (const partition of change.partitions) told.set(`${change.stay}/${partition}`, change);
    }
    const since = told.get(`${poll.stay}/${poll.partition}`);
    if (since?.does === 'assigned') checkZombie(given, poll, since, report);
  }
}

function checkZombie(
  { groups, history }: Case,
  poll: Poll,
  since: OwnershipChange,
  report: Report,
): void {
  const { atUs, partition } = poll;
  const stay = history.groups.stays[since.stay]!;
  const log = groups.find(stay.group);
  const outUs = log?.putOutUs(since.signature.memberId, since.atUs) ?? Number.POSITIVE_INFINITY;
  if (log === undefined || outUs >= atUs) return;
  atRisk(noSilentZombie);
  const wordsUntilUs = Math.max(outUs, groups.coordinators.formerUntilUs(log.coordinator, atUs));
  const withinUs = 2 * stay.sessionTimeoutUs;
  if (atUs <= wordsUntilUs + withinUs) return;
  const { by, group } = stay;
  const [sinceMs, withinMs] = [microsToMs(atUs - outUs), microsToMs(withinUs)];
  report(noSilentZombie, {
    about: { group, partition, by, sinceMs, withinMs },
    atUs,
    partition,
    evidence: [
      memberEvidence(stay, 'owns', { atUs: since.atUs, partition }),
      memberEvidence(stay, 'read', { atUs, partition, offset: poll.offsets[0] ?? -1 }),
    ],
  });
}
