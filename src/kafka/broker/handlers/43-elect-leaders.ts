/**
 * ElectLeaders, versions 0–2.
 * - Forwarded to the active controller; when none answers in time every partition is
 *   REQUEST_TIMED_OUT, or the whole where all were asked for.
 */
import { electLeadersApi } from '../../protocol/apis/43-elect-leaders.ts';
import { refusedElections } from '../../rpc/error-answers.ts';
import { serve } from '../../rpc/served-api.ts';
import type { BrokerApi } from '../context.ts';

export const servedElectLeaders: BrokerApi = serve(electLeadersApi, [0, 2], (context, request) => {
  context.forwarder.forward(request, refusedElections);
});
