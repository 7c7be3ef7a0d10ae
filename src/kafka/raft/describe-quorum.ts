/** DescribeQuorum: what a leader knows of the replicas that fetch from it (KIP-595, KIP-836). */
import type { Micros, WallMs } from '../../base/ids.ts';
import { microsToMs } from '../../base/time.ts';
import type { NodeConfig } from '../config.ts';
import type { describeQuorumApi } from '../protocol/apis/55-describe-quorum.ts';
import { errorCode } from '../protocol/errors.ts';
import type { RequestOf, ResponseInput } from '../protocol/schema.ts';
import type { RaftMachine } from './machine.ts';
import type { Progress } from './roles.ts';
import { metadataTopic } from './wire.ts';

type Body = RequestOf<typeof describeQuorumApi>;
type Answer = ResponseInput<typeof describeQuorumApi>;
type ReplicaState = Answer['topics'][number]['partitions'][number]['currentVoters'][number];

/** Observers that have not fetched for so long are not listed. */
const observerSessionUs = 300_000_000;

export interface Now {
  readonly us: Micros;
  readonly wallMs: WallMs;
}

export function describeQuorum(
  config: NodeConfig,
  machine: RaftMachine,
  local: { readonly directoryId: string; readonly endOffset: number },
  body: Body,
  now: Now,
): Answer {
  const topic = body.topics[0];
  const isOurs =
    body.topics.length === 1 &&
    topic?.topicName === metadataTopic &&
    topic.partitions.length === 1 &&
    topic.partitions[0]?.partitionIndex === 0;
  if (!isOurs) return failed(body, errorCode.unknownTopicOrPartition);
  const { role } = machine;
  if (role.name !== 'leader') return failed(body, errorCode.notLeaderOrFollower);

  const self: ReplicaState = {
    replicaId: config.nodeId,
    replicaDirectoryId: local.directoryId,
    logEndOffset: local.endOffset,
    lastFetchTimestamp: now.wallMs,
    lastCaughtUpTimestamp: now.wallMs,
  };
  const currentVoters = [
    self,
    ...[...role.voters.values()].map((voter) => describeReplica(voter, now)),
  ];
  const observers = [...role.observers.values()]
    .filter((observer) => observer.lastFetchUs > now.us - observerSessionUs)
    .map((observer) => describeReplica(observer, now));
  const partition = {
    partitionIndex: 0,
    errorCode: errorCode.none,
    leaderId: config.nodeId,
    leaderEpoch: machine.epoch,
    highWatermark: role.highWatermark,
    currentVoters,
    observers,
  };
  const nodes = config.voters.map(({ nodeId, host, port }) => ({
    nodeId,
    listeners: [{ name: 'CONTROLLER', host, port }],
  }));
  return {
    errorCode: errorCode.none,
    errorMessage: '',
    topics: [{ topicName: metadataTopic, partitions: [{ ...partition, errorMessage: '' }] }],
    nodes,
  };
}

function describeReplica(progress: Progress, now: Now): ReplicaState {
  const wallMsOf = (us: Micros): WallMs => (us < 0 ? -1 : now.wallMs - microsToMs(now.us - us));
  return {
    replicaId: progress.key.id,
    replicaDirectoryId: progress.key.directoryId,
    logEndOffset: progress.endOffset,
    lastFetchTimestamp: wallMsOf(progress.lastFetchUs),
    lastCaughtUpTimestamp: wallMsOf(progress.lastCaughtUpUs),
  };
}

function failed(body: Body, code: number): Answer {
  const topics = body.topics.map(({ topicName, partitions }) => ({
    topicName,
    partitions: partitions.map(({ partitionIndex }) => ({
      partitionIndex,
      errorCode: code,
      errorMessage: null,
      leaderId: -1,
      leaderEpoch: -1,
      highWatermark: -1,
      currentVoters: [],
      observers: [],
    })),
  }));
  return { errorCode: errorCode.none, errorMessage: null, topics, nodes: [] };
}
