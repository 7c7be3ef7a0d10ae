/**
 * The promise form of a request, and the narrowing of one that arrived, for procedures that read
 * better so.
 */
import type { Micros } from '../../base/ids.ts';
import type { Api, RequestInput, ResponseOf } from '../protocol/schema.ts';
import type { Channel, Request, RpcFailure } from './contract.ts';

export class RpcError extends Error {
  override readonly name = 'RpcError';
  readonly failure: RpcFailure;

  constructor(failure: RpcFailure, doing: string) {
    super(`${doing}: ${failure}`);
    this.failure = failure;
  }
}

/**
 * Sends and waits; rejects with an RpcError. An error code in the answer is the caller's to see.
 */
export function request<A extends Api>(
  channel: Channel,
  api: A,
  version: number,
  body: RequestInput<A>,
  timeoutUs: Micros,
): Promise<ResponseOf<A>> {
  return new Promise((resolve, reject) => {
    channel.send(api, version, body, timeoutUs, (response, failure) => {
      if (failure === null) {
        resolve(response as ResponseOf<A>);
        return;
      }
      const { host, port } = channel.address;
      reject(new RpcError(failure, `${api.name} to ${host}:${port}`));
    });
  });
}

/** Whether a request is one of this API; narrows its body and its answer. */
export function isRequestOf<A extends Api>(request: Request, api: A): request is Request<A> {
  return request.api.key === api.key;
}
