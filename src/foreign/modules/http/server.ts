/** http.Server: HTTP/1 on net.Server. Requests of one connection are answered one after another. */
import type { ModuleContext } from '../context.ts';
import type { Server, ServerClass } from '../net/server.ts';
import type { Socket } from '../net/socket.ts';
import type { IncomingClass, IncomingMessage } from './incoming.ts';
import {
  applyHeaders,
  type HeaderInput,
  type OutgoingClass,
  type OutgoingMessage,
} from './outgoing.ts';
import { type MessageHead, MessageParser } from './parse.ts';
import { statusTexts } from './status-texts.ts';

export interface ServerResponse extends OutgoingMessage {
  statusCode: number;
  statusMessage: string | undefined;
  readonly req: IncomingMessage;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void;
export type ResponseClass = new (request: IncomingMessage) => ServerResponse;

interface HttpServerInside extends Server {
  keepAliveTimeout: number;
  readonly context: ModuleContext;
  readonly Incoming: IncomingClass;
  readonly Response: ResponseClass;
}

const continues = 'HTTP/1.1 100 Continue\r\n\r\n';
const badRequest = 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n';

export function makeResponseClass(Base: OutgoingClass): ResponseClass {
  class ServerResponse extends Base {
    statusCode = 200;
    statusMessage: string | undefined = undefined;
    readonly req: IncomingMessage;

    constructor(request: IncomingMessage) {
      super();
      this.req = request;
      if (request.method === 'HEAD') this.message.hasNoBody = true;
    }

    writeHead(status: number, reason?: string | HeaderInput, headers?: HeaderInput): this {
      this.statusCode = status;
      if (typeof reason === 'string') this.statusMessage = reason;
      applyHeaders(this, typeof reason === 'string' ? headers : reason);
      if (status === 204 || status === 304) this.message.hasNoBody = true;
      return this;
    }

    writeContinue(): void {
      this.socket?.write(continues);
    }

    firstLine(): string {
      this.statusMessage ??= statusTexts[this.statusCode] ?? 'unknown';
      return `HTTP/1.1 ${this.statusCode} ${this.statusMessage}`;
    }

    completeHeaders(): void {
      const { context, sendDate } = this as unknown as {
        context: ModuleContext;
        sendDate: boolean;
      };
      if (this.statusCode === 204 || this.statusCode === 304) this.message.hasNoBody = true;
      if (sendDate && !this.hasHeader('date')) {
        this.setHeader('Date', new Date(context.host.clock.wallMs()).toUTCString());
      }
      if (/close/i.test(String(this.getHeader('connection') ?? ''))) this.shouldKeepAlive = false;
      if (this.hasHeader('connection')) return;
      this.setHeader('Connection', this.shouldKeepAlive ? 'keep-alive' : 'close');
      if (this.shouldKeepAlive) this.setHeader('Keep-Alive', 'timeout=5');
    }
  }
  return ServerResponse as unknown as ResponseClass;
}

export function makeHttpServerClass(
  Incoming: IncomingClass,
  Response: ResponseClass,
  Base: ServerClass,
  event: 'connection' | 'secureConnection' = 'connection',
): ServerClass {
  class HttpServer extends Base {
    readonly Incoming = Incoming;
    readonly Response = Response;
    timeout = 0;
    keepAliveTimeout = 5000;
    headersTimeout = 60_000;
    requestTimeout = 300_000;
    maxHeadersCount = null;
    maxRequestsPerSocket = 0;

    constructor(options?: object | Handler, given?: Handler) {
      super((typeof options === 'function' ? {} : options) as object);
      const handler = typeof options === 'function' ? options : given;
      if (handler !== undefined) this.on('request', handler as () => void);
      this.on(event, (socket: Socket) => {
        new ServedConnection(this as unknown as HttpServerInside, socket).begin();
      });
    }

    setTimeout(delayMs: number): this {
      this.timeout = delayMs;
      return this;
    }

    closeAllConnections(): void {
      for (const socket of this.door.sockets) socket.destroy();
    }

    closeIdleConnections(): void {
      for (const socket of this.door.sockets) if (idle.has(socket)) socket.destroy();
    }

    override close(callback?: (error?: Error) => void): this {
      super.close(callback);
      this.closeIdleConnections();
      return this;
    }
  }
  Object.defineProperty(HttpServer, 'name', { value: 'Server' });
  return HttpServer as unknown as ServerClass;
}

/** Sockets that wait for their next request. */
const idle = new WeakSet<Socket>();

class ServedConnection {
  readonly #server: HttpServerInside;
  readonly #socket: Socket;
  readonly #parser: MessageParser;
  /** Requests whose heads have come, oldest first; the first one is being answered. */
  readonly #requests: { readonly request: IncomingMessage; readonly keepAlive: boolean }[] = [];
  #reading: IncomingMessage | null = null;
  #response: ServerResponse | null = null;
  #upgrade: IncomingMessage | null = null;

  constructor(server: HttpServerInside, socket: Socket) {
    this.#server = server;
    this.#socket = socket;
    this.#parser = new MessageParser('request', {
      onHead: (head) => this.#onHead(head),
      onBody: (bytes) => {
        if (this.#reading?.push(Buffer.from(bytes)) === false) socket.pause();
      },
      onEnd: (trailers) => {
        if (this.#upgrade === null) this.#reading?.finish(trailers);
        this.#reading = null;
      },
    });
  }

  begin(): void {
    const socket = this.#socket;
    idle.add(socket);
    const onData = (bytes: Buffer): void => this.#onData(bytes, onData);
    socket.on('data', onData);
    socket.on('end', () => {
      if (this.#upgrade === null && this.#requests.length === 0) socket.end();
    });
    socket.on('error', (error) => this.#server.emit('clientError', error, socket));
    socket.on('timeout', () => {
      if (!this.#server.emit('timeout', socket)) socket.destroy();
    });
    socket.on('close', () => this.#onClose());
    if (this.#server.listenerCount('clientError') === 0) socket.on('error', () => socket.destroy());
  }

  #onData(bytes: Buffer, onData: (bytes: Buffer) => void): void {
    const read = this.#parser.execute(bytes);
    const socket = this.#socket;
    if (read instanceof Error) {
      const error = Object.assign(read, { rawPacket: bytes });
      if (this.#server.emit('clientError', error, socket)) return;
      if (socket.writable) socket.write(badRequest);
      socket.destroySoon();
    } else if (this.#upgrade !== null) {
      socket.off('data', onData);
      const event = this.#upgrade.method === 'CONNECT' ? 'connect' : 'upgrade';
      this.#server.emit(event, this.#upgrade, socket, bytes.subarray(read));
    }
  }

  #onHead(head: MessageHead): boolean {
    const { Incoming } = this.#server;
    const request = new Incoming(this.#socket, head);
    idle.delete(this.#socket);
    this.#socket.setTimeout(0);
    const event = head.method === 'CONNECT' ? 'connect' : 'upgrade';
    if (head.upgrade && this.#server.listenerCount(event) > 0) {
      this.#upgrade = request;
      return true;
    }
    this.#reading = request;
    this.#requests.push({ request, keepAlive: head.shouldKeepAlive });
    if (this.#requests.length === 1) this.#answer();
    return false;
  }

  /** Hands the oldest request to the server's listeners. */
  #answer(): void {
    const next = this.#requests[0];
    if (next === undefined) {
      this.#rest();
      return;
    }
    const { request, keepAlive } = next;
    const response = new this.#server.Response(request);
    response.shouldKeepAlive = keepAlive;
    this.#response = response;
    response.assign(this.#socket);
    response.on('finish', () => this.#onAnswered(request, response));
    const server = this.#server;
    if (/100-continue/i.test(String(request.headers.expect ?? ''))) {
      if (server.listenerCount('checkContinue') > 0) {
        server.emit('checkContinue', request, response);
        return;
      }
      (response as unknown as { writeContinue(): void }).writeContinue();
    }
    server.emit('request', request, response);
  }

  #onAnswered(request: IncomingMessage, response: ServerResponse): void {
    const { realm } = this.#server.context;
    this.#response = null;
    this.#requests.shift();
    if (!request.complete || !request.readableEnded) request.dump();
    realm.nextTick(() => response.emit('close'));
    if (response.shouldKeepAlive) this.#answer();
    else this.#socket.destroySoon();
  }

  #rest(): void {
    const { keepAliveTimeout, listening } = this.#server;
    idle.add(this.#socket);
    if (!listening) this.#socket.destroySoon();
    else if (keepAliveTimeout > 0) this.#socket.setTimeout(keepAliveTimeout);
    this.#socket.resume();
  }

  /** The peer is gone: what is under way is told so. */
  #onClose(): void {
    for (const { request } of this.#requests.splice(0)) {
      if (request.complete) continue;
      request.aborted = true;
      request.emit('aborted');
      request.destroy(Object.assign(new Error('aborted'), { code: 'ECONNRESET' }));
    }
    const response = this.#response;
    this.#response = null;
    if (response === null) return;
    response.destroy();
    response.emit('close');
  }
}
