/** Offsets of groups: OffsetCommit, OffsetFetch, OffsetDelete, DeleteGroups. */
import { zeroUuid } from '../../../src/base/ids.ts';
import { partitionOfGroup } from '../../../src/kafka/group/group-partition.ts';
import { offsetCommitApi } from '../../../src/kafka/protocol/apis/08-offset-commit.ts';
import { offsetFetchApi } from '../../../src/kafka/protocol/apis/09-offset-fetch.ts';
import { deleteGroupsApi } from '../../../src/kafka/protocol/apis/42-delete-groups.ts';
import { offsetDeleteApi } from '../../../src/kafka/protocol/apis/47-offset-delete.ts';
import { Group, type Scene, step, versionsOf } from '../dialogue.ts';
import { AskedGroup, assignment, generationOf, idOf, subscription } from './groups.ts';
import { foreignId, invalidNames } from './vocabulary.ts';

const topic = 'oc-one';
const second = 'oc-two';
const unknown = 'oc-none';

interface Part {
  readonly partitionIndex?: number;
  readonly committedOffset?: number;
  readonly committedLeaderEpoch?: number;
  readonly committedMetadata?: string | null;
}

interface Commit {
  readonly groupId?: string;
  readonly generationIdOrMemberEpoch?: number;
  readonly memberId?: string;
  readonly groupInstanceId?: string | null;
  readonly retentionTimeMs?: number;
  readonly topics?: readonly (readonly [name: string, ...parts: Part[]])[];
}

const idIn = (scene: Scene, name: string): string =>
  name === topic || name === second ? scene.id(name) : foreignId;

const commitBody =
  (groupId: string, { topics = [[topic, {}]], ...rest }: Commit) =>
  (scene: Scene) => ({
    groupId,
    ...rest,
    topics: topics.map(([name, ...parts]) => ({
      name,
      topicId: idIn(scene, name),
      partitions: parts.map((part) => ({ partitionIndex: 0, committedOffset: 5, ...part })),
    })),
  });

/** By who is in no group. */
const commits: readonly (readonly [what: string, commit: Commit])[] = [
  ['one partition', {}],
  ['with a note', { topics: [[topic, { committedMetadata: 'noted' }]] }],
  ['a note of null', { topics: [[topic, { committedMetadata: null }]] }],
  ['a note of 4,096 letters', { topics: [[topic, { committedMetadata: 'n'.repeat(4_096) }]] }],
  ['a note of 4,097 letters', { topics: [[topic, { committedMetadata: 'n'.repeat(4_097) }]] }],
  [
    'a long note beside a good partition',
    { topics: [[topic, { committedMetadata: 'n'.repeat(5_000) }, { partitionIndex: 1 }]] },
  ],
  ['offset −1', { topics: [[topic, { committedOffset: -1 }]] }],
  ['offset −2', { topics: [[topic, { committedOffset: -2 }]] }],
  ['a far offset', { topics: [[topic, { committedOffset: 9_007_199_254_740_991 }]] }],
  ['leader epoch 3', { topics: [[topic, { committedLeaderEpoch: 3 }]] }],
  ['leader epoch −2', { topics: [[topic, { committedLeaderEpoch: -2 }]] }],
  [
    'two topics',
    {
      topics: [
        [topic, {}, { partitionIndex: 2 }],
        [second, {}],
      ],
    },
  ],
  [
    'one topic twice',
    {
      topics: [
        [topic, {}],
        [topic, { committedOffset: 6 }],
      ],
    },
  ],
  ['one partition twice', { topics: [[topic, {}, { committedOffset: 6 }]] }],
  ['partition 99', { topics: [[topic, { partitionIndex: 99 }]] }],
  ['partition −1', { topics: [[topic, { partitionIndex: -1 }]] }],
  ['an unknown partition beside a good one', { topics: [[topic, { partitionIndex: 99 }, {}]] }],
  ['an unknown topic', { topics: [[unknown, {}]] }],
  [
    'an unknown topic beside a good one',
    {
      topics: [
        [unknown, {}],
        [topic, {}],
      ],
    },
  ],
  ['no partitions', { topics: [[topic]] }],
  ['no topics', { topics: [] }],
  ['a retention of 1 s', { retentionTimeMs: 1_000 }],
  ['a retention of −2', { retentionTimeMs: -2 }],
  ['generation 0 of no group', { generationIdOrMemberEpoch: 0 }],
  ['generation 5 of no group', { generationIdOrMemberEpoch: 5, memberId: 'nobody' }],
  ['generation −2 of no group', { generationIdOrMemberEpoch: -2 }],
  ['a member of no group', { memberId: 'nobody' }],
  ['an instance of no group', { groupInstanceId: 'one' }],
];

export function offsetCommit(): Group {
  const g = new Group('OffsetCommit', 10);
  g.topic(topic, { partitions: 3 });
  g.topic(second);
  for (const v of versionsOf(offsetCommitApi)) {
    for (const [at, [what, commit]] of commits.entries()) {
      const group = new AskedGroup(`oc-${v}-${at}`);
      g.talk(`OffsetCommit v${v}: ${what}`, [
        step(offsetCommitApi, v, commitBody(group.id, commit), { coordinatorOf: group.id }),
        group.committed(),
      ]);
    }
    const group = new AskedGroup(`oc-${v}`);
    const asks = (what: string, id: string, commit: Commit, options: object): void =>
      g.ask(offsetCommitApi, v, what, commitBody(id, commit), options);
    asks('an empty group id', '', {}, { coordinatorOf: '' });
    asks('at another node', group.id, {}, { awayFrom: group.id });
    asks(
      'at another node, a topic unknown',
      group.id,
      {
        topics: [
          [unknown, {}],
          [topic, {}],
        ],
      },
      {
        awayFrom: group.id,
      },
    );
    for (const [what, name] of invalidNames) {
      if (v < 10) asks(what, group.id, { topics: [[name, {}]] }, { coordinatorOf: group.id });
    }
  }
  return g;
}

export function offsetFetch(): Group {
  const g = new Group('OffsetFetch', 10);
  g.topic(topic, { partitions: 3 });
  g.topic(second);
  const group = new AskedGroup('of');
  const committed: Commit = {
    topics: [
      [topic, { committedMetadata: 'noted', committedLeaderEpoch: 0 }, { partitionIndex: 1 }],
      [second, { committedOffset: 0 }],
    ],
  };
  g.prepare(offsetCommitApi, 9, commitBody(group.id, committed), { coordinatorOf: group.id });
  for (const v of versionsOf(offsetFetchApi)) fetches(g, v, group.id);
  return g;
}

type Asked = readonly (readonly [name: string, ...indexes: number[]])[] | null;

const questions: readonly (readonly [what: string, asked: Asked])[] = [
  ['all', null],
  ['one partition', [[topic, 0]]],
  ['a partition without an offset', [[topic, 2]]],
  ['partition 99', [[topic, 99]]],
  ['partition −1', [[topic, -1]]],
  [
    'two topics',
    [
      [topic, 0, 1, 2],
      [second, 0],
    ],
  ],
  [
    'one topic twice',
    [
      [topic, 0],
      [topic, 1],
    ],
  ],
  ['one partition twice', [[topic, 0, 0]]],
  ['an unknown topic', [[unknown, 0]]],
  [
    'an unknown topic beside a known one',
    [
      [unknown, 0],
      [topic, 0],
    ],
  ],
  ['no partitions', [[topic]]],
  ['no topics', []],
];

const fetchBody =
  (groupIds: readonly string[], asked: Asked, rest: object = {}, member: object = {}) =>
  (scene: Scene) => {
    const topics =
      asked?.map(([name, ...partitionIndexes]) => ({
        name,
        topicId: idIn(scene, name),
        partitionIndexes,
      })) ?? null;
    const groups = groupIds.map((groupId) => ({ groupId, topics, ...member }));
    return { groupId: groupIds[0] ?? '', topics, groups, ...rest };
  };

function fetches(g: Group, v: number, groupId: string): void {
  const coordinatorOf = groupId;
  const fetch = (what: string, body: ReturnType<typeof fetchBody>, options: object = {}): void =>
    g.ask(offsetFetchApi, v, what, body, { coordinatorOf, ...options });
  for (const [what, asked] of questions) {
    if (asked === null && v < 2) continue;
    fetch(what, fetchBody([groupId], asked));
    fetch(`${what}, of no group`, fetchBody(['of-none'], asked), { coordinatorOf: 'of-none' });
    fetch(`${what}, at another node`, fetchBody([groupId], asked), {
      awayFrom: groupId,
    });
    if (v >= 7) fetch(`${what}, stable`, fetchBody([groupId], asked, { requireStable: true }));
  }
  fetch('an empty group id', fetchBody([''], [[topic, 0]]), { coordinatorOf: '' });
  if (v >= 2) fetch('all of an empty group id', fetchBody([''], null), { coordinatorOf: '' });
  if (v < 8) return;
  fetch('no groups', fetchBody([], [[topic, 0]]));
  fetch('one group twice', fetchBody([groupId, groupId], [[topic, 0]]));
  if (v < 9) return;
  for (const [memberId, memberEpoch] of [
    ['nobody', 1],
    ['nobody', -1],
    ['', 1],
    ['', -1],
    [null, 3],
  ] as const) {
    const member = { memberId, memberEpoch };
    const who = `member ${memberId === '' ? '(empty)' : memberId}, epoch ${memberEpoch}`;
    fetch(who, fetchBody([groupId], [[topic, 0]], {}, member));
    fetch(`${who}, of no group`, fetchBody(['of-none'], [[topic, 0]], {}, member), {
      coordinatorOf: 'of-none',
    });
  }
  if (v < 10) return;
  g.ask(
    offsetFetchApi,
    v,
    'the zero id',
    { groups: [{ groupId, topics: [{ topicId: zeroUuid, partitionIndexes: [0] }] }] },
    { coordinatorOf },
  );
}

/** The steps that make a group of one stable member; the second told its id and generation. */
function stable(group: AskedGroup, name: string) {
  const claim = { memberId: idOf(2), generationId: generationOf(2) };
  const protocols = [{ name: 'range', metadata: subscription(name) }];
  return {
    claim,
    steps: [
      group.join({ protocols }),
      group.join({ protocols, memberId: idOf(1) }),
      group.sync({ ...claim, assignments: [[idOf(2), assignment(name, 0)]] }),
    ],
  };
}

export function offsetDelete(): Group {
  const g = new Group('OffsetDelete', 30);
  g.topic(topic, { partitions: 3 });
  g.topic(second);
  const deletion = (group: AskedGroup, ...topics: (readonly [string, ...number[]])[]) =>
    step(
      offsetDeleteApi,
      0,
      {
        groupId: group.id,
        topics: topics.map(([name, ...indexes]) => ({
          name,
          partitions: indexes.map((partitionIndex) => ({ partitionIndex })),
        })),
      },
      { coordinatorOf: group.id },
    );
  const talk = (what: string, lead: (group: AskedGroup) => ReturnType<typeof deletion>[]): void =>
    g.talk(`OffsetDelete v0: ${what}`, lead(new AskedGroup(`od-${what.replaceAll(/\W/g, '-')}`)));
  const cases: readonly (readonly [what: string, ...(readonly [string, ...number[]])[]])[] = [
    ['what is committed', [topic, 0]],
    ['what is not committed', [topic, 1]],
    ['partition 99', [topic, 99]],
    ['partition −1', [topic, -1]],
    ['an unknown topic beside a known one', [unknown, 0], [topic, 0]],
    ['no partitions', [topic]],
    ['one partition twice', [topic, 0, 0]],
    ['no topics'],
    ['two topics', [topic, 0], [second, 0]],
  ];
  for (const [what, ...topics] of cases) {
    talk(`${what}`, (group) => [
      group.commit({ topic }),
      deletion(group, ...topics),
      group.committed(),
    ]);
    talk(`${what}, of no group`, (group) => [deletion(group, ...topics)]);
    talk(`${what}, of a member that reads it`, (group) => {
      const { claim, steps } = stable(group, topic);
      return [
        ...steps,
        group.commit({ topic, ...claim }),
        deletion(group, ...topics),
        group.committed(),
      ];
    });
    talk(`${what}, of a member that reads another`, (group) => {
      const { claim, steps } = stable(group, second);
      return [
        ...steps,
        group.commit({ topic, ...claim }),
        deletion(group, ...topics),
        group.committed(),
      ];
    });
    talk(`${what}, of a consumer that reads it`, (group) => [
      group.enter('a', topic),
      group.commit({ topic, memberId: 'a', generationId: 1 }),
      deletion(group, ...topics),
      group.committed(),
    ]);
  }
  talk('of members that are no consumers', (group) => [
    group.commit({ topic }),
    group.join({ protocolType: 'connect' }),
    group.join({ protocolType: 'connect', memberId: idOf(2) }),
    deletion(group, [topic, 0]),
  ]);
  talk('of an empty group id', () => [deletion(new AskedGroup(''), [topic, 0])]);
  g.ask(
    offsetDeleteApi,
    0,
    'at another node',
    { groupId: 'od', topics: [{ name: topic, partitions: [{ partitionIndex: 0 }] }] },
    { awayFrom: 'od' },
  );
  return g;
}

/** A group that nobody knows, in the same partition of the offsets topic. */
function neighbourOf(id: string): string {
  for (let n = 0; ; n++) {
    if (partitionOfGroup(`${id}-${n}`, 50) === partitionOfGroup(id, 50)) return `${id}-${n}`;
  }
}

export function deleteGroups(): Group {
  const g = new Group('DeleteGroups', 30);
  g.topic(topic);
  for (const v of versionsOf(deleteGroupsApi)) {
    const deletion = (group: AskedGroup, names: readonly string[] = [group.id]) =>
      step(deleteGroupsApi, v, { groupsNames: names }, { coordinatorOf: group.id });
    const talk = (what: string, lead: (group: AskedGroup) => ReturnType<typeof deletion>[]): void =>
      g.talk(
        `DeleteGroups v${v}: ${what}`,
        lead(new AskedGroup(`dg-${v}-${what.replaceAll(/\W/g, '-')}`)),
      );
    talk('a group of offsets', (group) => [
      group.commit({ topic }),
      deletion(group),
      group.describe(),
      group.committed(),
      deletion(group),
    ]);
    talk('a group that nobody knows', (group) => [deletion(group)]);
    talk('a group with a member', (group) => [...stable(group, topic).steps, deletion(group)]);
    talk('a group whose member has left', (group) => {
      const { claim, steps } = stable(group, topic);
      return [...steps, group.leave([claim]), deletion(group), group.describe()];
    });
    talk('a group whose member was told its id', (group) => [
      group.join(),
      deletion(group),
      group.join({ memberId: idOf(1) }),
    ]);
    talk('a consumer group with a member', (group) => [group.enter('a', topic), deletion(group)]);
    talk('a consumer group whose member has left', (group) => [
      group.enter('a', topic),
      group.beat({ memberEpoch: -1 }),
      deletion(group),
      group.describeConsumers(),
    ]);
    talk('one group twice', (group) => [
      group.commit({ topic }),
      deletion(group, [group.id, group.id]),
    ]);
    talk('a known one and an unknown one', (group) => [
      group.commit({ topic }),
      deletion(group, [group.id, neighbourOf(group.id)]),
    ]);
    talk('no groups', (group) => [deletion(group, [])]);
    g.ask(deleteGroupsApi, v, 'at another node', { groupsNames: ['dg'] }, { awayFrom: 'dg' });
  }
  return g;
}
