/**
 * DeleteTopics, versions 1–6.
 * - Forwarded to the active controller; when none answers in time every topic is REQUEST_TIMED_OUT.
 * 5: error messages; 6: by name or by id.
 */
import { deleteTopicsApi } from '../../protocol/apis/20-delete-topics.ts';
import { serve } from '../../rpc/served-api.ts';
import type { BrokerApi } from '../context.ts';
import type { RefuseAll } from '../forwarder.ts';

const refuseAll: RefuseAll<typeof deleteTopicsApi> = (body, code) => ({
  responses: [
    ...body.topicNames.map((name) => ({ name, errorCode: code })),
    ...body.topics.map(({ name, topicId }) => ({ name, topicId, errorCode: code })),
  ],
});

export const servedDeleteTopics: BrokerApi = serve(deleteTopicsApi, [1, 6], (context, request) => {
  context.forwarder.forward(request, refuseAll);
});
