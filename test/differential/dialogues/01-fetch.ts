/** Fetch: positions, bounds, fencing, sessions, followers, and places that are not there. */
import { zeroUuid } from '../../../src/base/ids.ts';
import { produceApi } from '../../../src/kafka/protocol/apis/00-produce.ts';
import { fetchApi } from '../../../src/kafka/protocol/apis/01-fetch.ts';
import type { RequestInput } from '../../../src/kafka/protocol/schema.ts';
import { compressions } from '../../../src/kafka/records/batch.ts';
import { Group, type Scene, step, versionsOf } from '../dialogue.ts';
import { request as produceRequest } from './00-produce.ts';
import { batch } from './batches.ts';
import { foreignId, invalidNames } from './vocabulary.ts';

type Request = RequestInput<typeof fetchApi>;
type Partition = Request['topics'][number]['partitions'][number];

const main = 'f-three';
const single = 'f-one';

interface Asked {
  readonly topic?: string;
  readonly partitions?: readonly Partial<Partition>[];
  readonly rest?: Partial<Request>;
}

const partitionOf = (given: Partial<Partition>): Partition => ({
  partition: 0,
  fetchOffset: 0,
  partitionMaxBytes: 1_048_576,
  ...given,
});

function request(scene: Scene, { topic = main, partitions = [{}], rest = {} }: Asked): Request {
  return {
    maxWaitMs: 0,
    minBytes: 1,
    maxBytes: 10_000_000,
    topics: [{ topic, topicId: scene.id(topic), partitions: partitions.map(partitionOf) }],
    ...rest,
  };
}

/** Partition 0: 20 records in ten batches; 1 to 5: a codec each; 6: empty. */
function prepared(name: string): Group {
  const g = new Group(name);
  g.topic(main, { replicas: [1, 2, 3], partitions: 7 });
  g.topic(single, { partitions: 2 });
  for (let index = 0; index < 10; index++) {
    g.prepare(produceApi, 9, (s) => produceRequest(s, main, 0, batch(s.startMs + index * 10, 2)));
  }
  for (const [index, compression] of compressions.entries()) {
    g.prepare(produceApi, 9, (s) =>
      produceRequest(s, main, index + 1, batch(s.startMs, 5, { compression })),
    );
  }
  g.prepare(produceApi, 9, (s) => produceRequest(s, single, 0, batch(s.startMs, 2)));
  return g;
}

export function fetchOrdinary(): Group {
  const g = prepared('Fetch: ordinary');
  for (const v of versionsOf(fetchApi)) {
    const fetches = (what: string, asked: Asked = {}, node = 1): void =>
      g.ask(fetchApi, v, what, (scene) => request(scene, asked), { node });
    const from = (fetchOffset: number): Asked => ({ partitions: [{ fetchOffset }] });
    fetches('from the beginning');
    fetches('from the middle of a batch', from(7));
    fetches('from the last record', from(19));
    fetches('from the end', from(20));
    fetches('beyond the end', from(21));
    fetches('offset −1', from(-1));
    fetches('an empty partition', { partitions: [{ partition: 6 }] });
    fetches('all codecs', { partitions: [1, 2, 3, 4, 5].map((partition) => ({ partition })) });
    fetches('partition 99', { partitions: [{ partition: 99 }] });
    fetches('partition −1', { partitions: [{ partition: -1 }] });
    fetches('one partition twice', { partitions: [{ fetchOffset: 2 }, { fetchOffset: 10 }] });
    fetches('no partitions', { partitions: [] });
    fetches('no topics', { rest: { topics: [] } });
    fetches('at a follower', {}, 2);
    fetches('at a node without the partition', { topic: single }, 3);
    fetches('read committed', { rest: { isolationLevel: 1 } });
    fetches('isolation 7', { rest: { isolationLevel: 7 } });
    fetches('small partition bound', { partitions: [{ partitionMaxBytes: 100 }] });
    fetches('partition bound of two batches', { partitions: [{ partitionMaxBytes: 200 }] });
    const asked = (topic: string, topicId: string): Request => ({
      maxWaitMs: 0,
      minBytes: 1,
      maxBytes: 1_000_000,
      topics: [{ topic, topicId, partitions: [partitionOf({})] }],
    });
    g.ask(fetchApi, v, 'an unknown topic', asked('f-none', foreignId));
    g.ask(fetchApi, v, 'an unknown topic beside a known one', (scene) => {
      const [known, unknown] = [request(scene, {}), asked('f-none', foreignId)];
      return { ...known, topics: [...unknown.topics, ...known.topics] };
    });
    if (v >= 13) g.ask(fetchApi, v, 'the zero id', asked('', zeroUuid));
    if (v === 12) {
      for (const [what, name] of invalidNames) g.ask(fetchApi, v, what, asked(name, zeroUuid));
      g.ask(fetchApi, v, '__cluster_metadata', asked('__cluster_metadata', zeroUuid));
    }
  }
  return g;
}

/** Bounds of the request; how long it may wait. */
const bounds: readonly (readonly [what: string, rest: Partial<Request>])[] = [
  ['max bytes 0', { maxBytes: 0 }],
  ['max bytes 1', { maxBytes: 1 }],
  ['max bytes −1', { maxBytes: -1 }],
  ['max bytes 2^31 − 1', { maxBytes: 0x7fffffff }],
  ['min bytes 0', { minBytes: 0 }],
  ['min bytes −1', { minBytes: -1 }],
  ['min bytes above max bytes, wait 500', { minBytes: 5_000, maxBytes: 500, maxWaitMs: 500 }],
  ['min bytes above what there is, wait 100', { minBytes: 50_000_000, maxWaitMs: 100 }],
  ['min bytes above what there is, wait 0', { minBytes: 50_000_000 }],
  ['wait −1', { maxWaitMs: -1 }],
  ['isolation −1', { isolationLevel: -1 }],
  ['isolation 2', { isolationLevel: 2 }],
  ['a rack', { rackId: 'somewhere' }],
  ['an unknown session', { sessionId: 4711, sessionEpoch: 3 }],
  ['an unknown session, closing', { sessionId: 4711, sessionEpoch: -1 }],
  ['session epoch −2', { sessionEpoch: -2 }],
  ['session epoch 5 without a session', { sessionEpoch: 5 }],
];

const placesOfPartition: readonly (readonly [what: string, partition: Partial<Partition>])[] = [
  ['partition bytes 0', { partitionMaxBytes: 0 }],
  ['partition bytes 1', { partitionMaxBytes: 1 }],
  ['partition bytes −1', { partitionMaxBytes: -1 }],
  ['leader epoch 0', { currentLeaderEpoch: 0 }],
  ['leader epoch 1', { currentLeaderEpoch: 1 }],
  ['leader epoch 99', { currentLeaderEpoch: 99 }],
  ['leader epoch −2', { currentLeaderEpoch: -2 }],
  ['last fetched epoch 0', { lastFetchedEpoch: 0, fetchOffset: 5 }],
  ['last fetched epoch 0 beyond the end', { lastFetchedEpoch: 0, fetchOffset: 50 }],
  ['last fetched epoch 5', { lastFetchedEpoch: 5, fetchOffset: 5 }],
  ['last fetched epoch −2', { lastFetchedEpoch: -2, fetchOffset: 5 }],
  ['log start 3', { logStartOffset: 3 }],
  ['offset −2', { fetchOffset: -2 }],
];

const replicas: readonly (readonly [what: string, id: number, epoch: number])[] = [
  ['replica −2', -2, -1],
  ['replica −3', -3, -1],
  ['replica 9, not one of the partition', 9, -1],
  ['replica 2 with a wrong epoch', 2, 987_654],
  ['replica 9 with a wrong epoch', 9, 987_654],
];

export function fetchBounds(): Group {
  const g = prepared('Fetch: bounds, fencing, replicas');
  for (const v of [4, 8, 11, 12, 13, 15, 17]) {
    for (const [what, rest] of bounds) {
      g.ask(fetchApi, v, what, (scene) => request(scene, { rest }));
    }
    for (const [what, partition] of placesOfPartition) {
      for (const node of [1, 2]) {
        g.ask(
          fetchApi,
          v,
          `${what}, at node ${node}`,
          (scene) => request(scene, { partitions: [partition] }),
          { node },
        );
      }
    }
    for (const [what, replicaId, replicaEpoch] of replicas) {
      const rest = { replicaId, replicaState: { replicaId, replicaEpoch } };
      g.ask(fetchApi, v, what, (scene) => request(scene, { rest }));
    }
    if (v >= 12) {
      g.ask(fetchApi, v, 'another cluster’s id', (scene) =>
        request(scene, { rest: { clusterId: 'another' } }),
      );
    }
  }
  return g;
}

/** What is asked of a session after it was made with both partitions of the topic. */
const sessionSteps: readonly (readonly [what: string, steps: readonly Partial<Request>[]])[] = [
  [
    'kept',
    [
      { sessionEpoch: 1, topics: [] },
      { sessionEpoch: 2, topics: [] },
    ],
  ],
  ['a wrong epoch', [{ sessionEpoch: 5, topics: [] }]],
  [
    'one epoch twice',
    [
      { sessionEpoch: 1, topics: [] },
      { sessionEpoch: 1, topics: [] },
    ],
  ],
  [
    'closed',
    [
      { sessionEpoch: -1, topics: [] },
      { sessionEpoch: 1, topics: [] },
    ],
  ],
  ['made anew', [{ sessionEpoch: 0 }]],
];

export function fetchSessions(): Group {
  const g = prepared('Fetch: sessions');
  for (const v of [7, 11, 12, 13, 15, 17]) {
    for (const [what, steps] of sessionSteps) {
      g.talk(`Fetch v${v}: a session, ${what}`, [
        step(fetchApi, v, (s) => request(s, { rest: { sessionEpoch: 0 } })),
        ...steps.map((rest) =>
          step(fetchApi, v, (s) => request(s, { rest: { ...rest, sessionId: sessionOf(s) } })),
        ),
      ]);
    }
    g.talk(`Fetch v${v}: a session, another position`, [
      step(fetchApi, v, (s) => request(s, { rest: { sessionEpoch: 0 } })),
      step(fetchApi, v, (s) => ({
        ...request(s, { partitions: [{ fetchOffset: 18 }] }),
        sessionId: sessionOf(s),
        sessionEpoch: 1,
      })),
    ]);
    g.talk(`Fetch v${v}: a session, a partition forgotten, another added`, [
      step(fetchApi, v, (s) => request(s, { rest: { sessionEpoch: 0 } })),
      step(fetchApi, v, (s) => ({
        ...request(s, { partitions: [{ partition: 1 }] }),
        sessionId: sessionOf(s),
        sessionEpoch: 1,
        forgottenTopicsData: [{ topic: main, topicId: s.id(main), partitions: [0] }],
      })),
    ]);
    g.talk(`Fetch v${v}: a session of an unknown topic`, [
      step(fetchApi, v, {
        maxWaitMs: 0,
        minBytes: 1,
        sessionEpoch: 0,
        topics: [{ topic: 'f-none', topicId: foreignId, partitions: [partitionOf({})] }],
      }),
      step(fetchApi, v, (s) => ({
        maxWaitMs: 0,
        minBytes: 1,
        sessionId: sessionOf(s),
        sessionEpoch: 1,
        topics: [],
      })),
    ]);
  }
  return g;
}

const sessionOf = (scene: Scene): number => (scene.answers[0] as { sessionId: number }).sessionId;
