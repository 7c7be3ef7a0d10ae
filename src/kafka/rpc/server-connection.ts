/**
 * One accepted connection: frames in, requests out one by one, answers back in order. Its states:
 * idle (the next frame is handled at once), busy (a request is being handled; frames wait),
 * blocked (the peer does not take its answers; frames wait), closed (nothing more happens, late
 * answers are dropped).
 */
import { assert } from '../../base/assert.ts';
import type { Micros } from '../../base/ids.ts';
import type { Host } from '../../host/host.ts';
import type { Connection, ConnectionHandler } from '../../host/network.ts';
import { apiVersionsApi } from '../protocol/apis/18-api-versions.ts';
import { MalformedError } from '../protocol/malformed.ts';
import { decodeRequest, decodeRequestHeader, encodeResponse } from '../protocol/message.ts';
import type { Api } from '../protocol/schema.ts';
import { unsupportedVersionAnswer } from './api-table.ts';
import type { Request, ServerOptions } from './contract.ts';
import { FrameSplitter } from './framing.ts';

interface Frame {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

export class ServerConnection implements ConnectionHandler {
  readonly peer: string;
  /** When bytes last arrived. */
  lastArrival: Micros;

  readonly #host: Host;
  readonly #connection: Connection;
  readonly #options: ServerOptions;
  readonly #onGone: () => void;
  readonly #frames: FrameSplitter;
  readonly #waiting: Frame[] = [];
  #paused = false;
  #busy = false;
  #blocked = false;
  #closed = false;
  /** In `#run`: an answer given inside the handler must not start a second loop. */
  #running = false;

  constructor(host: Host, connection: Connection, options: ServerOptions, onGone: () => void) {
    this.#host = host;
    this.#connection = connection;
    this.#options = options;
    this.#onGone = onGone;
    this.peer = connection.peer;
    this.lastArrival = host.clock.monotonicUs();
    this.#frames = new FrameSplitter(options.maxRequestBytes);
  }

  onData(bytes: Uint8Array): void {
    if (this.#closed) return;
    this.lastArrival = this.#host.clock.monotonicUs();
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
    this.#onGone();
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** Called once per request: its frame, or null where there is no answer. */
  answered(frame: Uint8Array | null): void {
    if (this.#closed) return;
    this.#busy = false;
    if (frame !== null && !this.#connection.write(frame)) this.#blocked = true;
    if (!this.#running) this.#run();
  }

  /** Handles frames until one must be waited for, then queues what else has arrived. */
  #run(): void {
    this.#running = true;
    while (!this.#closed && !this.#busy && !this.#blocked) {
      const frame = this.#waiting.length > 0 ? this.#waiting.shift() : this.#nextFrame();
      if (frame === undefined || frame === null) break;
      const request = this.#decode(frame);
      if (request === null) continue;
      this.#busy = true;
      this.#options.handle(request);
    }
    this.#running = false;
    if (!this.#closed) this.#queueArrived();
  }

  /** Takes waiting frames up to the bound; beyond it the peer must wait. */
  #queueArrived(): void {
    const most = this.#options.maxQueuedRequestsPerConnection;
    while (this.#waiting.length < most) {
      const frame = this.#nextFrame();
      if (frame === null) break;
      this.#waiting.push({ bytes: frame.bytes, start: frame.start, end: frame.end });
    }
    const full = this.#waiting.length >= most && (this.#busy || this.#blocked);
    if (this.#closed || full === this.#paused) return;
    this.#paused = full;
    if (full) this.#connection.pauseReading();
    else this.#connection.resumeReading();
  }

  #nextFrame(): Frame | null {
    try {
      return this.#frames.next() ? this.#frames : null;
    } catch (error) {
      this.#closeMalformed(error);
      return null;
    }
  }

  /**
   * The request in a frame, or null when there is nothing to hand on: it was answered here, or
   * made no sense.
   */
  #decode(frame: Frame): ServerRequest | null {
    const { bytes, start, end } = frame;
    try {
      const { apiKey, apiVersion, correlationId } = decodeRequestHeader(bytes, start, end);
      const served = this.#options.apis.get(apiKey);
      if (served === undefined) throw new MalformedError(`a request of unknown API key ${apiKey}`);
      const { api } = served;
      const least = Math.max(served.minVersion, api.minVersion);
      if (apiVersion < least || apiVersion > Math.min(served.maxVersion, api.maxVersion)) {
        this.#unknownVersion(api, apiVersion, correlationId);
        return null;
      }
      const { clientId, body } = decodeRequest(api, apiVersion, bytes, start, end);
      return new ServerRequest(this, api, apiVersion, correlationId, clientId, body);
    } catch (error) {
      this.#closeMalformed(error);
      return null;
    }
  }

  /**
   * Only ApiVersions has an answer to that: version 0 with the table, so that the peer can choose.
   */
  #unknownVersion(api: Api, version: number, correlationId: number): void {
    if (api.key !== apiVersionsApi.key) {
      throw new MalformedError(`${api.name} of unknown version ${version}`);
    }
    const answer = unsupportedVersionAnswer(this.#options.apis);
    this.answered(encodeResponse(apiVersionsApi, 0, correlationId, answer));
  }

  #closeMalformed(error: unknown): void {
    if (!(error instanceof MalformedError)) throw error;
    this.#host.log('warn', `${this.peer} sent ${error.message}`);
    this.close();
  }
}

class ServerRequest implements Request {
  readonly api: Api;
  readonly version: number;
  readonly correlationId: number;
  readonly clientId: string | null;
  readonly body: unknown;
  readonly #connection: ServerConnection;
  #answered = false;

  constructor(
    connection: ServerConnection,
    api: Api,
    version: number,
    correlationId: number,
    clientId: string | null,
    body: unknown,
  ) {
    this.#connection = connection;
    this.api = api;
    this.version = version;
    this.correlationId = correlationId;
    this.clientId = clientId;
    this.body = body;
  }

  get peer(): string {
    return this.#connection.peer;
  }

  respond(body: unknown): void {
    this.#answerOnce();
    if (this.#connection.isClosed) return;
    this.#connection.answered(encodeResponse(this.api, this.version, this.correlationId, body));
  }

  respondNothing(): void {
    this.#answerOnce();
    this.#connection.answered(null);
  }

  disconnect(): void {
    this.#answerOnce();
    this.#connection.close();
  }

  #answerOnce(): void {
    assert(!this.#answered, `${this.api.name} is answered once`);
    this.#answered = true;
  }
}
