/**
 * IncrementalAlterConfigs: set (0), delete (1), append to (2) or subtract from (3) single settings
 * (KIP-339). Versions 0–1.
 * - 1: flexible
 */
import type { RequestOf, ResponseOf } from '../schema.ts';
import { arrayOfStructs, bool, defineApi, int8, int16, int32, string } from '../schema.ts';

export const incrementalAlterConfigsApi = defineApi({
  key: 44,
  name: 'IncrementalAlterConfigs',
  versions: [0, 1],
  flexibleFrom: 1,
  request: {
    resources: arrayOfStructs({
      resourceType: int8(),
      resourceName: string(),
      configs: arrayOfStructs({
        name: string(),
        configOperation: int8(),
        value: string({ nullable: true }),
      }),
    }),
    validateOnly: bool(),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    responses: arrayOfStructs({
      errorCode: int16(),
      errorMessage: string({ nullable: true }),
      resourceType: int8(),
      resourceName: string(),
    }),
  },
});

export type IncrementalAlterConfigsRequest = RequestOf<typeof incrementalAlterConfigsApi>;
export type IncrementalAlterConfigsResponse = ResponseOf<typeof incrementalAlterConfigsApi>;
