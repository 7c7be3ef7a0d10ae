/**
 * BrokerRegistration: a starting broker gets its epoch, the offset of the record that registers it,
 * and starts out fenced. One of the same incarnation registered before and lost the answer: it
 * keeps epoch and state. Another incarnation of a broker whose session lives is refused, because
 * two processes must never share an id. A new incarnation first leaves the ISRs of the old one, and
 * the ELRs too unless it says which epoch it cleanly ended.
 */

import type { NodeId, Offset } from '../../base/ids.ts';
import { mark } from '../../base/mark.ts';
import type { RegisterBrokerRecord } from '../metadata/records/00-register-broker.ts';
import type { BrokerState } from '../metadata/state.ts';
import type {
  BrokerRegistrationRequest,
  BrokerRegistrationResponse,
} from '../protocol/apis/62-broker-registration.ts';
import { errorCode } from '../protocol/errors.ts';
import { type Decision, type DecisionContext, noRecords } from './decision.ts';
import { returnOfBroker } from './fencing.ts';

export interface RegistrationContext extends DecisionContext {
  readonly clusterId: string;
  /** Where the next record of the log will stand. */
  readonly nextOffset: Offset;
  readonly hasLiveSession: (broker: NodeId) => boolean;
}

export function registerBroker(
  context: RegistrationContext,
  request: BrokerRegistrationRequest,
): Decision<BrokerRegistrationResponse> {
  const { brokerId, incarnationId } = request;
  if (request.clusterId !== context.clusterId) return refuse(errorCode.inconsistentClusterId);
  const former = context.image.brokers.get(brokerId);
  if (former?.incarnationId === incarnationId) {
    mark('registered-again');
    return registerAgain(former, request);
  }
  if (former !== undefined && context.hasLiveSession(brokerId)) {
    mark('duplicate-registration');
    return refuse(errorCode.duplicateBrokerRegistration);
  }
  const wasClean = context.rules.wasShutDownCleanly(former, request.previousBrokerEpoch);
  if (former !== undefined && !wasClean) mark('unclean-return');
  const cleanup = returnOfBroker(context, brokerId, wasClean);
  const brokerEpoch = context.nextOffset + cleanup.length;
  const body = registration(request, brokerEpoch, true, false);
  return {
    records: [...cleanup, { type: 'register-broker', body }],
    response: { throttleTimeMs: 0, errorCode: errorCode.none, brokerEpoch },
  };
}

/** A repeated request writes a record only where it says something new. */
function registerAgain(
  former: BrokerState,
  request: BrokerRegistrationRequest,
): Decision<BrokerRegistrationResponse> {
  const [listener] = request.listeners;
  const isSame =
    former.host === listener?.host && former.port === listener.port && former.rack === request.rack;
  const body = registration(request, former.epoch, former.fenced, former.inControlledShutdown);
  return {
    records: isSame ? noRecords : [{ type: 'register-broker', body }],
    response: { throttleTimeMs: 0, errorCode: errorCode.none, brokerEpoch: former.epoch },
  };
}

function registration(
  request: BrokerRegistrationRequest,
  brokerEpoch: number,
  fenced: boolean,
  inControlledShutdown: boolean,
): RegisterBrokerRecord {
  const { brokerId, incarnationId, features, rack, logDirs } = request;
  return {
    brokerId,
    isMigratingZkBroker: false,
    incarnationId,
    brokerEpoch,
    endPoints: request.listeners,
    features,
    rack,
    fenced,
    inControlledShutdown,
    logDirs,
  };
}

const refuse = (code: number): Decision<BrokerRegistrationResponse> => ({
  records: noRecords,
  response: { throttleTimeMs: 0, errorCode: code, brokerEpoch: -1 },
});
