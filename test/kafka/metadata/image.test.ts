import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AssertionError } from '../../../src/base/assert.ts';
import {
  emptyDelta,
  MetadataImage,
  type PartitionState,
} from '../../../src/kafka/metadata/image.ts';
import {
  decodeRecord,
  encodeRecord,
  type MetadataRecord,
} from '../../../src/kafka/metadata/records.ts';
import { metadataLog } from './arbitrary-log.ts';

const applyAll = (image: MetadataImage, records: readonly MetadataRecord[]): MetadataImage => {
  for (const record of records) image.apply(record, image.appliedOffset + 1);
  return image;
};

/** Everything an image says, as plain data. */
const contents = (image: MetadataImage) =>
  structuredClone({
    brokers: [...image.brokers],
    byName: [...image.topicsByName],
    byId: [...image.topicsById],
    configs: [...image.topicConfigs],
    features: [...image.features],
    nextProducerId: image.nextProducerId,
    applied: [image.appliedOffset, image.appliedEpoch],
  });

const partitions = (image: MetadataImage): PartitionState[] =>
  [...image.topicsById.values()].flatMap((topic) => [...topic.partitions]);

const cutLog = fc
  .tuple(metadataLog, fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([log, share]) => [log, Math.floor(share * log.length)] as const);

describe('an image', () => {
  it('says the same whether a log is applied at once or on top of a clone of its beginning', () => {
    fc.assert(
      fc.property(cutLog, ([log, cut]) => {
        const whole = applyAll(new MetadataImage(), log);
        const clone = applyAll(new MetadataImage(), log.slice(0, cut)).clone();
        expect(contents(applyAll(clone, log.slice(cut)))).toEqual(contents(whole));
      }),
    );
  });

  it('is not changed by what happens to its clone', () => {
    fc.assert(
      fc.property(cutLog, ([log, cut]) => {
        const image = applyAll(new MetadataImage(), log.slice(0, cut));
        const before = contents(image);
        applyAll(image.clone(), log.slice(cut));
        expect(contents(image)).toEqual(before);
      }),
    );
  });

  it('says the same from records that went through the wire', () => {
    fc.assert(
      fc.property(metadataLog, (log) => {
        const sent = log.map((record) => decodeRecord(encodeRecord(record)));
        expect(contents(applyAll(new MetadataImage(), sent))).toEqual(
          contents(applyAll(new MetadataImage(), log)),
        );
      }),
    );
  });

  it('replaces states and never changes one that was handed out', () => {
    fc.assert(
      fc.property(cutLog, ([log, cut]) => {
        const image = applyAll(new MetadataImage(), log.slice(0, cut));
        const handedOut = partitions(image);
        const before = structuredClone(handedOut);
        applyAll(image, log.slice(cut));
        expect(handedOut).toEqual(before);
      }),
    );
  });

  it('goes through its log in order only', () => {
    const image = new MetadataImage();
    image.apply({ type: 'no-op', body: {} }, 3);
    expect(() => image.apply({ type: 'no-op', body: {} }, 3)).toThrow(AssertionError);
    image.advanceTo(7, 2);
    expect([image.appliedOffset, image.appliedEpoch]).toEqual([7, 2]);
    expect(() => image.advanceTo(6, 2)).toThrow(AssertionError);
  });
});

describe('a delta', () => {
  it('tells exactly what is different after a stretch of records', () => {
    fc.assert(
      fc.property(cutLog, ([log, cut]) => {
        const image = applyAll(new MetadataImage(), log.slice(0, cut));
        const former = new Set(partitions(image));
        const topicsBefore = new Map(image.topicsById);
        const brokersBefore = new Map(image.brokers);
        const delta = emptyDelta();
        for (const record of log.slice(cut)) image.apply(record, image.appliedOffset + 1, delta);
        expect(delta.partitions).toEqual(
          new Set(partitions(image).filter((state) => !former.has(state))),
        );
        const deleted = new Set(delta.deletedTopics.map(({ id }) => id));
        for (const id of topicsBefore.keys())
          if (!image.topicsById.has(id)) expect(deleted).toContain(id);
        for (const id of deleted) expect(topicsBefore.has(id)).toBe(true);
        for (const topic of delta.createdTopics) expect(image.topicsById.get(topic.id)).toBe(topic);
        for (const [id, topic] of image.topicsById) {
          if (!topicsBefore.has(id)) expect(delta.createdTopics.has(topic)).toBe(true);
        }
        for (const id of new Set([...image.brokers.keys(), ...brokersBefore.keys()])) {
          if (image.brokers.get(id) !== brokersBefore.get(id)) expect(delta.brokers).toContain(id);
        }
      }),
    );
  });
});

describe('a partition change', () => {
  const topicId = 'AAAAAAAAQACAAAAAAAAAAQ';
  const created: MetadataRecord[] = [
    { type: 'topic', body: { name: 'orders', topicId } },
    {
      type: 'partition',
      body: {
        partitionId: 0,
        topicId,
        replicas: [1, 2],
        isr: [1, 2],
        removingReplicas: [],
        addingReplicas: [],
        leader: 1,
        leaderRecoveryState: 0,
        leaderEpoch: 3,
        partitionEpoch: 4,
        directories: [],
        eligibleLeaderReplicas: null,
        lastKnownElr: null,
      },
    },
  ];
  const change = (look: { leader?: number; isr?: number[] }): PartitionState | undefined => {
    const image = applyAll(new MetadataImage(), created);
    applyAll(image, [
      {
        type: 'partition-change',
        body: {
          partitionId: 0,
          topicId,
          isr: look.isr ?? null,
          leader: look.leader ?? -2,
          replicas: null,
          removingReplicas: null,
          addingReplicas: null,
          leaderRecoveryState: -1,
          eligibleLeaderReplicas: null,
          lastKnownElr: null,
          directories: null,
        },
      },
    ]);
    return image.partition(topicId, 0);
  };

  it('raises the partition epoch always, the leader epoch where a leader is set, be it the same', () => {
    expect(change({ isr: [1] })).toMatchObject({
      leader: 1,
      leaderEpoch: 3,
      partitionEpoch: 5,
      isr: [1],
    });
    expect(change({ leader: 2 })).toMatchObject({ leader: 2, leaderEpoch: 4, partitionEpoch: 5 });
    expect(change({ leader: 1 })).toMatchObject({ leader: 1, leaderEpoch: 4, partitionEpoch: 5 });
    expect(change({ leader: -1 })).toMatchObject({ leader: -1, leaderEpoch: 4 });
  });
});
