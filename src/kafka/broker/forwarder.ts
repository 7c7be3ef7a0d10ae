/**
 * Hands clients' requests on to the active controller, in the version they came in, and relays its
 * answer. The request may be carried out twice when a connection breaks, as in Kafka: its sender
 * then sees, say, TOPIC_ALREADY_EXISTS for a topic that it has just created.
 */
import type { Micros } from '../../base/ids.ts';
import { errorCode } from '../protocol/errors.ts';
import type { Api, RequestInput, RequestOf, ResponseInput } from '../protocol/schema.ts';
import type { Request } from '../rpc/contract.ts';
import type { ControllerChannel } from './controller-channel.ts';

/** The whole answer of an API where nothing of a request was done because of one error. */
export type RefuseAll<A extends Api> = (request: RequestOf<A>, code: number) => ResponseInput<A>;

export class Forwarder {
  readonly #channel: ControllerChannel;
  readonly #expiresInUs: Micros;

  constructor(channel: ControllerChannel, expiresInUs: Micros) {
    this.#channel = channel;
    this.#expiresInUs = expiresInUs;
  }

  forward<A extends Api>(request: Request<A>, refuseAll: RefuseAll<A>): void {
    // What was decoded has every field, so it encodes again; the types cannot know that.
    const body = request.body as RequestInput<A>;
    const relay = request.guard((response: unknown) => {
      if (response !== null) request.respond(response as ResponseInput<A>);
      else request.respond(refuseAll(request.body, errorCode.requestTimedOut));
    });
    this.#channel.send(request.api, request.version, body, this.#expiresInUs, relay);
  }
}
