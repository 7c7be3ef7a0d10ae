/**
 * The client's side of a connection. Kafka answers the requests of a connection in their order, so
 * the requests in flight are a queue and an answer belongs to its head; another correlation id is
 * malformed. One timer serves all requests: it is set for the earliest deadline there is and, when
 * it goes off, set anew for the earliest that is left, so that a request that is answered in time
 * costs no timer at all.
 */

import { assert } from '../../base/assert.ts';
import type { Micros } from '../../base/ids.ts';
import { mark } from '../../base/mark.ts';
import type { Host } from '../../host/host.ts';
import type { Address, CloseReason, Connection, ConnectionHandler } from '../../host/network.ts';
import type { Timer } from '../../host/timers.ts';
import { MalformedError } from '../protocol/malformed.ts';
import { decodeResponse, encodeRequest } from '../protocol/message.ts';
import type { Api, RequestInput } from '../protocol/schema.ts';
import type { Channel, ChannelOptions, OnResponse, RpcFailure } from './contract.ts';
import { FrameSplitter } from './framing.ts';
import { tell } from './tap.ts';

/** Far beyond fetch.max.bytes; what claims to be longer is no answer. */
const maxResponseBytes = 256 * 1024 * 1024;

interface Pending {
  readonly api: Api;
  readonly version: number;
  readonly correlationId: number;
  readonly deadline: Micros;
  /** Null for a request without an answer. */
  readonly onResponse: OnResponse<Api> | null;
  /** The encoded request while it waits for the connection. */
  frame: Uint8Array | null;
}

export function openChannel(host: Host, address: Address, options: ChannelOptions): Channel {
  return new ConnectionChannel(host, address, options);
}

class ConnectionChannel implements Channel {
  readonly address: Address;
  readonly #host: Host;
  readonly #options: ChannelOptions;
  #link: Link | null = null;
  #closed = false;
  #nextCorrelationId = 0;
  /** Requests that wait for the connection, and those sent and not answered, each in order. */
  #waiting: Pending[] = [];
  #sent: Pending[] = [];
  #timer: Timer | null = null;
  #timerAt: Micros = 0;

  constructor(host: Host, address: Address, options: ChannelOptions) {
    this.#host = host;
    this.address = address;
    this.#options = options;
  }

  get machine(): string {
    return this.#host.machine;
  }

  get peer(): string {
    return `${this.address.host}:${this.address.port}`;
  }

  get inFlight(): number {
    return this.#sent.length + this.#waiting.length;
  }

  get connected(): boolean {
    return this.#link?.isOpen ?? false;
  }

  send<A extends Api>(
    api: A,
    version: number,
    body: RequestInput<A>,
    timeoutUs: Micros,
    onResponse: OnResponse<A>,
  ): void {
    const answer = onResponse as OnResponse<Api>;
    if (this.#closed) {
      this.#refuse(answer);
      return;
    }
    const deadline = this.#host.clock.monotonicUs() + timeoutUs;
    this.#send(api, version, body, deadline, answer);
    if (this.#timer === null || deadline < this.#timerAt) this.#arm(deadline, timeoutUs);
  }

  #refuse(answer: OnResponse<Api>): void {
    this.#host.timers.after(0, () => answer(null, 'closed'));
  }

  sendOneWay<A extends Api>(api: A, version: number, body: RequestInput<A>): void {
    if (!this.#closed) this.#send(api, version, body, Number.POSITIVE_INFINITY, null);
  }

  #send(
    api: Api,
    version: number,
    body: unknown,
    deadline: Micros,
    onResponse: OnResponse<Api> | null,
  ): void {
    const correlationId = this.#nextCorrelationId;
    this.#nextCorrelationId = (correlationId + 1) & 0x7fffffff;
    const frame = encodeRequest(api, version, correlationId, this.#options.clientId, body);
    const pending: Pending = { api, version, correlationId, deadline, onResponse, frame: null };
    tell('asked', this, pending);
    if (this.#link?.isOpen) {
      this.#link.write(frame);
      if (onResponse !== null) this.#sent.push(pending);
      return;
    }
    pending.frame = frame;
    this.#waiting.push(pending);
    this.#link ??= new Link(this.#host, this, this.#options.connectTimeoutUs);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#timer?.cancel();
    this.#timer = null;
    const lost = this.#takeAll();
    this.#dropLink();
    if (lost.length > 0) this.#host.timers.after(0, () => this.#failAll(lost, 'closed'));
  }

  onOpen(link: Link): void {
    this.#options.onConnected?.();
    if (this.#link !== link) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const pending of waiting) {
      assert(pending.frame !== null, 'a request that waits has its frame');
      link.write(pending.frame);
      pending.frame = null;
      if (pending.onResponse !== null) this.#sent.push(pending);
    }
  }

  onFrame(bytes: Uint8Array, start: number, end: number): void {
    const body = this.#decode(bytes, start, end);
    if (body === undefined) return;
    const sent = this.#sent;
    const head = (sent.length === 1 ? sent.pop() : sent.shift())!;
    tell('heard', this, head, body);
    head.onResponse?.(body, null);
  }

  /**
   * The answer to the request at the head; undefined when it is none, and the connection is given
   * up.
   */
  #decode(bytes: Uint8Array, start: number, end: number): unknown {
    try {
      const head = this.#sent[0];
      if (head === undefined) throw new MalformedError('an answer without a request');
      const { correlationId, body } = decodeResponse(head.api, head.version, bytes, start, end);
      if (correlationId === head.correlationId) return body;
      throw new MalformedError(`answer ${correlationId} where ${head.correlationId} is due`);
    } catch (error) {
      this.onMalformed(error);
      return undefined;
    }
  }

  /**
   * The peer sent what is no answer: the one it was for fails with it, the others with the
   * connection.
   */
  onMalformed(error: unknown): void {
    if (!(error instanceof MalformedError)) throw error;
    this.#host.log('warn', `${this.peer} sent ${error.message}`);
    const lost = this.#takeAll();
    this.#dropLink();
    const [head, ...others] = lost;
    if (head !== undefined) this.#failAll([head], 'malformed');
    this.#failAll(others, 'disconnected');
  }

  onLost(failure: RpcFailure): void {
    this.#link = null;
    this.#failAll(this.#takeAll(), failure);
  }

  isCurrent(link: Link): boolean {
    return this.#link === link;
  }

  #takeAll(): Pending[] {
    const all = [...this.#sent, ...this.#waiting];
    this.#sent = [];
    this.#waiting = [];
    return all;
  }

  #dropLink(): void {
    const link = this.#link;
    this.#link = null;
    link?.close();
  }

  #arm(deadline: Micros, delayUs: Micros): void {
    this.#timer?.cancel();
    this.#timerAt = deadline;
    this.#timer = this.#host.timers.after(delayUs, () => this.#onTimer());
  }

  #onTimer(): void {
    this.#timer = null;
    const now = this.#host.clock.monotonicUs();
    if (this.#sent.some((pending) => pending.deadline <= now)) this.#expireSent(now);
    else this.#expireWaiting(now);
    if (this.#timer !== null || this.#closed) return;
    let earliest = Number.POSITIVE_INFINITY;
    for (const pending of this.#sent) earliest = Math.min(earliest, pending.deadline);
    for (const pending of this.#waiting) earliest = Math.min(earliest, pending.deadline);
    if (earliest < Number.POSITIVE_INFINITY) this.#arm(earliest, Math.max(0, earliest - now));
  }

  /** What was sent may still be on its way to the peer, and stays so: closing is no reset. */
  #expireSent(now: Micros): void {
    mark('answer-timed-out');
    const lost = this.#takeAll();
    this.#dropLink();
    for (const pending of lost) {
      this.#failAll([pending], pending.deadline <= now ? 'timeout' : 'disconnected');
    }
  }

  #failAll(lost: readonly Pending[], failure: RpcFailure): void {
    for (const pending of lost) {
      tell('failed', this, pending, null, failure);
      pending.onResponse?.(null, failure);
    }
  }

  #expireWaiting(now: Micros): void {
    const late = this.#waiting.filter((pending) => pending.deadline <= now);
    if (late.length === 0) return;
    mark('connecting-timed-out');
    this.#waiting = this.#waiting.filter((pending) => pending.deadline > now);
    this.#failAll(late, 'connect-timeout');
  }
}

/** One connection of a channel. What comes from one that the channel has dropped is not heard. */
class Link implements ConnectionHandler {
  isOpen = false;
  readonly #channel: ConnectionChannel;
  readonly #connection: Connection;
  readonly #frames = new FrameSplitter(maxResponseBytes);
  readonly #connectTimer: Timer;

  constructor(host: Host, channel: ConnectionChannel, connectTimeoutUs: Micros) {
    this.#channel = channel;
    this.#connection = host.network.connect(channel.address, this);
    this.#connectTimer = host.timers.after(connectTimeoutUs, () => this.#giveUp());
  }

  write(frame: Uint8Array): void {
    this.#connection.write(frame);
  }

  close(): void {
    this.isOpen = false;
    this.#connectTimer.cancel();
    this.#connection.close();
  }

  onOpen(): void {
    if (!this.#channel.isCurrent(this)) return;
    this.#connectTimer.cancel();
    this.isOpen = true;
    this.#channel.onOpen(this);
  }

  onData(bytes: Uint8Array): void {
    if (!this.#channel.isCurrent(this)) return;
    const frames = this.#frames;
    frames.push(bytes);
    while (this.#channel.isCurrent(this) && this.#hasFrame()) {
      this.#channel.onFrame(frames.bytes, frames.start, frames.end);
    }
  }

  #hasFrame(): boolean {
    try {
      return this.#frames.next();
    } catch (error) {
      this.#channel.onMalformed(error);
      return false;
    }
  }

  onClose(reason: CloseReason): void {
    this.#connectTimer.cancel();
    if (!this.#channel.isCurrent(this)) return;
    const wasOpen = this.isOpen;
    this.isOpen = false;
    this.#channel.onLost(
      wasOpen ? 'disconnected' : reason === 'timed-out' ? 'connect-timeout' : 'refused',
    );
  }

  #giveUp(): void {
    if (!this.#channel.isCurrent(this)) return;
    this.#connection.reset();
    this.#channel.onLost('connect-timeout');
  }
}
