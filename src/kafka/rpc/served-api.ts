/**
 * One API key as it is served: its versions stand beside its handler. `Context` is what the handler
 * works on: a broker's parts, a controller, a quorum. Bound to one, it is what a listener lists.
 */
import type { Api } from '../protocol/schema.ts';
import type { Request } from './contract.ts';

export interface OfferedApi {
  readonly api: Api;
  readonly minVersion: number;
  readonly maxVersion: number;
}

/** Answers one request, now or later, exactly once. */
export type Handler<Context, A extends Api> = (context: Context, request: Request<A>) => void;

export interface ServedApi<Context> extends OfferedApi {
  readonly handle: Handler<Context, Api>;
}

export interface ListedApi extends OfferedApi {
  readonly handle: (request: Request) => void;
}

/** The server hands a request only to the handler of its own API, so the types meet again here. */
export function serve<Context, A extends Api>(
  api: A,
  versions: readonly [min: number, max: number],
  handle: Handler<Context, A>,
): ServedApi<Context> {
  const [minVersion, maxVersion] = versions;
  return { api, minVersion, maxVersion, handle: handle as unknown as Handler<Context, Api> };
}

export const bound = <Context>(
  context: Context,
  served: readonly ServedApi<Context>[],
): readonly ListedApi[] =>
  served.map(({ api, minVersion, maxVersion, handle }) => ({
    api,
    minVersion,
    maxVersion,
    handle: (request) => handle(context, request),
  }));
