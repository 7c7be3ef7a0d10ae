/**
 * AlterPartitionReassignments, versions 0–1.
 * - Forwarded to the active controller; when none answers in time the whole and every partition
 *   are REQUEST_TIMED_OUT.
 */
import { alterPartitionReassignmentsApi } from '../../protocol/apis/45-alter-partition-reassignments.ts';
import { refusedReassignments } from '../../rpc/error-answers.ts';
import { serve } from '../../rpc/served-api.ts';
import type { BrokerApi } from '../context.ts';

export const servedAlterPartitionReassignments: BrokerApi = serve(
  alterPartitionReassignmentsApi,
  [0, 1],
  (context, request) => {
    context.forwarder.forward(request, refusedReassignments);
  },
);
