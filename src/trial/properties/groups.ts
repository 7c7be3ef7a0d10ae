/** Properties of consumer groups: what is committed, who owns what, and how groups come to rest. */
import { fromLoss, property } from './property.ts';

/** A coordinator that lost part of its partition's log knows less than was committed. */
const fromLostLog = [
  ...fromLoss,
  'leader-completeness',
  'candidate-completeness',
  'log-matching',
] as const;

type OffsetCase = { group: string; partition: string };

export const committedOffsetDurable = property({
  name: 'committed-offset-durable',
  sentence:
    'a committed offset was lost or went back, and no later commit, expiry or deletion did it',
  risk: 'a coordinator loads a committed offset, or a member is told of one',
  pledge: 'groups-stay',
  follows: fromLostLog,
  say: (c: OffsetCase & { owed: number; told: number; how: string }) =>
    `group ${c.group} committed offset ${c.owed} of ${c.partition}, but ` +
    (c.told < 0 ? `${c.how} none` : `${c.how} offset ${c.told}`),
});

export const offsetExpiresDue = property({
  name: 'offset-expires-due',
  sentence: 'a committed offset expired before its time, or while somebody may come back for it',
  risk: 'an offset expires',
  pledge: 'always',
  say: (c: OffsetCase & { why: string; ageMs: number; retentionMs: number }) =>
    `offset of ${c.partition} in group ${c.group} expired after ${c.ageMs} of ` +
    `${c.retentionMs} ms: ${c.why}`,
});

export const deletedGroupGone = property({
  name: 'deleted-group-gone',
  sentence: 'an offset of a group is kept though the deletion of the group was acknowledged',
  risk: 'the deletion of a group that had committed something is acknowledged',
  pledge: 'groups-stay',
  follows: fromLostLog,
  say: (c: OffsetCase & { offset: number }) =>
    `group ${c.group} was deleted, and its coordinators keep offset ${c.offset} of ${c.partition}`,
});

export const noStaleCommit = property({
  name: 'no-stale-commit',
  sentence: 'a commit of a fenced member or of an old generation was accepted',
  risk: 'a member commits in a group that has had an earlier generation',
  pledge: 'groups-stay',
  follows: fromLostLog,
  say: (c: OffsetCase & { memberId: string; signed: number; current: number; why: string }) =>
    `group ${c.group} took a commit of ${c.partition} that ${c.memberId} signed as of epoch ` +
    `${c.signed}, though ${c.why}${c.current < 0 ? '' : ` (epoch ${c.current})`}`,
});

export const noCommitPastRead = property({
  name: 'no-commit-past-read',
  sentence: 'a member committed beyond a record that it was not given',
  risk: 'a member commits',
  pledge: 'committed-stays',
  follows: fromLoss,
  say: (c: OffsetCase & { by: string; offset: number; missed: number }) =>
    `${c.by} of group ${c.group} committed offset ${c.offset} of ${c.partition}, and was never ` +
    `given offset ${c.missed}`,
});

export const noReprocessingPastCommit = property({
  name: 'no-reprocessing-past-commit',
  sentence: 'a new owner of a partition did not begin to read where its group had committed',
  risk: 'a member begins to read a partition of which an offset is committed',
  pledge: 'groups-stay',
  follows: fromLoss,
  say: (c: OffsetCase & { by: string; committed: number; began: number }) =>
    `${c.by} of group ${c.group} began ${c.partition} at offset ${c.began}, where offset ` +
    `${c.committed} is committed`,
});

export const exclusiveOwnership = property({
  name: 'exclusive-ownership',
  sentence: 'two members of one group owned one partition at one time',
  risk: 'a partition goes from one member of a group to another',
  pledge: 'groups-stay',
  follows: fromLostLog,
  say: (c: OffsetCase & { first: string; second: string }) =>
    `${c.first} and ${c.second}, both members of group ${c.group}, own ${c.partition}`,
});

export const legalAssignment = property({
  name: 'legal-assignment',
  sentence: 'an assignment gives a partition twice, or to a member that did not subscribe to it',
  risk: 'partitions of a group are shared out',
  pledge: 'always',
  say: (c: OffsetCase & { epoch: number; first: string; second: string }) =>
    `in epoch ${c.epoch} of group ${c.group} ${c.partition} is given to ${c.first}` +
    (c.second === '' ? ', which did not subscribe to it' : ` and to ${c.second}`),
});

export const memberEpochMonotonic = property({
  name: 'member-epoch-monotonic',
  sentence: "a group's generation, its epoch or the epoch of a member fell",
  risk: 'a generation or an epoch of a group is replicated that is not its first',
  pledge: 'groups-stay',
  follows: fromLostLog,
  say: (c: { group: string; whose: string; before: number; now: number }) =>
    `${c.whose} of group ${c.group} was ${c.before}, then ${c.now}`,
});

export const balanced = property({
  name: 'balanced',
  sentence: 'shares of members differ by more than one, where their assignor promises otherwise',
  risk: 'partitions are shared out among several members with one subscription',
  pledge: 'always',
  say: (c: { group: string; epoch: number; assignor: string; most: number; least: number }) =>
    `in epoch ${c.epoch} of group ${c.group} ${c.assignor} gives one member ${c.most} ` +
    `partitions, and another ${c.least}`,
});

export const sticky = property({
  name: 'sticky',
  sentence: 'more partitions moved than had to, where the assignor promises otherwise',
  risk: 'partitions are shared out among members that have some, by an assignor that is sticky',
  pledge: 'always',
  say: (c: { group: string; epoch: number; assignor: string; kept: number; mightKeep: number }) =>
    `in epoch ${c.epoch} of group ${c.group} ${c.assignor} lets members keep ${c.kept} ` +
    `partitions, where they might keep ${c.mightKeep}`,
});

export const groupConverges = property({
  name: 'group-converges',
  sentence: 'after healing a group did not come to rest within its bound',
  risk: 'members of a group live when the cluster is whole again, and not all is owned',
  pledge: 'always',
  say: (c: { group: string; obstacle: string; withinMs: number }) =>
    `${c.withinMs} ms after the cluster was whole again, in group ${c.group}: ${c.obstacle}`,
});

export const closeReturns = property({
  name: 'close-returns',
  sentence: "a consumer's close did not return within its time",
  risk: 'a consumer is closed',
  pledge: 'always',
  say: (c: { by: string; group: string; withinMs: number; tookMs: number }) =>
    `${c.by} closed its consumer of group ${c.group}, which promised to be back within ` +
    `${c.withinMs} ms` +
    (c.tookMs < 0 ? ' and is not' : ` and took ${c.tookMs} ms`),
});

export const noSilentZombie = property({
  name: 'no-silent-zombie',
  sentence: 'a member went on long after its group had put it out, and had not learned of it',
  risk: 'a member is put out of its group while it owns something',
  pledge: 'always',
  say: (c: OffsetCase & { by: string; sinceMs: number; withinMs: number }) =>
    `${c.by} was put out of group ${c.group} and read ${c.partition} ${c.sinceMs} ms later; it ` +
    `had to know after ${c.withinMs} ms`,
});
