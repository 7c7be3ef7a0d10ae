/**
 * The least of a world: one clock, one queue of events, and connections that can be made to split
 * what they carry, to stall and to be refused. Just enough Host for the tests of rpc.
 */

import type { Host } from '../../../src/host/host.ts';
import type {
  Address,
  CloseReason,
  Connection,
  ConnectionHandler,
  Listener,
} from '../../../src/host/network.ts';
import { immediatePoints } from '../../../src/host/points.ts';
import type { Timer } from '../../../src/host/timers.ts';

interface Event {
  readonly time: number;
  readonly callback: () => void;
  cancelled: boolean;
}

export class MemoryWorld {
  now = 0;
  /** Bytes of the pieces in which writes arrive. */
  pieceBytes = Number.POSITIVE_INFINITY;
  /** Connecting gets no answer at all. */
  silent = false;
  /** Writes report a full buffer. */
  full = false;
  timersSet = 0;
  readonly logged: string[] = [];
  readonly listeners = new Map<number, (connection: Connection) => ConnectionHandler>();
  readonly connections: MemoryConnection[] = [];
  readonly #events: Event[] = [];

  after(delayUs: number, callback: () => void): Event & Timer {
    const event = { time: this.now + delayUs, callback, cancelled: false, cancel: () => {} };
    event.cancel = () => {
      event.cancelled = true;
    };
    const behind = this.#events.findIndex(({ time }) => time > event.time);
    this.#events.splice(behind < 0 ? this.#events.length : behind, 0, event);
    return event;
  }

  /** Runs events until none is left before `until`. */
  run(until = this.now + 1000): void {
    for (
      let event = this.#events[0];
      event !== undefined && event.time <= until;
      event = this.#events[0]
    ) {
      this.#events.shift();
      this.now = event.time;
      if (!event.cancelled) event.callback();
    }
    this.now = until;
  }

  /** Events that are still to come. */
  get pending(): number {
    return this.#events.filter(({ cancelled }) => !cancelled).length;
  }

  host(machine: string): Host {
    const world = this;
    const nothing = (): never => {
      throw new Error('not part of this world');
    };
    return {
      machine,
      clock: { monotonicUs: () => world.now, wallMs: nothing },
      timers: {
        after(delayUs, callback) {
          world.timersSet++;
          return world.after(delayUs, callback);
        },
        soon: nothing,
      },
      random: { stream: nothing },
      get disk() {
        return nothing();
      },
      points: immediatePoints,
      network: {
        listen: (port, accept, ready) => world.#listen(port, accept, ready),
        connect: (address, handler) => world.#connect(address, handler),
      },
      log: (level, message) => world.logged.push(`${level} ${message}`),
      exit: nothing,
    };
  }

  #listen(
    port: number,
    accept: (connection: Connection) => ConnectionHandler,
    ready: (error: Error | null) => void,
  ): Listener {
    this.listeners.set(port, accept);
    this.after(1, () => ready(null));
    return { port, close: () => void this.listeners.delete(port) };
  }

  #connect(address: Address, handler: ConnectionHandler): Connection {
    const near = new MemoryConnection(this, `${address.host}:${address.port}`, handler);
    if (this.silent) return near;
    this.after(1, () => {
      const accept = this.listeners.get(address.port);
      if (near.ended) return;
      if (accept === undefined) return near.end('refused');
      const far = new MemoryConnection(this, 'client:1', null);
      this.connections.push(far);
      near.other = far;
      far.other = near;
      far.handler = accept(far);
      handler.onOpen?.();
    });
    return near;
  }
}

export class MemoryConnection implements Connection {
  other: MemoryConnection | null = null;
  handler: ConnectionHandler | null;
  ended = false;
  paused = false;
  readonly peer: string;
  readonly #world: MemoryWorld;
  readonly #inbox: Uint8Array[] = [];

  constructor(world: MemoryWorld, peer: string, handler: ConnectionHandler | null) {
    this.#world = world;
    this.peer = peer;
    this.handler = handler;
  }

  write(bytes: Uint8Array): boolean {
    const { other } = this;
    if (this.ended || other === null) return true;
    for (let at = 0; at < bytes.length; at += this.#world.pieceBytes) {
      const piece = bytes.slice(at, at + this.#world.pieceBytes);
      this.#world.after(1, () => other.#arrive(piece));
    }
    return !this.#world.full;
  }

  #arrive(bytes: Uint8Array): void {
    this.#inbox.push(bytes);
    this.#deliver();
  }

  #deliver(): void {
    while (!this.paused && !this.ended) {
      const bytes = this.#inbox.shift();
      if (bytes === undefined) return;
      this.handler?.onData(bytes);
    }
  }

  pauseReading(): void {
    this.paused = true;
  }

  resumeReading(): void {
    this.paused = false;
    this.#world.after(0, () => this.#deliver());
  }

  drain(): void {
    this.handler?.onDrain?.();
  }

  endWriting(): void {
    throw new Error('not part of this world');
  }

  close(): void {
    this.#leave('ended');
  }

  reset(): void {
    this.#leave('reset');
  }

  #leave(reason: CloseReason): void {
    if (this.ended) return;
    const { other } = this;
    this.ended = true;
    this.#world.after(1, () => {
      this.handler?.onClose('closed');
      other?.end(reason);
    });
  }

  /** The other end is gone. */
  end(reason: CloseReason): void {
    if (this.ended) return;
    this.ended = true;
    this.handler?.onClose(reason);
  }
}
