/** Produce: every version, every codec; batches with one fault each; topics of all settings. */
import { zeroUuid } from '../../../src/base/ids.ts';
import { produceApi } from '../../../src/kafka/protocol/apis/00-produce.ts';
import type { RequestInput } from '../../../src/kafka/protocol/schema.ts';
import { compressions } from '../../../src/kafka/records/batch.ts';
import { buildBatch } from '../../../src/kafka/records/builder.ts';
import { Group, type Scene, type StepOptions, type Topic, versionsOf } from '../dialogue.ts';
import {
  ageMs,
  batch,
  faultyBodies,
  faultyCompression,
  faultyHeaders,
  record,
  records,
} from './batches.ts';
import { foreignId, invalidNames } from './vocabulary.ts';

type Request = RequestInput<typeof produceApi>;
type Make = (startMs: number) => Uint8Array | null;

interface Extra extends StepOptions {
  readonly acks?: number;
  readonly timeoutMs?: number;
  readonly transactionalId?: string;
}

/** A case that sends something to a partition of its own and looks whether it was appended. */
export function produces(
  g: Group,
  topic: Topic,
  v: number,
  what: string,
  make: Make,
  extra: Extra = {},
): void {
  const partition = topic.fresh();
  g.ask(
    produceApi,
    v,
    what,
    (scene) => request(scene, topic.name, partition, make(scene.startMs), extra),
    { ...extra, appended: [{ topic: topic.name, partition }] },
  );
}

export function request(
  scene: Scene,
  topic: string,
  index: number,
  bytes: Uint8Array | null,
  extra: Extra = {},
): Request {
  return {
    transactionalId: extra.transactionalId ?? null,
    acks: extra.acks ?? -1,
    timeoutMs: extra.timeoutMs ?? 5_000,
    topicData: [
      { name: topic, topicId: scene.id(topic), partitionData: [{ index, records: bytes }] },
    ],
  };
}

export function produceOrdinary(): Group {
  const g = new Group('Produce: ordinary');
  const topic = g.topic('p-plain');
  const replicated = g.topic('p-three', { replicas: [1, 2, 3] });
  for (const v of versionsOf(produceApi)) {
    for (const acks of [-1, 0, 1, 2, -2]) {
      produces(g, topic, v, `acks ${acks}`, (ms) => batch(ms), { acks });
    }
    for (const codec of compressions) {
      produces(g, topic, v, `ten records, ${codec}`, (ms) => batch(ms, 10, { compression: codec }));
    }
    produces(g, replicated, v, 'three replicas', (ms) => batch(ms, 3));
    produces(g, replicated, v, 'at a follower', (ms) => batch(ms, 3), { node: 2 });
    produces(g, topic, v, 'at a node without the partition', (ms) => batch(ms), { node: 3 });
    produces(g, topic, v, 'timeout 0', (ms) => batch(ms), { timeoutMs: 0 });
    produces(g, topic, v, 'timeout −1', (ms) => batch(ms), { timeoutMs: -1 });
    produces(g, topic, v, 'empty records', () => new Uint8Array(0));
    produces(g, topic, v, 'a transactional id', (ms) => batch(ms), { transactionalId: 'tx' });
    addressed(g, v);
  }
  produces(g, topic, 9, 'null records', () => null, { patienceMs: 1_000 });
  produces(g, topic, 9, 'null records, acks 0', () => null, { acks: 0, patienceMs: 1_000 });
  return g;
}

/** Requests to places that are not there. */
function addressed(g: Group, v: number): void {
  const sent = (
    scene: Scene,
    name: string,
    topicId: string,
    index: number,
    acks = -1,
  ): Request => ({
    acks,
    timeoutMs: 5_000,
    topicData: [{ name, topicId, partitionData: [{ index, records: batch(scene.startMs) }] }],
  });
  g.ask(produceApi, v, 'an unknown topic', (s) => sent(s, 'p-none', foreignId, 0));
  g.ask(produceApi, v, 'an unknown topic, acks 0', (s) => sent(s, 'p-none', foreignId, 0, 0));
  g.ask(produceApi, v, 'an unknown topic, acks 2', (s) => sent(s, 'p-none', foreignId, 0, 2));
  g.ask(produceApi, v, 'an unknown partition', (s) => sent(s, 'p-three', s.id('p-three'), 9999));
  g.ask(produceApi, v, 'partition −1', (s) => sent(s, 'p-three', s.id('p-three'), -1));
  g.ask(produceApi, v, 'no topics', { acks: -1, timeoutMs: 5_000, topicData: [] });
  g.ask(produceApi, v, 'no partitions', (s) => ({
    acks: -1,
    timeoutMs: 5_000,
    topicData: [{ name: 'p-plain', topicId: s.id('p-plain'), partitionData: [] }],
  }));
  if (v >= 13) g.ask(produceApi, v, 'the zero id', (s) => sent(s, '', zeroUuid, 0));
  if (v === 9) {
    for (const [what, name] of invalidNames) {
      g.ask(produceApi, v, what, (s) => sent(s, name, zeroUuid, 0));
    }
    g.ask(produceApi, v, '__cluster_metadata', (s) => sent(s, '__cluster_metadata', zeroUuid, 0));
    const offsets = '__consumer_offsets';
    g.ask(produceApi, v, offsets, (s) => sent(s, offsets, zeroUuid, 0));
  }
}

export function produceFaulty(): Group {
  const g = new Group('Produce: faulty batches');
  const topic = g.topic('q-plain');
  for (const v of [3, 9, 13]) {
    for (const [what, make] of [...faultyHeaders, ...faultyBodies]) {
      produces(g, topic, v, what, make);
    }
  }
  for (const [what, make] of faultyCompression) produces(g, topic, 9, what, make);
  for (const [what, make] of faultyHeaders.slice(0, 20)) {
    produces(g, topic, 8, `${what}, acks 1`, make, { acks: 1 });
  }
  return g;
}

export function produceSettings(): Group {
  const g = new Group('Produce: settings of topics');
  const compacted = g.topic('s-compact', { configs: { 'cleanup.policy': 'compact' } });
  const both = g.topic('s-both', { configs: { 'cleanup.policy': 'compact,delete' } });
  const stamped = g.topic('s-stamped', { configs: { 'message.timestamp.type': 'LogAppendTime' } });
  const small = g.topic('s-small', { configs: { 'max.message.bytes': '200' } });
  const strict = g.topic('s-strict', { configs: { 'min.insync.replicas': '2' } });
  const slow = g.topic('s-after', { configs: { 'message.timestamp.after.max.ms': '1000' } });
  for (const v of [3, 5, 8, 9, 13]) {
    const keyless = (ms: number): Uint8Array =>
      buildBatch({ records: [record(ms - ageMs), record(ms - ageMs, 'v', null)] }).slice();
    for (const topic of [compacted, both]) {
      produces(g, topic, v, `${topic.name}, all keys`, (ms) => batch(ms, 2));
      produces(g, topic, v, `${topic.name}, a key is missing`, keyless);
    }
    produces(g, compacted, v, 's-compact, gzip, a key is missing', (ms) =>
      buildBatch({ records: [record(ms - ageMs, 'v', null)], compression: 'gzip' }).slice(),
    );
    produces(g, stamped, v, 's-stamped', (ms) => batch(ms, 2));
    produces(g, stamped, v, 's-stamped, gzip', (ms) => batch(ms, 2, { compression: 'gzip' }));
    produces(g, stamped, v, 's-stamped, a record far ahead', (ms) =>
      buildBatch({ records: [record(ms + 7_200_000)] }).slice(),
    );
    produces(g, stamped, v, 's-stamped, with the bit', (ms) =>
      batch(ms, 1, { timestampType: 'LogAppendTime' }),
    );
    produces(g, small, v, 's-small, small enough', (ms) => batch(ms, 2));
    produces(g, small, v, 's-small, too large', (ms) => batch(ms, 30));
    produces(g, strict, v, 's-strict, too few in sync', (ms) => batch(ms));
    produces(g, strict, v, 's-strict, acks 1', (ms) => batch(ms), { acks: 1 });
    produces(g, slow, v, 's-after, now', (ms) => batch(ms));
    produces(g, slow, v, 's-after, half an hour ahead', (ms) =>
      buildBatch({ records: [record(ms - ageMs), record(ms + 1_800_000)] }).slice(),
    );
    produces(g, slow, v, 's-after, all half an hour ahead', (ms) =>
      buildBatch({ records: [record(ms + 1_800_000), record(ms + 1_800_001)] }).slice(),
    );
  }
  const large = g.topic('s-large');
  produces(g, large, 9, 'as large as may be', (ms) => sized(ms, 1_048_588));
  produces(g, large, 9, 'a byte too large', (ms) => sized(ms, 1_048_589));
  return g;
}

function sized(startMs: number, bytes: number): Uint8Array {
  const make = (value: number): Uint8Array => buildBatch({ records: records(startMs, 1, value) });
  const overhead = make(900_000).length - 900_000;
  return make(bytes - overhead).slice();
}
