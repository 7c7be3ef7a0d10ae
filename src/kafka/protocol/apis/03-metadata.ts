/**
 * Metadata: brokers, topics, partitions and who leads them. Versions 0–13.
 * - 0: no topics in the request mean all; from 1 on null does
 * - 1: controller, racks, internal topics
 * - 2: cluster id
 * - 3: throttle time
 * - 4: may topics be created
 * - 5: offline replicas
 * - 7: leader epochs
 * - 8: authorized operations
 * - 9: flexible
 * - 10: topic ids, which a request may use from 12 on
 * - 11: the cluster’s operations moved to DescribeCluster
 * - 13: an error for the whole answer (KIP-1102)
 */
import type { RequestOf, ResponseOf } from '../schema.ts';
import { arrayOf, arrayOfStructs, bool, defineApi, int16, int32, string, uuid } from '../schema.ts';

export const metadataApi = defineApi({
  key: 3,
  name: 'Metadata',
  versions: [0, 13],
  flexibleFrom: 9,
  request: {
    topics: arrayOfStructs(
      {
        topicId: uuid({ since: 10 }),
        name: string({ nullable: 10 }),
      },
      { nullable: 1 },
    ),
    allowAutoTopicCreation: bool({ since: 4, default: true }),
    includeClusterAuthorizedOperations: bool({ since: 8, until: 10 }),
    includeTopicAuthorizedOperations: bool({ since: 8 }),
  },
  response: {
    throttleTimeMs: int32({ since: 3 }),
    brokers: arrayOfStructs({
      nodeId: int32(),
      host: string(),
      port: int32(),
      rack: string({ since: 1, nullable: true, default: null }),
    }),
    clusterId: string({ since: 2, nullable: true, default: null }),
    controllerId: int32({ since: 1, default: -1 }),
    topics: arrayOfStructs({
      errorCode: int16(),
      name: string({ nullable: 12 }),
      topicId: uuid({ since: 10 }),
      isInternal: bool({ since: 1, default: false }),
      partitions: arrayOfStructs({
        errorCode: int16(),
        partitionIndex: int32(),
        leaderId: int32(),
        leaderEpoch: int32({ since: 7, default: -1 }),
        replicaNodes: arrayOf(int32()),
        isrNodes: arrayOf(int32()),
        offlineReplicas: arrayOf(int32(), { since: 5 }),
      }),
      topicAuthorizedOperations: int32({ since: 8, default: -0x80000000 }),
    }),
    clusterAuthorizedOperations: int32({ since: 8, until: 10, default: -0x80000000 }),
    errorCode: int16({ since: 13 }),
  },
});

export type MetadataRequest = RequestOf<typeof metadataApi>;
export type MetadataResponse = ResponseOf<typeof metadataApi>;
