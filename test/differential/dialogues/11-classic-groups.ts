/**
 * Groups of the classic protocol: JoinGroup, SyncGroup, Heartbeat, LeaveGroup in all versions, and
 * what DescribeGroups tells of them meanwhile. Each case has a group of its own.
 */

import { joinGroupApi } from '../../../src/kafka/protocol/apis/11-join-group.ts';
import { heartbeatApi } from '../../../src/kafka/protocol/apis/12-heartbeat.ts';
import { leaveGroupApi } from '../../../src/kafka/protocol/apis/13-leave-group.ts';
import { syncGroupApi } from '../../../src/kafka/protocol/apis/14-sync-group.ts';
import { Group, type Step, type StepOptions, versionsOf } from '../dialogue.ts';
import { AskedGroup, assignment, generationOf, idOf, subscription } from './groups.ts';

const topic = 'g-topic';
const part = assignment(topic, 0, 1);
const other = assignment(topic, 2);

/** A new member waits three seconds for others. */
const atOnce = 60;

interface Lead {
  readonly v: number;
  readonly group: AskedGroup;
  /** The steps that make a group of one stable member, whose id the last of the joins told. */
  readonly alone: readonly Step[];
  /** Which step told the first member's id and generation. */
  readonly first: number;
}

type Dialogue = (lead: Lead) => readonly Step[];

/** The first member with its id, its generation and its instance. */
const firstOf = ({ first }: Lead, groupInstanceId: string | null = null) => ({
  memberId: idOf(first),
  generationId: generationOf(first),
  groupInstanceId,
});

/** A second member joins, in two steps where it is told its id first; gives the step that joins. */
function secondJoins({ v, group }: Lead, behind: number, held: boolean): readonly Step[] {
  if (v < 4) return [group.join({}, { held })];
  return [group.join(), group.join({ memberId: idOf(behind + 1) }, { held })];
}

const dialogues: Readonly<Record<string, Dialogue>> = {
  'one member, from its join to its leaving': (lead) => [
    ...lead.alone,
    lead.group.describe(),
    lead.group.heartbeat(firstOf(lead)),
    lead.group.commit({ topic, ...firstOf(lead) }),
    lead.group.leave([firstOf(lead)]),
    lead.group.describe(),
    lead.group.committed(),
    lead.group.heartbeat(firstOf(lead)),
    lead.group.commit({ topic, ...firstOf(lead) }),
    lead.group.commit({ topic }),
    lead.group.leave([firstOf(lead)]),
  ],
  'a second member joins': (lead) => {
    const { alone, group } = lead;
    const joins = secondJoins(lead, alone.length, true);
    const second = alone.length + joins.length;
    return [
      ...alone,
      ...joins,
      group.heartbeat(firstOf(lead), { held: true }),
      group.commit({ topic, ...firstOf(lead) }, { held: true }),
      group.sync(firstOf(lead), { held: true }),
      group.describe({ held: true }),
      group.join({ memberId: idOf(lead.first) }),
      group.describe(),
      group.heartbeat({ memberId: idOf(second), generationId: generationOf(second) }),
      group.heartbeat(firstOf(lead)),
      group.commit({ topic, memberId: idOf(second), generationId: generationOf(second) }),
      group.sync(firstOf(lead)),
      group.sync({ memberId: idOf(second), generationId: generationOf(second) }, { held: true }),
      group.sync({
        memberId: idOf(lead.first),
        generationId: generationOf(second),
        assignments: [
          [idOf(lead.first), part],
          [idOf(second), other],
        ],
      }),
      group.describe(),
      group.sync({ memberId: idOf(second), generationId: generationOf(second) }),
      group.join({ memberId: idOf(second) }),
      group.heartbeat({ memberId: idOf(second), generationId: 99 }),
      group.heartbeat({ memberId: idOf(second), generationId: 0 }),
      group.heartbeat({ memberId: 'nobody', generationId: generationOf(second) }),
      group.leave([{ memberId: idOf(second) }]),
      group.heartbeat({ memberId: idOf(lead.first), generationId: generationOf(second) }),
      group.describe(),
    ];
  },
  'a second member of another protocol type': (lead) => [
    ...lead.alone,
    lead.group.join({ protocolType: 'connect' }),
    lead.group.join({ protocolType: '' }),
    lead.group.heartbeat(firstOf(lead)),
  ],
  'a second member with other protocols': (lead) => [
    ...lead.alone,
    lead.group.join({ protocols: [{ name: 'sticky', metadata: subscription(topic) }] }),
    lead.group.join({ protocols: [] }),
    lead.group.heartbeat(firstOf(lead)),
  ],
  'a member that nobody knows joins': (lead) => [
    ...lead.alone,
    lead.group.join({ memberId: 'nobody' }),
    lead.group.describe(),
  ],
  'the leader joins again': (lead) => [
    ...lead.alone,
    lead.group.join({ memberId: idOf(lead.first) }),
    lead.group.describe(),
    lead.group.heartbeat(firstOf(lead)),
    lead.group.join({ memberId: idOf(lead.first) }),
  ],
  'the leader joins again with another subscription': (lead) => [
    ...lead.alone,
    lead.group.join({
      memberId: idOf(lead.first),
      protocols: [{ name: 'range', metadata: subscription(topic, 'g-other') }],
    }),
    lead.group.describe(),
  ],
  'a member with protocols of its own order': ({ group, v }) => {
    const protocols = ['roundrobin', 'range'].map((name) => ({
      name,
      metadata: subscription(topic),
    }));
    const joins = [group.join({ protocols }), group.join({ protocols, memberId: idOf(1) })];
    return [...joins.slice(0, v < 4 ? 1 : 2), group.describe()];
  },
  'a member that commits before its generation is told': ({ group, v }) => [
    group.join({}),
    ...(v < 4 ? [] : [group.join({ memberId: idOf(1) })]),
    group.commit({
      topic,
      memberId: idOf(v < 4 ? 1 : 2),
      generationId: generationOf(v < 4 ? 1 : 2),
    }),
    group.heartbeat({
      memberId: idOf(v < 4 ? 1 : 2),
      generationId: generationOf(v < 4 ? 1 : 2),
    }),
    group.describe(),
  ],
  'an assignment for a member that nobody knows': ({ group, v }) => [
    group.join({}),
    ...(v < 4 ? [] : [group.join({ memberId: idOf(1) })]),
    group.sync({
      memberId: idOf(v < 4 ? 1 : 2),
      generationId: generationOf(v < 4 ? 1 : 2),
      assignments: [['nobody', part]],
    }),
    group.describe(),
  ],
  'commits of a stable group': (lead) => [
    ...lead.alone,
    lead.group.commit({ topic }),
    lead.group.commit({ topic, memberId: 'nobody', generationId: generationOf(lead.first) }),
    lead.group.commit({ topic, ...firstOf(lead), generationId: 0 }),
    lead.group.commit({ topic, ...firstOf(lead), generationId: 99 }),
    lead.group.commit({ topic, ...firstOf(lead), generationId: -1 }),
    lead.group.commit({ topic, memberId: '', generationId: generationOf(lead.first) }),
  ],
  'who does not come back is left behind': ({ group, v }) => {
    const brief = { rebalanceTimeoutMs: 1_000, sessionTimeoutMs: 6_000 };
    const joins = [
      group.join(brief),
      ...(v < 4 ? [] : [group.join({ ...brief, memberId: idOf(1) })]),
    ];
    const first = joins.length;
    const again =
      v < 4
        ? [group.join(brief)]
        : [group.join(brief), group.join({ ...brief, memberId: idOf(first + 2) })];
    const second = first + 1 + again.length;
    return [
      ...joins,
      group.sync({
        memberId: idOf(first),
        generationId: generationOf(first),
        assignments: [[idOf(first), part]],
      }),
      ...again,
      group.heartbeat({ memberId: idOf(first), generationId: generationOf(first) }),
      group.heartbeat({ memberId: idOf(second), generationId: generationOf(second) }),
      group.join({ ...brief, memberId: idOf(first) }),
      group.describe(),
    ];
  },
  'a leader that brings no assignment is let go': ({ group, v }) => {
    const brief = { rebalanceTimeoutMs: 1_000, sessionTimeoutMs: 6_000 };
    const joins = [
      group.join(brief),
      ...(v < 4 ? [] : [group.join({ ...brief, memberId: idOf(1) })]),
    ];
    const first = joins.length;
    const claim = { memberId: idOf(first), generationId: generationOf(first) };
    return [
      ...joins,
      group.describe({ afterMs: 2_500 }),
      group.heartbeat(claim),
      group.sync({ ...claim, assignments: [[idOf(first), part]] }),
    ];
  },
  'a member that is silent for its session': ({ group, v }) => {
    const brief = { sessionTimeoutMs: 6_000 };
    const joins = [
      group.join(brief),
      ...(v < 4 ? [] : [group.join({ ...brief, memberId: idOf(1) })]),
    ];
    const first = joins.length;
    const claim = { memberId: idOf(first), generationId: generationOf(first) };
    return [
      ...joins,
      group.sync({ ...claim, assignments: [[idOf(first), part]] }),
      group.heartbeat(claim, { afterMs: 4_000 }),
      group.heartbeat(claim, { afterMs: 4_000 }),
      group.describe({ afterMs: 7_000 }),
      group.heartbeat(claim),
    ];
  },
};

/** From version 4 on: who was told an id and has not joined with it. */
const pendingDialogues: Readonly<Record<string, Dialogue>> = {
  'a member that was told its id and has not joined': ({ group }) => [
    group.join(),
    group.describe(),
    group.heartbeat({ memberId: idOf(1), generationId: 0 }),
    group.sync({ memberId: idOf(1), generationId: 0 }),
    group.commit({ topic, memberId: idOf(1), generationId: 0 }),
    group.leave([{ memberId: idOf(1) }]),
    group.join({ memberId: idOf(1) }),
  ],
  'a member that was told its id joins a stable group and leaves': (lead) => [
    ...lead.alone,
    lead.group.join(),
    lead.group.heartbeat(firstOf(lead)),
    lead.group.leave([{ memberId: idOf(lead.alone.length + 1) }]),
    lead.group.heartbeat(firstOf(lead)),
    lead.group.describe(),
  ],
};

/** From version 5 on. */
const staticDialogues: Readonly<Record<string, Dialogue>> = {
  'a static member is replaced': ({ group }) => {
    const groupInstanceId = 'one';
    const former = { memberId: idOf(1), generationId: generationOf(1), groupInstanceId };
    const next = { memberId: idOf(4), generationId: generationOf(4), groupInstanceId };
    return [
      group.join({ groupInstanceId }),
      group.sync({ ...former, assignments: [[idOf(1), part]] }),
      group.describe(),
      group.join({ groupInstanceId }),
      group.describe(),
      group.heartbeat(former),
      group.commit({ topic, ...former }),
      group.sync(former),
      group.join({ groupInstanceId, memberId: idOf(1) }),
      group.leave([former]),
      group.heartbeat(next),
      group.commit({ topic, ...next }),
      group.sync(next),
      group.heartbeat({ ...next, groupInstanceId: 'another' }),
      group.heartbeat({ ...next, groupInstanceId: null }),
      group.heartbeat({ ...former, groupInstanceId: null }),
      group.leave([{ memberId: '', groupInstanceId }]),
      group.describe(),
    ];
  },
  'a static member is replaced with another subscription': ({ group }) => {
    const groupInstanceId = 'one';
    const former = { memberId: idOf(1), generationId: generationOf(1), groupInstanceId };
    return [
      group.join({ groupInstanceId }),
      group.sync({ ...former, assignments: [[idOf(1), part]] }),
      group.join({
        groupInstanceId,
        protocols: [{ name: 'range', metadata: subscription('g-other') }],
      }),
      group.describe(),
    ];
  },
  'a static follower is replaced': ({ group }) => [
    group.join({ groupInstanceId: 'one' }, { held: true }),
    // The first is to lead: it comes well before the second, also where the machine is slow.
    group.join({ groupInstanceId: 'two' }, { afterMs: 500 }),
    group.sync(
      { memberId: idOf(2), generationId: generationOf(2), groupInstanceId: 'two' },
      { held: true },
    ),
    group.sync({
      memberId: idOf(1),
      generationId: generationOf(1),
      groupInstanceId: 'one',
      assignments: [
        [idOf(1), part],
        [idOf(2), other],
      ],
    }),
    group.join({ groupInstanceId: 'two' }),
    group.sync({ memberId: idOf(5), generationId: generationOf(5), groupInstanceId: 'two' }),
    group.describe(),
    group.leave([
      { groupInstanceId: 'two', memberId: idOf(2) },
      { groupInstanceId: 'one', memberId: '' },
      { groupInstanceId: 'three', memberId: '' },
      { groupInstanceId: null, memberId: 'nobody' },
      { groupInstanceId: null, memberId: '' },
    ]),
    group.describe(),
  ],
  'a static member that nobody knows': (lead) => [
    ...lead.alone,
    lead.group.join({ groupInstanceId: 'one', memberId: 'nobody' }),
    lead.group.heartbeat({ groupInstanceId: 'one', memberId: 'nobody', generationId: 1 }),
    lead.group.sync({ groupInstanceId: 'one', memberId: 'nobody', generationId: 1 }),
    lead.group.commit({ topic, groupInstanceId: 'one', memberId: 'nobody', generationId: 1 }),
    lead.group.commit({ topic, groupInstanceId: 'one' }),
  ],
  'a static member joins while it waits to join': ({ group }) => [
    group.join({ groupInstanceId: 'one' }, { held: true }),
    group.join({ groupInstanceId: 'one' }),
    group.describe(),
  ],
};

export function classicGroups(): Group {
  const g = new Group('Classic groups', atOnce);
  g.topic(topic, { partitions: 3 });
  for (const v of versionsOf(joinGroupApi)) {
    const all = {
      ...dialogues,
      ...(v >= 4 && pendingDialogues),
      ...(v >= 5 && staticDialogues),
    };
    for (const [what, dialogue] of Object.entries(all)) {
      const group = new AskedGroup(`${what.replaceAll(/\W/g, '-')}-${v}`, v);
      const joins = [group.join(), ...(v < 4 ? [] : [group.join({ memberId: idOf(1) })])];
      const first = joins.length;
      const leader = { memberId: idOf(first), generationId: generationOf(first) };
      const sync = group.sync({ ...leader, assignments: [[idOf(first), part]] });
      g.talk(
        `Classic group v${v}: ${what}`,
        dialogue({ v, group, alone: [...joins, sync], first }),
      );
    }
  }
  return g;
}

/** One request each, to groups that are not there, or not here. */
export function classicRefusals(): Group {
  const g = new Group('Classic groups: refused requests', atOnce);
  g.topic(topic);
  for (const v of versionsOf(joinGroupApi)) {
    const joins = (
      what: string,
      given: Parameters<AskedGroup['join']>[0],
      group = new AskedGroup(`${what.replaceAll(/\W/g, '-')}-${v}`, v),
      options: StepOptions = {},
    ): void => g.talk(`JoinGroup v${v}: ${what}`, [group.join(given, options), group.describe()]);
    joins('an id that nobody knows', { memberId: 'nobody' });
    joins('a session of 5,999 ms', { sessionTimeoutMs: 5_999 });
    joins('a session of half an hour and a bit', { sessionTimeoutMs: 1_800_001 });
    joins('a negative session', { sessionTimeoutMs: -1 });
    joins('no protocols', { protocols: [] });
    joins('no protocol type', { protocolType: '' });
    joins('an empty group id', {}, new AskedGroup('', v));
    joins('at another node', {}, new AskedGroup(`away-${v}`, v), { awayFrom: `away-${v}` });
    if (v < 5) continue;
    joins('an empty instance id', { groupInstanceId: '' });
    joins('an instance id that nobody knows', { groupInstanceId: 'i', memberId: 'n' });
    joins('an instance id of 250 letters', { groupInstanceId: 'n'.repeat(250) });
    joins('an instance id with a blank', { groupInstanceId: 'a b' });
  }
  refused(g, 'SyncGroup', versionsOf(syncGroupApi), (group, given, options) =>
    group.sync(given, options),
  );
  refused(g, 'Heartbeat', versionsOf(heartbeatApi), (group, given, options) =>
    group.heartbeat(given, options),
  );
  refused(g, 'LeaveGroup', versionsOf(leaveGroupApi), (group, given, options) =>
    group.leave([given], options),
  );
  for (const v of versionsOf(leaveGroupApi)) {
    if (v < 3) continue;
    const group = new AskedGroup(`cl-${v}`, v);
    g.talk(`LeaveGroup v${v}: no members`, [group.leave([])]);
    g.talk(`LeaveGroup v${v}: two members of no group`, [
      group.leave([{ memberId: 'a' }, { memberId: 'b', groupInstanceId: 'i' }]),
    ]);
  }
  for (const [what, given] of [
    ['no protocol type', { protocolType: null }],
    ['no protocol name', { protocolName: null }],
    ['neither', { protocolType: null, protocolName: null }],
  ] as const) {
    const group = new AskedGroup('cs-5');
    g.talk(`SyncGroup v5: ${what}`, [group.sync({ memberId: 'm', generationId: 1, ...given })]);
  }
  protocolsOfSync(g);
  return g;
}

type Asks = (
  group: AskedGroup,
  given: { memberId: string; generationId: number; groupInstanceId?: string },
  options?: { awayFrom: string },
) => Step;

function refused(g: Group, name: string, versions: readonly number[], asks: Asks): void {
  for (const v of versions) {
    const group = new AskedGroup(`${name}-${v}`, v);
    const given = { memberId: 'nobody', generationId: 1 };
    g.talk(`${name} v${v}: a group that nobody knows`, [asks(group, given)]);
    g.talk(`${name} v${v}: an empty member id`, [asks(group, { ...given, memberId: '' })]);
    g.talk(`${name} v${v}: an empty group id`, [asks(new AskedGroup('', v), given)]);
    g.talk(`${name} v${v}: at another node`, [asks(group, given, { awayFrom: group.id })]);
    if (v < 3) continue;
    g.talk(`${name} v${v}: an instance of no group`, [
      asks(group, { ...given, groupInstanceId: 'one' }),
    ]);
  }
}

/** The protocol that a member names when it syncs must be the group's. */
function protocolsOfSync(g: Group): void {
  for (const [what, given] of [
    ['another protocol type', { protocolType: 'connect' }],
    ['another protocol', { protocolName: 'sticky' }],
    ['an empty protocol type', { protocolType: '' }],
  ] as const) {
    const group = new AskedGroup(`sync-${what.replaceAll(' ', '-')}`);
    const claim = { memberId: idOf(2), generationId: generationOf(2) };
    g.talk(`SyncGroup v5: ${what} than the group’s`, [
      group.join(),
      group.join({ memberId: idOf(1) }),
      group.sync({ ...claim, ...given }),
      group.describe(),
    ]);
  }
}
