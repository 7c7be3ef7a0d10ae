/**
 * ApiVersions: what the peer serves; the first request of most clients. Versions 0–4.
 * - 1: throttle time
 * - 3: flexible, the client names itself, features
 * - 4: a feature may start at version 0 (KAFKA-17011)
 * The header of the answer is never flexible, and a request of an unknown version is answered in
 * version 0 with UNSUPPORTED_VERSION, so that the client can find a common one.
 */
import type { RequestOf, ResponseOf } from '../schema.ts';
import { arrayOfStructs, bool, defineApi, int16, int32, int64, string } from '../schema.ts';

export const apiVersionsApi = defineApi({
  key: 18,
  name: 'ApiVersions',
  versions: [0, 4],
  flexibleFrom: 3,
  request: {
    clientSoftwareName: string({ since: 3 }),
    clientSoftwareVersion: string({ since: 3 }),
  },
  response: {
    errorCode: int16(),
    apiKeys: arrayOfStructs({ apiKey: int16(), minVersion: int16(), maxVersion: int16() }),
    throttleTimeMs: int32({ since: 1 }),
    supportedFeatures: arrayOfStructs(
      {
        name: string(),
        minVersion: int16(),
        maxVersion: int16(),
      },
      { since: 3, tag: 0 },
    ),
    finalizedFeaturesEpoch: int64({ since: 3, default: -1, tag: 1 }),
    finalizedFeatures: arrayOfStructs(
      {
        name: string(),
        maxVersionLevel: int16(),
        minVersionLevel: int16(),
      },
      { since: 3, tag: 2 },
    ),
    zkMigrationReady: bool({ since: 3, default: false, tag: 3 }),
  },
});

export type ApiVersionsRequest = RequestOf<typeof apiVersionsApi>;
export type ApiVersionsResponse = ResponseOf<typeof apiVersionsApi>;
