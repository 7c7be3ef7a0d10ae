/**
 * ApiVersions, versions 0–4.
 * - Tells which versions of which API this listener serves; Produce is advertised from 0
 *   (KAFKA-18659).
 * - A version that is not known here never comes this far: the server answers it in version 0, with
 *   UNSUPPORTED_VERSION and the versions of this API, so that the client can choose one (KIP-511).
 * - A client that names itself by other than letters, digits, dots and dashes is INVALID_REQUEST.
 * 3: the client names itself; features and the levels that the metadata log, as far as applied
 * here, has set (KIP-584). 4: features may start at 0 (KAFKA-17011); below, such are not named.
 */
import { supportedFeatures } from '../../metadata/features.ts';
import type { MetadataImage } from '../../metadata/image.ts';
import { apiVersionsApi } from '../../protocol/apis/18-api-versions.ts';
import { errorCode } from '../../protocol/errors.ts';
import { advertisedVersions } from '../../rpc/api-table.ts';
import type { Request } from '../../rpc/contract.ts';
import { bound, type ListedApi, serve } from '../../rpc/served-api.ts';

type ApiKeys = ReturnType<typeof advertisedVersions>;

const clientName = /^[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?$/;

/** The table that `served` makes up together with this API itself. */
export function withApiVersions(
  image: MetadataImage,
  served: readonly ListedApi[],
): readonly ListedApi[] {
  const all = [...served, servedApiVersions];
  const apiKeys = advertisedVersions(new Map(all.map((one) => [one.api.key, one])));
  return [...served, ...bound({ image, apiKeys }, [servedApiVersions])];
}

interface Context {
  readonly image: MetadataImage;
  readonly apiKeys: ApiKeys;
}

function answer({ image, apiKeys }: Context, request: Request<typeof apiVersionsApi>): void {
  const { version, body, session } = request;
  const { clientSoftwareName: name, clientSoftwareVersion: softwareVersion } = body;
  if (version < 3) {
    request.respond({ errorCode: errorCode.none, apiKeys });
    return;
  }
  if (!clientName.test(name) || !clientName.test(softwareVersion)) {
    request.respond({ errorCode: errorCode.invalidRequest, apiKeys: [] });
    return;
  }
  session.nameSoftware(name, softwareVersion);
  request.respond({ errorCode: errorCode.none, apiKeys, ...featuresOf(image, version) });
}

const servedApiVersions = serve(apiVersionsApi, [0, 4], answer);

function featuresOf(image: MetadataImage, version: number) {
  const finalized = [...image.features].filter(([, level]) => level > 0);
  return {
    supportedFeatures: supportedFeatures.filter(({ minVersion }) => version >= 4 || minVersion > 0),
    finalizedFeaturesEpoch: image.appliedOffset,
    finalizedFeatures: finalized.map(([name, level]) => ({
      name,
      maxVersionLevel: level,
      minVersionLevel: level,
    })),
  };
}
