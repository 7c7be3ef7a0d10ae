/** http.ClientRequest: one request and its response, over a socket of an agent. */
import { codedError, type ModuleContext } from '../context.ts';
import type { Socket } from '../net/socket.ts';
import type { Agent } from './agent.ts';
import type { IncomingClass, IncomingMessage } from './incoming.ts';
import {
  applyHeaders,
  type HeaderInput,
  type OutgoingClass,
  type OutgoingMessage,
} from './outgoing.ts';
import { type MessageHead, MessageParser } from './parse.ts';

export interface RequestOptions {
  readonly protocol?: string | null;
  readonly host?: string | null;
  readonly hostname?: string | null;
  readonly port?: number | string | null;
  readonly path?: string | null;
  readonly method?: string;
  readonly headers?: HeaderInput;
  readonly auth?: string | null;
  readonly agent?: Agent | boolean;
  readonly timeout?: number;
  readonly setHost?: boolean;
  readonly localAddress?: string;
  readonly signal?: AbortSignal;
  readonly createConnection?: (options: RequestOptions) => Socket;
}

type OnResponse = (response: IncomingMessage) => void;

export interface ClientRequest extends OutgoingMessage {
  readonly method: string;
  readonly path: string;
  reusedSocket: boolean;
}

export type RequestClass = new (options: RequestOptions, onResponse?: OnResponse) => ClientRequest;

interface Parts {
  readonly context: ModuleContext;
  readonly Incoming: IncomingClass;
  readonly agentOf: (options: RequestOptions) => Agent;
}

/** `(url, options?, callback?)` or `(options, callback?)`. */
export function requestArguments(values: readonly unknown[]): [RequestOptions, OnResponse?] {
  const [first, ...rest] = values;
  const callback = values.find((value) => typeof value === 'function') as OnResponse | undefined;
  const given = rest.find((value) => typeof value === 'object' && value !== null) ?? {};
  const options =
    typeof first === 'string' || first instanceof URL
      ? { ...urlOptions(new URL(first)), ...given }
      : (first as RequestOptions);
  return callback === undefined ? [options] : [options, callback];
}

function urlOptions(url: URL): RequestOptions {
  const auth = decodeURIComponent(url.username && `${url.username}:${url.password}`);
  return {
    protocol: url.protocol,
    hostname: url.hostname.replace(/^\[|\]$/g, ''),
    path: `${url.pathname}${url.search}`,
    ...(url.port === '' ? {} : { port: Number(url.port) }),
    ...(auth === '' ? {} : { auth }),
  };
}

export function makeRequestClass(
  context: ModuleContext,
  Base: OutgoingClass,
  Incoming: IncomingClass,
  agentOf: (options: RequestOptions) => Agent,
): RequestClass {
  class ClientRequest extends Base {
    readonly method: string;
    readonly path: string;
    readonly host: string;
    readonly protocol: string;
    readonly exchange: Exchange;
    reusedSocket = false;
    aborted = false;
    res: IncomingMessage | null = null;

    constructor(given: RequestOptions, onResponse?: OnResponse) {
      super();
      const agent = agentOf(given);
      const host = given.hostname ?? given.host ?? 'localhost';
      const port = Number(given.port ?? agent.defaultPort);
      this.method = (given.method ?? 'GET').toUpperCase();
      this.path = given.path ?? '/';
      this.host = host;
      this.protocol = agent.protocol;
      applyHeaders(this, given.headers);
      if (given.setHost !== false && !this.hasHeader('host')) {
        this.setHeader('Host', port === agent.defaultPort ? host : `${host}:${port}`);
      }
      if (given.auth && !this.hasHeader('authorization')) {
        this.setHeader('Authorization', `Basic ${Buffer.from(given.auth).toString('base64')}`);
      }
      if (onResponse !== undefined) this.once('response', onResponse);
      this.shouldKeepAlive = agent.keepAlive;
      const options = { ...given, host, port };
      this.exchange = new Exchange(this, { context, Incoming, agentOf }, agent, options);
      this.exchange.begin();
    }

    onSocket(socket: Socket, isReused = false): void {
      this.exchange.onSocket(socket, isReused);
    }

    abort(): void {
      this.aborted = true;
      this.destroy();
    }

    firstLine(): string {
      return `${this.method} ${this.path} HTTP/1.1`;
    }

    completeHeaders(): void {
      if (this.hasHeader('connection')) return;
      this.setHeader('Connection', this.shouldKeepAlive ? 'keep-alive' : 'close');
    }

    override _destroy(error: Error | null, done: (error: Error | null) => void): void {
      done(this.exchange.end(error));
    }
  }
  return ClientRequest as unknown as RequestClass;
}

/** What passes between a request and its socket. */
class Exchange {
  readonly #request: ClientRequest & { res: IncomingMessage | null };
  readonly #parts: Parts;
  readonly #agent: Agent;
  readonly #options: RequestOptions;
  #socket: Socket | null = null;
  #response: IncomingMessage | null = null;
  #mayReuse = false;
  #hasUpgraded = false;
  #isDone = false;
  #detach = (): void => {};

  constructor(request: unknown, parts: Parts, agent: Agent, options: RequestOptions) {
    this.#request = request as ClientRequest & { res: IncomingMessage | null };
    this.#parts = parts;
    this.#agent = agent;
    this.#options = options;
  }

  begin(): void {
    const { signal, timeout } = this.#options;
    const request = this.#request;
    const abort = (): void => void request.destroy(abortError(signal as AbortSignal));
    if (signal?.aborted) this.#parts.context.realm.nextTick(abort);
    else signal?.addEventListener('abort', abort, { once: true });
    if (timeout !== undefined) {
      (request as unknown as { setTimeout(delayMs: number): void }).setTimeout(timeout);
    }
    request.on('finish', () => this.#finishIfBoth());
    // A request is free to fail at once: whoever made it has then set its listeners.
    this.#parts.context.realm.nextTick(() => {
      if (!request.destroyed) this.#agent.addRequest(request as never, this.#options);
    });
  }

  onSocket(socket: Socket, isReused: boolean): void {
    const request = this.#request;
    if (request.destroyed) {
      this.#agent.release(socket, this.#options, true);
      return;
    }
    this.#socket = socket;
    request.reusedSocket = isReused;
    this.#listen(socket);
    request.assign(socket);
    request.emit('socket', socket);
  }

  /** The request is destroyed: tells the error with which it ends. */
  end(error: Error | null): Error | null {
    if (this.#isDone) return error;
    this.#isDone = true;
    const { realm } = this.#parts.context;
    const socket = this.#socket;
    this.#detach();
    if (!this.#hasUpgraded) socket?.destroy();
    const response = this.#response;
    if (response !== null && !response.complete) this.#abandon(response);
    realm.nextTick(() => this.#request.emit('close'));
    return error ?? (response === null ? hangUp() : null);
  }

  #listen(socket: Socket): void {
    const parser = this.#parser();
    const onData = (bytes: Buffer): void => {
      const read = parser.execute(bytes);
      if (read instanceof Error) this.#request.destroy(Object.assign(read, { rawPacket: bytes }));
      else if (this.#hasUpgraded) this.#upgrade(bytes.subarray(read));
    };
    const onEnd = (): void => void parser.finish();
    const onError = (error: Error): void => void this.#request.destroy(error);
    const onClose = (): void => {
      parser.finish();
      if (!this.#isDone && !this.#response?.complete) this.#request.destroy();
    };
    const onTimeout = (): void => void this.#request.emit('timeout');
    const listeners = { data: onData, end: onEnd, error: onError, close: onClose };
    for (const [name, listener] of Object.entries(listeners))
      socket.on(name, listener as () => void);
    if (this.#options.timeout !== undefined) socket.on('timeout', onTimeout);
    this.#detach = () => {
      for (const [name, listener] of Object.entries(listeners)) {
        socket.off(name, listener as () => void);
      }
      socket.off('timeout', onTimeout);
      socket.on('error', () => {});
    };
  }

  #parser(): MessageParser {
    return new MessageParser('response', {
      onHead: (head) => this.#onHead(head),
      onBody: (bytes) => {
        if (this.#response?.push(Buffer.from(bytes)) === false) this.#socket?.pause();
      },
      onEnd: (trailers) => {
        if (this.#hasUpgraded || this.#response === null) return;
        this.#response.finish(trailers);
        this.#finishIfBoth();
      },
    });
  }

  #onHead(head: MessageHead): boolean {
    const request = this.#request;
    const { statusCode } = head;
    if (statusCode >= 100 && statusCode < 200 && statusCode !== 101) {
      request.emit(statusCode === 100 ? 'continue' : 'information', head);
      return true;
    }
    const response = new this.#parts.Incoming(this.#socket as Socket, head);
    this.#response = response;
    request.res = response;
    if (statusCode === 101 || request.method === 'CONNECT') {
      this.#hasUpgraded = true;
      return true;
    }
    this.#mayReuse = head.shouldKeepAlive && request.shouldKeepAlive;
    if (!request.emit('response', response)) response.dump();
    return request.method === 'HEAD';
  }

  #upgrade(head: Buffer): void {
    const socket = this.#socket as Socket;
    const event = this.#request.method === 'CONNECT' ? 'connect' : 'upgrade';
    this.#isDone = true;
    this.#detach();
    if (!this.#request.emit(event, this.#response, socket, head)) socket.destroy();
    this.#request.emit('close');
  }

  /** The socket is free once the request is sent and the response has come, whole. */
  #finishIfBoth(): void {
    if (this.#isDone || this.#response?.complete !== true) return;
    if (!this.#request.writableFinished) return;
    this.#isDone = true;
    const socket = this.#socket as Socket;
    this.#detach();
    socket.setTimeout(0);
    socket.resume();
    const { realm } = this.#parts.context;
    realm.nextTick(() => {
      this.#agent.release(socket, this.#options, this.#mayReuse);
      this.#request.emit('close');
    });
  }

  #abandon(response: IncomingMessage): void {
    response.aborted = true;
    response.emit('aborted');
    response.destroy(codedError('ECONNRESET', 'aborted'));
  }
}

const hangUp = (): Error => codedError('ECONNRESET', 'socket hang up');

function abortError({ reason }: AbortSignal): Error {
  const error = codedError('ABORT_ERR', 'The operation was aborted', { cause: reason });
  error.name = 'AbortError';
  return error;
}
