/** Questions to leaders about offsets, each for several partitions in one request. */
import type { LeaderEpoch, Offset, WallMs } from '../../../base/ids.ts';
import { listOffsetsApi } from '../../protocol/apis/02-list-offsets.ts';
import { offsetForLeaderEpochApi } from '../../protocol/apis/23-offset-for-leader-epoch.ts';
import { errorCode } from '../../protocol/errors.ts';
import type { RpcFailure } from '../../rpc/contract.ts';
import type { Endpoint } from '../connect/connection-pool.ts';
import type { ControlPlane } from '../metadata/control-plane.ts';
import type { ClientSettings } from '../settings.ts';

/** As ListOffsets has them. */
export const latestTimestamp = -1;
export const earliestTimestamp = -2;

export interface OffsetQuery {
  readonly topic: string;
  readonly partition: number;
  readonly currentLeaderEpoch: LeaderEpoch;
  readonly timestamp: WallMs;
}

export interface EpochQuery {
  readonly topic: string;
  readonly partition: number;
  readonly currentLeaderEpoch: LeaderEpoch;
  readonly epoch: LeaderEpoch;
}

export interface OffsetAnswer {
  readonly errorCode: number;
  /** −1: there is none. */
  readonly offset: Offset;
  readonly leaderEpoch: LeaderEpoch;
  readonly timestamp: WallMs;
}

/** One answer per query, in their order; null if the broker could not be asked. */
type OnAnswers = (answers: readonly OffsetAnswer[] | null) => void;

interface Parts {
  readonly settings: ClientSettings;
  readonly control: ControlPlane;
}

export function listOffsets(
  { settings, control }: Parts,
  leader: Endpoint,
  queries: readonly OffsetQuery[],
  readCommitted: boolean,
  onAnswers: OnAnswers,
): void {
  control.to(leader, (connection) => {
    const version = connection?.version(listOffsetsApi) ?? -1;
    if (connection === null || version < 0) {
      onAnswers(version < 0 && connection !== null ? queries.map(() => unsupported) : null);
      return;
    }
    const topics = byTopic(queries).map(([name, ofTopic]) => ({
      name,
      partitions: ofTopic.map(({ partition, currentLeaderEpoch, timestamp }) => ({
        partitionIndex: partition,
        currentLeaderEpoch,
        timestamp,
      })),
    }));
    const body = { replicaId: -1, isolationLevel: readCommitted ? 1 : 0, topics };
    const timeoutUs = settings.requestTimeoutUs;
    connection.send(listOffsetsApi, version, body, timeoutUs, (response, failure) => {
      noteFailure(connection, failure);
      if (response === null) {
        onAnswers(null);
        return;
      }
      const answers = queries.map(({ topic, partition }) =>
        response.topics
          .find(({ name }) => name === topic)
          ?.partitions.find(({ partitionIndex }) => partitionIndex === partition),
      );
      onAnswers(answers.map((answer) => answer ?? unanswered));
    });
  });
}

/** `offset` is where the asked epoch ends in the leader's log. */
export function epochEnds(
  { settings, control }: Parts,
  leader: Endpoint,
  queries: readonly EpochQuery[],
  onAnswers: OnAnswers,
): void {
  control.to(leader, (connection) => {
    const version = connection?.version(offsetForLeaderEpochApi) ?? -1;
    if (connection === null || version < 0) {
      onAnswers(version < 0 && connection !== null ? queries.map(() => unsupported) : null);
      return;
    }
    const topics = byTopic(queries).map(([topic, ofTopic]) => ({
      topic,
      partitions: ofTopic.map(({ partition, currentLeaderEpoch, epoch }) => ({
        partition,
        currentLeaderEpoch,
        leaderEpoch: epoch,
      })),
    }));
    const body = { replicaId: -1, topics };
    const timeoutUs = settings.requestTimeoutUs;
    connection.send(offsetForLeaderEpochApi, version, body, timeoutUs, (response, failure) => {
      noteFailure(connection, failure);
      if (response === null) {
        onAnswers(null);
        return;
      }
      const answers = queries.map((query) => {
        const answer = response.topics
          .find(({ topic }) => topic === query.topic)
          ?.partitions.find(({ partition }) => partition === query.partition);
        return answer === undefined
          ? unanswered
          : { ...answer, offset: answer.endOffset, timestamp: -1 };
      });
      onAnswers(answers);
    });
  });
}

const unanswered: OffsetAnswer = {
  errorCode: errorCode.unknownServerError,
  offset: -1,
  leaderEpoch: -1,
  timestamp: -1,
};
const unsupported: OffsetAnswer = { ...unanswered, errorCode: errorCode.unsupportedVersion };

function noteFailure(connection: { noteFailure(): void }, failure: RpcFailure | null): void {
  if (failure !== null) connection.noteFailure();
}

function byTopic<Q extends { readonly topic: string }>(queries: readonly Q[]): [string, Q[]][] {
  const topics = new Map<string, Q[]>();
  for (const query of queries) {
    const ofTopic = topics.get(query.topic);
    if (ofTopic === undefined) topics.set(query.topic, [query]);
    else ofTopic.push(query);
  }
  return [...topics];
}
