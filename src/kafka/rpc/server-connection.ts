/**
 * One accepted connection: frames in, requests out one by one, answers back in order. Its states:
 * idle (the next frame is handled at once), busy (a request is being handled; frames wait),
 * blocked (the peer does not take its answers; frames wait), closed (nothing more happens, late
 * answers are dropped). Nothing that happens on a connection throws: whatever goes wrong with a
 * request is that request's answer, or the end of its connection.
 */

import type { Micros } from '../../base/ids.ts';
import { mark } from '../../base/mark.ts';
import type { Host } from '../../host/host.ts';
import type { Connection, ConnectionHandler } from '../../host/network.ts';
import { pass } from '../points.ts';
import { apiVersionsApi } from '../protocol/apis/18-api-versions.ts';
import { apiByKey } from '../protocol/apis.ts';
import { MalformedError } from '../protocol/malformed.ts';
import {
  decodeHeaderTail,
  decodeRequest,
  decodeRequestHeader,
  encodeResponse,
  type RequestHeader,
} from '../protocol/message.ts';
import type { Api } from '../protocol/schema.ts';
import { unsupportedVersionAnswer } from './api-table.ts';
import type { Arrivals, Reader } from './arrivals.ts';
import type { ServerOptions } from './contract.ts';
import { FrameSplitter } from './framing.ts';
import { ServerRequest } from './server-request.ts';
import { ConnectionSession } from './session.ts';
import { tell } from './tap.ts';

interface Frame {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

const lengthBytes = 4;

export class ServerConnection implements ConnectionHandler, Reader {
  readonly session: ConnectionSession;
  /** When bytes last arrived. */
  lastArrival: Micros;

  readonly #host: Host;
  readonly #connection: Connection;
  readonly #options: ServerOptions;
  readonly #arrivals: Arrivals;
  readonly #onGone: () => void;
  readonly #frames: FrameSplitter;
  readonly #waiting: Frame[] = [];
  /** Bytes that have arrived and are not answered, and those of them in the frame at work. */
  #heldBytes = 0;
  #frameBytes = 0;
  #paused = false;
  #busy = false;
  #blocked = false;
  #closed = false;
  /** In `#run`: an answer given inside the handler must not start a second loop. */
  #running = false;

  constructor(
    host: Host,
    connection: Connection,
    options: ServerOptions,
    arrivals: Arrivals,
    number: number,
    onGone: () => void,
  ) {
    this.#host = host;
    this.#connection = connection;
    this.#options = options;
    this.#arrivals = arrivals;
    this.#onGone = onGone;
    const { listener } = options;
    this.session = new ConnectionSession(`${listener}-${number}`, listener, connection.peer);
    this.lastArrival = host.clock.monotonicUs();
    this.#frames = new FrameSplitter(options.maxRequestBytes);
  }

  onData(bytes: Uint8Array): void {
    if (this.#closed) return;
    this.lastArrival = this.#host.clock.monotonicUs();
    this.#heldBytes += bytes.length;
    this.#arrivals.arrived(bytes.length);
    this.#frames.push(bytes);
    this.#run();
  }

  onDrain(): void {
    this.#blocked = false;
    this.#run();
  }

  onClose(): void {
    this.#gone();
  }

  close(): void {
    if (this.#closed) return;
    this.#connection.close();
    this.#gone();
  }

  #gone(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#waiting.length = 0;
    this.#arrivals.leave(this);
    this.#arrivals.gone(this.#heldBytes);
    this.#onGone();
  }

  reconsider(): void {
    if (!this.#closed) this.#queueArrived();
  }

  giveUp(): void {
    this.#warn(
      `holds ${this.#heldBytes} bytes of a request and does not end it, while others wait`,
    );
    this.close();
  }

  get machine(): string {
    return this.#host.machine;
  }

  get peer(): string {
    return this.session.peer;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** Called once per request: its frame, or null where there is no answer. */
  answered(frame: Uint8Array | null): void {
    if (this.#closed) return;
    this.#busy = false;
    this.#heldBytes -= this.#frameBytes;
    this.#arrivals.gone(this.#frameBytes);
    if (frame !== null && !this.#connection.write(frame)) this.#blocked = true;
    if (!this.#running) this.#run();
  }

  /** Handles frames until one must be waited for, then queues what else has arrived. */
  #run(): void {
    this.#running = true;
    while (!this.#closed && !this.#busy && !this.#blocked) {
      const frame = this.#waiting.length > 0 ? this.#waiting.shift() : this.#nextFrame();
      if (frame === undefined || frame === null) break;
      this.#frameBytes = frame.end - frame.start + lengthBytes;
      const request = this.#decode(frame);
      if (request === null) continue;
      this.#busy = true;
      this.#handle(request);
    }
    this.#running = false;
    if (!this.#closed) this.#queueArrived();
  }

  #handle(request: ServerRequest): void {
    tell('received', this, request);
    pass(this.#host, 'request-queued', () => {
      try {
        this.#options.handle(request);
      } catch (error) {
        request.fail(error);
      }
    });
  }

  /** Takes waiting frames up to the bounds; beyond them the peer must wait. */
  #queueArrived(): void {
    const most = this.#options.maxQueuedRequestsPerConnection;
    while (this.#waiting.length < most) {
      const frame = this.#nextFrame();
      if (frame === null) break;
      this.#waiting.push({ bytes: frame.bytes, start: frame.start, end: frame.end });
    }
    const isWorking = this.#busy || this.#blocked;
    const full = (this.#waiting.length >= most && isWorking) || this.#mustHoldOn(isWorking);
    if (this.#closed || full === this.#paused) return;
    this.#paused = full;
    if (full) mark('peer-held-back');
    if (full) this.#connection.pauseReading();
    else this.#connection.resumeReading();
  }

  /** Whether the server holds too much for this connection to be read from. */
  #mustHoldOn(isWorking: boolean): boolean {
    const arrivals = this.#arrivals;
    const wantsMore = arrivals.isFull && !isWorking && this.#heldBytes > 0;
    if (wantsMore) return !arrivals.mayReadOn(this);
    arrivals.leave(this);
    return arrivals.isFull && isWorking;
  }

  #nextFrame(): Frame | null {
    try {
      return this.#frames.next() ? this.#frames : null;
    } catch (error) {
      this.#refuse('a frame', error);
      return null;
    }
  }

  /**
   * The request in a frame, or null when there is nothing to hand on: it was answered here, or
   * made no sense.
   */
  #decode(frame: Frame): ServerRequest | null {
    const { bytes, start, end } = frame;
    let header: RequestHeader | null = null;
    try {
      header = decodeRequestHeader(bytes, start, end);
      const { apiKey, apiVersion, correlationId } = header;
      const served = this.#options.apis.get(apiKey);
      if (served === undefined) throw new MalformedError('it is not served here');
      const { api } = served;
      const least = Math.max(served.minVersion, api.minVersion);
      if (apiVersion < least || apiVersion > Math.min(served.maxVersion, api.maxVersion)) {
        this.#unknownVersion(api, apiVersion, correlationId, frame);
        return null;
      }
      const { clientId, body } = decodeRequest(api, apiVersion, bytes, start, end);
      this.session.clientId = clientId;
      return new ServerRequest(this, api, apiVersion, correlationId, body);
    } catch (error) {
      this.#refuse(header === null ? 'a request' : nameOf(header), error);
      return null;
    }
  }

  /**
   * Only ApiVersions has an answer to that: version 0 with its own versions, so that the peer can
   * choose. Its header must be whole all the same.
   */
  #unknownVersion(api: Api, version: number, correlationId: number, frame: Frame): void {
    if (api.key !== apiVersionsApi.key) throw new MalformedError('its version is not served here');
    decodeHeaderTail(api, version, frame.bytes, frame.start, frame.end);
    const answer = unsupportedVersionAnswer(this.#options.apis);
    tell('answered', this, { api, version, correlationId }, answer);
    this.answered(encodeResponse(apiVersionsApi, 0, correlationId, answer));
  }

  /** What makes no sense, or is too much, ends its connection. */
  #refuse(what: string, error: unknown): void {
    if (error instanceof MalformedError) this.#warn(`sent ${what}: ${error.message}`);
    else this.failed(`reading ${what}`, error);
    this.close();
  }

  /** A bug of ours has shown itself. */
  failed(doing: string, error: unknown): void {
    const { onFailure } = this.#options;
    if (onFailure === undefined) throw error;
    onFailure(`${doing} of ${this.session.peer}`, error);
  }

  #warn(what: string): void {
    this.#host.log('warn', `${this.session.peer} ${what}; its connection is closed`);
  }
}

const nameOf = ({ apiKey, apiVersion }: RequestHeader): string =>
  `${apiByKey.get(apiKey)?.name ?? `API key ${apiKey}`} v${apiVersion}`;
