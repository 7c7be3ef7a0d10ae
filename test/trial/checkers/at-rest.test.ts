import { describe, expect, it } from 'vitest';
import {
  defaultNodeSettings,
  defaultTopicSettings,
  type TopicSettings,
} from '../../../src/kafka/config.ts';
import { describeImage } from '../../../src/kafka/metadata/describe-image.ts';
import { MetadataImage } from '../../../src/kafka/metadata/image.ts';
import { topicRecord } from '../../../src/kafka/metadata/records/02-topic.ts';
import { configRecord } from '../../../src/kafka/metadata/records/04-config.ts';
import { removeTopicRecord } from '../../../src/kafka/metadata/records/09-remove-topic.ts';
import { decodeRecord } from '../../../src/kafka/metadata/records.ts';
import { buildBatch } from '../../../src/kafka/records/builder.ts';
import { Judge } from '../../../src/trial/checkers/judge.ts';
import { noStorage, type Storage } from '../../../src/trial/checkers/stored/storage.ts';
import { History } from '../../../src/trial/history/history.ts';
import { planCluster } from '../../../src/trial/plan/cluster.ts';
import { scenario } from '../../../src/trial/scenario/scenario.ts';
import { evidenceInWords, violationInWords } from '../../../src/trial/words.ts';
import { guarantees, ordersLog, partition, propertiesOf, topicId } from './scenes.ts';

const set = (resourceType: number, resourceName: string, name: string, value: string | null) =>
  configRecord.encode(0, { resourceType, resourceName, name, value });
const created = topicRecord.encode(0, { name: 'orders', topicId });
const log = [created, set(2, 'orders', 'min.insync.replicas', '2')];

/** The metadata log of every node. */
const disks = (records: readonly Uint8Array[]): Storage => ({
  ...noStorage,
  eachBatch: (_node, _partition, visit) => {
    const all = records.map((value) => ({ timestamp: 0, key: null, value, headers: [] }));
    visit(buildBatch({ records: all, leaderEpoch: 1 }), 0);
  },
});

const imageOf = (records: readonly Uint8Array[]): readonly string[] => {
  const image = new MetadataImage();
  for (const [offset, bytes] of records.entries()) image.apply(decodeRecord(bytes), offset);
  return describeImage(image);
};

/** What is broken where one node has this image and works by these settings. */
function judged(given: {
  logged?: readonly Uint8Array[];
  image?: readonly string[];
  log?: Partial<TopicSettings>;
  partition?: Partial<TopicSettings>;
  isSettled?: boolean;
}) {
  const logged = given.logged ?? log;
  const judge = new Judge([1], guarantees(), { storage: disks(logged) });
  const describe = () => given.image ?? imageOf(logged);
  judge.observe({ kind: 'metadata-image', node: 1, describe }, 0, 3);
  judge.observe({ kind: 'metadata-applied', node: 1, offset: logged.length - 1 }, 1, 3);
  const right = { ...defaultTopicSettings, minInsyncReplicas: 2 };
  for (const by of ['log', 'partition'] as const) {
    const settings = { ...right, ...given[by] };
    judge.observe({ kind: 'settings-used', node: 1, ...ordersLog, by, settings }, 2, 3);
  }
  const [node] = planCluster(
    scenario({ name: 'at-rest', description: 'Only its nodes are wanted.' }),
  ).nodes;
  const config = { ...node!.config, settings: defaultNodeSettings };
  judge.restsWith([{ config, boot: 3 }], given.isSettled ?? true, 5);
  return judge.conclude(new History(), () => true, 5);
}

describe('metadata-as-logged', () => {
  it('an image says what the log says, and so does every other node', () => {
    expect(judged({})).toEqual([]);
  });

  it('an image lacks a record, or has one too many', () => {
    const lacking = judged({ image: imageOf([created]) });
    expect(propertiesOf(lacking)).toEqual(['metadata-as-logged']);
    expect(violationInWords(lacking[0]!)).toContain(
      'lacks "config 2 orders min.insync.replicas=2"',
    );
    const others = imageOf([...log, set(2, 'orders', 'retention.ms', '1')]);
    expect(propertiesOf(judged({ image: others }))).toEqual(['metadata-as-logged']);
  });
});

describe('settings-as-committed', () => {
  it('a log, or what the replica does with it, works by other settings', () => {
    const stale = { minInsyncReplicas: 1 };
    expect(propertiesOf(judged({ partition: stale }))).toEqual(['settings-as-committed']);
    const ofLog = judged({ log: { segmentBytes: 5_000 } });
    expect(ofLog.map(violationInWords)).toEqual([
      `the log of ${partition} on node 1 works by segment.bytes=5000, not by 1073741824`,
    ]);
  });

  it('what has not been carried everywhere yet is not in force', () => {
    expect(judged({ partition: { minInsyncReplicas: 1 }, isSettled: false })).toEqual([]);
  });

  it('a broker’s own values go before those of all brokers, and the topic’s before both', () => {
    const logged = [
      ...log,
      set(4, '', 'log.retention.ms', '5000'),
      set(4, '1', 'log.retention.ms', '7000'),
      set(4, '', 'min.insync.replicas', '3'),
      set(4, '', 'log.segment.bytes', '2000000'),
    ];
    const right = { retentionMs: 7_000, segmentBytes: 2_000_000 };
    expect(judged({ logged, log: right, partition: right })).toEqual([]);
    const ofAll = { ...right, retentionMs: 5_000 };
    expect(propertiesOf(judged({ logged, log: right, partition: ofAll }))).toEqual([
      'settings-as-committed',
    ]);
  });

  it('what was taken back, or set for a removed topic, holds no more', () => {
    const taken = [...log, set(2, 'orders', 'min.insync.replicas', null)];
    const defaults = { minInsyncReplicas: 1 };
    expect(judged({ logged: taken, log: defaults, partition: defaults })).toEqual([]);
    expect(propertiesOf(judged({ logged: taken }))).toEqual(['settings-as-committed']);
    const removed = [...log, removeTopicRecord.encode(0, { topicId })];
    expect(judged({ logged: removed, isSettled: false })).toEqual([]);
  });
});

it('evidence says which process of a node showed it', () => {
  const judge = new Judge([1, 2, 3], guarantees());
  const vote = { kind: 'vote-granted', node: 1, epoch: 7 } as const;
  judge.observe({ ...vote, candidate: 2 }, 0, 1);
  judge.observe({ ...vote, candidate: 3 }, 1, 4);
  const [violation] = judge.conclude(new History(), () => true, 2);
  expect(violation!.evidence.map(evidenceInWords)).toEqual([
    'node 1 (boot 1): vote-granted, epoch 7, candidate 2',
    'node 1 (boot 4): vote-granted, epoch 7, candidate 3',
  ]);
});
