/**
 * AlterConfigs: replaces all settings of a resource; those not named go back to their defaults.
 * Superseded by IncrementalAlterConfigs (KIP-339), still served. Versions 0–2.
 * - 2: flexible
 */
import type { RequestOf, ResponseOf } from '../schema.ts';
import { arrayOfStructs, bool, defineApi, int8, int16, int32, string } from '../schema.ts';

export const alterConfigsApi = defineApi({
  key: 33,
  name: 'AlterConfigs',
  versions: [0, 2],
  flexibleFrom: 2,
  request: {
    resources: arrayOfStructs({
      resourceType: int8(),
      resourceName: string(),
      configs: arrayOfStructs({ name: string(), value: string({ nullable: true }) }),
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

export type AlterConfigsRequest = RequestOf<typeof alterConfigsApi>;
export type AlterConfigsResponse = ResponseOf<typeof alterConfigsApi>;
