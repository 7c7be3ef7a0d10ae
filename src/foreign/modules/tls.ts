/**
 * node:tls, passed through: a secure connection is a plain one of the simulated network, to a peer
 * that is what it says. Nothing is encrypted, no certificate is looked at.
 */
import type { ModuleContext } from './context.ts';
import { type ConnectOptions, connectArguments } from './net/options.ts';
import type { Server, ServerClass } from './net/server.ts';
import type { Socket, SocketClass, SocketOptions } from './net/socket.ts';
import { refusedCall } from './refusals.ts';
import { runtimeModule } from './runtime.ts';

interface Secure extends Socket {
  authorized: boolean;
  encrypted: boolean;
}

interface SecureOptions extends ConnectOptions, SocketOptions {
  readonly socket?: Socket;
  readonly servername?: string;
}

export function makeTls({ module, realm }: ModuleContext): unknown {
  const net = module('net') as { Socket: SocketClass; Server: ServerClass };
  class TLSSocket extends net.Socket {
    authorized = true;
    encrypted = true;
    authorizationError = null;
    alpnProtocol = false;
    /** Packages that speak HTTP/2 look here for a class of Node's own, in case they need it. */
    readonly _handle = { _parentWrap: {} };

    getPeerCertificate = (): object => ({});
    getCertificate = (): object => ({});
    getProtocol = (): string => 'TLSv1.3';
    getCipher = (): object => ({ name: 'none', standardName: 'none', version: 'TLSv1.3' });
    getSession = (): undefined => undefined;
    isSessionReused = (): boolean => false;
    setServername(): void {}
    setMaxSendFragment(): boolean {
      return true;
    }
  }
  const secured = (socket: Secure): void => {
    socket.emit('secureConnect');
  };
  const connect = (...values: unknown[]): unknown => {
    const [options, callback] = connectArguments(values) as [SecureOptions, (() => void) | null];
    const plain = options.socket;
    const socket = (plain ?? new TLSSocket(options)) as Secure;
    if (callback !== null) socket.once('secureConnect', callback);
    if (plain !== undefined) {
      Object.assign(plain, { authorized: true, encrypted: true });
      realm.nextTick(() => secured(socket));
      return socket;
    }
    socket.once('connect', () => secured(socket));
    if (options.timeout !== undefined) socket.setTimeout(options.timeout);
    return socket.connect(options);
  };
  class TlsServer extends net.Server {
    constructor(options?: object | ((socket: Socket) => void), given?: (socket: Socket) => void) {
      super(typeof options === 'function' ? {} : options);
      const onSecure = (typeof options === 'function' ? options : given) as () => void;
      if (onSecure !== undefined) this.on('secureConnection', onSecure);
      this.on('connection', (socket: Secure) => {
        Object.assign(socket, { authorized: false, encrypted: true });
        this.emit('secureConnection', socket);
      });
    }

    setSecureContext(): void {}
    addContext(): void {}
    setTicketKeys(): void {}
  }
  const { DEFAULT_MIN_VERSION, DEFAULT_MAX_VERSION, DEFAULT_CIPHERS } = runtimeModule('tls') ?? {};
  return {
    TLSSocket,
    Server: TlsServer,
    connect,
    createServer: (options?: object, given?: () => void): Server => new TlsServer(options, given),
    createSecureContext: () => ({ context: {} }),
    checkServerIdentity: () => undefined,
    getCiphers: () => [],
    rootCertificates: [],
    createSecurePair: refusedCall('tls', 'createSecurePair'),
    ...{ DEFAULT_MIN_VERSION, DEFAULT_MAX_VERSION, DEFAULT_CIPHERS, DEFAULT_ECDH_CURVE: 'auto' },
  };
}
