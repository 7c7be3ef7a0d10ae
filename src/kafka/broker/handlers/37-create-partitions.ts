/**
 * CreatePartitions, versions 0–3.
 * - Forwarded to the active controller; when none answers in time every topic is REQUEST_TIMED_OUT.
 */
import { createPartitionsApi } from '../../protocol/apis/37-create-partitions.ts';
import { serve } from '../../rpc/served-api.ts';
import type { BrokerApi } from '../context.ts';
import type { RefuseAll } from '../forwarder.ts';

const refuseAll: RefuseAll<typeof createPartitionsApi> = (body, code) => ({
  throttleTimeMs: 0,
  results: body.topics.map(({ name }) => ({ name, errorCode: code })),
});

export const servedCreatePartitions: BrokerApi = serve(
  createPartitionsApi,
  [0, 3],
  (context, request) => {
    context.forwarder.forward(request, refuseAll);
  },
);
