/**
 * Keeps the metadata cache fresh: one request at a time, on demand or when what is known has grown
 * old. Requests that bring nothing new are spaced by a growing backoff, so a cluster without a
 * leader is not flooded.
 */
import type { Micros } from '../../../base/ids.ts';
import type { Timer } from '../../../host/timers.ts';
import { type MetadataResponse, metadataApi } from '../../protocol/apis/03-metadata.ts';
import { backoffDelayUs } from '../backoff.ts';
import type { BrokerConnection } from '../connect/connection.ts';
import type { ClientSettings } from '../settings.ts';
import type { ControlPlane } from './control-plane.ts';
import type { MetadataCache } from './metadata-cache.ts';

export class MetadataUpdater {
  readonly #settings: ClientSettings;
  readonly #cache: MetadataCache;
  readonly #control: ControlPlane;
  readonly #topics = new Set<string>();
  readonly #listeners = new Set<() => void>();
  #wantsAll = false;
  #needed = false;
  #inFlight = false;
  #closed = false;
  /** Requests in a row that brought nothing new. */
  #idleAttempts = 0;
  #lastAttemptUs: Micros | null = null;
  #timer: Timer | null = null;

  constructor(settings: ClientSettings, cache: MetadataCache, control: ControlPlane) {
    this.#settings = settings;
    this.#cache = cache;
    this.#control = control;
  }

  /** Called after each answer, and after each attempt that failed. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** From now on this topic is asked for. */
  addTopic(name: string): void {
    if (this.#topics.has(name)) return;
    this.#topics.add(name);
    this.request();
  }

  /** From now on all topics are asked for. */
  wantAllTopics(): void {
    if (this.#wantsAll) return;
    this.#wantsAll = true;
    this.request();
  }

  removeTopic(name: string): void {
    this.#topics.delete(name);
    this.#cache.forget(name);
  }

  /**
   * Asks for fresh metadata as soon as the backoff allows; any number of calls make one request.
   */
  request(): void {
    if (this.#needed || this.#closed) return;
    this.#needed = true;
    if (!this.#inFlight) this.#schedule();
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    this.#listeners.clear();
  }

  #schedule(): void {
    this.#timer?.cancel();
    this.#timer = null;
    const delayUs = this.#needed ? this.#spacingUs() : this.#settings.metadataMaxAgeUs;
    if (delayUs <= 0) this.#start();
    else this.#timer = this.#settings.host.timers.after(delayUs, () => this.#start());
  }

  #spacingUs(): Micros {
    if (this.#lastAttemptUs === null) return 0;
    const { retryBackoff, random, host } = this.#settings;
    const spacingUs = backoffDelayUs(retryBackoff, this.#idleAttempts + 1, random);
    return this.#lastAttemptUs + spacingUs - host.clock.monotonicUs();
  }

  #start(): void {
    this.#timer = null;
    this.#needed = false;
    this.#inFlight = true;
    this.#lastAttemptUs = this.#settings.host.clock.monotonicUs();
    this.#control.any((connection) => {
      if (this.#closed) return;
      if (connection === null) this.#failed();
      else this.#ask(connection);
    });
  }

  #ask(connection: BrokerConnection): void {
    const version = connection.version(metadataApi);
    if (version < 0) {
      this.#settings.host.log('error', `${connection.address.host} speaks no Metadata we know`);
      connection.noteFailure();
      this.#failed();
      return;
    }
    const isFull = this.#wantsAll;
    const topics = isFull ? null : [...this.#topics].map((name) => ({ name }));
    const body = { topics, allowAutoTopicCreation: false };
    connection.send(metadataApi, version, body, this.#settings.metadataTimeoutUs, (response) => {
      if (this.#closed) return;
      if (response === null) {
        connection.noteFailure();
        this.#failed();
      } else {
        this.#succeeded(response, isFull);
      }
    });
  }

  #failed(): void {
    this.#needed = true;
    this.#finish(false);
  }

  #succeeded(response: MetadataResponse, isFull: boolean): void {
    const changed = this.#cache.apply(response);
    this.#finish(isFull ? this.#cache.noteAll(response, this.#topics) || changed : changed);
  }

  #finish(news: boolean): void {
    this.#inFlight = false;
    this.#idleAttempts = news ? 0 : this.#idleAttempts + 1;
    for (const listener of this.#listeners) listener();
    if (this.#closed || this.#inFlight || this.#timer !== null) return;
    this.#schedule();
  }
}
