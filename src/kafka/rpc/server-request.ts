/**
 * A request on its way through a handler. Whatever a handler throws, at once or in a callback that
 * it had guarded, and whatever an answer holds that cannot be encoded, fails this request alone: it
 * is reported, and answered UNKNOWN_SERVER_ERROR in the API's own shape, or its connection closes.
 */
import { assert } from '../../base/assert.ts';
import { errorCode } from '../protocol/errors.ts';
import { encodeResponse } from '../protocol/message.ts';
import type { Api } from '../protocol/schema.ts';
import type { Request } from './contract.ts';
import { errorAnswer } from './error-answers.ts';
import type { Session } from './session.ts';
import { tell } from './tap.ts';

/** Where a request came from and its answer goes. */
export interface Origin {
  readonly machine: string;
  readonly peer: string;
  readonly session: Session;
  readonly isClosed: boolean;
  /** Called once per request: its frame, or null where there is no answer. */
  answered(frame: Uint8Array | null): void;
  close(): void;
  failed(doing: string, error: unknown): void;
}

export class ServerRequest implements Request {
  readonly api: Api;
  readonly version: number;
  readonly correlationId: number;
  readonly body: unknown;
  readonly #origin: Origin;
  #answered = false;

  constructor(origin: Origin, api: Api, version: number, correlationId: number, body: unknown) {
    this.#origin = origin;
    this.api = api;
    this.version = version;
    this.correlationId = correlationId;
    this.body = body;
  }

  get session(): Session {
    return this.#origin.session;
  }

  respond(body: unknown): void {
    this.#answerOnce();
    if (this.#origin.isClosed) return;
    let frame: Uint8Array;
    try {
      frame = encodeResponse(this.api, this.version, this.correlationId, body);
    } catch (error) {
      this.#answered = false;
      this.fail(error);
      return;
    }
    tell('answered', this.#origin, this, body);
    this.#origin.answered(frame);
  }

  respondNothing(): void {
    this.#answerOnce();
    tell('answered', this.#origin, this);
    this.#origin.answered(null);
  }

  disconnect(): void {
    this.#answerOnce();
    this.#origin.close();
  }

  guard<T extends unknown[]>(callback: (...args: T) => void): (...args: T) => void {
    return (...args) => {
      try {
        callback(...args);
      } catch (error) {
        this.fail(error);
      }
    };
  }

  /** Handling it threw. */
  fail(error: unknown): void {
    this.#origin.failed(`${this.api.name} v${this.version}`, error);
    if (this.#answered) return;
    this.#answered = true;
    const frame = this.#errorFrame();
    if (frame === null) this.#origin.close();
    else this.#origin.answered(frame);
  }

  #errorFrame(): Uint8Array | null {
    const { api, version, correlationId } = this;
    try {
      const answer = errorAnswer(api, version, this.body, errorCode.unknownServerError);
      if (answer === null) return null;
      const frame = encodeResponse(api, version, correlationId, answer);
      tell('answered', this.#origin, this, answer);
      return frame;
    } catch {
      return null;
    }
  }

  #answerOnce(): void {
    assert(!this.#answered, `${this.api.name} is answered once`);
    this.#answered = true;
  }
}
