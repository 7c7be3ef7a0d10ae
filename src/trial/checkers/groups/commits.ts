/**
 * `committed-offset-durable`, as clients see it: an acknowledged commit was replicated when it was
 * acknowledged, and who begins to read is told what was in force at some moment since it asked.
 * `no-reprocessing-past-commit`: it begins exactly there, and is handed the next record first.
 * `no-commit-past-read`: a member commits no offset behind a record that it was not handed since it
 * began to read.
 *
 * Of topics that were deleted nothing is said: a name may mean the next one. Nor of what a former
 * coordinator may have told, which answers from memory while it does not know that it is none.
 */
import type { Micros, Offset } from '../../../base/ids.ts';
import { atRisk } from '../../../base/mark.ts';
import type { Commit, Start, Stay } from '../../history/groups.ts';
import type { Poll } from '../../history/history.ts';
import { topicOf } from '../../history/incarnations.ts';
import {
  committedOffsetDurable,
  noCommitPastRead,
  noReprocessingPastCommit,
} from '../../properties/groups.ts';
import type { Case, Checker, Report } from '../contract.ts';
import { memberEvidence, readEvidence } from '../evidence.ts';
import { isUnclear } from './unclear.ts';

export const checkCommits: Checker = (given, report) => {
  if (given.history.groups.stays.length === 0) return;
  checkAcknowledged(given, report);
  checkTold(given, report);
  checkReading(given, report);
};

const isOfOther = (given: Case, partition: string): boolean =>
  isUnclear(given, partition) || given.groups.deletedTopics.has(topicOf(partition));

function checkAcknowledged(given: Case, report: Report): void {
  const { groups, history } = given;
  for (const { completedUs, invokedUs, offsets, outcome, stay: id } of history.groups.commits) {
    if (outcome !== 'ok') continue;
    const stay = history.groups.stays[id]!;
    const log = groups.find(stay.group);
    for (const { offset, partition } of offsets) {
      if (isOfOther(given, partition)) continue;
      const records = log?.between(partition, invokedUs, completedUs) ?? [];
      if (records.some((record) => record.offset === offset)) continue;
      const { group } = stay;
      report(committedOffsetDurable, {
        about: { group, partition, owed: offset, told: -1, how: 'its coordinators replicated' },
        atUs: completedUs,
        partition,
        evidence: [memberEvidence(stay, 'committed', { atUs: completedUs, partition, offset })],
      });
    }
  }
}

function checkTold(given: Case, report: Report): void {
  const { groups, history } = given;
  const { ownership, starts, stays } = history.groups;
  const told = new Map<string, Micros>();
  let next = 0;
  for (const start of starts) {
    const { atUs, committed, partition } = start;
    for (; next < ownership.length && ownership[next]!.atUs <= atUs; next++) {
      const change = ownership[next]!;
      if (change.does !== 'assigned') continue;
      for (const each of change.partitions) told.set(`${change.stay}/${each}`, change.atUs);
    }
    const stay = stays[start.stay]!;
    const askedUs = told.get(`${start.stay}/${partition}`);
    const log = groups.find(stay.group);
    if (askedUs === undefined || log === undefined || isOfOther(given, partition)) continue;
    if (groups.coordinators.formerUntilUs(log.coordinator, atUs) > askedUs) continue;
    const owed = log.inForce(partition, askedUs);
    if (owed >= 0) atRisk(committedOffsetDurable);
    const answer = committed ?? -1;
    const later = log.between(partition, askedUs, atUs);
    if (answer === owed || later.some(({ offset }) => offset === answer)) continue;
    const how = `${stay.by} was told of`;
    report(committedOffsetDurable, {
      about: { group: stay.group, partition, owed, told: answer, how },
      atUs,
      partition,
      evidence: [memberEvidence(stay, 'began', { atUs, partition, offset: answer })],
    });
  }
}

/** How far a member has come in a partition since it began. */
interface Cursor {
  /** −1 where it begins by its reset policy, and has been handed nothing. */
  next: Offset;
  /** Nothing has been handed over since. */
  start: Start | null;
}

function checkReading(given: Case, report: Report): void {
  const { groups, polls } = given.history;
  const cursors = new Map<string, Cursor>();
  const { commits, starts } = groups;
  let [nextStart, nextPoll] = [0, 0];
  const goOnTo = (atUs: Micros): void => {
    for (;;) {
      const start = starts[nextStart];
      const poll = polls[nextPoll];
      const startUs = start?.atUs ?? Number.POSITIVE_INFINITY;
      const pollUs = poll?.atUs ?? Number.POSITIVE_INFINITY;
      if (Math.min(startUs, pollUs) > atUs || (start === undefined && poll === undefined)) return;
      if (start !== undefined && startUs <= pollUs) {
        nextStart++;
        cursors.set(`${start.stay}/${start.partition}`, { next: start.position, start });
      } else if (poll !== undefined) {
        nextPoll++;
        readOn(given, cursors.get(`${poll.stay}/${poll.partition}`), poll, report);
      }
    }
  };
  for (const commit of commits) {
    goOnTo(commit.invokedUs);
    checkCommit(given, cursors, commit, report);
  }
  goOnTo(given.endUs);
}

function readOn(given: Case, cursor: Cursor | undefined, poll: Poll, report: Report): void {
  if (cursor === undefined || poll.offsets.length === 0) return;
  const { start } = cursor;
  cursor.start = null;
  const first = poll.offsets[0]!;
  const { atUs, partition } = poll;
  if (start !== null && start.committed !== null && !isOfOther(given, partition)) {
    atRisk(noReprocessingPastCommit);
    const isWrong = first < start.position || missing(given, partition, start.position, first) >= 0;
    const stay = given.history.groups.stays[start.stay]!;
    const { by, group } = stay;
    if (isWrong)
      report(noReprocessingPastCommit, {
        about: { group, partition, by, committed: start.committed, began: first },
        atUs,
        partition,
        evidence: [
          memberEvidence(stay, 'began', { atUs: start.atUs, partition, offset: start.position }),
          memberEvidence(stay, 'read', { atUs, partition, offset: first }),
        ],
      });
  }
  cursor.next = poll.offsets.at(-1)! + 1;
}

function checkCommit(
  given: Case,
  cursors: ReadonlyMap<string, Cursor>,
  { invokedUs, offsets, outcome, stay: id }: Commit,
  report: Report,
): void {
  if (outcome !== 'ok') return;
  const stay: Stay = given.history.groups.stays[id]!;
  for (const { offset, partition } of offsets) {
    const cursor = cursors.get(`${id}/${partition}`);
    if (cursor === undefined || cursor.next < 0 || isOfOther(given, partition)) continue;
    atRisk(noCommitPastRead);
    const missed = missing(given, partition, cursor.next, offset);
    if (missed < 0) continue;
    const { by, group } = stay;
    const seen = given.order.partitions.get(partition)!.byOffset.get(missed)!;
    report(noCommitPastRead, {
      about: { group, partition, by, offset, missed },
      atUs: invokedUs,
      partition,
      evidence: [
        readEvidence(partition, missed, seen),
        memberEvidence(stay, 'committed', { atUs: invokedUs, partition, offset }),
      ],
    });
  }
}

/** The first record that is known to stand between; −1: none. */
function missing(
  { deletedBelow, order }: Case,
  partition: string,
  from: Offset,
  to: Offset,
): Offset {
  const known = order.partitions.get(partition)?.byOffset;
  if (known === undefined) return -1;
  for (let offset = Math.max(from, deletedBelow(partition)); offset < to; offset++) {
    if (known.has(offset)) return offset;
  }
  return -1;
}
