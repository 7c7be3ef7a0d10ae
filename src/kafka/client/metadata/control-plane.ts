import type { BrokerConnection } from '../connect/connection.ts';
import { ConnectionPool, type Endpoint, endpointOf } from '../connect/connection-pool.ts';
import type { ClientSettings } from '../settings.ts';
import type { MetadataCache } from './metadata-cache.ts';

/**
 * Connections for questions: metadata, producer ids, offsets, topics. They stand apart from the
 * producers' and consumers' own, so that none of these waits behind a fetch.
 */
export class ControlPlane {
  readonly #settings: ClientSettings;
  readonly #cache: MetadataCache;
  readonly #pool: ConnectionPool;
  readonly #bootstrap: readonly Endpoint[];

  constructor(settings: ClientSettings, cache: MetadataCache) {
    this.#settings = settings;
    this.#cache = cache;
    this.#pool = new ConnectionPool(settings, () => {});
    this.#bootstrap = settings.bootstrap.map(endpointOf);
  }

  /**
   * A ready connection to any broker, perhaps at once; or null, in a later event, when none may be
   * tried now or the one that was chosen could not be reached.
   */
  any(callback: (connection: BrokerConnection | null) => void): void {
    const connection = this.#choose();
    if (connection === null) this.#settings.host.timers.after(0, () => callback(null));
    else connection.whenReady((failure) => callback(failure === null ? connection : null));
  }

  to(endpoint: Endpoint, callback: (connection: BrokerConnection | null) => void): void {
    const connection = this.#pool.get(endpoint);
    connection.whenReady((failure) => callback(failure === null ? connection : null));
  }

  close(): void {
    this.#pool.close();
  }

  /**
   * The ready one with the least to do; else one that failed least. Chance decides among equals.
   */
  #choose(): BrokerConnection | null {
    const candidates = this.#candidates();
    const nowUs = this.#settings.host.clock.monotonicUs();
    const start = candidates.length > 1 ? this.#settings.random.int(candidates.length) : 0;
    let best: BrokerConnection | null = null;
    for (let i = 0; i < candidates.length; i++) {
      const candidate = this.#pool.get(candidates[(start + i) % candidates.length] as Endpoint);
      if (!candidate.ready && candidate.retryAtUs > nowUs) continue;
      if (best === null || isBetter(candidate, best)) best = candidate;
    }
    return best;
  }

  /** The known brokers, and the bootstrap addresses while no known one is in good health. */
  #candidates(): readonly Endpoint[] {
    const known: Endpoint[] = [...this.#cache.brokers.values()];
    if (known.some((endpoint) => this.#pool.get(endpoint).failures === 0)) return known;
    const others = this.#bootstrap.filter(({ key }) => known.every((each) => each.key !== key));
    return known.concat(others);
  }
}

function isBetter(candidate: BrokerConnection, than: BrokerConnection): boolean {
  if (candidate.ready !== than.ready) return candidate.ready;
  if (candidate.failures !== than.failures) return candidate.failures < than.failures;
  return candidate.inFlight < than.inFlight;
}
