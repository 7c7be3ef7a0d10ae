/** What a listener serves, as ApiVersions tells it. */

import { apiVersionsApi } from '../protocol/apis/18-api-versions.ts';
import { errorCode } from '../protocol/errors.ts';
import type { ResponseInput } from '../protocol/schema.ts';
import type { OfferedApi } from './served-api.ts';

type ApiVersionsAnswer = ResponseInput<typeof apiVersionsApi>;

/**
 * One row per API key, by rising key; the first version is lowered where old clients need to see
 * it so.
 */
export function advertisedVersions(
  apis: ReadonlyMap<number, OfferedApi>,
): ApiVersionsAnswer['apiKeys'] {
  return [...apis.values()]
    .map(({ api, minVersion, maxVersion }) => ({
      apiKey: api.key,
      minVersion:
        minVersion <= api.minVersion ? Math.min(minVersion, api.advertisedFrom) : minVersion,
      maxVersion,
    }))
    .sort((left, right) => left.apiKey - right.apiKey);
}

/**
 * The answer to an ApiVersions request of a version that is not served; to be sent in version 0.
 * It names the versions of ApiVersions alone: who asks shall ask again (KIP-511).
 */
export function unsupportedVersionAnswer(apis: ReadonlyMap<number, OfferedApi>): ApiVersionsAnswer {
  const apiKeys = advertisedVersions(apis).filter(({ apiKey }) => apiKey === apiVersionsApi.key);
  return { errorCode: errorCode.unsupportedVersion, apiKeys };
}
