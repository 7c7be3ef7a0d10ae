/** http.IncomingMessage: a request as the server has it, or a response as the client has it. */
import type { Readable } from 'node:stream';
import type { ModuleContext } from '../context.ts';
import type { Socket } from '../net/socket.ts';
import type { Streams } from '../stream.ts';
import { headersOf, type MessageHead } from './parse.ts';

export interface IncomingMessage extends Readable {
  readonly socket: Socket;
  readonly headers: Record<string, string | string[]>;
  readonly method: string | null;
  readonly url: string;
  readonly statusCode: number | null;
  readonly httpVersion: string;
  complete: boolean;
  aborted: boolean;
  /** Internal: what the parser found. */
  finish(trailers: readonly string[]): void;
  dump(): void;
}

export type IncomingClass = new (socket: Socket, head?: MessageHead) => IncomingMessage;

export function makeIncomingClass({ module }: ModuleContext): IncomingClass {
  const { Readable } = module('stream') as Streams;
  class IncomingMessage extends Readable {
    readonly socket: Socket;
    readonly connection: Socket;
    readonly rawHeaders: readonly string[];
    readonly headers: Record<string, string | string[]>;
    readonly httpVersion: string;
    readonly httpVersionMajor: number;
    readonly httpVersionMinor: number;
    readonly method: string | null;
    readonly url: string;
    readonly statusCode: number | null;
    readonly statusMessage: string | null;
    rawTrailers: readonly string[] = [];
    trailers: Record<string, string | string[]> = {};
    complete = false;
    aborted = false;

    constructor(socket: Socket, head?: MessageHead) {
      super({ autoDestroy: true });
      this.socket = socket;
      this.connection = socket;
      this.rawHeaders = head?.headers ?? [];
      this.headers = headersOf(this.rawHeaders);
      this.httpVersionMajor = head?.versionMajor ?? 1;
      this.httpVersionMinor = head?.versionMinor ?? 1;
      this.httpVersion = `${this.httpVersionMajor}.${this.httpVersionMinor}`;
      this.method = head?.method || null;
      this.url = head?.url ?? '';
      this.statusCode = head?.statusCode ?? null;
      this.statusMessage = head?.statusMessage ?? null;
    }

    get headersDistinct(): Record<string, string[]> {
      const entries = Object.entries(this.headers);
      return Object.fromEntries(entries.map(([name, value]) => [name, [value].flat()]));
    }

    override _read(): void {
      this.socket.resume?.();
    }

    setTimeout(delayMs: number, callback?: () => void): this {
      if (callback !== undefined) this.on('timeout', callback);
      this.socket.setTimeout(delayMs, () => this.emit('timeout'));
      return this;
    }

    finish(trailers: readonly string[]): void {
      this.complete = true;
      this.rawTrailers = trailers;
      this.trailers = headersOf(trailers);
      this.push(null);
    }

    /** Nobody reads it: its body is thrown away. */
    dump(): void {
      this.resume();
    }
  }
  return IncomingMessage as unknown as IncomingClass;
}
