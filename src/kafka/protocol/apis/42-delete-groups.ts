/**
 * DeleteGroups: removes empty groups with their offsets. Versions 0–2.
 * - 2: flexible
 */
import type { RequestOf, ResponseOf } from '../schema.ts';
import { arrayOf, arrayOfStructs, defineApi, int16, int32, string } from '../schema.ts';

export const deleteGroupsApi = defineApi({
  key: 42,
  name: 'DeleteGroups',
  versions: [0, 2],
  flexibleFrom: 2,
  request: {
    groupsNames: arrayOf(string()),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    results: arrayOfStructs({ groupId: string(), errorCode: int16() }),
  },
});

export type DeleteGroupsRequest = RequestOf<typeof deleteGroupsApi>;
export type DeleteGroupsResponse = ResponseOf<typeof deleteGroupsApi>;
