/**
 * IncrementalAlterConfigs, versions 0–1.
 * - Forwarded to the active controller; when none answers in time every resource is
 *   REQUEST_TIMED_OUT.
 */
import { incrementalAlterConfigsApi } from '../../protocol/apis/44-incremental-alter-configs.ts';
import { errorName } from '../../protocol/errors.ts';
import { serve } from '../context.ts';
import type { RefuseAll } from '../forwarder.ts';

const refuseAll: RefuseAll<typeof incrementalAlterConfigsApi> = (body, code) => ({
  throttleTimeMs: 0,
  responses: body.resources.map(({ resourceType, resourceName }) => ({
    errorCode: code,
    errorMessage: errorName(code),
    resourceType,
    resourceName,
  })),
});

export const servedIncrementalAlterConfigs = serve(
  incrementalAlterConfigsApi,
  [0, 1],
  (context, request) => {
    context.forwarder.forward(request, refuseAll);
  },
);
