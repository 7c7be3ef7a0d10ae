/**
 * The other voters as this replica speaks to them: a channel each, flat messages out, flat answers
 * back.
 */
import { assert } from '../../base/assert.ts';
import type { NodeId } from '../../base/ids.ts';
import { msToMicros } from '../../base/time.ts';
import type { Host } from '../../host/host.ts';
import type { NodeConfig } from '../config.ts';
import { fetchApi } from '../protocol/apis/01-fetch.ts';
import { voteApi } from '../protocol/apis/52-vote.ts';
import { beginQuorumEpochApi } from '../protocol/apis/53-begin-quorum-epoch.ts';
import { endQuorumEpochApi } from '../protocol/apis/54-end-quorum-epoch.ts';
import { openChannel } from '../rpc/channel.ts';
import type { Channel } from '../rpc/contract.ts';
import type { RaftRequest, RaftResponse } from './messages.ts';
import {
  beginRequest,
  endRequest,
  fetchRequest,
  readElectionResponse,
  readFetchResponse,
  voteRequest,
} from './wire.ts';

/** Null: no answer, or none that could be understood. */
export type OnAnswer = (from: NodeId, requestId: number, response: RaftResponse | null) => void;

export class Peers {
  readonly #host: Host;
  readonly #config: NodeConfig;
  readonly #onAnswer: OnAnswer;
  readonly #timeoutUs: number;
  readonly #channels = new Map<NodeId, Channel>();

  constructor(host: Host, config: NodeConfig, onAnswer: OnAnswer) {
    this.#host = host;
    this.#config = config;
    this.#onAnswer = onAnswer;
    this.#timeoutUs = msToMicros(config.settings.controllerQuorumRequestTimeoutMs);
  }

  send(to: NodeId, requestId: number, request: RaftRequest): void {
    const config = this.#config;
    const channel = this.#channel(to);
    const answer = (response: RaftResponse | null): void => this.#onAnswer(to, requestId, response);
    switch (request.kind) {
      case 'fetch':
        channel.send(
          fetchApi,
          fetchApi.maxVersion,
          fetchRequest(config, request),
          this.#timeoutUs,
          (body) => answer(body && readFetchResponse(body)),
        );
        break;
      case 'vote':
        channel.send(
          voteApi,
          voteApi.maxVersion,
          voteRequest(config, request),
          this.#timeoutUs,
          (body) => answer(body && readElectionResponse(request.kind, body)),
        );
        break;
      case 'begin-quorum-epoch': {
        const { maxVersion } = beginQuorumEpochApi;
        channel.send(
          beginQuorumEpochApi,
          maxVersion,
          beginRequest(config, request),
          this.#timeoutUs,
          (body) => answer(body && readElectionResponse(request.kind, body)),
        );
        break;
      }
      case 'end-quorum-epoch': {
        const { maxVersion } = endQuorumEpochApi;
        channel.send(
          endQuorumEpochApi,
          maxVersion,
          endRequest(config, request),
          this.#timeoutUs,
          (body) => answer(body && readElectionResponse(request.kind, body)),
        );
        break;
      }
    }
  }

  close(): void {
    for (const channel of this.#channels.values()) channel.close();
  }

  #channel(to: NodeId): Channel {
    let channel = this.#channels.get(to);
    if (channel === undefined) {
      const voter = this.#config.voters.find((each) => each.nodeId === to);
      assert(voter !== undefined, 'requests go to voters');
      const clientId = `raft-client-${this.#config.nodeId}`;
      const options = { clientId, connectTimeoutUs: this.#timeoutUs };
      channel = openChannel(this.#host, { host: voter.host, port: voter.port }, options);
      this.#channels.set(to, channel);
    }
    return channel;
  }
}
