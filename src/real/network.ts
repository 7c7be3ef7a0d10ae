/**
 * The port's network on TCP. A machine name is resolved by `resolve`, so that a cluster's nodes can
 * be given names; everything listens on `listenAddress` alone. Nagle is off: frames are small and
 * somebody waits.
 */
import { createServer, connect as openSocket, type Socket } from 'node:net';
import type {
  Address,
  CloseReason,
  Connection,
  ConnectionHandler,
  Listener,
  Network,
} from '../host/network.ts';

export interface RealNetworkOptions {
  readonly listenAddress: string;
  readonly connectTimeoutMs: number;
  readonly resolve: (host: string) => string;
  /** Opens sockets; for tests that must do to one what they cannot do to a network. */
  readonly connect?: typeof openSocket;
}

/** The network, and the way to cut all of it off at once when the process it belongs to ends. */
export interface RealNetwork extends Network {
  /** Closes every listener and resets every connection; no callback runs afterwards. */
  cutOff(): void;
}

/** A peer that has reset its connection before it was accepted has no address any more. */
const nameOf = ({ remoteAddress, remotePort }: Socket): string =>
  remoteAddress === undefined ? 'a peer that is gone' : `${remoteAddress}:${remotePort}`;

export function realNetwork(options: RealNetworkOptions): RealNetwork {
  const open = new Set<{ cutOff(): void }>();
  let ended = false;
  return {
    listen(port, accept, ready) {
      if (ended) return { port, close: () => {} };
      const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
        const connection = new RealConnection(socket, nameOf(socket));
        track(open, socket, connection);
        connection.attach(accept(connection));
      });
      const entry = { cutOff: () => void server.close() };
      open.add(entry);
      server.once('close', () => open.delete(entry));
      server.once('error', ready);
      server.listen(port, options.listenAddress, () => {
        server.off('error', ready);
        server.on('error', () => {});
        ready(null);
      });
      return {
        get port() {
          const address = server.address();
          return address !== null && typeof address === 'object' ? address.port : port;
        },
        close: entry.cutOff,
      } satisfies Listener;
    },

    connect(address: Address, handler: ConnectionHandler) {
      if (ended) return deadConnection(`${address.host}:${address.port}`);
      const connect = options.connect ?? openSocket;
      const socket = connect({
        host: options.resolve(address.host),
        port: address.port,
        noDelay: true,
        allowHalfOpen: true,
      });
      const connection = new RealConnection(socket, `${address.host}:${address.port}`);
      track(open, socket, connection);
      connection.attach(handler);
      connection.opening(options.connectTimeoutMs);
      return connection;
    },

    cutOff() {
      ended = true;
      for (const entry of [...open]) entry.cutOff();
      open.clear();
    },
  };
}

/** What a process that has ended gets: nothing comes of it. */
function deadConnection(peer: string): Connection {
  const nothing = (): void => {};
  return {
    peer,
    write: () => true,
    pauseReading: nothing,
    resumeReading: nothing,
    endWriting: nothing,
    close: nothing,
    reset: nothing,
  };
}

function track(open: Set<{ cutOff(): void }>, socket: Socket, connection: RealConnection): void {
  open.add(connection);
  socket.once('close', () => open.delete(connection));
}

class RealConnection implements Connection {
  readonly peer: string;
  readonly #socket: Socket;
  #reason: CloseReason | null = null;
  #isUp: boolean;
  #silent = false;

  constructor(socket: Socket, peer: string) {
    this.#socket = socket;
    this.peer = peer;
    this.#isUp = !socket.connecting;
  }

  attach(handler: ConnectionHandler): void {
    const socket = this.#socket;
    socket.on('connect', () => {
      this.#isUp = true;
      if (!this.#silent) handler.onOpen?.();
    });
    socket.on('data', (bytes) => this.#silent || handler.onData(bytes));
    socket.on('drain', () => this.#silent || handler.onDrain?.());
    socket.on('end', () => {
      if (handler.onEnd !== undefined && !socket.writableEnded && !this.#silent) {
        handler.onEnd();
        return;
      }
      this.#reason ??= 'ended';
      socket.end();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.#reason ??= reasonOf(error.code, this.#isUp);
    });
    socket.on('close', () => this.#silent || handler.onClose(this.#reason ?? 'reset'));
  }

  /** Gives up on a connection that is not up in time. */
  opening(timeoutMs: number): void {
    const timer = setTimeout(() => {
      this.#reason ??= 'timed-out';
      this.#socket.destroy();
    }, timeoutMs);
    const settle = (): void => clearTimeout(timer);
    this.#socket.once('connect', settle);
    this.#socket.once('close', settle);
  }

  write(bytes: Uint8Array): boolean {
    if (this.#reason !== null || this.#socket.writableEnded) return true;
    this.#socket.write(bytes);
    return this.#socket.writableLength <= 1 << 20;
  }

  pauseReading(): void {
    this.#socket.pause();
  }

  resumeReading(): void {
    this.#socket.resume();
  }

  endWriting(): void {
    if (this.#reason === null) this.#socket.end();
  }

  close(): void {
    this.#reason ??= 'closed';
    this.#socket.end(() => this.#socket.destroy());
  }

  reset(): void {
    this.#reason ??= 'closed';
    if (this.#socket.connecting) this.#socket.destroy();
    else this.#socket.resetAndDestroy();
  }

  cutOff(): void {
    this.#silent = true;
    this.reset();
  }
}

/** What a system says of a peer that does not answer, or that it has no way to. */
const noAnswer: readonly string[] = [
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'EAI_AGAIN',
];
const noPeer: readonly string[] = ['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND'];

/** Exported for its test. Before a connection is up, what is no refusal counts as no answer. */
export function reasonOf(code: string | undefined, isUp: boolean): CloseReason {
  if (noAnswer.includes(code ?? '')) return 'timed-out';
  if (isUp) return 'reset';
  return noPeer.includes(code ?? '') ? 'refused' : 'timed-out';
}
