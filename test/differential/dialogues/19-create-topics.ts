/** CreateTopics, DeleteTopics, CreatePartitions. */
import { zeroUuid } from '../../../src/base/ids.ts';
import { metadataApi } from '../../../src/kafka/protocol/apis/03-metadata.ts';
import { createTopicsApi } from '../../../src/kafka/protocol/apis/19-create-topics.ts';
import { deleteTopicsApi } from '../../../src/kafka/protocol/apis/20-delete-topics.ts';
import { createPartitionsApi } from '../../../src/kafka/protocol/apis/37-create-partitions.ts';
import type { RequestInput } from '../../../src/kafka/protocol/schema.ts';
import { Group, type Scene, step, versionsOf } from '../dialogue.ts';
import { foreignId, internalNames, invalidNames, topicSettings } from './vocabulary.ts';

type Request = RequestInput<typeof createTopicsApi>;
type New = Request['topics'][number];

const plain = (name: string, rest: Partial<New> = {}): New => ({
  name,
  numPartitions: 1,
  replicationFactor: 1,
  assignments: [],
  configs: [],
  ...rest,
});

const assigned = (...replicas: readonly number[][]): Partial<New> => ({
  numPartitions: -1,
  replicationFactor: -1,
  assignments: replicas.map((brokerIds, partitionIndex) => ({ partitionIndex, brokerIds })),
});

const setting = (name: string, value: string | null): Partial<New> => ({
  configs: [{ name, value }],
});

/** One topic each, of a name of its own. */
const kinds: readonly (readonly [what: string, rest: Partial<New>])[] = [
  ['ordinary', {}],
  ['three replicas, four partitions', { numPartitions: 4, replicationFactor: 3 }],
  ['default count and factor', { numPartitions: -1, replicationFactor: -1 }],
  ['0 partitions', { numPartitions: 0 }],
  ['−2 partitions', { numPartitions: -2 }],
  ['0 replicas', { replicationFactor: 0 }],
  ['−2 replicas', { replicationFactor: -2 }],
  ['4 replicas', { replicationFactor: 4 }],
  ['32767 replicas', { replicationFactor: 32767 }],
  ['assigned', assigned([1, 2], [2, 3])],
  ['assigned and counted', { ...assigned([1, 2]), numPartitions: 1 }],
  ['assigned and with a factor', { ...assigned([1, 2]), replicationFactor: 2 }],
  ['assigned to one node twice', assigned([1, 1])],
  ['assigned to an unknown node', assigned([1, 9])],
  ['assigned to node −1', assigned([-1])],
  ['assigned to nobody', assigned([])],
  ['assigned with different factors', assigned([1, 2], [3])],
  [
    'assigned with a gap',
    { ...assigned(), assignments: [0, 2].map((i) => ({ partitionIndex: i, brokerIds: [1] })) },
  ],
  [
    'assigned one partition twice',
    { ...assigned(), assignments: [0, 0].map((i) => ({ partitionIndex: i, brokerIds: [1] })) },
  ],
  [
    'assigned partition −1',
    { ...assigned(), assignments: [{ partitionIndex: -1, brokerIds: [1] }] },
  ],
  ['a setting', setting('retention.ms', '1000')],
  ['a setting of null', setting('retention.ms', null)],
  ['a setting that is no number', setting('retention.ms', 'long')],
  ['an unknown setting', setting('no.such.setting', '1')],
  ['a setting without name', setting('', '1')],
  [
    'a setting twice',
    { configs: ['1000', '2000'].map((value) => ({ name: 'retention.ms', value })) },
  ],
];

export function createTopics(): Group {
  const g = new Group('CreateTopics');
  g.topic('c-old');
  for (const v of versionsOf(createTopicsApi)) {
    for (const [index, [what, rest]] of kinds.entries()) {
      const name = `c-${v}-${index}`;
      const looked = { exists: [name], settings: [name] };
      g.ask(createTopicsApi, v, what, { topics: [plain(name, rest)] }, looked);
      if (v === 7) {
        const tried = `c-try-${index}`;
        g.ask(
          createTopicsApi,
          v,
          `${what}, only tried`,
          { topics: [plain(tried, rest)], validateOnly: true },
          { exists: [tried] },
        );
      }
    }
    const asks = (what: string, names: readonly string[], rest: Partial<Request> = {}): void =>
      g.ask(
        createTopicsApi,
        v,
        what,
        { topics: names.map((name) => plain(name)), ...rest },
        { exists: names },
      );
    asks('no topics', []);
    asks('one that exists', ['c-old']);
    asks('one name twice', [`c-${v}-twice`, `c-${v}-twice`]);
    asks('one name twice beside a good one', [`c-${v}-x`, `c-${v}-x`, `c-${v}-good`]);
    asks('two topics', [`c-${v}-a`, `c-${v}-b`]);
    asks('timeout 0', [`c-${v}-zero`], { timeoutMs: 0 });
    asks('timeout −1', [`c-${v}-minus`], { timeoutMs: -1 });
    asks('names that collide in metrics', [`c.${v}.collide`, `c_${v}_collide`]);
    const colliding = [`c.${v}.there`, `c_${v}_there`];
    g.talk(
      `CreateTopics v${v}: a name that collides with one that exists`,
      colliding.map((name) => step(createTopicsApi, v, { topics: [plain(name)] })),
      { exists: colliding },
    );
    for (const [what, name] of invalidNames) asks(what, [name]);
    for (const name of internalNames) if (name !== '__consumer_offsets') asks(name, [name]);
  }
  asksForSettings(g);
  return g;
}

function asksForSettings(g: Group): void {
  let index = 0;
  for (const [key, ...values] of topicSettings) {
    for (const value of values) {
      const name = `c-set-${index++}`;
      const topics = [plain(name, setting(key, value))];
      const looked = { exists: [name], settings: [name] };
      g.ask(createTopicsApi, 7, `${key}=${value}`, { topics }, looked);
    }
  }
}

export function deleteTopics(): Group {
  const g = new Group('DeleteTopics');
  const doomed = (name: string): string => g.topic(name).name;
  const kept = doomed('del-kept');
  for (const v of versionsOf(deleteTopicsApi)) {
    const asks = (
      what: string,
      named: readonly { name: string | null; topicId?: string | ((s: Scene) => string) }[],
      rest: { timeoutMs?: number } = {},
      exists: readonly string[] = named.flatMap(({ name }) => (name === null ? [] : [name])),
    ): void =>
      g.ask(
        deleteTopicsApi,
        v,
        what,
        (scene) => ({
          timeoutMs: 30_000,
          topicNames: named.map(({ name }) => name ?? ''),
          topics: named.map(({ name, topicId = zeroUuid }) => ({
            name,
            topicId: typeof topicId === 'string' ? topicId : topicId(scene),
          })),
          ...rest,
        }),
        { exists },
      );
    const idOf = (name: string) => (scene: Scene) => scene.id(name);
    asks('one', [{ name: doomed(`del-${v}-one`) }]);
    asks('two', [{ name: doomed(`del-${v}-two`) }, { name: doomed(`del-${v}-three`) }]);
    asks('none', []);
    asks('an unknown one', [{ name: 'del-none' }]);
    asks('an unknown one beside a good one', [{ name: 'del-no' }, { name: doomed(`del-${v}-b`) }]);
    const twice = doomed(`del-${v}-twice`);
    asks('one name twice', [{ name: twice }, { name: twice }]);
    asks('timeout 0', [{ name: doomed(`del-${v}-zero`) }], { timeoutMs: 0 });
    asks('timeout −1', [{ name: doomed(`del-${v}-minus`) }], { timeoutMs: -1 });
    for (const [what, name] of invalidNames) asks(what, [{ name }]);
    asks('__cluster_metadata', [{ name: '__cluster_metadata' }]);
    if (v < 6) continue;
    const byId = doomed('del-by-id');
    asks('by id', [{ name: null, topicId: idOf(byId) }], {}, [byId]);
    asks('by an unknown id', [{ name: null, topicId: foreignId }]);
    asks('by the zero id', [{ name: null }]);
    asks('by id and name', [{ name: kept, topicId: idOf(kept) }]);
    const idTwice = doomed('del-id-twice');
    const named = { name: null, topicId: idOf(idTwice) };
    asks('one id twice', [named, named], {}, [idTwice]);
    const both = doomed('del-both');
    asks('id and name of one topic', [{ name: both }, { name: null, topicId: idOf(both) }], {}, [
      both,
    ]);
    asks('unknown id twice', [
      { name: null, topicId: foreignId },
      { name: null, topicId: foreignId },
    ]);
  }
  return g;
}

export function createPartitions(): Group {
  const g = new Group('CreatePartitions');
  for (const v of versionsOf(createPartitionsApi)) {
    let index = 0;
    const topic = (): string =>
      g.topic(`cp-${v}-${index++}`, { partitions: 2, replicas: [1, 2] }).name;
    const asks = (
      what: string,
      count: number,
      assignments: readonly number[][] | null = null,
      rest: object = {},
      name = topic(),
    ): void =>
      g.ask(
        createPartitionsApi,
        v,
        what,
        {
          topics: [
            { name, count, assignments: assignments?.map((brokerIds) => ({ brokerIds })) ?? null },
          ],
          timeoutMs: 30_000,
          validateOnly: false,
          ...rest,
        },
        { exists: [name] },
      );
    for (const count of [3, 5, 2, 1, 0, -1]) asks(`to ${count}`, count);
    asks('only tried', 4, null, { validateOnly: true });
    asks('only tried, fewer', 1, null, { validateOnly: true });
    asks('assigned', 3, [[2, 3]]);
    asks('an empty assignment', 3, []);
    asks('too many assigned', 3, [
      [2, 3],
      [3, 1],
    ]);
    asks('too few assigned', 4, [[2, 3]]);
    asks('assigned to one node twice', 3, [[2, 2]]);
    asks('assigned to an unknown node', 3, [[2, 9]]);
    asks('assigned another factor', 3, [[2]]);
    asks('assigned to nobody', 3, [[]]);
    asks('timeout 0', 3, null, { timeoutMs: 0 });
    asks('timeout −1', 3, null, { timeoutMs: -1 });
    asks('an unknown topic', 3, null, {}, 'cp-none');
    for (const [what, name] of invalidNames) asks(what, 3, null, {}, name);
    asks('__cluster_metadata', 3, null, {}, '__cluster_metadata');
    const [twice, beside] = [topic(), topic()];
    const more = (name: string) => ({ name, count: 3, assignments: null });
    const body = (...names: readonly string[]) => ({
      topics: names.map(more),
      timeoutMs: 30_000,
      validateOnly: false,
    });
    g.ask(createPartitionsApi, v, 'one topic twice', body(twice, twice), { exists: [twice] });
    g.ask(createPartitionsApi, v, 'an unknown topic beside a good one', body('cp-no', beside), {
      exists: [beside],
    });
    g.ask(createPartitionsApi, v, 'no topics', body());
  }
  return g;
}

/** Counts that no cluster can bear: refused at once. */
export function beyondBounds(): Group {
  const g = new Group('Counts beyond bounds');
  const grown = g.topic('beyond', { replicas: [1, 2] }).name;
  const rest = { timeoutMs: 30_000, validateOnly: false };
  for (const count of [10_001, 20_000, 0x7fffffff]) {
    for (const v of [2, 4, 7]) {
      const name = `beyond-${v}-${count}`;
      const topics = [plain(name, { numPartitions: count })];
      g.ask(createTopicsApi, v, `${count} partitions`, { topics }, { exists: [name] });
    }
    for (const v of [0, 3]) {
      const topics = [{ name: grown, count, assignments: null }];
      g.ask(createPartitionsApi, v, `to ${count}`, { topics, ...rest }, { exists: [grown] });
    }
  }
  return g;
}

/** What is created can be asked for at once, and deleted and created again under its name. */
export function lifeOfTopics(): Group {
  const g = new Group('Life of a topic');
  const named = (name: string) => ({
    topics: [{ name, topicId: zeroUuid }],
    allowAutoTopicCreation: false,
  });
  for (const v of versionsOf(createTopicsApi)) {
    const name = `life-${v}`;
    g.talk(
      `CreateTopics v${v}: created, refused, deleted, created again`,
      [
        step(createTopicsApi, v, { topics: [plain(name, { numPartitions: 2 })] }),
        step(createTopicsApi, v, { topics: [plain(name)] }),
        step(deleteTopicsApi, Math.min(v, 5), { topicNames: [name], timeoutMs: 30_000 }),
        step(deleteTopicsApi, Math.min(v, 5), { topicNames: [name], timeoutMs: 30_000 }),
        step(createTopicsApi, v, { topics: [plain(name, { numPartitions: 3 })] }),
      ],
      { exists: [name] },
    );
  }
  g.ask(metadataApi, 9, 'a topic that was never made', named('life-none'));
  return g;
}
