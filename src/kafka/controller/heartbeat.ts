/**
 * BrokerHeartbeat: keeps a session and moves a broker through its life:
 *   fenced → unfenced, once it has applied the log up to its registration and wants to;
 *   unfenced → controlled shutdown, while it leads; its leaderships move away;
 *   controlled shutdown → shut down, once it leads nothing and every active broker has applied
 *     what moved its leaderships;
 *   anything → fenced, where it asks for that.
 * A fenced broker that wants to shut down may at once.
 */

import type { NodeId, Offset } from '../../base/ids.ts';
import { mark } from '../../base/mark.ts';
import type { MetadataRecord } from '../metadata/records.ts';
import type { BrokerState } from '../metadata/state.ts';
import type {
  BrokerHeartbeatRequest,
  BrokerHeartbeatResponse,
} from '../protocol/apis/63-broker-heartbeat.ts';
import { errorCode } from '../protocol/errors.ts';
import { type Decision, type DecisionContext, noRecords } from './decision.ts';
import { beginControlledShutdown, fenceBroker, hasLeaderships, unfenceBroker } from './fencing.ts';

export type BrokerLife = 'fenced' | 'unfenced' | 'controlled-shutdown' | 'shut-down';

export interface HeartbeatContext extends DecisionContext {
  /** End of the records that began this broker's controlled shutdown; −1 where none did. */
  readonly controlledShutdownOffset: Offset;
  /** How far all brokers that are neither fenced nor shutting down have applied the log. */
  readonly lowestActiveOffset: Offset;
}

export interface HeartbeatDecision extends Decision<BrokerHeartbeatResponse> {
  /**
   * What the broker is from now on; null where the heartbeat was refused and touches no session.
   */
  readonly next: BrokerLife | null;
}

export function brokerHeartbeat(
  context: HeartbeatContext,
  request: BrokerHeartbeatRequest,
): HeartbeatDecision {
  const broker = currentBroker(context, request.brokerId, request.brokerEpoch);
  if (broker === null) {
    mark('heartbeat-of-former-life');
    return refuse(errorCode.staleBrokerEpoch);
  }
  const current = lifeOf(broker, context.controlledShutdownOffset);
  const next = nextLife(context, broker, current, request);
  if (next === 'controlled-shutdown' && next !== current) mark('controlled-shutdown');
  return {
    records: next === current ? noRecords : recordsOf(context, broker, next),
    response: {
      throttleTimeMs: 0,
      errorCode: errorCode.none,
      isCaughtUp: request.currentMetadataOffset >= broker.registrationOffset,
      isFenced: next === 'fenced' || next === 'shut-down',
      shouldShutDown: next === 'shut-down',
    },
    next,
  };
}

/** The broker of this id and epoch, or null: the sender is no longer, or not yet, who it says. */
export function currentBroker(
  context: DecisionContext,
  id: NodeId,
  epoch: number,
): BrokerState | null {
  const broker = context.image.brokers.get(id);
  return broker !== undefined && broker.epoch === epoch ? broker : null;
}

function lifeOf(broker: BrokerState, controlledShutdownOffset: Offset): BrokerLife {
  if (broker.fenced) return 'fenced';
  return controlledShutdownOffset >= 0 ? 'controlled-shutdown' : 'unfenced';
}

function nextLife(
  context: HeartbeatContext,
  broker: BrokerState,
  current: BrokerLife,
  request: BrokerHeartbeatRequest,
): BrokerLife {
  if (current === 'fenced') {
    if (request.wantShutDown) return 'shut-down';
    const isCaughtUp = request.currentMetadataOffset >= broker.registrationOffset;
    return !request.wantFence && isCaughtUp ? 'unfenced' : 'fenced';
  }
  if (current === 'controlled-shutdown') {
    if (hasLeaderships(context, broker.id)) return current;
    return context.controlledShutdownOffset <= context.lowestActiveOffset ? 'shut-down' : current;
  }
  if (request.wantFence) return request.wantShutDown ? 'shut-down' : 'fenced';
  if (!request.wantShutDown) return 'unfenced';
  return hasLeaderships(context, broker.id) ? 'controlled-shutdown' : 'shut-down';
}

function recordsOf(
  context: DecisionContext,
  broker: BrokerState,
  next: BrokerLife,
): readonly MetadataRecord[] {
  switch (next) {
    case 'unfenced':
      return unfenceBroker(context, broker);
    case 'controlled-shutdown':
      return beginControlledShutdown(context, broker);
    default:
      return broker.fenced ? noRecords : fenceBroker(context, broker);
  }
}

const refuse = (code: number): HeartbeatDecision => ({
  records: noRecords,
  response: {
    throttleTimeMs: 0,
    errorCode: code,
    isCaughtUp: false,
    isFenced: true,
    shouldShutDown: false,
  },
  next: null,
});
