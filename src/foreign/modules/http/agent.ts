/** http.Agent: the connections of a client, kept for the next request to the same place. */
import type { EventEmitter } from 'node:events';
import type { ModuleContext } from '../context.ts';
import type { Socket } from '../net/socket.ts';
import type { RequestOptions } from './client.ts';

export interface AgentOptions {
  readonly keepAlive?: boolean;
  readonly maxSockets?: number;
  readonly maxFreeSockets?: number;
  readonly timeout?: number;
}

/** Who waits for a socket. */
export interface Asking {
  readonly destroyed: boolean;
  onSocket(socket: Socket, isReused: boolean): void;
}

export interface Agent extends EventEmitter {
  readonly defaultPort: number;
  readonly protocol: string;
  readonly keepAlive: boolean;
  addRequest(request: Asking, options: RequestOptions): void;
  /** The request is done with it. */
  release(socket: Socket, options: RequestOptions, mayReuse: boolean): void;
}

export type AgentClass = new (options?: AgentOptions) => Agent;

type Connect = (
  options: RequestOptions,
  ready?: (error: Error | null, socket: Socket) => void,
) => Socket;
interface Waiting {
  readonly request: Asking;
  readonly options: RequestOptions;
}

export function makeAgentClass(
  { module }: ModuleContext,
  connect: Connect,
  protocol: string,
  defaultPort: number,
): AgentClass {
  const Emitter = module('events') as typeof EventEmitter;
  class HttpAgent extends Emitter {
    readonly options: AgentOptions;
    readonly protocol = protocol;
    readonly defaultPort = defaultPort;
    readonly keepAlive: boolean;
    readonly maxSockets: number;
    readonly maxFreeSockets: number;
    maxTotalSockets = Infinity;
    /** By place: sockets in use, free ones, and requests that wait for one. */
    readonly sockets: Record<string, Socket[]> = {};
    readonly freeSockets: Record<string, Socket[]> = {};
    readonly requests: Record<string, Waiting[]> = {};

    constructor(options: AgentOptions = {}) {
      super();
      this.options = options;
      this.keepAlive = options.keepAlive === true;
      this.maxSockets = options.maxSockets ?? Infinity;
      this.maxFreeSockets = options.maxFreeSockets ?? 256;
    }

    getName({ host, port, localAddress = '' }: RequestOptions): string {
      return `${host}:${port}:${localAddress}`;
    }

    createConnection = connect;

    addRequest(request: Asking, options: RequestOptions): void {
      const name = this.getName(options);
      const free = takeLiving(this.freeSockets, name);
      if (free !== null) {
        free.ref();
        put(this.sockets, name, free);
        request.onSocket(free, true);
      } else if ((this.sockets[name]?.length ?? 0) < this.maxSockets) {
        this.#open(name, request, options);
      } else {
        put(this.requests, name, { request, options });
      }
    }

    release(socket: Socket, options: RequestOptions, mayReuse: boolean): void {
      const name = this.getName(options);
      take(this.sockets, name, socket);
      const isGood = mayReuse && !socket.destroyed && socket.writable;
      const next = this.requests[name]?.shift();
      if (next !== undefined) {
        if (isGood) {
          put(this.sockets, name, socket);
          next.request.onSocket(socket, true);
        } else {
          socket.destroySoon();
          this.#open(name, next.request, next.options);
        }
        return;
      }
      const freeCount = this.freeSockets[name]?.length ?? 0;
      if (!isGood || !this.keepAlive || freeCount >= this.maxFreeSockets) {
        socket.destroySoon();
        return;
      }
      socket.unref();
      put(this.freeSockets, name, socket);
      this.emit('free', socket, options);
    }

    destroy(): void {
      for (const list of [...Object.values(this.sockets), ...Object.values(this.freeSockets)]) {
        for (const socket of [...list]) socket.destroy();
      }
    }

    #open(name: string, request: Asking, options: RequestOptions): void {
      const { timeout } = this.options;
      const create = options.createConnection ?? this.createConnection;
      const socket = create(options);
      put(this.sockets, name, socket);
      if (timeout !== undefined) socket.setTimeout(timeout);
      socket.on('close', () => {
        take(this.freeSockets, name, socket);
        if (!take(this.sockets, name, socket)) return;
        const next = this.requests[name]?.shift();
        if (next !== undefined) this.#open(name, next.request, next.options);
      });
      request.onSocket(socket, false);
    }
  }
  Object.defineProperty(HttpAgent, 'name', { value: 'Agent' });
  return HttpAgent as unknown as AgentClass;
}

function put<T>(lists: Record<string, T[]>, name: string, value: T): void {
  lists[name] ??= [];
  lists[name].push(value);
}

function take<T>(lists: Record<string, T[]>, name: string, value: T): boolean {
  const index = lists[name]?.indexOf(value) ?? -1;
  if (index < 0) return false;
  lists[name]?.splice(index, 1);
  if (lists[name]?.length === 0) delete lists[name];
  return true;
}

function takeLiving(lists: Record<string, Socket[]>, name: string): Socket | null {
  for (;;) {
    const socket = lists[name]?.[0];
    if (socket === undefined) return null;
    take(lists, name, socket);
    if (!socket.destroyed && socket.writable) return socket;
  }
}
