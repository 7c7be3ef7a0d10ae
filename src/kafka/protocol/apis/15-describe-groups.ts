/**
 * DescribeGroups: state, protocol and members of classic groups. Versions 0–6.
 * - 1: throttle time
 * - 3: authorized operations
 * - 4: instance ids (KIP-345)
 * - 5: flexible
 * - 6: error message, GROUP_ID_NOT_FOUND for what was Dead before (KIP-1043)
 */
import type { RequestOf, ResponseOf } from '../schema.ts';
import {
  arrayOf,
  arrayOfStructs,
  bool,
  bytes,
  defineApi,
  int16,
  int32,
  string,
} from '../schema.ts';

export const describeGroupsApi = defineApi({
  key: 15,
  name: 'DescribeGroups',
  versions: [0, 6],
  flexibleFrom: 5,
  request: {
    groups: arrayOf(string()),
    includeAuthorizedOperations: bool({ since: 3 }),
  },
  response: {
    throttleTimeMs: int32({ since: 1 }),
    groups: arrayOfStructs({
      errorCode: int16(),
      errorMessage: string({ since: 6, nullable: true, default: null }),
      groupId: string(),
      groupState: string(),
      protocolType: string(),
      protocolData: string(),
      members: arrayOfStructs({
        memberId: string(),
        groupInstanceId: string({ since: 4, nullable: true, default: null }),
        clientId: string(),
        clientHost: string(),
        memberMetadata: bytes(),
        memberAssignment: bytes(),
      }),
      authorizedOperations: int32({ since: 3, default: -0x80000000 }),
    }),
  },
});

export type DescribeGroupsRequest = RequestOf<typeof describeGroupsApi>;
export type DescribeGroupsResponse = ResponseOf<typeof describeGroupsApi>;
