/**
 * http.OutgoingMessage: what a request and a response have in common on their way out: headers,
 * then a body of known length or in chunks.
 */
import type { Writable } from 'node:stream';
import { codedError, type ModuleContext } from '../context.ts';
import type { Socket } from '../net/socket.ts';
import type { Streams } from '../stream.ts';

type Done = (error?: Error | null) => void;
type Value = string | number | readonly string[];
export type HeaderInput = Readonly<Record<string, Value>> | readonly (string | readonly string[])[];

export interface OutgoingMessage extends Writable {
  socket: Socket | null;
  headersSent: boolean;
  shouldKeepAlive: boolean;
  readonly message: MessageState;
  getHeader(name: string): Value | undefined;
  setHeader(name: string, value: Value): this;
  hasHeader(name: string): boolean;
  removeHeader(name: string): void;
  flushHeaders(): void;
  /** Internal: from now on what is written goes to this socket. */
  assign(socket: Socket): void;
}

export interface MessageState {
  /** By small name: the name as it was set, and the value. */
  readonly headers: Map<string, [string, Value]>;
  readonly trailers: [string, string][];
  isChunked: boolean;
  /** Whether the body is left out: answers to HEAD, 204, 304. */
  hasNoBody: boolean;
  waiting: (() => void)[];
}

export type OutgoingClass = new () => OutgoingMessage;

/** What request and response add. */
export interface Outgoing extends OutgoingMessage {
  firstLine(): string;
  /** Sets what is not set by the caller, just before the head is sent. */
  completeHeaders(): void;
}

export function makeOutgoingClass(context: ModuleContext): OutgoingClass {
  const { Writable } = context.module('stream') as Streams;
  class OutgoingMessage extends Writable {
    readonly context = context;
    socket: Socket | null = null;
    connection: Socket | null = null;
    headersSent = false;
    shouldKeepAlive = true;
    sendDate = true;
    finished = false;
    readonly message: MessageState = {
      headers: new Map(),
      trailers: [],
      isChunked: false,
      hasNoBody: false,
      waiting: [],
    };

    constructor() {
      super({ decodeStrings: true, autoDestroy: false });
    }

    override end(...values: unknown[]): this {
      const [chunk, encoding] = values;
      const isData = typeof chunk === 'string' || chunk instanceof Uint8Array;
      if (!this.headersSent && !this.finished) {
        const bytes = isData ? Buffer.byteLength(chunk, encoding as BufferEncoding) : 0;
        setLength(this as unknown as Outgoing, bytes);
      }
      this.finished = true;
      super.end(...(values as []));
      return this;
    }
  }
  Object.defineProperties(OutgoingMessage.prototype, Object.getOwnPropertyDescriptors(methods));
  return OutgoingMessage as unknown as OutgoingClass;
}

/** Known only while nothing was written: the whole body comes with `end`. */
function setLength(outgoing: Outgoing, bytes: number): void {
  if (outgoing.writableLength > 0) return;
  if (outgoing.hasHeader('content-length') || outgoing.hasHeader('transfer-encoding')) return;
  const { method, statusCode } = outgoing as unknown as { method?: string; statusCode?: number };
  if (statusCode === 204 || statusCode === 304) return;
  const needsNone = bytes === 0 && /^(GET|HEAD|DELETE|OPTIONS|TRACE|CONNECT)$/.test(method ?? '');
  if (!needsNone && !outgoing.message.hasNoBody) outgoing.setHeader('Content-Length', bytes);
}

type Inside = Outgoing & { readonly context: ModuleContext };

const methods = {
  getHeader(this: Inside, name: string) {
    return this.message.headers.get(name.toLowerCase())?.[1];
  },

  setHeader(this: Inside, name: string, value: Value) {
    if (this.headersSent) throw alreadySent('set');
    checkHeader(name, value);
    this.message.headers.set(name.toLowerCase(), [name, value]);
    return this;
  },

  appendHeader(this: Inside, name: string, value: Value) {
    const before = this.getHeader(name);
    const values = [...(before === undefined ? [] : [before]), value].flat().map(String);
    return this.setHeader(name, values);
  },

  setHeaders(this: Inside, headers: Iterable<[string, Value]>) {
    for (const [name, value] of headers) this.setHeader(name, value);
    return this;
  },

  hasHeader(this: Inside, name: string) {
    return this.message.headers.has(name.toLowerCase());
  },

  removeHeader(this: Inside, name: string) {
    if (this.headersSent) throw alreadySent('remove');
    this.message.headers.delete(name.toLowerCase());
  },

  getHeaders(this: Inside) {
    return Object.fromEntries([...this.message.headers].map(([name, [, value]]) => [name, value]));
  },

  getHeaderNames(this: Inside) {
    return [...this.message.headers.keys()];
  },

  getRawHeaderNames(this: Inside) {
    return [...this.message.headers.values()].map(([name]) => name);
  },

  addTrailers(this: Inside, trailers: Record<string, string>) {
    this.message.trailers.push(...Object.entries(trailers));
  },

  flushHeaders(this: Inside) {
    sendHead(this, () => {});
  },

  setTimeout(this: Inside, delayMs: number, callback?: () => void) {
    if (callback !== undefined) this.on('timeout', callback);
    withSocket(this, (socket) => socket.setTimeout(delayMs, () => this.emit('timeout')));
    return this;
  },

  setNoDelay() {},
  setSocketKeepAlive() {},

  assign(this: Inside, socket: Socket) {
    this.socket = socket;
    (this as unknown as { connection: Socket }).connection = socket;
    const { waiting } = this.message;
    this.message.waiting = [];
    for (const run of waiting) run();
  },

  _write(this: Inside, chunk: Uint8Array, _encoding: string, done: Done) {
    sendHead(this, () => {});
    if (this.message.hasNoBody || chunk.length === 0) done();
    else send(this, framed(this, chunk), done);
  },

  _final(this: Inside, done: Done) {
    sendHead(this, () => {});
    const { isChunked, trailers } = this.message;
    if (!isChunked) return done();
    const lines = trailers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    send(this, Buffer.from(`0\r\n${lines}\r\n`), done);
  },
};

function framed({ message }: Inside, chunk: Uint8Array): Uint8Array {
  if (!message.isChunked) return chunk;
  const size = Buffer.from(`${chunk.length.toString(16)}\r\n`);
  return Buffer.concat([size, chunk, Buffer.from('\r\n')]);
}

function sendHead(outgoing: Inside, done: Done): void {
  if (outgoing.headersSent) return;
  const { message } = outgoing;
  if (!outgoing.hasHeader('content-length') && !message.hasNoBody) {
    const { method } = outgoing as unknown as { method?: string };
    const isRequestWithout = /^(GET|HEAD|DELETE|OPTIONS|TRACE|CONNECT)$/.test(method ?? '');
    const hasBody = !isRequestWithout || outgoing.writableLength > 0;
    if (hasBody && !outgoing.hasHeader('transfer-encoding')) {
      outgoing.setHeader('Transfer-Encoding', 'chunked');
    }
  }
  const encoding = String(outgoing.getHeader('transfer-encoding') ?? '');
  message.isChunked = /\bchunked\b/i.test(encoding) && !message.hasNoBody;
  outgoing.completeHeaders();
  outgoing.headersSent = true;
  const lines = [...message.headers.values()].flatMap(([name, value]) =>
    [value].flat().map((one) => `${name}: ${one}\r\n`),
  );
  send(outgoing, Buffer.from(`${outgoing.firstLine()}\r\n${lines.join('')}\r\n`, 'latin1'), done);
}

/** What is written to a peer that is gone is dropped: `close` and `error` come from the socket. */
function send(outgoing: Inside, bytes: Uint8Array, done: Done): void {
  withSocket(outgoing, (socket) => {
    if (socket.destroyed || !socket.writable) done();
    else socket.write(bytes, () => done());
  });
}

function withSocket(outgoing: Inside, run: (socket: Socket) => void): void {
  const { socket, message } = outgoing;
  if (socket !== null) run(socket);
  else message.waiting.push(() => run(outgoing.socket as Socket));
}

/** Headers as writeHead and request take them. */
export function applyHeaders(outgoing: OutgoingMessage, headers: HeaderInput | undefined): void {
  if (headers === undefined) return;
  if (!Array.isArray(headers)) {
    for (const [name, value] of Object.entries(headers as Record<string, Value>)) {
      if (value !== undefined) outgoing.setHeader(name, value);
    }
    return;
  }
  const flat = headers.flat() as string[];
  for (let index = 0; index < flat.length; index += 2) {
    outgoing.setHeader(flat[index] as string, flat[index + 1] as string);
  }
}

function checkHeader(name: string, value: unknown): void {
  if (value === undefined) {
    const message = `Invalid value "undefined" for header "${name}"`;
    throw codedError('ERR_HTTP_INVALID_HEADER_VALUE', message, {}, TypeError);
  }
  if (/^[!#$%&'*+\-.^_`|~\w]+$/.test(name)) return;
  const message = `Header name must be a valid HTTP token ["${name}"]`;
  throw codedError('ERR_INVALID_HTTP_TOKEN', message, {}, TypeError);
}

const alreadySent = (what: string): Error =>
  codedError('ERR_HTTP_HEADERS_SENT', `Cannot ${what} headers after they are sent to the client`);
