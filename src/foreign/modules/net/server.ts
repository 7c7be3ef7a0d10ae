/** net.Server: accepts connections on a port of the simulated machine. */
import type { EventEmitter } from 'node:events';
import type { Connection, ConnectionHandler, Listener } from '../../../host/network.ts';
import { addressOf } from '../addresses.ts';
import { codedError, type ModuleContext, systemError } from '../context.ts';
import { checkPort, listenArguments } from './options.ts';
import { handlerOf, type Socket, type SocketClass, type SocketOptions } from './socket.ts';

type Callback = (error?: Error) => void;

export interface Server extends EventEmitter {
  listening: boolean;
  maxConnections: number | undefined;
  listen(...values: unknown[]): this;
  close(callback?: Callback): this;
  address(): { address: string; family: string; port: number } | null;
  readonly door: Door;
}

interface Door {
  listener: Listener | null;
  readonly sockets: Set<Socket>;
  isClosing: boolean;
  isHeld: boolean;
  isReferenced: boolean;
  host: string;
}

export interface ServerOptions extends SocketOptions {
  readonly pauseOnConnect?: boolean;
  readonly noDelay?: boolean;
}

export type ServerClass = new (
  options?: ServerOptions | ((socket: Socket) => void),
  onConnection?: (socket: Socket) => void,
) => Server;

type Inside = Server & {
  readonly context: ModuleContext;
  readonly Socket: SocketClass;
  readonly options: ServerOptions;
};

export function makeServerClass(context: ModuleContext, Socket: SocketClass): ServerClass {
  const Emitter = context.module('events') as typeof EventEmitter;
  class NetServer extends Emitter {
    readonly context = context;
    readonly Socket = Socket;
    readonly options: ServerOptions;
    listening = false;
    maxConnections: number | undefined = undefined;
    readonly door: Door = {
      listener: null,
      sockets: new Set(),
      isClosing: false,
      isHeld: false,
      isReferenced: true,
      host: '::',
    };

    constructor(options?: ServerOptions | ((socket: Socket) => void), given?: unknown) {
      super();
      const onConnection = typeof options === 'function' ? options : given;
      this.options = typeof options === 'object' && options !== null ? options : {};
      if (typeof onConnection === 'function') this.on('connection', onConnection as () => void);
    }
  }
  Object.defineProperty(NetServer, 'name', { value: 'Server' });
  Object.defineProperties(NetServer.prototype, Object.getOwnPropertyDescriptors(methods));
  return NetServer as unknown as ServerClass;
}

const methods = {
  listen(this: Inside, ...values: unknown[]) {
    const [options, callback] = listenArguments(values);
    checkPort(options.port);
    if (this.door.listener !== null) {
      throw codedError('ERR_SERVER_ALREADY_LISTEN', 'Listen method has been called more than once');
    }
    if (callback !== null) this.once('listening', callback);
    this.door.isClosing = false;
    this.door.host = options.host ?? '::';
    options.signal?.addEventListener('abort', () => this.close());
    hold(this);
    const { network } = this.context.host;
    this.door.listener = network.listen(
      options.port,
      (connection) => accepted(this, connection),
      (error) => this.context.realm.enter(() => ready(this, options.port, error)),
    );
    return this;
  },

  close(this: Inside, callback?: Callback) {
    const { door } = this;
    if (door.listener === null) {
      const error = codedError('ERR_SERVER_NOT_RUNNING', 'Server is not running.');
      this.once('close', () => callback?.(error));
      this.context.realm.nextTick(() => this.emit('close'));
      return this;
    }
    if (callback !== undefined) this.once('close', callback);
    door.listener.close();
    door.listener = null;
    door.isClosing = true;
    this.listening = false;
    closeIfEmpty(this);
    return this;
  },

  address(this: Inside) {
    const { listener, host } = this.door;
    if (listener === null || !this.listening) return null;
    const family = host.includes(':') ? 'IPv6' : 'IPv4';
    return { address: host, family, port: listener.port };
  },

  getConnections(this: Inside, callback: (error: Error | null, count: number) => void) {
    this.context.realm.nextTick(() => callback(null, this.door.sockets.size));
    return this;
  },

  ref(this: Inside) {
    this.door.isReferenced = true;
    if (this.door.listener !== null) hold(this);
    return this;
  },

  unref(this: Inside) {
    letGo(this);
    this.door.isReferenced = false;
    return this;
  },

  [Symbol.asyncDispose](this: Inside) {
    return new Promise<void>((resolve) => void this.close(() => resolve()));
  },
};

function ready(server: Inside, port: number, error: Error | null): void {
  if (server.door.listener === null) return;
  if (error === null) {
    server.listening = true;
    server.emit('listening');
    return;
  }
  server.door.listener = null;
  letGo(server);
  const about = `${server.door.host}:${port}`;
  server.emit(
    'error',
    systemError('listen', 'EADDRINUSE', about, { address: server.door.host, port }),
  );
}

function accepted(server: Inside, connection: Connection): ConnectionHandler {
  const { context, door, options, maxConnections } = server;
  const { realm, host } = context;
  if (maxConnections !== undefined && door.sockets.size >= maxConnections) {
    connection.reset();
    realm.enter(() => server.emit('drop', {}));
    return { onData() {}, onClose() {} };
  }
  const socket = new server.Socket(options);
  const [machine = '', port = '0'] = connection.peer.split(':');
  addressOf(machine, host.machine);
  socket.accept(connection, { machine, port: Number(port) });
  socket.server = server;
  door.sockets.add(socket);
  socket.once('close', () => {
    door.sockets.delete(socket);
    closeIfEmpty(server);
  });
  realm.enter(() => {
    if (options.pauseOnConnect === true) socket.pause();
    server.emit('connection', socket);
    if (!socket.destroyed && !socket.isPaused()) socket.read(0);
  });
  return handlerOf(socket);
}

function closeIfEmpty(server: Inside): void {
  const { door, context } = server;
  if (!door.isClosing || door.sockets.size > 0) return;
  door.isClosing = false;
  letGo(server);
  context.realm.nextTick(() => server.emit('close'));
}

function hold({ door, context }: Inside): void {
  if (door.isHeld || !door.isReferenced) return;
  door.isHeld = true;
  context.realm.retain();
}

function letGo({ door, context }: Inside): void {
  if (!door.isHeld) return;
  door.isHeld = false;
  context.realm.release();
}
