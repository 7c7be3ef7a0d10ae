/**
 * The quorum's APIs as a node serves them: each request is judged as far as that needs no state,
 * then handed on flat.
 */
import type { NodeConfig } from '../config.ts';
import { fetchApi } from '../protocol/apis/01-fetch.ts';
import { voteApi } from '../protocol/apis/52-vote.ts';
import { beginQuorumEpochApi } from '../protocol/apis/53-begin-quorum-epoch.ts';
import { endQuorumEpochApi } from '../protocol/apis/54-end-quorum-epoch.ts';
import { describeQuorumApi } from '../protocol/apis/55-describe-quorum.ts';
import type { Api, RequestOf, ResponseInput } from '../protocol/schema.ts';
import type { Request } from '../rpc/contract.ts';
import { type ServedApi, serve } from '../rpc/served-api.ts';
import type { RaftRequest, RaftResponse, Respond } from './messages.ts';
import * as wire from './wire.ts';

/** What the requests come to. */
export interface QuorumDoor {
  readonly config: NodeConfig;
  /** Not before it knows its election, and not once it stops. */
  takesRequests(): boolean;
  take(message: RaftRequest, respond: Respond): void;
  describe(request: Request<typeof describeQuorumApi>): void;
}

/** How a request is read: to a message, or to the code that says what is wrong with it. */
type Read<A extends Api> = (clusterId: string, body: RequestOf<A>) => RaftRequest | number;

type Write<A extends Api> = (config: NodeConfig, response: RaftResponse) => ResponseInput<A> | null;

function message<A extends Api>(
  api: A,
  versions: readonly [min: number, max: number],
  read: Read<A>,
  write: Write<A>,
  refuse: (code: number) => ResponseInput<A>,
): ServedApi<QuorumDoor> {
  return serve(api, versions, (quorum: QuorumDoor, request: Request<A>) => {
    if (!quorum.takesRequests()) {
      request.disconnect();
      return;
    }
    const { config } = quorum;
    const taken = read(config.clusterId, request.body);
    if (typeof taken === 'number') {
      request.respond(refuse(taken));
      return;
    }
    const respond = (response: RaftResponse): void => {
      const answer = write(config, response);
      if (answer !== null) request.respond(answer);
    };
    quorum.take(taken, request.guard(respond));
  });
}

const refuseElection = (code: number) => ({ errorCode: code, topics: [] });

export const quorumApis: readonly ServedApi<QuorumDoor>[] = [
  // Replicas of the metadata log fetch by topic id (13) and name themselves by directory (17).
  message(
    fetchApi,
    [13, 18],
    wire.readFetch,
    (config, response) => (response.kind === 'fetch' ? wire.fetchResponse(config, response) : null),
    (code) => ({ errorCode: code, responses: [] }),
  ),
  message(voteApi, [0, 2], wire.readVote, wire.electionResponse, refuseElection),
  message(beginQuorumEpochApi, [0, 1], wire.readBegin, wire.electionResponse, refuseElection),
  message(endQuorumEpochApi, [0, 1], wire.readEnd, wire.electionResponse, refuseElection),
  serve(describeQuorumApi, [0, 2], (quorum: QuorumDoor, request) => {
    if (quorum.takesRequests()) quorum.describe(request);
    else request.disconnect();
  }),
];
