/**
 * Random metadata logs that a controller could have written: every record fits what stands before
 * it.
 */
import * as fc from 'fast-check';
import type { MetadataRecord } from '../../../src/kafka/metadata/records.ts';

const nodes = [1, 2, 3, 4];
const topicIds = ['A', 'Q', 'g', 'w'].map((last) => `AAAAAAAAQACAAAAAAAAAA${last}`);

interface Step {
  readonly kind: number;
  readonly node: number;
  readonly topic: number;
  readonly index: number;
  readonly members: readonly number[];
  readonly flag: boolean;
}

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.nat(10),
  node: fc.constantFrom(...nodes),
  topic: fc.nat(topicIds.length - 1),
  index: fc.nat(3),
  members: fc.shuffledSubarray(nodes, { minLength: 1 }),
  flag: fc.boolean(),
});

/** What the generator must know to write records that fit. */
class Model {
  readonly brokers = new Set<number>();
  /** Partitions per existing topic. */
  readonly topics = new Map<number, number>();

  records({ kind, node, topic, index, members, flag }: Step): MetadataRecord[] {
    const topicId = topicIds[topic] ?? '';
    const name = `topic-${topic}`;
    const partitions = this.topics.get(topic);
    if (kind <= 1) {
      this.brokers.add(node);
      return [registration(node, flag)];
    }
    if (kind === 2 && this.brokers.has(node)) {
      return [
        {
          type: 'broker-registration-change',
          body: {
            brokerId: node,
            brokerEpoch: node,
            fenced: flag ? 1 : -1,
            inControlledShutdown: 0,
            logDirs: [],
          },
        },
      ];
    }
    if (kind === 3 && this.brokers.delete(node)) {
      return [{ type: 'unregister-broker', body: { brokerId: node, brokerEpoch: node } }];
    }
    if (kind === 4)
      return [
        { type: 'producer-ids', body: { brokerId: node, brokerEpoch: 1, nextProducerId: index } },
      ];
    if (kind === 5)
      return [{ type: 'feature-level', body: { name: `f${node}`, featureLevel: index } }];
    if (kind === 6) return [{ type: 'no-op', body: {} }];
    if (partitions === undefined) {
      this.topics.set(topic, index + 1);
      const all = Array.from({ length: index + 1 }, (_, i) => partitionRecord(topicId, i, members));
      return [{ type: 'topic', body: { name, topicId } }, ...all];
    }
    if (kind === 7) {
      this.topics.delete(topic);
      return [{ type: 'remove-topic', body: { topicId } }];
    }
    if (kind === 8) {
      const value = flag ? String(index) : null;
      return [
        {
          type: 'config',
          body: { resourceType: 2, resourceName: name, name: 'retention.ms', value },
        },
      ];
    }
    return [partitionChange(topicId, index % partitions, members, node, flag)];
  }
}

const registration = (node: number, fenced: boolean): MetadataRecord => ({
  type: 'register-broker',
  body: {
    brokerId: node,
    isMigratingZkBroker: false,
    incarnationId: topicIds[0] ?? '',
    brokerEpoch: node,
    endPoints: [{ name: 'PLAINTEXT', host: `b${node}`, port: 9092, securityProtocol: 0 }],
    features: [],
    rack: fenced ? null : 'r',
    fenced,
    inControlledShutdown: false,
    logDirs: [],
  },
});

const partitionRecord = (
  topicId: string,
  partitionId: number,
  replicas: readonly number[],
): MetadataRecord => ({
  type: 'partition',
  body: {
    partitionId,
    topicId,
    replicas: [...replicas],
    isr: [...replicas],
    removingReplicas: [],
    addingReplicas: [],
    leader: replicas[0] ?? -1,
    leaderRecoveryState: 0,
    leaderEpoch: 0,
    partitionEpoch: 0,
    directories: [],
    eligibleLeaderReplicas: null,
    lastKnownElr: null,
  },
});

const partitionChange = (
  topicId: string,
  partitionId: number,
  isr: readonly number[],
  leader: number,
  flag: boolean,
): MetadataRecord => ({
  type: 'partition-change',
  body: {
    partitionId,
    topicId,
    isr: flag ? [...isr] : null,
    leader: flag ? leader : -2,
    replicas: null,
    removingReplicas: null,
    addingReplicas: null,
    leaderRecoveryState: flag ? 1 : -1,
    eligibleLeaderReplicas: flag ? null : [...isr],
    lastKnownElr: flag ? [] : null,
    directories: null,
  },
});

export const metadataLog: fc.Arbitrary<MetadataRecord[]> = fc
  .array(step, { maxLength: 40 })
  .map((steps) => {
    const model = new Model();
    return steps.flatMap((each) => model.records(each));
  });
