import type { Address, Connection, ConnectionHandler, Listener, Network } from '../host/network.ts';
import { Handshake } from './handshake.ts';
import type { SimProcess } from './incarnation.ts';
import type { EventKind, KernelEvent } from './kernel.ts';
import type { SimNetwork } from './network.ts';
import type { SimListener, SimNode } from './node.ts';

/** The network as one process sees it. After the process has ended its calls have no effect. */
export class SimProcessNetwork implements Network {
  readonly #network: SimNetwork;
  readonly #node: SimNode;
  readonly #owner: SimProcess;

  constructor(network: SimNetwork, node: SimNode, owner: SimProcess) {
    this.#network = network;
    this.#node = node;
    this.#owner = owner;
  }

  listen(
    port: number,
    accept: (connection: Connection) => ConnectionHandler,
    ready: (error: Error | null) => void,
  ): Listener {
    const owner = this.#owner;
    const { listeners } = this.#node;
    const bound = port === 0 ? this.#node.freePort() : port;
    owner.kernel.digest.fold(bound);
    const taken = listeners.has(bound);
    const listener: SimListener = { owner, port: bound, accept };
    const answer: Answer = {
      owner,
      ready,
      error: taken ? new Error(`address in use: port ${bound} of ${owner.machine}`) : null,
    };
    if (!taken && !owner.ended) listeners.set(bound, listener);
    owner.kernel.at(owner.localNow(), readyKind, owner.id, answer, null);
    return {
      port: bound,
      close() {
        if (listeners.get(bound) === listener) listeners.delete(bound);
      },
    };
  }

  connect(address: Address, handler: ConnectionHandler): Connection {
    const node = this.#node;
    const { digest } = this.#owner.kernel;
    digest.foldString(address.host);
    digest.fold(address.port);
    const handshake = new Handshake(this.#network, node, this.#owner, address, node.freePort());
    if (this.#owner.ended) handshake.connection.abandon(false);
    else if (this.#owner.stalled) this.#owner.afterStall(() => void handshake.start(handler));
    else handshake.start(handler);
    return handshake.connection;
  }
}

interface Answer {
  readonly owner: SimProcess;
  readonly ready: (error: Error | null) => void;
  readonly error: Error | null;
}

function tellReady(event: KernelEvent): void {
  const { ready, error } = event.subject as Answer;
  ready(error);
}

function describe(event: KernelEvent): { machine: string; what: string } {
  const { owner, error } = event.subject as Answer;
  return { machine: owner.machine, what: error === null ? 'listens' : error.message };
}

const lateReadyKind: EventKind = { id: 11, run: tellReady, describe };
const readyKind: EventKind = {
  id: 11,
  run(event) {
    if ((event.subject as Answer).owner.enter(event, lateReadyKind)) tellReady(event);
  },
  describe,
};
