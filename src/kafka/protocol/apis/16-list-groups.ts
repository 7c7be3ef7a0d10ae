/**
 * ListGroups: the groups that this broker coordinates. Versions 0–5.
 * - 1: throttle time
 * - 3: flexible
 * - 4: by state (KIP-518)
 * - 5: by type (KIP-848)
 */
import type { RequestOf, ResponseOf } from '../schema.ts';
import { arrayOf, arrayOfStructs, defineApi, int16, int32, string } from '../schema.ts';

export const listGroupsApi = defineApi({
  key: 16,
  name: 'ListGroups',
  versions: [0, 5],
  flexibleFrom: 3,
  request: {
    statesFilter: arrayOf(string(), { since: 4 }),
    typesFilter: arrayOf(string(), { since: 5 }),
  },
  response: {
    throttleTimeMs: int32({ since: 1 }),
    errorCode: int16(),
    groups: arrayOfStructs({
      groupId: string(),
      protocolType: string(),
      groupState: string({ since: 4 }),
      groupType: string({ since: 5 }),
    }),
  },
});

export type ListGroupsRequest = RequestOf<typeof listGroupsApi>;
export type ListGroupsResponse = ResponseOf<typeof listGroupsApi>;
