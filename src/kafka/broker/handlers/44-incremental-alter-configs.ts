/**
 * IncrementalAlterConfigs, versions 0–1.
 * - Forwarded to the active controller; when none answers in time every resource is
 *   REQUEST_TIMED_OUT.
 */
import { incrementalAlterConfigsApi } from '../../protocol/apis/44-incremental-alter-configs.ts';
import { errorName } from '../../protocol/errors.ts';
import { serve } from '../../rpc/served-api.ts';
import type { BrokerApi } from '../context.ts';

/** The answer to whoever wanted to alter these, in this way or the old one. */
export const refusedResources = (
  resources: readonly { readonly resourceType: number; readonly resourceName: string }[],
  code: number,
) => ({
  throttleTimeMs: 0,
  responses: resources.map(({ resourceType, resourceName }) => ({
    errorCode: code,
    errorMessage: errorName(code),
    resourceType,
    resourceName,
  })),
});

export const servedIncrementalAlterConfigs: BrokerApi = serve(
  incrementalAlterConfigsApi,
  [0, 1],
  (context, request) => {
    context.forwarder.forward(request, ({ resources }, code) => refusedResources(resources, code));
  },
);
