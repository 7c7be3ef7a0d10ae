/**
 * Who has been heard from, and when: soft state of the active controller, begun anew by each. A
 * session lives while its broker is unfenced and heartbeats within the session timeout. Times are
 * of the controller's monotonic clock.
 */
import type { Micros, NodeId, Offset } from '../../base/ids.ts';
import type { BrokerState } from '../metadata/state.ts';

export interface BrokerSession {
  lastContactUs: Micros;
  /**
   * How far the broker had applied the metadata log when it last said so; −1 before its first
   * heartbeat.
   */
  metadataOffset: Offset;
  /** End of the records that moved its leaderships away; −1 while it is not shutting down. */
  controlledShutdownOffset: Offset;
}

export class BrokerSessions {
  readonly #timeoutUs: Micros;
  readonly #known = new Map<NodeId, BrokerSession>();
  /** The unfenced ones, longest silent first: a touch moves a broker to the end. */
  readonly #unfenced = new Map<NodeId, BrokerSession>();

  constructor(timeoutUs: Micros) {
    this.#timeoutUs = timeoutUs;
  }

  /** All registered brokers are taken as just heard from. */
  begin(brokers: Iterable<BrokerState>, nowUs: Micros): void {
    for (const broker of brokers) this.touch(broker.id, broker.fenced, -1, nowUs);
  }

  session(broker: NodeId): BrokerSession | undefined {
    return this.#known.get(broker);
  }

  isValid(broker: NodeId, nowUs: Micros): boolean {
    const session = this.#unfenced.get(broker);
    return session !== undefined && session.lastContactUs + this.#timeoutUs >= nowUs;
  }

  /**
   * The broker was heard from, and is fenced or not from now on. Fencing ends a controlled
   * shutdown.
   */
  touch(broker: NodeId, fenced: boolean, metadataOffset: Offset, nowUs: Micros): void {
    let session = this.#known.get(broker);
    if (session === undefined) {
      session = { lastContactUs: nowUs, metadataOffset, controlledShutdownOffset: -1 };
      this.#known.set(broker, session);
    }
    session.lastContactUs = nowUs;
    session.metadataOffset = metadataOffset;
    this.#unfenced.delete(broker);
    if (fenced) session.controlledShutdownOffset = -1;
    else this.#unfenced.set(broker, session);
  }

  /** Its session is over; it stays known. */
  fence(broker: NodeId): void {
    this.#unfenced.delete(broker);
    const session = this.#known.get(broker);
    if (session !== undefined) session.controlledShutdownOffset = -1;
  }

  /** Another process of this broker registered, or none will. */
  remove(broker: NodeId): void {
    this.#known.delete(broker);
    this.#unfenced.delete(broker);
  }

  /**
   * Controlled shutdown is done once all active brokers have applied the log up to `offset`; the
   * first call counts.
   */
  beginControlledShutdown(broker: NodeId, offset: Offset): void {
    const session = this.#unfenced.get(broker);
    if (session !== undefined && session.controlledShutdownOffset < 0) {
      session.controlledShutdownOffset = offset;
    }
  }

  /**
   * How far every broker that is neither fenced nor shutting down has applied the log; infinity
   * with none.
   */
  lowestActiveOffset(): Offset {
    let lowest = Number.POSITIVE_INFINITY;
    for (const session of this.#unfenced.values()) {
      if (session.controlledShutdownOffset < 0) lowest = Math.min(lowest, session.metadataOffset);
    }
    return lowest;
  }

  /** One broker whose session has ended, the longest silent one; −1 where all live. */
  findStale(nowUs: Micros): NodeId {
    for (const [broker, session] of this.#unfenced) {
      return session.lastContactUs + this.#timeoutUs < nowUs ? broker : -1;
    }
    return -1;
  }

  /** First moment at which a session may have ended; −1 where there is none. */
  nextDeadlineUs(): Micros {
    for (const session of this.#unfenced.values())
      return session.lastContactUs + this.#timeoutUs + 1;
    return -1;
  }
}
