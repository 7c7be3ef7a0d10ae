import type { Micros } from '../../../base/ids.ts';
import { msToMicros } from '../../../base/time.ts';
import type { Api, RequestInput, ResponseOf } from '../../protocol/schema.ts';
import { backoffDelayUs } from '../backoff.ts';
import type { ClientParts } from '../client-parts.ts';
import type { BrokerConnection } from '../connect/connection.ts';
import type { Endpoint } from '../connect/connection-pool.ts';
import { ClientError } from '../errors.ts';

export interface Asked<T> {
  /** Null where no answer came. */
  readonly response: T | null;
  /** No answer came, but the broker may have done what was asked. */
  readonly maybeDone: boolean;
}

/**
 * One procedure of the admin, bounded in time as a whole: its attempts and the pauses between them.
 */
export class AdminCall {
  readonly #client: ClientParts;
  readonly #what: string;
  readonly #deadlineUs: Micros;
  #attempts = 0;
  /** An earlier attempt may have been carried out. */
  maybeDone = false;
  /** The last retriable error, for the message. */
  lastCode = 0;

  constructor(client: ClientParts, what: string, timeoutMs: number) {
    this.#client = client;
    this.#what = what;
    this.#deadlineUs = client.settings.host.clock.monotonicUs() + msToMicros(timeoutMs);
  }

  get leftMs(): number {
    const leftUs = this.#deadlineUs - this.#client.settings.host.clock.monotonicUs();
    return Math.max(1, Math.floor(leftUs / 1000));
  }

  /** One attempt at one broker, any one where no endpoint is given. */
  async ask<A extends Api>(
    api: A,
    body: RequestInput<A>,
    endpoint?: Endpoint,
    maxVersion?: number,
  ): Promise<Asked<ResponseOf<A>>> {
    const connection = await this.#connection(endpoint);
    if (connection === null) return { response: null, maybeDone: false };
    const newest = connection.version(api);
    const version = Math.min(newest, maxVersion ?? newest);
    if (version < 0) {
      const who = connection.address.host;
      throw new ClientError('unsupported-version', `${who} speaks no ${api.name} we know`);
    }
    const { requestTimeoutUs } = this.#client.settings;
    const timeoutUs = Math.min(requestTimeoutUs, msToMicros(this.leftMs));
    return new Promise((resolve) => {
      connection.send(api, version, body, timeoutUs, (response, failure) => {
        if (response === null) connection.noteFailure();
        const maybeDone =
          response === null && failure !== 'refused' && failure !== 'connect-timeout';
        if (maybeDone) this.maybeDone = true;
        resolve({ response, maybeDone });
      });
    });
  }

  /** Waits before another attempt; rejects when the time is up. */
  async pause(): Promise<void> {
    this.#attempts++;
    const { settings } = this.#client;
    const { host } = settings;
    const delayUs = backoffDelayUs(settings.retryBackoff, this.#attempts, settings.random);
    if (host.clock.monotonicUs() + delayUs >= this.#deadlineUs) {
      const outcome = this.maybeDone ? 'unknown' : 'failed';
      throw new ClientError('timeout', `${this.#what} took too long`, outcome, this.lastCode);
    }
    await new Promise<void>((resolve) => {
      host.timers.after(delayUs, resolve);
    });
  }

  #connection(endpoint: Endpoint | undefined): Promise<BrokerConnection | null> {
    return new Promise((resolve) => {
      if (endpoint === undefined) this.#client.control.any(resolve);
      else this.#client.control.to(endpoint, resolve);
    });
  }
}
