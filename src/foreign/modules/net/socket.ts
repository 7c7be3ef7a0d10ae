/**
 * net.Socket: a Duplex on a connection of the host. Data, end, errors and close come in the order
 * in which Node has them; a reader that stops reading stops the peer.
 */
import type { Duplex } from 'node:stream';
import { assert } from '../../../base/assert.ts';
import type { CloseReason, Connection } from '../../../host/network.ts';
import type { Timeout } from '../../process/timers.ts';
import { addressOf, machineOf, versionOf } from '../addresses.ts';
import { codedError, type ModuleContext, systemError } from '../context.ts';
import type { Streams } from '../stream.ts';
import { type ConnectOptions, checkPort, connectArguments } from './options.ts';

type Done = (error?: Error | null) => void;

export interface SocketOptions {
  readonly allowHalfOpen?: boolean;
  readonly highWaterMark?: number;
  readonly signal?: AbortSignal;
}

/** What a socket keeps. */
interface Wire {
  connection: Connection | null;
  peer: { readonly machine: string; readonly port: number } | null;
  isHeld: boolean;
  isReferenced: boolean;
  /** A write that waits until the connection has sent what it has. */
  waitingWrite: Done | null;
  hasEnded: boolean;
  /** The peer writes no more. */
  hasReadEnd: boolean;
  idle: Timeout | null;
}

export interface Socket extends Duplex {
  connecting: boolean;
  bytesRead: number;
  bytesWritten: number;
  timeout: number;
  server: unknown;
  readonly wire: Wire;
  connect(...values: unknown[]): this;
  destroySoon(): void;
  ref(): this;
  unref(): this;
  setTimeout(delayMs: number, callback?: () => void): this;
  /** Internal: takes over a connection that a server was given. */
  accept(connection: Connection, remote: Wire['peer']): void;
  readonly pending: boolean;
  readonly destroyed: boolean;
}

export type SocketClass = new (options?: SocketOptions | number) => Socket;

export function makeSocketClass(context: ModuleContext): SocketClass {
  const { Duplex } = context.module('stream') as Streams;
  class NetSocket extends Duplex {
    readonly context = context;

    constructor(options: SocketOptions | number = {}) {
      const given = typeof options === 'number' ? {} : options;
      super({
        allowHalfOpen: given.allowHalfOpen === true,
        emitClose: false,
        autoDestroy: true,
        decodeStrings: true,
        ...(given.highWaterMark === undefined ? {} : { highWaterMark: given.highWaterMark }),
        ...(given.signal === undefined ? {} : { signal: given.signal }),
      });
      Object.assign(this, fields());
    }
  }
  Object.defineProperty(NetSocket, 'name', { value: 'Socket' });
  Object.defineProperties(NetSocket.prototype, Object.getOwnPropertyDescriptors(methods));
  return NetSocket as unknown as SocketClass;
}

type Inside = Socket & {
  readonly context: ModuleContext;
  readonly localAddress?: string;
  readonly localPort?: number;
  readonly localFamily?: string;
};

function fields(): object {
  const wire: Wire = {
    connection: null,
    peer: null,
    isHeld: false,
    isReferenced: true,
    waitingWrite: null,
    hasEnded: false,
    hasReadEnd: false,
    idle: null,
  };
  return {
    connecting: false,
    bytesRead: 0,
    bytesWritten: 0,
    timeout: 0,
    server: null,
    wire,
    autoSelectFamilyAttemptedAddresses: [],
  };
}

const methods = {
  connect(this: Inside, ...values: unknown[]) {
    const [options, callback] = connectArguments(values);
    checkPort(options.port);
    if (callback !== null) this.once('connect', callback);
    this.connecting = true;
    hold(this);
    const host = options.host ?? 'localhost';
    if (options.lookup !== undefined && versionOf(host) === 0) lookUp(this, host, options);
    else dial(this, host, options.port);
    return this;
  },

  accept(this: Inside, connection: Connection, peer: Wire['peer']) {
    this.wire.connection = connection;
    this.wire.peer = peer;
    hold(this);
  },

  _read(this: Inside) {
    this.wire.connection?.resumeReading();
  },

  _write(this: Inside, chunk: Uint8Array, _encoding: string, done: Done) {
    whenConnected(this, done, () => send(this, chunk, done));
  },

  _writev(this: Inside, chunks: readonly { chunk: Uint8Array }[], done: Done) {
    const whole = Buffer.concat(chunks.map(({ chunk }) => chunk));
    whenConnected(this, done, () => send(this, whole, done));
  },

  _final(this: Inside, done: Done) {
    whenConnected(this, done, () => {
      const { connection, hasReadEnd } = this.wire;
      if (hasReadEnd) connection?.close();
      else connection?.endWriting();
      done();
    });
  },

  _destroy(this: Inside, error: Error | null, done: Done) {
    const { wire } = this;
    this.connecting = false;
    wire.idle?.close();
    wire.idle = null;
    const waiting = wire.waitingWrite;
    wire.waitingWrite = null;
    waiting?.(
      error ?? codedError('ERR_STREAM_DESTROYED', 'Cannot call write after a stream was destroyed'),
    );
    const { connection } = wire;
    wire.connection = null;
    if (!wire.hasEnded) {
      if (error === null) connection?.close();
      else connection?.reset();
    }
    letGo(this);
    done(error);
    this.context.realm.nextTick(() => this.emit('close', error !== null));
  },

  destroySoon(this: Inside) {
    if (this.writable) this.end();
    if (this.writableFinished) this.destroy();
    else this.once('finish', () => this.destroy());
  },

  resetAndDestroy(this: Inside) {
    this.wire.connection?.reset();
    this.wire.hasEnded = true;
    return this.destroy();
  },

  setTimeout(this: Inside, delayMs: number, callback?: () => void) {
    this.timeout = delayMs;
    this.wire.idle?.close();
    this.wire.idle = null;
    if (delayMs > 0) {
      const idle = this.context.timers.setTimeout(() => this.emit('timeout'), delayMs);
      this.wire.idle = idle.unref();
      if (callback !== undefined) this.once('timeout', callback);
    } else if (callback !== undefined) {
      this.off('timeout', callback);
    }
    return this;
  },

  ref(this: Inside) {
    this.wire.isReferenced = true;
    if (this.connecting || this.wire.connection !== null) hold(this);
    return this;
  },

  unref(this: Inside) {
    letGo(this);
    this.wire.isReferenced = false;
    return this;
  },

  setNoDelay(this: Inside) {
    return this;
  },

  setKeepAlive(this: Inside) {
    return this;
  },

  address(this: Inside) {
    const { localAddress: address, localPort: port, localFamily: family } = this;
    return address === undefined ? {} : { address, port, family };
  },

  get pending(): boolean {
    const socket = this as unknown as Inside;
    return socket.connecting || socket.wire.connection === null;
  },

  get readyState(): string {
    const socket = this as unknown as Inside;
    if (socket.connecting) return 'opening';
    if (socket.readable && socket.writable) return 'open';
    if (socket.readable) return 'readOnly';
    return socket.writable ? 'writeOnly' : 'closed';
  },

  get bufferSize(): number {
    return (this as unknown as Inside).writableLength;
  },

  get remoteAddress(): string | undefined {
    const { wire, context } = this as unknown as Inside;
    return wire.peer === null ? undefined : addressOf(wire.peer.machine, context.host.machine);
  },

  get remotePort(): number | undefined {
    return (this as unknown as Inside).wire.peer?.port;
  },

  get remoteFamily(): string | undefined {
    return (this as unknown as Inside).wire.peer === null ? undefined : 'IPv4';
  },

  get localAddress(): string | undefined {
    const { wire, context } = this as unknown as Inside;
    return wire.connection === null ? undefined : addressOf(context.host.machine, '');
  },

  /** The host does not tell it; code only ever prints it. */
  get localPort(): number | undefined {
    return (this as unknown as Inside).wire.connection === null ? undefined : 0;
  },

  get localFamily(): string | undefined {
    return (this as unknown as Inside).wire.connection === null ? undefined : 'IPv4';
  },
};

/** `lookup` is the caller's own, as net.connect takes it. */
function lookUp(socket: Inside, host: string, options: ConnectOptions): void {
  type Found = (
    error: Error | null,
    address: string | { address: string }[],
    family?: number,
  ) => void;
  const lookup = options.lookup as (host: string, options: object, found: Found) => void;
  lookup(host, {}, (error, address, family) => {
    if (socket.destroyed) return;
    const first = typeof address === 'string' ? address : address?.[0]?.address;
    socket.emit('lookup', error, first, family, host);
    if (error !== null || first === undefined)
      socket.destroy(error ?? systemError('getaddrinfo', 'ENOTFOUND', host));
    else dial(socket, first, options.port);
  });
}

function dial(socket: Inside, name: string, port: number): void {
  const { realm, host } = socket.context;
  const machine = machineOf(name, host.machine);
  socket.wire.peer = { machine, port };
  const handler = handlerOf(socket);
  const connection = host.network.connect(
    { host: machine, port },
    {
      ...handler,
      onOpen: () =>
        realm.enter(() => {
          if (socket.destroyed) return;
          socket.connecting = false;
          socket.emit('connect');
          socket.emit('ready');
          if (!socket.isPaused()) socket.read(0);
        }),
    },
  );
  socket.wire.connection = connection;
}

/** What the connection tells. */
export function handlerOf(socket: Inside | Socket) {
  const inside = socket as Inside;
  const { realm } = inside.context;
  return {
    onData: (bytes: Uint8Array) => realm.enter(() => onData(inside, bytes)),
    onEnd: () => realm.enter(() => onEnd(inside)),
    onClose: (reason: CloseReason) => realm.enter(() => onClose(inside, reason)),
    onDrain: () =>
      realm.enter(() => {
        const { waitingWrite } = inside.wire;
        inside.wire.waitingWrite = null;
        waitingWrite?.();
      }),
  };
}

function onData(socket: Inside, bytes: Uint8Array): void {
  if (socket.destroyed) return;
  socket.bytesRead += bytes.length;
  socket.wire.idle?.refresh();
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (!socket.push(buffer)) socket.wire.connection?.pauseReading();
}

/** The end is read like data: what came before it comes first. */
function onEnd(socket: Inside): void {
  if (socket.wire.hasReadEnd || socket.destroyed) return;
  socket.wire.hasReadEnd = true;
  socket.push(null);
  socket.read(0);
}

function onClose(socket: Inside, reason: CloseReason): void {
  const { wire } = socket;
  wire.hasEnded = true;
  if (socket.destroyed) return;
  switch (reason) {
    case 'closed':
    case 'ended':
      onEnd(socket);
      return;
    case 'reset':
      socket.destroy(systemError('read', 'ECONNRESET', ''));
      return;
    case 'refused':
      socket.destroy(connectError(socket, 'ECONNREFUSED'));
      return;
    case 'timed-out':
      socket.destroy(
        socket.connecting
          ? connectError(socket, 'ETIMEDOUT')
          : systemError('read', 'ETIMEDOUT', ''),
      );
  }
}

function connectError(socket: Inside, code: string): Error {
  const { peer } = socket.wire;
  assert(peer !== null, 'a socket that connects knows its peer');
  const address = addressOf(peer.machine, socket.context.host.machine);
  const about = `${address}:${peer.port}`;
  return systemError('connect', code, about, { address, port: peer.port });
}

function whenConnected(socket: Inside, done: Done, then: () => void): void {
  if (!socket.connecting) {
    then();
    return;
  }
  const onClosed = (): void =>
    done(
      codedError(
        'ERR_SOCKET_CLOSED_BEFORE_CONNECTION',
        'Socket closed before the connection was established',
      ),
    );
  socket.once('connect', () => {
    socket.off('close', onClosed);
    then();
  });
  socket.once('close', onClosed);
}

/** The bytes are copied, as a system call does: the caller may reuse them. */
function send(socket: Inside, chunk: Uint8Array, done: Done): void {
  const { wire } = socket;
  if (wire.connection === null || wire.hasEnded) {
    done(systemError('write', 'EPIPE', ''));
    return;
  }
  socket.bytesWritten += chunk.length;
  wire.idle?.refresh();
  if (wire.connection.write(Uint8Array.from(chunk))) done();
  else wire.waitingWrite = done;
}

function hold({ wire, context }: Inside): void {
  if (wire.isHeld || !wire.isReferenced) return;
  wire.isHeld = true;
  context.realm.retain();
}

function letGo({ wire, context }: Inside): void {
  if (!wire.isHeld) return;
  wire.isHeld = false;
  context.realm.release();
}
