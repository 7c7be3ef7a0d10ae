/**
 * The whole answer of an API where one error befell all of a request, in that API's own shape: each
 * thing that was asked for carries the code where answers are given per thing, else the answer
 * itself does. As Kafka's `getErrorResponse` has it.
 */
import { zeroUuid } from '../../base/ids.ts';
import { produceApi } from '../protocol/apis/00-produce.ts';
import { fetchApi } from '../protocol/apis/01-fetch.ts';
import { listOffsetsApi } from '../protocol/apis/02-list-offsets.ts';
import { metadataApi } from '../protocol/apis/03-metadata.ts';
import { offsetCommitApi } from '../protocol/apis/08-offset-commit.ts';
import { offsetFetchApi } from '../protocol/apis/09-offset-fetch.ts';
import { findCoordinatorApi } from '../protocol/apis/10-find-coordinator.ts';
import { syncGroupApi } from '../protocol/apis/14-sync-group.ts';
import { describeGroupsApi } from '../protocol/apis/15-describe-groups.ts';
import { createTopicsApi } from '../protocol/apis/19-create-topics.ts';
import { deleteTopicsApi } from '../protocol/apis/20-delete-topics.ts';
import { offsetForLeaderEpochApi } from '../protocol/apis/23-offset-for-leader-epoch.ts';
import { describeConfigsApi } from '../protocol/apis/32-describe-configs.ts';
import { createPartitionsApi } from '../protocol/apis/37-create-partitions.ts';
import { deleteGroupsApi } from '../protocol/apis/42-delete-groups.ts';
import { type ElectLeadersRequest, electLeadersApi } from '../protocol/apis/43-elect-leaders.ts';
import { incrementalAlterConfigsApi } from '../protocol/apis/44-incremental-alter-configs.ts';
import {
  type AlterPartitionReassignmentsRequest,
  alterPartitionReassignmentsApi,
} from '../protocol/apis/45-alter-partition-reassignments.ts';
import { consumerGroupDescribeApi } from '../protocol/apis/69-consumer-group-describe.ts';
import { describeTopicPartitionsApi } from '../protocol/apis/75-describe-topic-partitions.ts';
import type { Api, RequestOf, ResponseInput } from '../protocol/schema.ts';

type Make = (body: unknown, code: number, version: number) => unknown;

function row<A extends Api>(
  api: A,
  make: (body: RequestOf<A>, code: number, version: number) => ResponseInput<A> | null,
): readonly [number, Make] {
  return [api.key, make as Make];
}

const perThing: ReadonlyMap<number, Make> = new Map<number, Make>([
  // Without acknowledgement nobody reads an answer: only the end of the connection tells.
  row(produceApi, ({ acks, topicData }, errorCode) =>
    acks === 0
      ? null
      : {
          responses: topicData.map(({ name, topicId, partitionData }) => ({
            name,
            topicId,
            partitionResponses: partitionData.map(({ index }) => ({
              index,
              errorCode,
              baseOffset: -1,
            })),
          })),
        },
  ),
  row(fetchApi, ({ sessionId, topics }, errorCode, version) => ({
    errorCode,
    sessionId,
    responses: version >= 13 ? [] : topics.map((topic) => failedFetchTopic(topic, errorCode)),
  })),
  row(listOffsetsApi, ({ topics }, errorCode) => ({
    topics: topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode })),
    })),
  })),
  row(metadataApi, ({ topics }, errorCode) => ({
    brokers: [],
    topics: (topics ?? []).map(({ name, topicId }) => ({
      errorCode,
      name: name ?? '',
      topicId,
      partitions: [],
    })),
    errorCode,
  })),
  row(offsetCommitApi, ({ topics }, errorCode) => ({
    topics: topics.map(({ name, topicId, partitions }) => ({
      name,
      topicId,
      partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode })),
    })),
  })),
  // The code of the whole group came with version 2.
  row(offsetFetchApi, ({ topics, groups }, errorCode, version) => ({
    errorCode,
    topics: version >= 2 ? [] : (topics ?? []).map((topic) => failedOffsets(topic, errorCode)),
    groups: groups.map(({ groupId }) => ({ groupId, topics: [], errorCode })),
  })),
  row(syncGroupApi, (_, errorCode) => ({ errorCode, assignment: noBytes })),
  row(describeGroupsApi, ({ groups }, errorCode) => ({
    groups: groups.map((groupId) => ({
      errorCode,
      groupId,
      groupState: '',
      protocolType: '',
      protocolData: '',
      members: [],
    })),
  })),
  row(deleteGroupsApi, ({ groupsNames }, errorCode) => ({
    results: groupsNames.map((groupId) => ({ groupId, errorCode })),
  })),
  row(consumerGroupDescribeApi, ({ groupIds }, errorCode) => ({
    groups: groupIds.map((groupId) => ({
      errorCode,
      groupId,
      groupState: '',
      groupEpoch: 0,
      assignmentEpoch: 0,
      assignorName: '',
      members: [],
    })),
  })),
  row(findCoordinatorApi, ({ coordinatorKeys }, errorCode) => ({
    ...nobody,
    errorCode,
    coordinators: coordinatorKeys.map((key) => ({ key, ...nobody, errorCode })),
  })),
  row(createTopicsApi, ({ topics }, errorCode) => ({
    topics: topics.map(({ name }) => ({ name, errorCode, errorMessage: null, configs: null })),
  })),
  row(deleteTopicsApi, ({ topics, topicNames }, errorCode) => ({
    responses: [...topics, ...topicNames.map((name) => ({ name, topicId: undefined }))].map(
      ({ name, topicId }) => ({ name, topicId, errorCode }),
    ),
  })),
  row(offsetForLeaderEpochApi, ({ topics }, errorCode) => ({
    topics: topics.map(({ topic, partitions }) => ({
      topic,
      partitions: partitions.map(({ partition }) => ({ partition, errorCode })),
    })),
  })),
  row(describeConfigsApi, ({ resources }, errorCode) => ({
    results: resources.map(({ resourceType, resourceName }) => ({
      errorCode,
      errorMessage: null,
      resourceType,
      resourceName,
      configs: [],
    })),
  })),
  row(createPartitionsApi, ({ topics }, errorCode) => ({
    throttleTimeMs: 0,
    results: topics.map(({ name }) => ({ name, errorCode })),
  })),
  row(electLeadersApi, refusedElections),
  row(alterPartitionReassignmentsApi, refusedReassignments),
  row(incrementalAlterConfigsApi, ({ resources }, errorCode) => ({
    throttleTimeMs: 0,
    responses: resources.map(({ resourceType, resourceName }) => ({
      errorCode,
      errorMessage: null,
      resourceType,
      resourceName,
    })),
  })),
  row(describeTopicPartitionsApi, ({ topics }, errorCode) => ({
    topics: topics.map(({ name }) => ({ errorCode, name, topicId: zeroUuid, partitions: [] })),
  })),
]);

/** Each partition that was asked for carries the code; the whole does where all were. */
export function refusedElections({ topicPartitions }: ElectLeadersRequest, errorCode: number) {
  return {
    throttleTimeMs: 0,
    errorCode,
    replicaElectionResults: (topicPartitions ?? []).map(({ topic, partitions }) => ({
      topic,
      partitionResult: partitions.map((partitionId) => ({ partitionId, errorCode })),
    })),
  };
}

/** The whole carries the code, and so does each partition that was asked for. */
export function refusedReassignments(
  { topics }: AlterPartitionReassignmentsRequest,
  errorCode: number,
) {
  return {
    throttleTimeMs: 0,
    errorCode,
    responses: topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode })),
    })),
  };
}

const nobody = { errorMessage: null, nodeId: -1, host: '', port: -1 } as const;

type FetchTopic = RequestOf<typeof fetchApi>['topics'][number];

const failedFetchTopic = ({ topic, topicId, partitions }: FetchTopic, errorCode: number) => ({
  topic,
  topicId,
  partitions: partitions.map(({ partition }) => ({
    partitionIndex: partition,
    errorCode,
    highWatermark: -1,
    abortedTransactions: [],
    records: noBytes,
  })),
});

type OffsetsTopic = NonNullable<RequestOf<typeof offsetFetchApi>['topics']>[number];

const failedOffsets = ({ name, partitionIndexes }: OffsetsTopic, errorCode: number) => ({
  name,
  partitions: partitionIndexes.map((partitionIndex) => ({
    partitionIndex,
    committedOffset: -1,
    metadata: '',
    errorCode,
  })),
});

const noBytes = new Uint8Array(0);

/** Null where the API has no answer that could carry an error. */
export function errorAnswer(api: Api, version: number, body: unknown, code: number): unknown {
  const make = perThing.get(api.key);
  if (make !== undefined) return make(body, code, version);
  const { fields } = api.response;
  const { errorCode: field } = fields;
  if (field === undefined || version < field.since || version > field.until) return null;
  const answer: Record<string, unknown> = { errorCode: code };
  for (const [name, { type, nullableSince, default: absent }] of Object.entries(fields)) {
    if (name === 'errorCode') continue;
    answer[name] = type === 'array' && nullableSince > version ? [] : absent;
  }
  return answer;
}
