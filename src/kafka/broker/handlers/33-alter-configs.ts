/**
 * AlterConfigs, versions 0–2: replaces all that a resource has set. Superseded by
 * IncrementalAlterConfigs, and asked for by older tools.
 * - Forwarded to the active controller; when none answers in time every resource is
 *   REQUEST_TIMED_OUT.
 */
import { alterConfigsApi } from '../../protocol/apis/33-alter-configs.ts';
import { serve } from '../../rpc/served-api.ts';
import type { BrokerApi } from '../context.ts';
import { refusedResources } from './44-incremental-alter-configs.ts';

export const servedAlterConfigs: BrokerApi = serve(alterConfigsApi, [0, 2], (context, request) => {
  context.forwarder.forward(request, ({ resources }, code) => refusedResources(resources, code));
});
