/**
 * Requests to whichever controller is active. A request waits while none is known, follows the
 * leadership when it moves, and is sent again after a broken connection, a timeout or
 * NOT_CONTROLLER, until its deadline. It may therefore be handled twice: what is sent here must
 * bear that, or its sender must. One connection per channel: a slow answer holds up what is sent
 * after it, so heartbeats have their own.
 */
import type { Micros, NodeId } from '../../base/ids.ts';
import type { Host } from '../../host/host.ts';
import type { Timer } from '../../host/timers.ts';
import type { Voter } from '../config.ts';
import type { Api, RequestInput, ResponseOf } from '../protocol/schema.ts';
import { openChannel } from '../rpc/channel.ts';
import type { Channel, RpcFailure } from '../rpc/contract.ts';
import { isNotController } from './not-controller.ts';

/** `expired`: no controller answered before the deadline. `closed`: we shut down. */
export type ControllerFailure = 'expired' | 'closed';

/** Called exactly once, in a later event than the `send`: with an answer or with a failure. */
export type OnControllerResponse<A extends Api> = (
  response: ResponseOf<A> | null,
  failure: ControllerFailure | null,
) => void;

export interface ControllerChannelOptions {
  readonly host: Host;
  readonly clientId: string;
  readonly voters: readonly Voter[];
  /** The active controller as far as the quorum tells, −1 when it does not. */
  readonly controllerId: () => NodeId;
  /** Time for one attempt. */
  readonly attemptTimeoutUs: Micros;
  readonly connectTimeoutUs: Micros;
}

const firstBackoffUs: Micros = 20_000;
const maxBackoffUs: Micros = 640_000;

interface Pending {
  /** Sends it once over `channel`; the answer comes back to the ControllerChannel. */
  readonly attempt: (channel: Channel, timeoutUs: Micros) => void;
  readonly fail: (failure: ControllerFailure) => void;
  readonly deadlineUs: Micros;
  readonly deadline: Timer;
  backoffUs: Micros;
  backoff: Timer | null;
}

export class ControllerChannel {
  readonly #options: ControllerChannelOptions;
  readonly #host: Host;
  /** All that are not answered. */
  readonly #pending = new Set<Pending>();
  /** Those of them that wait until a controller is known. */
  readonly #waiting = new Set<Pending>();
  #channel: Channel | null = null;
  #channelTo: NodeId = -1;
  #closed = false;

  constructor(options: ControllerChannelOptions) {
    this.#options = options;
    this.#host = options.host;
  }

  send<A extends Api>(
    api: A,
    version: number,
    body: RequestInput<A>,
    expiresInUs: Micros,
    onResponse: OnControllerResponse<A>,
  ): void {
    const settle = (response: ResponseOf<A> | null, failure: ControllerFailure | null): void => {
      if (!this.#pending.delete(pending)) return;
      this.#waiting.delete(pending);
      pending.deadline.cancel();
      pending.backoff?.cancel();
      onResponse(response, failure);
    };
    const onAttempt = (response: ResponseOf<A> | null, failure: RpcFailure | null): void => {
      if (!this.#pending.has(pending)) return;
      if (response !== null && !isNotController(api.key, response)) settle(response, null);
      else this.#retryLater(pending, failure);
    };
    const pending: Pending = {
      attempt: (channel, timeoutUs) => channel.send(api, version, body, timeoutUs, onAttempt),
      fail: (failure) => settle(null, failure),
      deadlineUs: this.#host.clock.monotonicUs() + expiresInUs,
      deadline: this.#host.timers.after(expiresInUs, () => settle(null, 'expired')),
      backoffUs: firstBackoffUs,
      backoff: null,
    };
    this.#pending.add(pending);
    if (this.#closed) this.#host.timers.after(0, () => pending.fail('closed'));
    else this.#attempt(pending);
  }

  /**
   * The quorum has another leader, or none: attempts at the former one are given up and made at the
   * new.
   */
  controllerChanged(): void {
    const controllerId = this.#options.controllerId();
    if (this.#channel !== null && this.#channelTo !== controllerId && controllerId !== -1)
      this.#dropChannel();
    if (controllerId === -1) return;
    for (const pending of [...this.#waiting]) this.#attempt(pending);
  }

  close(): void {
    this.#closed = true;
    for (const pending of [...this.#pending]) pending.fail('closed');
    this.#dropChannel();
  }

  #attempt(pending: Pending): void {
    const channel = this.#channelToController();
    if (channel === null) {
      this.#waiting.add(pending);
      return;
    }
    this.#waiting.delete(pending);
    const leftUs = Math.max(1, pending.deadlineUs - this.#host.clock.monotonicUs());
    pending.attempt(channel, Math.min(this.#options.attemptTimeoutUs, leftUs));
  }

  /** `closed` means that we left a former controller on purpose: the next attempt need not wait. */
  #retryLater(pending: Pending, failure: RpcFailure | null): void {
    if (failure === 'closed') {
      this.#attempt(pending);
      return;
    }
    const delayUs = pending.backoffUs;
    pending.backoffUs = Math.min(maxBackoffUs, delayUs * 2);
    pending.backoff = this.#host.timers.after(delayUs, () => {
      pending.backoff = null;
      this.#attempt(pending);
    });
  }

  #channelToController(): Channel | null {
    const controllerId = this.#options.controllerId();
    if (controllerId === -1) return null;
    if (this.#channel !== null && this.#channelTo === controllerId) return this.#channel;
    const voter = this.#options.voters.find((one) => one.nodeId === controllerId);
    if (voter === undefined) return null;
    this.#dropChannel();
    this.#channelTo = controllerId;
    this.#channel = openChannel(
      this.#host,
      { host: voter.host, port: voter.port },
      {
        clientId: this.#options.clientId,
        connectTimeoutUs: this.#options.connectTimeoutUs,
      },
    );
    return this.#channel;
  }

  #dropChannel(): void {
    const channel = this.#channel;
    this.#channel = null;
    this.#channelTo = -1;
    channel?.close();
  }
}
