/** ListOffsets: special timestamps and ordinary ones, fencing, followers; and where epochs end. */
import { produceApi } from '../../../src/kafka/protocol/apis/00-produce.ts';
import { listOffsetsApi } from '../../../src/kafka/protocol/apis/02-list-offsets.ts';
import { offsetForLeaderEpochApi } from '../../../src/kafka/protocol/apis/23-offset-for-leader-epoch.ts';
import type { RequestInput } from '../../../src/kafka/protocol/schema.ts';
import { compressions } from '../../../src/kafka/records/batch.ts';
import { Group, versionsOf } from '../dialogue.ts';
import { request as produceRequest } from './00-produce.ts';
import { ageMs, batch, spoiled } from './batches.ts';
import { invalidNames } from './vocabulary.ts';

type Request = RequestInput<typeof listOffsetsApi>;
type Partition = Request['topics'][number]['partitions'][number];

const topic = 'l-three';

function prepared(name: string): Group {
  const g = new Group(name);
  g.topic(topic, { replicas: [1, 2, 3], partitions: 8 });
  for (let index = 0; index < 4; index++) {
    g.prepare(produceApi, 9, (s) => produceRequest(s, topic, 0, batch(s.startMs + index * 100, 5)));
  }
  for (const [index, compression] of compressions.entries()) {
    g.prepare(produceApi, 9, (s) =>
      produceRequest(s, topic, index + 1, batch(s.startMs, 5, { compression })),
    );
  }
  g.prepare(produceApi, 9, (s) =>
    produceRequest(
      s,
      topic,
      7,
      spoiled(batch(s.startMs, 5), (view) => view.setBigInt64(35, -1n)),
    ),
  );
  return g;
}

/** Relative to the time of the first record. */
const relative = [-1_000, 0, 2, 4, 50, 102, 304, 305, 100_000_000];
const special = [-1, -2, -3, -4, -5, -6, -7, -100];

export function listOffsets(): Group {
  const g = prepared('ListOffsets');
  for (const v of versionsOf(listOffsetsApi)) {
    const asks = (
      what: string,
      partition: Partial<Partition> & { readonly after?: number },
      rest: Partial<Request> = {},
      node = 1,
      name = topic,
    ): void => {
      const { after, ...given } = partition;
      g.ask(
        listOffsetsApi,
        v,
        what,
        (scene) => ({
          replicaId: -1,
          topics: [
            {
              name,
              partitions: [
                {
                  partitionIndex: 0,
                  timestamp: after === undefined ? -1 : scene.startMs - ageMs + after,
                  ...given,
                },
              ],
            },
          ],
          ...rest,
        }),
        { node },
      );
    };
    for (const timestamp of special) {
      asks(`time ${timestamp}`, { timestamp });
      asks(`time ${timestamp} at a follower`, { timestamp }, {}, 2);
      asks(`time ${timestamp} of an empty partition`, { timestamp, partitionIndex: 6 });
    }
    for (const after of relative) asks(`${after} ms behind the first record`, { after });
    asks('partition 99', { partitionIndex: 99 });
    asks('partition −1', { partitionIndex: -1 });
    for (const isolationLevel of [1, 7, -1])
      asks(`isolation ${isolationLevel}`, {}, { isolationLevel });
    for (const replicaId of [-2, -3, 2, 9]) {
      asks(`replica ${replicaId}`, {}, { replicaId });
      asks(`replica ${replicaId} at a follower`, {}, { replicaId }, 2);
    }
    if (v >= 4) {
      for (const currentLeaderEpoch of [0, 1, 99, -2]) {
        asks(`leader epoch ${currentLeaderEpoch}`, { currentLeaderEpoch });
        asks(`leader epoch ${currentLeaderEpoch} at a follower`, { currentLeaderEpoch }, {}, 2);
      }
    }
    asks('an unknown topic', {}, {}, 1, 'l-none');
    const twice = [1, 2].map(() => ({ partitionIndex: 0, timestamp: -1 }));
    asks('one partition twice', {}, { topics: [{ name: topic, partitions: twice }] });
    asks(
      'one topic twice',
      {},
      {
        topics: [0, 0].map((partitionIndex) => ({
          name: topic,
          partitions: [{ partitionIndex, timestamp: -1 }],
        })),
      },
    );
    asks('no topics', {}, { topics: [] });
    asks('no partitions', {}, { topics: [{ name: topic, partitions: [] }] });
    if (v === 7) for (const [what, name] of invalidNames) asks(what, {}, {}, 1, name);
  }
  return g;
}

/** Times are looked up in batches of every codec, and where a header does not tell the largest. */
export function listOffsetsByCodec(): Group {
  const g = prepared('ListOffsets: codecs');
  for (const v of versionsOf(listOffsetsApi)) {
    for (const partitionIndex of [1, 2, 3, 4, 5, 7]) {
      const asks = (what: string, time: (startMs: number) => number): void =>
        g.ask(listOffsetsApi, v, `${what}, partition ${partitionIndex}`, ({ startMs }) => ({
          replicaId: -1,
          topics: [
            { name: topic, partitions: [{ partitionIndex, timestamp: time(startMs - ageMs) }] },
          ],
        }));
      asks('time −3', () => -3);
      for (const after of [0, 2, 5])
        asks(`${after} ms behind the first record`, (ms) => ms + after);
    }
  }
  return g;
}

export function leaderEpochs(): Group {
  const g = prepared('OffsetForLeaderEpoch');
  for (const v of versionsOf(offsetForLeaderEpochApi)) {
    const asks = (
      what: string,
      leaderEpoch: number,
      rest: { currentLeaderEpoch?: number; partition?: number; name?: string; replicaId?: number },
      node = 1,
    ): void =>
      g.ask(
        offsetForLeaderEpochApi,
        v,
        what,
        {
          replicaId: rest.replicaId ?? -1,
          topics: [
            {
              topic: rest.name ?? topic,
              partitions: [
                {
                  partition: rest.partition ?? 0,
                  currentLeaderEpoch: rest.currentLeaderEpoch ?? -1,
                  leaderEpoch,
                },
              ],
            },
          ],
        },
        { node },
      );
    for (const epoch of [-2, -1, 0, 1, 99]) {
      asks(`epoch ${epoch}`, epoch, {});
      asks(`epoch ${epoch} at a follower`, epoch, {}, 2);
      asks(`epoch ${epoch} of an empty partition`, epoch, { partition: 6 });
      asks(`current epoch ${epoch}`, 0, { currentLeaderEpoch: epoch });
      asks(`current epoch ${epoch} at a follower`, 0, { currentLeaderEpoch: epoch }, 2);
    }
    for (const replicaId of [-2, -3, 2, 9]) asks(`replica ${replicaId}`, 0, { replicaId });
    asks('partition 99', 0, { partition: 99 });
    asks('an unknown topic', 0, { name: 'l-none' });
    asks('an empty name', 0, { name: '' });
    g.ask(offsetForLeaderEpochApi, v, 'no topics', { topics: [] });
    const partitions = [0, 0].map((partition) => ({ partition, leaderEpoch: 0 }));
    g.ask(offsetForLeaderEpochApi, v, 'one partition twice', { topics: [{ topic, partitions }] });
  }
  return g;
}
