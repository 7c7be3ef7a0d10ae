import type { Micros } from '../base/ids.ts';
import type { Address, ConnectionHandler } from '../host/network.ts';
import { SimConnection } from './connection.ts';
import type { SimProcess } from './incarnation.ts';
import type { EventKind, KernelEvent } from './kernel.ts';
import type { SimNetwork } from './network.ts';
import type { SimListener, SimNode } from './node.ts';
import * as segment from './segment.ts';

/**
 * How a connection comes to be: a request to connect crosses the link; a machine that listens
 * accepts, one that lives refuses. A request that is lost (obstructed link, no power) is sent again
 * after 1, 3 and 7 s; an attempt without an answer ends at the connect timeout.
 */
const firstRetryUs = 1_000_000;

export class Handshake {
  readonly connection: SimConnection;
  readonly #network: SimNetwork;
  readonly #address: Address;
  readonly #start: Micros;
  #retryUs = firstRetryUs;

  constructor(network: SimNetwork, node: SimNode, owner: SimProcess, to: Address, port: number) {
    this.#network = network;
    this.#address = to;
    this.#start = owner.localNow();
    const label = `${to.host}:${to.port}`;
    this.connection = new SimConnection(network, node, owner, to.host, label, port, 'connecting');
  }

  start(handler: ConnectionHandler): SimConnection {
    this.connection.handler = handler;
    this.request();
    return this.connection;
  }

  get what(): string {
    return `request to connect to ${this.#address.host}:${this.#address.port}`;
  }

  request(): void {
    const from = this.connection;
    if (from.state !== 'connecting') return;
    if (from.out.gate !== 0) {
      this.#lost();
      return;
    }
    const arrival = from.out.arrivalOf(0, from.owner.localNow());
    this.#network.kernel.at(arrival, requestKind, from.owner.id, this, null);
  }

  onRequest(event: KernelEvent): void {
    const from = this.connection;
    if (from.state !== 'connecting') return;
    const node = this.#network.node(this.#address.host);
    if (from.out.gate !== 0 || node?.powered === false) {
      this.#lost();
      return;
    }
    const listener = node?.listeners.get(this.#address.port);
    if (node === null || listener === undefined) this.#refuse();
    else this.#accept(event, node, listener);
  }

  #refuse(): void {
    const from = this.connection;
    if (from.back.gate !== 0) {
      this.#lost();
      return;
    }
    const { kernel } = this.#network;
    kernel.at(from.back.arrivalOf(0, kernel.now), segment.refused, from.owner.id, from, null);
  }

  #accept(event: KernelEvent, node: SimNode, listener: SimListener): void {
    const from = this.connection;
    const host = from.node.name;
    const label = `${host}:${from.port}`;
    const { owner, port } = listener;
    const end = new SimConnection(this.#network, node, owner, host, label, port, 'open');
    end.other = from;
    from.other = end;
    end.send(segment.opened, null, 0);
    event.subject = end;
    event.payload = listener;
    if (owner.enter(event, acceptKind)) accept(event);
  }

  #lost(): void {
    const { kernel, connectTimeoutUs } = this.#network;
    const from = this.connection;
    const deadline = this.#start + connectTimeoutUs;
    const retry = kernel.now + this.#retryUs;
    this.#retryUs *= 2;
    if (retry < deadline) kernel.at(retry, retryKind, from.owner.id, this, null);
    else kernel.at(deadline, segment.timedOut, from.owner.id, from, null);
  }
}

function accept(event: KernelEvent): void {
  const end = event.subject as SimConnection;
  if (end.state !== 'open') return;
  end.handler = (event.payload as SimListener).accept(end);
}

const acceptKind: EventKind = {
  id: 11,
  run: accept,
  describe(event) {
    const end = event.subject as SimConnection;
    return { machine: end.node.name, what: `accepts ${end.peer}` };
  },
};

const requestKind: EventKind = {
  id: 11,
  run: (event) => (event.subject as Handshake).onRequest(event),
  describe(event) {
    const { connection, what } = event.subject as Handshake;
    return { machine: connection.node.name, what: `${what} arrives` };
  },
};

const retryKind: EventKind = {
  id: 11,
  run: (event) => (event.subject as Handshake).request(),
  describe(event) {
    const { connection, what } = event.subject as Handshake;
    return { machine: connection.node.name, what: `${what} again` };
  },
};
