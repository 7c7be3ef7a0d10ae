import type { Address } from '../../../host/network.ts';
import type { ClientSettings } from '../settings.ts';
import { BrokerConnection } from './connection.ts';

/** A broker's address with its name, `host:port`, made once. */
export interface Endpoint {
  readonly key: string;
  readonly address: Address;
}

export const endpointOf = (address: Address): Endpoint => ({
  key: `${address.host}:${address.port}`,
  address,
});

/**
 * Connections of one user (the producer, the consumer, the control requests), one per broker: a
 * fetch that waits at a broker must not hold up what comes behind it, since a broker handles a
 * connection's requests in turn.
 */
export class ConnectionPool {
  readonly #settings: ClientSettings;
  readonly #onChange: () => void;
  readonly #connections = new Map<string, BrokerConnection>();
  #closed = false;

  constructor(settings: ClientSettings, onChange: () => void) {
    this.#settings = settings;
    this.#onChange = onChange;
  }

  get(endpoint: Endpoint): BrokerConnection {
    let connection = this.#connections.get(endpoint.key);
    if (connection === undefined) {
      connection = new BrokerConnection(this.#settings, endpoint.address, this.#onChange);
      this.#connections.set(endpoint.key, connection);
      if (this.#closed) connection.close();
    }
    return connection;
  }

  close(): void {
    this.#closed = true;
    for (const connection of this.#connections.values()) connection.close();
  }
}
