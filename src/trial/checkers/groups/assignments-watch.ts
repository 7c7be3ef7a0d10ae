/**
 * `legal-assignment`, `balanced`, `sticky`: what a leader shares out in a generation, and what a
 * broker sets as targets. `member-epoch-monotonic`: in the order of the log generations and epochs
 * never fall, as long as the group or the member is there. `exclusive-ownership`, as the log has
 * it: no two members of a group whose broker assigns have one partition, given or not given up.
 */
import { atRisk } from '../../../base/mark.ts';
import { topicOf } from '../../history/incarnations.ts';
import { isOf, type SeenOf } from '../../history/seen.ts';
import {
  balanced,
  exclusiveOwnership,
  legalAssignment,
  memberEpochMonotonic,
  sticky,
} from '../../properties/groups.ts';
import type { Report } from '../contract.ts';
import { seenEvidence } from '../evidence.ts';
import type { GroupLog, SeenKept } from './group-log.ts';
import type { GroupWatch } from './group-logs.ts';
import {
  haveOneSubscription,
  illegal,
  type Share,
  spreadByTopic,
  spreadOf,
  stickiness,
} from './shares.ts';

/** An assignment that is judged. */
interface Sharing {
  readonly group: string;
  readonly epoch: number;
  readonly assignor: string;
  readonly shares: readonly Share[];
  readonly seen: SeenKept;
}

export function assignmentsWatch(report: Report): GroupWatch {
  const targets = new Targets();
  return {
    record(log, seen, { deletedTopics }) {
      const before = log.before(seen);
      const isNew = before === null || before.observation.at < seen.observation.at;
      if (!isNew) return;
      checkEpochs(before, seen, report);
      if (isOf(seen, 'group-generation')) {
        if (seen.observation.generation < 0) targets.converts(log.group);
        // What a broker shared out is handed down as if a leader had.
        const sharing = log.handsDown() ? null : sharingOf(seen);
        if (sharing !== null) judge(sharing, deletedTopics, report);
      } else if (isOf(seen, 'member-subscribed')) {
        const { group, isMember, memberId } = seen.observation;
        if (!isMember) targets.leaves(group, memberId);
      } else if (isOf(seen, 'targets-set')) {
        const sharing = targets.sharing(log, seen);
        if (sharing !== null) judge(sharing, deletedTopics, report);
      } else if (isOf(seen, 'member-assigned') && !seen.observation.found) {
        checkHolders(log, seen, deletedTopics, report);
      }
    },
  };
}

/** What the leader of a classic group of consumers has shared out; null of others. */
function sharingOf(seen: SeenOf<'group-generation'>): Sharing | null {
  const { generation: epoch, group, protocol, shares: told } = seen.observation;
  if (told === null || told.length === 0 || protocol === null) return null;
  const newest = newestClaims(told);
  const shares = told.map(({ memberId, topics, owned, ownedSince, assigned }) => ({
    memberId,
    topics,
    had: owned.filter((partition) => newest.get(partition) === ownedSince),
    gets: assigned,
  }));
  return { group, epoch, assignor: protocol, shares, seen };
}

/** Of two who say that they had a partition the one of the later generation is right. */
function newestClaims(
  told: readonly { readonly owned: readonly string[]; readonly ownedSince: number }[],
): ReadonlyMap<string, number> {
  const newest = new Map<string, number>();
  for (const { owned, ownedSince } of told)
    for (const partition of owned)
      newest.set(partition, Math.max(newest.get(partition) ?? -1, ownedSince));
  return newest;
}

/** The targets of groups whose broker assigns, as they were last set. */
class Targets {
  readonly #last = new Map<string, Map<string, readonly string[]>>();
  /** Their next targets are those that a leader of the classic protocol gave. */
  readonly #converting = new Set<string>();

  converts(group: string): void {
    this.#converting.add(group);
  }

  /** Whoever goes and comes again has nothing. */
  leaves(group: string, memberId: string): void {
    this.#last.get(group)?.delete(memberId);
  }

  sharing(log: GroupLog, seen: SeenOf<'targets-set'>): Sharing | null {
    const { epoch, found, group } = seen.observation;
    const last = this.#last.get(group);
    const now = new Map<string, readonly string[]>();
    for (const memberId of log.subscribed.keys())
      now.set(memberId, log.targetOf.get(memberId)?.observation.partitions ?? []);
    this.#last.set(group, now);
    const isTakenOver = this.#converting.delete(group);
    if (found || isTakenOver || epoch < 0 || now.size === 0) return null;
    const assignors = new Set<string>();
    const shares = [...log.subscribed].map(([memberId, { observation }]): Share => {
      const { assignor, pattern, topics } = observation;
      assignors.add(assignor);
      const gets = now.get(memberId) ?? [];
      const had = last?.get(memberId) ?? [];
      return { memberId, topics: pattern === null ? topics : null, had, gets };
    });
    const [assignor = ''] = assignors;
    return { group, epoch, assignor: assignors.size === 1 ? assignor : '', shares, seen };
  }
}

function judge(sharing: Sharing, deleted: ReadonlySet<string>, report: Report): void {
  const { assignor, epoch, group, seen, shares } = sharing;
  atRisk(legalAssignment);
  const wrong = illegal(shares);
  const place = { atUs: seen.atUs, partition: null, evidence: [seenEvidence(seen)] as const };
  if (wrong !== null) report(legalAssignment, { about: { group, epoch, ...wrong }, ...place });
  if (shares.length > 1) checkBalance(sharing, report);
  const isSticky = assignor === 'sticky' || assignor === 'uniform';
  const isWhole = assignor === 'cooperative-sticky' && holdsNothingBack(shares);
  // A topic of a name that was there before is another: nobody had anything of it.
  const isNew = shares.some(({ had }) => had.some((each) => deleted.has(topicOf(each))));
  if (!(isSticky || isWhole) || isNew || !haveOneSubscription(shares)) return;
  const { kept, mightKeep } = stickiness(shares);
  if (mightKeep > 0) atRisk(sticky);
  if (kept < mightKeep)
    report(sticky, { about: { group, epoch, assignor, kept, mightKeep }, ...place });
}

/** What is to move is given to nobody until its former owner has given it up (KIP-429). */
function holdsNothingBack(shares: readonly Share[]): boolean {
  const given = new Set(shares.flatMap(({ gets }) => gets));
  return shares.every(({ had }) => had.every((partition) => given.has(partition)));
}

const even: ReadonlySet<string> = new Set(['roundrobin', 'sticky', 'uniform']);

function checkBalance(sharing: Sharing, report: Report): void {
  const { assignor, epoch, group, seen, shares } = sharing;
  const isOne = haveOneSubscription(shares);
  const isEven =
    even.has(assignor) || (assignor === 'cooperative-sticky' && holdsNothingBack(shares));
  const isByTopic = assignor === 'range' && shares.every(({ topics }) => topics !== null);
  if (!isByTopic && !(isEven && isOne)) return;
  if (isOne) atRisk(balanced);
  const { least, most } = isByTopic ? spreadByTopic(shares) : spreadOf(shares);
  if (most - least <= 1) return;
  report(balanced, {
    about: { group, epoch, assignor, most, least },
    atUs: seen.atUs,
    partition: null,
    evidence: [seenEvidence(seen)],
  });
}

function checkEpochs(before: SeenKept | null, seen: SeenKept, report: Report): void {
  const was = before === null ? null : epochOf(before);
  const now = epochOf(seen);
  if (was === null || now === null || was.epoch < 0 || now.epoch < 0) return;
  atRisk(memberEpochMonotonic);
  if (now.epoch >= was.epoch) return;
  const { coordinator, group } = seen.observation;
  report(memberEpochMonotonic, {
    about: { group, whose: now.whose, before: was.epoch, now: now.epoch },
    atUs: seen.atUs,
    partition: coordinator,
    evidence: [seenEvidence(before!), seenEvidence(seen)],
  });
}

function epochOf(seen: SeenKept): { readonly whose: string; readonly epoch: number } | null {
  if (isOf(seen, 'group-generation'))
    return { whose: 'the generation', epoch: seen.observation.generation };
  if (isOf(seen, 'group-epoch')) return { whose: 'the epoch', epoch: seen.observation.epoch };
  if (isOf(seen, 'targets-set'))
    return { whose: 'the epoch of the targets', epoch: seen.observation.epoch };
  if (!isOf(seen, 'member-assigned')) return null;
  return { whose: `the epoch of ${seen.observation.memberId}`, epoch: seen.observation.epoch };
}

function checkHolders(
  log: GroupLog,
  seen: SeenOf<'member-assigned'>,
  deleted: ReadonlySet<string>,
  report: Report,
): void {
  const { assigned, at, coordinator, group, memberId } = seen.observation;
  const mine = new Set(assigned.filter((each) => !deleted.has(topicOf(each))));
  for (const [other, known] of log.assigned) {
    if (other === memberId || known.observation.at > at) continue;
    const { assigned: theirs, revoking } = known.observation;
    const partition = [...theirs, ...revoking].find((each) => mine.has(each));
    if (partition === undefined) continue;
    report(exclusiveOwnership, {
      about: { group, partition, first: other, second: memberId },
      atUs: seen.atUs,
      partition: coordinator,
      evidence: [seenEvidence(known), seenEvidence(seen)],
    });
  }
}
