/**
 * DescribeCluster: the nodes of the cluster. Versions 0–2, all flexible.
 * - 1: brokers (endpoint type 1) or controllers (2)
 * - 2: fenced brokers too (KIP-1073)
 */
import type { RequestOf, ResponseOf } from '../schema.ts';
import { arrayOfStructs, bool, defineApi, int8, int16, int32, string } from '../schema.ts';

export const describeClusterApi = defineApi({
  key: 60,
  name: 'DescribeCluster',
  versions: [0, 2],
  flexibleFrom: 0,
  request: {
    includeClusterAuthorizedOperations: bool(),
    endpointType: int8({ since: 1, default: 1 }),
    includeFencedBrokers: bool({ since: 2, default: false }),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16(),
    errorMessage: string({ nullable: true, default: null }),
    endpointType: int8({ since: 1, default: 1 }),
    clusterId: string(),
    controllerId: int32({ default: -1 }),
    brokers: arrayOfStructs({
      brokerId: int32(),
      host: string(),
      port: int32(),
      rack: string({ nullable: true, default: null }),
      isFenced: bool({ since: 2, default: false }),
    }),
    clusterAuthorizedOperations: int32({ default: -0x80000000 }),
  },
});

export type DescribeClusterRequest = RequestOf<typeof describeClusterApi>;
export type DescribeClusterResponse = ResponseOf<typeof describeClusterApi>;
