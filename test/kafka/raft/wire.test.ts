import { describe, expect, it } from 'vitest';
import { zeroUuid } from '../../../src/base/ids.ts';
import { fetchApi } from '../../../src/kafka/protocol/apis/01-fetch.ts';
import { voteApi } from '../../../src/kafka/protocol/apis/52-vote.ts';
import { beginQuorumEpochApi } from '../../../src/kafka/protocol/apis/53-begin-quorum-epoch.ts';
import { endQuorumEpochApi } from '../../../src/kafka/protocol/apis/54-end-quorum-epoch.ts';
import {
  decodeRequest,
  decodeResponse,
  encodeRequest,
  encodeResponse,
} from '../../../src/kafka/protocol/message.ts';
import type { Api, RequestInput, ResponseInput } from '../../../src/kafka/protocol/schema.ts';
import type { RaftRequest, RaftResponse } from '../../../src/kafka/raft/messages.ts';
import * as wire from '../../../src/kafka/raft/wire.ts';

const clusterId = 'AAAAAAAAAAAAAAAAAAAACA';
const sender = { clusterId, voters: [{ nodeId: 1, host: 'm1', port: 9093 }] };
const one = { id: 1, directoryId: 'AAAAAAAAAAAAAAAAAAABAQ' };
const two = { id: 2, directoryId: 'AAAAAAAAAAAAAAAAAAABAg' };

function asked<A extends Api>(api: A, version: number, body: RequestInput<A>) {
  const frame = encodeRequest(api, version, 7, 'test', body);
  return decodeRequest(api, version, frame.subarray(4)).body;
}

function answered<A extends Api>(api: A, version: number, body: ResponseInput<A>) {
  const frame = encodeResponse(api, version, 7, body);
  return decodeResponse(api, version, frame.subarray(4)).body;
}

const vote: RaftRequest & { kind: 'vote' } = {
  kind: 'vote',
  epoch: 5,
  candidate: one,
  voter: two,
  lastEpoch: 4,
  lastOffset: 123,
  preVote: true,
};
const fetch: RaftRequest & { kind: 'fetch' } = {
  kind: 'fetch',
  epoch: 5,
  replica: two,
  fetchOffset: 9,
  lastFetchedEpoch: 3,
  maxWaitUs: 500_000,
  maxBytes: 8_388_608,
  highWatermark: -1,
};
const begin: RaftRequest & { kind: 'begin-quorum-epoch' } = {
  kind: 'begin-quorum-epoch',
  epoch: 5,
  leaderId: 1,
  voter: two,
};
const end: RaftRequest & { kind: 'end-quorum-epoch' } = {
  kind: 'end-quorum-epoch',
  epoch: 5,
  leaderId: 1,
  preferredCandidates: [two, one],
};

describe('requests come back from the wire as they were', () => {
  it('Vote, BeginQuorumEpoch, EndQuorumEpoch, Fetch', () => {
    expect(wire.readVote(clusterId, asked(voteApi, 2, wire.voteRequest(sender, vote)))).toEqual(
      vote,
    );
    const begun = asked(beginQuorumEpochApi, 1, wire.beginRequest(sender, begin));
    expect(wire.readBegin(clusterId, begun)).toEqual(begin);
    const ended = asked(endQuorumEpochApi, 1, wire.endRequest(sender, end));
    expect(wire.readEnd(clusterId, ended)).toEqual(end);
    const fetched = asked(fetchApi, 18, wire.fetchRequest(sender, fetch));
    expect(wire.readFetch(clusterId, fetched)).toEqual(fetch);
  });

  it('without what an old version cannot say', () => {
    const voted = asked(voteApi, 0, wire.voteRequest(sender, vote));
    const unknown = { id: 1, directoryId: zeroUuid };
    const voter = { id: -1, directoryId: zeroUuid };
    expect(wire.readVote(clusterId, voted)).toEqual({
      ...vote,
      candidate: unknown,
      voter,
      preVote: false,
    });
    const fetched = asked(fetchApi, 17, wire.fetchRequest(sender, fetch));
    const highWatermark = Number.MAX_SAFE_INTEGER;
    expect(wire.readFetch(clusterId, fetched)).toEqual({ ...fetch, highWatermark });
  });
});

describe('answers come back from the wire as they were', () => {
  const answer = { errorCode: 0, epoch: 5, leaderId: 1 };

  it('to elections, with the endpoint of the leader', () => {
    const granted: RaftResponse = { kind: 'vote', ...answer, granted: true };
    const body = answered(voteApi, 2, wire.electionResponse(sender, granted));
    expect(wire.readElectionResponse('vote', body)).toEqual(granted);
    expect(body.nodeEndpoints).toEqual([{ nodeId: 1, host: 'm1', port: 9093 }]);
    const begun: RaftResponse = { kind: 'begin-quorum-epoch', ...answer, errorCode: 74 };
    const beginBody = answered(beginQuorumEpochApi, 1, wire.electionResponse(sender, begun));
    expect(wire.readElectionResponse('begin-quorum-epoch', beginBody)).toEqual(begun);
  });

  it('to fetches, with records or a diverging epoch', () => {
    const fetched: RaftResponse & { kind: 'fetch' } = {
      kind: 'fetch',
      ...answer,
      highWatermark: 7,
      logStartOffset: 0,
      diverging: null,
      records: Uint8Array.of(1, 2, 3),
    };
    for (const diverging of [null, { leaderEpoch: 3, endOffset: 8 }]) {
      const response = { ...fetched, diverging };
      const body = answered(fetchApi, 18, wire.fetchResponse(sender, response));
      expect(wire.readFetchResponse(body)).toEqual(response);
    }
  });

  it('but not what says nothing', () => {
    const topics: never[] = [];
    expect(
      wire.readElectionResponse('vote', answered(voteApi, 2, { errorCode: 104, topics })),
    ).toBeNull();
    expect(
      wire.readElectionResponse('vote', answered(voteApi, 2, { errorCode: 0, topics })),
    ).toBeNull();
    expect(wire.readFetchResponse(answered(fetchApi, 18, { responses: [] }))).toBeNull();
  });
});
