/**
 * Requests and answers over a connection, on both sides. The client side (`channel.ts`) matches
 * answers by correlation id and gives each request a timeout; the server side (`server.ts`)
 * frames, bounds and decodes what arrives, hands it on one request at a time per connection, and
 * sends answers in order. Both speak whatever `kafka/protocol` knows; neither knows what a request
 * means.
 */
import type { Micros } from '../../base/ids.ts';
import type { Address } from '../../host/network.ts';
import type {
  Api,
  RequestInput,
  RequestOf,
  ResponseInput,
  ResponseOf,
} from '../protocol/schema.ts';
import type { OfferedApi } from './served-api.ts';
import type { Session } from './session.ts';

/**
 * `refused`, `connect-timeout`: never sent, safe to retry. `disconnected`, `timeout`: the peer may
 * have handled it. `malformed`: the answer did not decode. After `timeout` the connection is
 * closed, as Java's client does, so that a late answer can never be taken for another request's.
 */
export type RpcFailure =
  | 'refused'
  | 'connect-timeout'
  | 'disconnected'
  | 'timeout'
  | 'malformed'
  | 'closed';

/** Called exactly once, in a later event than the `send`: with an answer or with a failure. */
export type OnResponse<A extends Api> = (
  response: ResponseOf<A> | null,
  failure: RpcFailure | null,
) => void;

/**
 * One outgoing connection. Opened by the first `send`; when it breaks every request in flight
 * fails, and the next `send` opens a new one. It never retries by itself: backoff is the caller's.
 */
export interface Channel {
  readonly address: Address;
  /** Requests sent or waiting for the connection, and not yet answered. */
  readonly inFlight: number;
  readonly connected: boolean;
  send<A extends Api>(
    api: A,
    version: number,
    body: RequestInput<A>,
    timeoutUs: Micros,
    onResponse: OnResponse<A>,
  ): void;
  /** For requests that have no answer (Produce with acks=0). */
  sendOneWay<A extends Api>(api: A, version: number, body: RequestInput<A>): void;
  /** Fails all in flight with `closed` in a later event; later sends fail the same way. */
  close(): void;
}

export interface ChannelOptions {
  readonly clientId: string;
  readonly connectTimeoutUs: Micros;
  /** Called when a connection is newly up, before requests that wait for it are sent. */
  readonly onConnected?: () => void;
}

/** A request that arrived. Answer it once by `respond` or `respondNothing`, now or later. */
export interface Request<A extends Api = Api> {
  readonly api: A;
  readonly version: number;
  readonly correlationId: number;
  readonly body: RequestOf<A>;
  readonly session: Session;
  /** Encodes and sends; dropped without a word when the connection is gone. */
  respond(body: ResponseInput<A>): void;
  respondNothing(): void;
  /** Closes the connection, as a broker does on a request it cannot answer. */
  disconnect(): void;
  /**
   * For what a handler does in a later event: the same callback, but what it throws fails this
   * request, as what the handler itself throws does, and nothing else.
   */
  guard<T extends unknown[]>(callback: (...args: T) => void): (...args: T) => void;
}

/**
 * Handling a request threw, which only a bug of ours does. The request was answered
 * UNKNOWN_SERVER_ERROR, or its connection closed. `doing` says which request of whom.
 */
export type OnFailure = (doing: string, error: unknown) => void;

export interface ServerOptions {
  readonly port: number;
  /** What sessions call this listener. */
  readonly listener: string;
  /**
   * API key to the range of versions served here; ApiVersions itself is answered by the handler.
   */
  readonly apis: ReadonlyMap<number, OfferedApi>;
  /** A frame longer than this, or negative, closes its connection (socket.request.max.bytes). */
  readonly maxRequestBytes: number;
  readonly maxConnections: number;
  /**
   * Decoded or framed requests that may wait behind the one being handled; reading pauses beyond.
   */
  readonly maxQueuedRequestsPerConnection: number;
  /**
   * Bytes of requests, over all connections, that may have arrived and not been answered
   * (queued.max.request.bytes): beyond it connections are not read from; see `arrivals.ts`. No
   * bound where it is not given.
   */
  readonly maxQueuedRequestBytes?: number;
  /** A connection on which nothing arrives for so long is closed (connections.max.idle.ms). */
  readonly maxIdleUs: Micros;
  /** Handles one request; the next of the same connection follows when this one is answered. */
  readonly handle: (request: Request) => void;
  /** Where nobody is told of a failure it is thrown. */
  readonly onFailure?: OnFailure;
}

export interface Server {
  readonly port: number;
  readonly connections: number;
  /** Stops accepting and closes every connection after answers already written. */
  close(): void;
}
