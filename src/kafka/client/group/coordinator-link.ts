/**
 * The way to a group's coordinator: found when it is needed, forgotten when it is lost. A broker
 * answers a connection's requests in turn, so there are three: heartbeats wait neither behind a
 * join nor behind a commit whose replicas are slow.
 */
import type { Micros } from '../../../base/ids.ts';
import { findCoordinatorApi } from '../../protocol/apis/10-find-coordinator.ts';
import { errorCode } from '../../protocol/errors.ts';
import type { Api, RequestInput, ResponseOf } from '../../protocol/schema.ts';
import type { ClientParts } from '../client-parts.ts';
import type { BrokerConnection } from '../connect/connection.ts';
import { ConnectionPool, type Endpoint, endpointOf } from '../connect/connection-pool.ts';
import { coordinatorIn, coordinatorQuery } from './coordinator-query.ts';

/**
 * `not-sent`: certainly nothing was done. `no-answer`: it may have been done. `closed`: the group
 * is left for good.
 */
export type LinkFailure = 'not-sent' | 'no-answer' | 'unsupported-version';

export interface LinkOptions {
  readonly timeoutUs: Micros;
  readonly lane: Lane;
  /** Not beyond this version, though both sides may speak it. */
  readonly maxVersion?: number;
}

/** Which of the connections a request takes. */
export type Lane = 'heartbeats' | 'rebalances' | 'offsets';

type OnAnswer<A extends Api> = (
  response: ResponseOf<A> | null,
  failure: LinkFailure | null,
) => void;

export class CoordinatorLink {
  readonly #client: ClientParts;
  readonly #groupId: string;
  readonly #lanes: Readonly<Record<Lane, ConnectionPool>>;
  #coordinator: Endpoint | null = null;
  #looking = false;
  #whenFound: ((found: Endpoint | null) => void)[] = [];
  #closed = false;

  constructor(client: ClientParts, groupId: string) {
    this.#client = client;
    this.#groupId = groupId;
    const lane = (): ConnectionPool => new ConnectionPool(client.settings, () => {});
    this.#lanes = { heartbeats: lane(), rebalances: lane(), offsets: lane() };
  }

  /** `onAnswer` runs once, in a later event; not any more once the link is closed. */
  send<A extends Api>(
    api: A,
    body: RequestInput<A>,
    options: LinkOptions,
    onAnswer: OnAnswer<A>,
  ): void {
    const settle: OnAnswer<A> = (response, failure) => {
      if (!this.#closed) onAnswer(response, failure);
    };
    const fail = (failure: LinkFailure): void => this.#later(() => settle(null, failure));
    this.#find((coordinator) => {
      if (coordinator === null) {
        fail('not-sent');
        return;
      }
      const connection = this.#lanes[options.lane].get(coordinator);
      connection.whenReady((problem) => {
        if (problem === null) sendOn(connection, api, body, options, settle, fail);
        else fail('not-sent');
      });
    });
  }

  /** Whoever is taken for the coordinator is not it any more, or does not answer. */
  lost(): void {
    this.#coordinator = null;
  }

  close(): void {
    this.#closed = true;
    for (const lane of Object.values(this.#lanes)) lane.close();
  }

  #later(callback: () => void): void {
    this.#client.settings.host.timers.after(0, callback);
  }

  #find(callback: (found: Endpoint | null) => void): void {
    if (this.#coordinator !== null) {
      callback(this.#coordinator);
      return;
    }
    this.#whenFound.push(callback);
    if (this.#looking) return;
    this.#looking = true;
    this.#client.control.any((connection) => {
      if (connection === null) this.#found(null);
      else this.#ask(connection);
    });
  }

  #ask(connection: BrokerConnection): void {
    const version = connection.version(findCoordinatorApi);
    if (version < 0) {
      this.#found(null);
      return;
    }
    const body = coordinatorQuery(this.#groupId);
    const { metadataTimeoutUs } = this.#client.settings;
    connection.send(findCoordinatorApi, version, body, metadataTimeoutUs, (response) => {
      if (response === null) connection.noteFailure();
      const answer = response === null ? null : coordinatorIn(response);
      const isFound = answer !== null && answer.errorCode === errorCode.none;
      this.#found(isFound ? endpointOf({ host: answer.host, port: answer.port }) : null);
    });
  }

  #found(coordinator: Endpoint | null): void {
    this.#looking = false;
    this.#coordinator = coordinator;
    const callbacks = this.#whenFound;
    this.#whenFound = [];
    if (this.#closed) return;
    for (const callback of callbacks) callback(coordinator);
  }
}

function sendOn<A extends Api>(
  connection: BrokerConnection,
  api: A,
  body: RequestInput<A>,
  options: LinkOptions,
  settle: OnAnswer<A>,
  fail: (failure: LinkFailure) => void,
): void {
  const newest = connection.version(api);
  if (newest < 0) {
    fail('unsupported-version');
    return;
  }
  const version = Math.min(newest, options.maxVersion ?? newest);
  connection.send(api, version, body, options.timeoutUs, (response, failure) => {
    if (failure !== null) connection.noteFailure();
    const wasNotSent = failure === 'refused' || failure === 'connect-timeout';
    settle(response, failure === null ? null : wasNotSent ? 'not-sent' : 'no-answer');
  });
}
