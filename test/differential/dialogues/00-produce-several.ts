/** Produce: several topics and partitions in one request, and idempotent producers. */
import { produceApi } from '../../../src/kafka/protocol/apis/00-produce.ts';
import { initProducerIdApi } from '../../../src/kafka/protocol/apis/22-init-producer-id.ts';
import { Group, type Scene, type Step, step, type Topic } from '../dialogue.ts';
import { request } from './00-produce.ts';
import { batch, spoiled } from './batches.ts';

export function produceSeveral(): Group {
  const g = new Group('Produce: several partitions');
  const a = g.topic('several-a');
  const b = g.topic('several-b');
  for (const v of [3, 7, 8, 9, 10, 12, 13]) {
    const several = (
      what: string,
      make: (ms: number) => readonly (readonly [Topic, number, Uint8Array])[],
      acks = -1,
    ): void => {
      g.ask(
        produceApi,
        v,
        `${what}, acks ${acks}`,
        (scene) => ({ acks, timeoutMs: 5_000, topicData: entries(scene, make(scene.startMs)) }),
        { appended: make(0).map(([topic, partition]) => ({ topic: topic.name, partition })) },
      );
    };
    for (const acks of [-1, 1, 0]) {
      const [p, q, r, s] = [a.fresh(), a.fresh(), b.fresh(), a.fresh()];
      several(
        'two topics',
        (ms) => [
          [a, p, batch(ms)],
          [b, r, batch(ms, 2)],
        ],
        acks,
      );
      several(
        'one partition twice',
        (ms) => [
          [a, q, batch(ms)],
          [a, q, batch(ms, 2)],
        ],
        acks,
      );
      const wrong = (ms: number): Uint8Array => spoiled(batch(ms), (view) => view.setInt8(16, 3));
      const t = b.fresh();
      several(
        'one good, one wrong',
        (ms) => [
          [a, s, wrong(ms)],
          [b, t, batch(ms)],
        ],
        acks,
      );
    }
    const [x, y] = [a.fresh(), a.fresh()];
    g.ask(
      produceApi,
      v,
      'two partitions in one entry, one of them twice',
      (scene) => ({
        acks: -1,
        timeoutMs: 5_000,
        topicData: [
          {
            name: a.name,
            topicId: scene.id(a.name),
            partitionData: [x, y, x].map((index) => ({ index, records: batch(scene.startMs) })),
          },
        ],
      }),
      { appended: [x, y].map((partition) => ({ topic: a.name, partition })) },
    );
  }
  return g;
}

function entries(scene: Scene, sent: readonly (readonly [Topic, number, Uint8Array])[]) {
  return sent.map(([topic, index, records]) => ({
    name: topic.name,
    topicId: scene.id(topic.name),
    partitionData: [{ index, records }],
  }));
}

interface Send {
  /** A batch of nobody in particular, so that the log is no new one. */
  readonly plain?: boolean;
  readonly epoch?: number;
  readonly sequence: number;
  readonly count?: number;
  /** The sequence of the last record is no field: this moves the producer's id instead. */
  readonly foreign?: boolean;
}

/** What a producer sends, one request after the other. */
const courses: readonly (readonly [what: string, sends: readonly Send[]])[] = [
  ['in order', [{ sequence: 0 }, { sequence: 1 }, { sequence: 2 }]],
  ['begins with 5', [{ sequence: 5 }, { sequence: 6 }]],
  ['a duplicate', [{ sequence: 0 }, { sequence: 0 }]],
  [
    'a duplicate of three records',
    [
      { sequence: 0, count: 3 },
      { sequence: 0, count: 3 },
    ],
  ],
  [
    'a part of a duplicate',
    [
      { sequence: 0, count: 3 },
      { sequence: 1, count: 2 },
    ],
  ],
  ['a gap', [{ sequence: 0 }, { sequence: 2 }]],
  ['a gap of one batch', [{ sequence: 0, count: 5 }, { sequence: 6 }, { sequence: 5 }]],
  [
    'a duplicate five batches back',
    [...[0, 1, 2, 3, 4].map((sequence) => ({ sequence })), { sequence: 0 }],
  ],
  [
    'a duplicate six batches back',
    [...[0, 1, 2, 3, 4, 5].map((sequence) => ({ sequence })), { sequence: 0 }],
  ],
  [
    'a new epoch begins at 0',
    [{ sequence: 0 }, { sequence: 0, epoch: 1 }, { sequence: 1, epoch: 1 }],
  ],
  ['a new epoch begins at 5', [{ sequence: 0 }, { sequence: 5, epoch: 1 }]],
  [
    'an old epoch',
    [
      { sequence: 0, epoch: 1 },
      { sequence: 1, epoch: 0 },
    ],
  ],
  ['an old epoch’s duplicate', [{ sequence: 0 }, { sequence: 0, epoch: 1 }, { sequence: 0 }]],
  ['sequences wrap', [{ sequence: 0x7fffffff }, { sequence: 0 }, { sequence: 1 }]],
  [
    'sequences wrap, in a log with records',
    [{ plain: true, sequence: -1 }, { sequence: 0x7fffffff }, { sequence: 0 }, { sequence: 1 }],
  ],
  [
    'sequences wrap within a batch, in a log with records',
    [{ plain: true, sequence: -1 }, { sequence: 0x7ffffffe, count: 3 }, { sequence: 1 }],
  ],
  [
    'begins with 5, in a log with records',
    [{ plain: true, sequence: -1 }, { sequence: 5 }, { sequence: 6 }],
  ],
  ['sequences wrap within a batch', [{ sequence: 0x7ffffffe, count: 3 }, { sequence: 1 }]],
  ['a negative sequence', [{ sequence: -1 }]],
  ['sequence −2', [{ sequence: -2 }]],
  ['a negative epoch', [{ sequence: 0, epoch: -1 }]],
  [
    'a producer nobody knows',
    [
      { sequence: 0, foreign: true },
      { sequence: 1, foreign: true },
    ],
  ],
  ['a producer nobody knows, later', [{ sequence: 40, foreign: true, epoch: 7 }]],
];

const identity = { transactionalId: null, transactionTimeoutMs: 60_000 };

export function idempotence(): Group {
  const g = new Group('Produce: idempotence');
  const topic = g.topic('idempotent', { replicas: [1, 2, 3] });
  // The first one makes a broker ask for a block of ids, which it may answer with “loading”.
  g.prepare(initProducerIdApi, 4, identity);
  for (const v of [3, 8, 9, 13]) {
    for (const [what, sends] of courses) {
      for (const acks of v === 9 ? [-1, 1] : [-1]) {
        const partition = topic.fresh();
        const steps: Step[] = [step(initProducerIdApi, 4, identity)];
        for (const send of sends) {
          steps.push(
            step(produceApi, v, (scene) =>
              request(scene, topic.name, partition, sentBatch(scene, send), { acks }),
            ),
          );
        }
        g.talk(`Produce v${v}: idempotent, acks ${acks}: ${what}`, steps, {
          appended: [{ topic: topic.name, partition }],
        });
      }
    }
  }
  return g;
}

function sentBatch(scene: Scene, send: Send): Uint8Array {
  const { epoch = 0, sequence, count = 1, foreign, plain } = send;
  if (plain === true) return batch(scene.startMs, count);
  const { producerId } = scene.answers[0] as { producerId: number };
  return batch(scene.startMs, count, {
    producerId: foreign === true ? 987_654_321 : producerId,
    producerEpoch: epoch,
    baseSequence: sequence,
  });
}
