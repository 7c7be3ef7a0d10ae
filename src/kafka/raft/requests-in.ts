/**
 * Requests of the quorum's APIs as they arrive: judged as far as that needs no state, then handed
 * on flat.
 */
import type { NodeConfig } from '../config.ts';
import { fetchApi } from '../protocol/apis/01-fetch.ts';
import { voteApi } from '../protocol/apis/52-vote.ts';
import { beginQuorumEpochApi } from '../protocol/apis/53-begin-quorum-epoch.ts';
import { endQuorumEpochApi } from '../protocol/apis/54-end-quorum-epoch.ts';
import { describeQuorumApi } from '../protocol/apis/55-describe-quorum.ts';
import type { Request } from '../rpc/contract.ts';
import { isRequestOf } from '../rpc/request.ts';
import type { RaftRequest, RaftResponse, Respond } from './messages.ts';
import * as wire from './wire.ts';

export const servedKeys: ReadonlySet<number> = new Set([
  fetchApi.key,
  voteApi.key,
  beginQuorumEpochApi.key,
  endQuorumEpochApi.key,
  describeQuorumApi.key,
]);

/** Calls `take` with what the request says, or answers it here with what is wrong with it. */
export function takeRequest(
  request: Request,
  config: NodeConfig,
  take: (message: RaftRequest, respond: Respond) => void,
): void {
  if (isRequestOf(request, fetchApi)) {
    const message = wire.readFetch(config.clusterId, request.body);
    if (typeof message === 'number') {
      request.respond({ errorCode: message, responses: [] });
      return;
    }
    const respond = request.guard((response: RaftResponse) => {
      if (response.kind === 'fetch') request.respond(wire.fetchResponse(config, response));
    });
    take(message, respond);
    return;
  }
  const message = readElection(request, config.clusterId);
  if (message === null) request.disconnect();
  else if (typeof message === 'number') request.respond({ errorCode: message, topics: [] });
  else {
    const respond = (response: RaftResponse): void =>
      request.respond(wire.electionResponse(config, response));
    take(message, request.guard(respond));
  }
}

function readElection(request: Request, clusterId: string): RaftRequest | number | null {
  if (isRequestOf(request, voteApi)) return wire.readVote(clusterId, request.body);
  if (isRequestOf(request, beginQuorumEpochApi)) return wire.readBegin(clusterId, request.body);
  if (isRequestOf(request, endQuorumEpochApi)) return wire.readEnd(clusterId, request.body);
  return null;
}
