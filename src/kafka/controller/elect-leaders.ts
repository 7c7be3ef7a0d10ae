/**
 * ElectLeaders (KIP-183, KIP-460): partitions by name, or all of them, of which only those are told
 * where something was to be done. Preferred: the first replica leads where it is in sync and alive.
 * Unclean: a partition without a leader gets one, whatever its topic says about unclean elections.
 */

import { topicSettings } from '../metadata/image.ts';
import { isLeaderless } from '../metadata/record-states.ts';
import type { MetadataRecord } from '../metadata/records.ts';
import type { PartitionState } from '../metadata/state.ts';
import {
  type ElectLeadersRequest,
  type ElectLeadersResponse,
  electionType,
} from '../protocol/apis/43-elect-leaders.ts';
import { errorCode } from '../protocol/errors.ts';
import {
  type Decision,
  type DecisionContext,
  excessive,
  isExcessive,
  noRecords,
} from './decision.ts';
import { changePartition, mayLeadIn, type PartitionChange } from './elect.ts';

type TopicResult = ElectLeadersResponse['replicaElectionResults'][number];
type Result = TopicResult['partitionResult'][number];

export function electLeaders(
  context: DecisionContext,
  request: ElectLeadersRequest,
): Decision<ElectLeadersResponse> {
  const type = request.electionType;
  if (type !== electionType.preferred && type !== electionType.unclean)
    return whole(errorCode.invalidRequest);
  const isAsked = request.topicPartitions !== null;
  const records: MetadataRecord[] = [];
  const results: TopicResult[] = [];
  for (const { topic, partitions } of request.topicPartitions ?? everything(context)) {
    const partitionResult = partitions
      .map((index) => electOne(context, topic, index, type, records))
      .filter((result) => isAsked || result.errorCode !== errorCode.electionNotNeeded);
    if (isAsked || partitionResult.length > 0) results.push({ topic, partitionResult });
  }
  if (isExcessive(records)) return whole(excessive.code);
  return {
    records,
    response: { throttleTimeMs: 0, errorCode: 0, replicaElectionResults: results },
  };
}

const whole = (code: number): Decision<ElectLeadersResponse> => ({
  records: noRecords,
  response: { throttleTimeMs: 0, errorCode: code, replicaElectionResults: [] },
});

function everything({ image }: DecisionContext): { topic: string; partitions: number[] }[] {
  return [...image.topicsById.values()].map(({ name, partitions }) => ({
    topic: name,
    partitions: partitions.map(({ index }) => index),
  }));
}

function electOne(
  context: DecisionContext,
  topic: string,
  partitionId: number,
  type: number,
  records: MetadataRecord[],
): Result {
  const result = (code: number, errorMessage: string | null = null): Result => ({
    partitionId,
    errorCode: code,
    errorMessage,
  });
  const known = context.image.topicsByName.get(topic);
  const partition = known?.partitions[partitionId];
  if (partition === undefined) {
    const missing =
      known === undefined ? `topic as ${topic}` : `partition as ${topic}-${partitionId}`;
    return result(errorCode.unknownTopicOrPartition, `No such ${missing}`);
  }
  const isPreferred = type === electionType.preferred;
  const isThere = isPreferred
    ? partition.leader === partition.replicas[0]
    : !isLeaderless(partition);
  if (isThere) return result(errorCode.electionNotNeeded);
  const record = changePartition(context, partition, changeOf(context, partition, isPreferred));
  if (record === null) {
    return result(
      isPreferred ? errorCode.preferredLeaderNotAvailable : errorCode.eligibleLeadersNotAvailable,
    );
  }
  records.push(record);
  return result(errorCode.none);
}

function changeOf(
  context: DecisionContext,
  partition: PartitionState,
  isPreferred: boolean,
): PartitionChange {
  const mayLead = mayLeadIn(context);
  if (isPreferred) return { mayLead, preferred: true };
  const { minInsyncReplicas } = topicSettings(context.image, partition.topic, context.settings);
  return { mayLead, settings: { minInsyncReplicas, uncleanLeaderElectionEnable: true } };
}
