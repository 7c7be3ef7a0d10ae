import { describe, expect, it } from 'vitest';
import { MetadataCache } from '../../../../src/kafka/client/metadata/metadata-cache.ts';
import { clientRules } from '../../../../src/kafka/client/rules.ts';
import type { MetadataResponse } from '../../../../src/kafka/protocol/apis/03-metadata.ts';

function answer(leaderId: number, leaderEpoch: number, topicId = 'one'): MetadataResponse {
  const partition = {
    errorCode: 0,
    partitionIndex: 0,
    leaderId,
    leaderEpoch,
    replicaNodes: [1, 2],
    isrNodes: [1, 2],
    offlineReplicas: [],
  };
  const topic = { errorCode: 0, name: 't', topicId, isInternal: false, partitions: [partition] };
  return {
    throttleTimeMs: 0,
    brokers: [1, 2].map((nodeId) => ({ nodeId, host: `b${nodeId}`, port: 9092, rack: null })),
    clusterId: 'c',
    controllerId: 1,
    topics: [{ ...topic, topicAuthorizedOperations: 0 }],
    clusterAuthorizedOperations: 0,
    errorCode: 0,
  };
}

describe('known metadata', () => {
  it('never goes back to an older leader epoch (KIP-320)', () => {
    const cache = new MetadataCache(clientRules);
    expect(cache.apply(answer(2, 5))).toBe(true);
    expect(cache.apply(answer(1, 4))).toBe(false);
    expect(cache.leaderOf('t', 0)?.nodeId).toBe(2);
    expect(cache.apply(answer(1, 6))).toBe(true);
    expect(cache.leaderOf('t', 0)?.nodeId).toBe(1);
  });

  it('takes a lower epoch from a topic made again (KAFKA-12257)', () => {
    const cache = new MetadataCache(clientRules);
    cache.apply(answer(2, 5));
    cache.apply(answer(1, 0, 'two'));
    expect(cache.partition('t', 0)).toMatchObject({ leader: 1, leaderEpoch: 0 });
    expect([cache.topicNameOf('one'), cache.topicNameOf('two')]).toEqual([undefined, 't']);
  });

  it('takes a leader that a broker names with its error, if it is newer and can be reached', () => {
    const cache = new MetadataCache(clientRules);
    cache.apply(answer(2, 5));
    expect(cache.noteLeader('t', 0, 1, 5, [])).toBe(false);
    expect(cache.noteLeader('t', 0, 3, 6, [])).toBe(false);
    const endpoint = { nodeId: 3, host: 'b3', port: 9092, rack: null };
    expect(cache.noteLeader('t', 0, 3, 6, [endpoint])).toBe(true);
    expect(cache.leaderOf('t', 0)?.address.host).toBe('b3');
  });

  it('keeps the brokers it knows when a broker knows none', () => {
    const cache = new MetadataCache(clientRules);
    cache.apply(answer(2, 5));
    cache.apply({ ...answer(2, 5), brokers: [] });
    expect(cache.brokers.size).toBe(2);
  });
});
