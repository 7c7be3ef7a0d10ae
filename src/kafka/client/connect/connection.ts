/**
 * A client's connection to one broker: a channel, and the versions that broker speaks. Each new
 * connection is negotiated by ApiVersions before it is `ready`, as the broker may have been
 * replaced by another release. A connection that failed is not tried again before `retryAtUs`;
 * whoever waits for that sets the timer.
 */
import type { Micros } from '../../../base/ids.ts';
import type { Address } from '../../../host/network.ts';
import { type ApiVersionsResponse, apiVersionsApi } from '../../protocol/apis/18-api-versions.ts';
import { errorCode } from '../../protocol/errors.ts';
import type { Api, RequestInput } from '../../protocol/schema.ts';
import { openChannel } from '../../rpc/channel.ts';
import type { Channel, OnResponse, RpcFailure } from '../../rpc/contract.ts';
import { backoffDelayUs } from '../backoff.ts';
import type { ClientSettings } from '../settings.ts';

type WhenReady = (failure: RpcFailure | null) => void;

export class BrokerConnection {
  readonly #settings: ClientSettings;
  readonly #channel: Channel;
  /** Told whenever the connection has become ready or has failed. */
  readonly #onChange: () => void;
  #negotiation: 'none' | 'running' | 'done' = 'none';
  /** API key to [min, max] of the broker. */
  readonly #versions = new Map<number, readonly [number, number]>();
  #failures = 0;
  #retryAtUs: Micros = 0;
  #closed = false;
  #waiting: WhenReady[] = [];

  constructor(settings: ClientSettings, address: Address, onChange: () => void) {
    this.#settings = settings;
    this.#onChange = onChange;
    this.#channel = openChannel(settings.host, address, {
      clientId: settings.clientId,
      connectTimeoutUs: settings.connectTimeoutUs,
    });
  }

  get address(): Address {
    return this.#channel.address;
  }

  get inFlight(): number {
    return this.#channel.inFlight;
  }

  /** Connected and negotiated: requests may be sent. */
  get ready(): boolean {
    return this.#negotiation === 'done' && this.#channel.connected;
  }

  /** Failures since it was last ready: the fewer, the better its chances. */
  get failures(): number {
    return this.#failures;
  }

  /** Not before this time is another attempt to connect made. */
  get retryAtUs(): Micros {
    return this.#retryAtUs;
  }

  /** Starts to connect, unless that goes on already, is done, or has to wait. */
  connect(): void {
    if (this.#closed || this.ready || this.#negotiation === 'running') return;
    if (this.#settings.host.clock.monotonicUs() < this.#retryAtUs) return;
    this.#negotiate(apiVersionsApi.maxVersion);
  }

  /**
   * Calls back once the connection is ready (null), or cannot be had at present. Perhaps at once.
   */
  whenReady(callback: WhenReady): void {
    if (this.ready) {
      callback(null);
      return;
    }
    this.connect();
    if (this.#negotiation === 'running') this.#waiting.push(callback);
    else callback(this.#closed ? 'closed' : 'refused');
  }

  /** The newest version that both sides speak; −1 where there is none. Only when ready. */
  version(api: Api): number {
    const range = this.#versions.get(api.key);
    if (range === undefined) return -1;
    const version = Math.min(range[1], api.maxVersion);
    return version >= range[0] && version >= api.minVersion ? version : -1;
  }

  send<A extends Api>(
    api: A,
    version: number,
    body: RequestInput<A>,
    timeoutUs: Micros,
    onResponse: OnResponse<A>,
  ): void {
    this.#channel.send(api, version, body, timeoutUs, onResponse);
  }

  sendOneWay<A extends Api>(api: A, version: number, body: RequestInput<A>): void {
    this.#channel.sendOneWay(api, version, body);
  }

  /** A request failed by timeout or disconnect: other brokers are to be preferred for a while. */
  noteFailure(): void {
    this.#failures++;
    const delayUs = backoffDelayUs(
      this.#settings.reconnectBackoff,
      this.#failures,
      this.#settings.random,
    );
    this.#retryAtUs = this.#settings.host.clock.monotonicUs() + delayUs;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#channel.close();
  }

  #negotiate(version: number): void {
    this.#negotiation = 'running';
    const body = { clientSoftwareName: 'ordeal', clientSoftwareVersion: '0.1.0' };
    const timeoutUs = this.#settings.metadataTimeoutUs;
    this.#channel.send(apiVersionsApi, version, body, timeoutUs, (response, failure) => {
      const tooNew =
        failure === 'malformed' || response?.errorCode === errorCode.unsupportedVersion;
      if (tooNew && version > 0 && !this.#closed) this.#negotiate(0);
      else this.#negotiated(response, failure);
    });
  }

  #negotiated(response: ApiVersionsResponse | null, failure: RpcFailure | null): void {
    const good = response !== null && response.errorCode === errorCode.none && !this.#closed;
    if (good) {
      this.#negotiation = 'done';
      this.#failures = 0;
      this.#versions.clear();
      for (const range of response.apiKeys) {
        this.#versions.set(range.apiKey, [range.minVersion, range.maxVersion]);
      }
    } else {
      this.#negotiation = 'none';
      this.noteFailure();
    }
    const waiting = this.#waiting;
    this.#waiting = [];
    const outcome = good ? null : (failure ?? 'disconnected');
    for (const callback of waiting) callback(outcome);
    if (!this.#closed) this.#onChange();
  }
}
