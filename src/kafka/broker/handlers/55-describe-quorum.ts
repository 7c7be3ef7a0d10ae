/**
 * DescribeQuorum, versions 0–2.
 * - Forwarded to the active controller, which leads the quorum and so knows its replicas.
 * 1: when replicas fetched last; 2: directory ids and endpoints.
 */
import { describeQuorumApi } from '../../protocol/apis/55-describe-quorum.ts';
import { errorName } from '../../protocol/errors.ts';
import { serve } from '../../rpc/served-api.ts';
import type { BrokerApi } from '../context.ts';
import type { RefuseAll } from '../forwarder.ts';

const refuseAll: RefuseAll<typeof describeQuorumApi> = (_body, code) => ({
  errorCode: code,
  errorMessage: errorName(code),
  topics: [],
});

export const servedDescribeQuorum: BrokerApi = serve(
  describeQuorumApi,
  [0, 2],
  (context, request) => {
    context.forwarder.forward(request, refuseAll);
  },
);
