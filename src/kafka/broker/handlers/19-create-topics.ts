/**
 * CreateTopics, versions 2–7.
 * - Forwarded to the active controller; when none answers in time every topic is REQUEST_TIMED_OUT.
 * 4: counts of −1 mean the cluster's defaults; 5: configs in the answer; 7: topic ids in the
 * answer.
 */
import { createTopicsApi } from '../../protocol/apis/19-create-topics.ts';
import { errorName } from '../../protocol/errors.ts';
import { serve } from '../../rpc/served-api.ts';
import type { BrokerApi } from '../context.ts';
import type { RefuseAll } from '../forwarder.ts';

const refuseAll: RefuseAll<typeof createTopicsApi> = (body, code) => ({
  topics: body.topics.map(({ name }) => ({
    name,
    errorCode: code,
    errorMessage: errorName(code),
    configs: [],
  })),
});

export const servedCreateTopics: BrokerApi = serve(createTopicsApi, [2, 7], (context, request) => {
  context.forwarder.forward(request, refuseAll);
});
