import { describe, expect, it } from 'vitest';
import { changePartition, mayLeadIn } from '../../../src/kafka/controller/elect.ts';
import { fenceBroker } from '../../../src/kafka/controller/fencing.ts';
import { MetadataImage } from '../../../src/kafka/metadata/image.ts';
import { applyCommitted } from '../../../src/kafka/metadata/observe.ts';
import type { MetadataRecord } from '../../../src/kafka/metadata/records.ts';
import type { Observation } from '../../../src/kafka/observation.ts';
import {
  type BrokerLook,
  cluster,
  type PartitionLook,
  partitionRecordOf,
  registered,
  topicId,
} from '../controller/fixtures.ts';

/** What node 7 sees when it applies these records to `image`. */
function observed(image: MetadataImage, records: readonly MetadataRecord[]): Observation[] {
  const seen: Observation[] = [];
  for (const record of records) {
    applyCommitted(image, record, image.appliedOffset + 1, null, 7, (observation) =>
      seen.push(observation),
    );
  }
  return seen;
}

describe('a node that applies committed records tells', () => {
  it('of brokers, topics and partitions, with offsets and what they are afterwards', () => {
    const seen = observed(new MetadataImage(), [
      registered({ id: 1, fenced: true }),
      { type: 'topic', body: { name: 'orders', topicId } },
      partitionRecordOf({ replicas: [1], elr: [] }),
      { type: 'no-op', body: {} },
      { type: 'remove-topic', body: { topicId } },
    ]);
    expect(seen).toEqual([
      {
        kind: 'broker-committed',
        node: 7,
        offset: 0,
        broker: 1,
        brokerEpoch: 101,
        fenced: true,
        inControlledShutdown: false,
      },
      { kind: 'topic-committed', node: 7, offset: 1, topicId, topic: 'orders', deleted: false },
      {
        kind: 'partition-committed',
        node: 7,
        offset: 2,
        topicId,
        partition: 'orders-0',
        replicas: [1],
        adding: [],
        removing: [],
        isr: [1],
        elr: [],
        leader: 1,
        leaderEpoch: 5,
        partitionEpoch: 10,
        election: 'none',
      },
      { kind: 'topic-committed', node: 7, offset: 4, topicId, topic: 'orders', deleted: true },
    ]);
  });

  const election = (brokers: readonly BrokerLook[], partition: PartitionLook, unclean = false) => {
    const context = cluster({
      brokers,
      partitions: [partition],
      defaults: { uncleanLeaderElectionEnable: unclean },
    });
    const record = changePartition(context, context.partition(), { mayLead: mayLeadIn(context) });
    const [seen] = observed(context.image, record === null ? [] : [record]);
    return seen?.kind === 'partition-committed' ? seen.election : null;
  };
  const oneFenced = [{ id: 1, fenced: true }, { id: 2 }, { id: 3 }];

  it('how a leader came about', () => {
    expect(election(oneFenced, { isr: [1, 2] })).toBe('clean');
    expect(election(oneFenced, { isr: [], elr: [2], leader: -1 })).toBe('elr');
    expect(election(oneFenced, { isr: [], leader: -1, lastKnownElr: [3] })).toBe(
      'last-known-leader',
    );
    expect(election(oneFenced, { isr: [1] }, true)).toBe('unclean');
    expect(election(oneFenced, { isr: [1] })).toBe('none');
  });

  it('of the partitions and of the broker when one is fenced', () => {
    const context = cluster({ partitions: [{}] });
    const broker = context.image.brokers.get(1);
    const seen = broker === undefined ? [] : observed(context.image, fenceBroker(context, broker));
    expect(seen.map(({ kind }) => kind)).toEqual(['partition-committed', 'broker-committed']);
  });
});
