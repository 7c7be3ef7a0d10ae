/**
 * AllocateProducerIds: a broker gets the next thousand producer ids (KIP-730). The block is in the
 * log before it is given out, so no failover hands it out again.
 */
import type { ProducerId } from '../../base/ids.ts';
import type {
  AllocateProducerIdsRequest,
  AllocateProducerIdsResponse,
} from '../protocol/apis/67-allocate-producer-ids.ts';
import { errorCode } from '../protocol/errors.ts';
import { type Decision, type DecisionContext, noRecords } from './decision.ts';
import { currentBroker } from './heartbeat.ts';

export const producerIdBlockSize = 1000;

export interface ProducerIdsDecision extends Decision<AllocateProducerIdsResponse> {
  /** First producer id that this controller has not given out. */
  readonly nextProducerId: ProducerId;
}

/** `next` is the first producer id that this controller has not given out. */
export function allocateProducerIds(
  context: DecisionContext,
  request: AllocateProducerIdsRequest,
  next: ProducerId,
): ProducerIdsDecision {
  const { brokerId, brokerEpoch } = request;
  if (currentBroker(context, brokerId, brokerEpoch) === null) {
    return {
      records: noRecords,
      response: {
        throttleTimeMs: 0,
        errorCode: errorCode.staleBrokerEpoch,
        producerIdStart: 0,
        producerIdLen: 0,
      },
      nextProducerId: next,
    };
  }
  const nextProducerId = next + producerIdBlockSize;
  return {
    records: context.rules.recordsProducerIds()
      ? [{ type: 'producer-ids', body: { brokerId, brokerEpoch, nextProducerId } }]
      : noRecords,
    response: {
      throttleTimeMs: 0,
      errorCode: errorCode.none,
      producerIdStart: next,
      producerIdLen: producerIdBlockSize,
    },
    nextProducerId,
  };
}
