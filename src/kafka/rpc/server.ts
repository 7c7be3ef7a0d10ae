/**
 * The server's side. Each connection hands over one request at a time, decoded when its turn
 * comes, and the next when that one is answered, so answers leave in order. Frames that wait are
 * counted, and beyond the bound reading pauses, so that TCP holds the peer back; so are the bytes
 * that wait over all connections (`arrivals.ts`). A frame or request that makes no sense closes
 * its connection, with nothing said: what is not understood cannot be answered. One timer watches
 * over all idle connections, set for the first that may be due.
 */
import type { Micros } from '../../base/ids.ts';
import type { Host } from '../../host/host.ts';
import type { Connection, ConnectionHandler, Listener } from '../../host/network.ts';
import type { Timer } from '../../host/timers.ts';
import { Arrivals } from './arrivals.ts';
import type { Server, ServerOptions } from './contract.ts';
import { ServerConnection } from './server-connection.ts';

export function startServer(
  host: Host,
  options: ServerOptions,
  ready: (error: Error | null) => void,
): Server {
  return new ListeningServer(host, options, ready);
}

class ListeningServer implements Server {
  readonly #host: Host;
  readonly #options: ServerOptions;
  readonly #listener: Listener;
  readonly #open = new Set<ServerConnection>();
  readonly #arrivals: Arrivals;
  #idleTimer: Timer | null = null;
  #closed = false;
  #accepted = 0;

  constructor(host: Host, options: ServerOptions, ready: (error: Error | null) => void) {
    this.#host = host;
    this.#options = options;
    this.#arrivals = new Arrivals(host, options.maxQueuedRequestBytes ?? Number.POSITIVE_INFINITY);
    this.#listener = host.network.listen(
      options.port,
      (connection) => this.#accept(connection),
      ready,
    );
  }

  get port(): number {
    return this.#listener.port;
  }

  get connections(): number {
    return this.#open.size;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#listener.close();
    this.#idleTimer?.cancel();
    this.#arrivals.close();
    for (const connection of [...this.#open]) connection.close();
  }

  #accept(connection: Connection): ConnectionHandler {
    if (this.#closed || this.#open.size >= this.#options.maxConnections) {
      connection.close();
      return refusedHandler;
    }
    const arrivals = this.#arrivals;
    const number = ++this.#accepted;
    const options = this.#options;
    const onGone = (): void => {
      this.#open.delete(served);
    };
    const served = new ServerConnection(this.#host, connection, options, arrivals, number, onGone);
    this.#open.add(served);
    if (this.#idleTimer === null) this.#watch(this.#options.maxIdleUs);
    return served;
  }

  #watch(delayUs: Micros): void {
    this.#idleTimer = this.#host.timers.after(delayUs, () => {
      this.#idleTimer = null;
      this.#closeIdle();
    });
  }

  #closeIdle(): void {
    const now = this.#host.clock.monotonicUs();
    let first = Number.POSITIVE_INFINITY;
    for (const connection of [...this.#open]) {
      const due = connection.lastArrival + this.#options.maxIdleUs;
      if (due <= now) connection.close();
      else first = Math.min(first, due);
    }
    if (first < Number.POSITIVE_INFINITY) this.#watch(first - now);
  }
}

const refusedHandler: ConnectionHandler = {
  onData(): void {},
  onClose(): void {},
};
