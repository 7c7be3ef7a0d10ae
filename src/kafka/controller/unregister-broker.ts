/**
 * UnregisterBroker: a broker is taken out of the cluster for good; its partitions keep it as a
 * replica they lack.
 */
import type {
  UnregisterBrokerRequest,
  UnregisterBrokerResponse,
} from '../protocol/apis/64-unregister-broker.ts';
import { errorCode } from '../protocol/errors.ts';
import { type Decision, type DecisionContext, noRecords } from './decision.ts';
import { unregisterBroker } from './fencing.ts';

export function unregister(
  context: DecisionContext,
  request: UnregisterBrokerRequest,
): Decision<UnregisterBrokerResponse> {
  const broker = context.image.brokers.get(request.brokerId);
  if (broker === undefined) {
    return {
      records: noRecords,
      response: {
        throttleTimeMs: 0,
        errorCode: errorCode.brokerIdNotRegistered,
        errorMessage: `Broker ID ${request.brokerId} is not currently registered`,
      },
    };
  }
  return {
    records: unregisterBroker(context, broker),
    response: { throttleTimeMs: 0, errorCode: errorCode.none, errorMessage: null },
  };
}
