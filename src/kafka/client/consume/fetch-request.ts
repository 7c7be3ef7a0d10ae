import type { Uuid } from '../../../base/ids.ts';
import { zeroUuid } from '../../../base/ids.ts';
import { type FetchResponse, fetchApi } from '../../protocol/apis/01-fetch.ts';
import type { RpcFailure } from '../../rpc/contract.ts';
import type { BrokerConnection } from '../connect/connection.ts';
import type { AssignedPartition } from './assigned-partition.ts';
import type { ConsumerSettings } from './consumer-types.ts';

/** First Fetch version that names topics by id. */
const topicIdsSince = 13;

/** A partition as it stood when it was asked for. */
export interface FetchTarget {
  readonly partition: AssignedPartition;
  readonly generation: number;
}

export type FetchedPartition = FetchResponse['responses'][number]['partitions'][number];

type OnFetched = (
  response: FetchResponse | null,
  failure: RpcFailure | 'unsupported-version' | null,
) => void;

interface FetchTopic {
  readonly topic: string;
  readonly topicId: Uuid;
  readonly partitions: {
    readonly partition: number;
    readonly currentLeaderEpoch: number;
    readonly fetchOffset: number;
    readonly partitionMaxBytes: number;
  }[];
}

/** One full fetch, without a session. */
export function sendFetch(
  connection: BrokerConnection,
  targets: readonly FetchTarget[],
  settings: ConsumerSettings,
  onFetched: OnFetched,
): void {
  let version = connection.version(fetchApi);
  for (const { partition } of targets) {
    if (partition.topicId !== zeroUuid || version < topicIdsSince) continue;
    version = topicIdsSince - 1;
    break;
  }
  const topics = byTopic(targets, settings.maxPartitionBytes);
  if (version < 0) {
    onFetched(null, 'unsupported-version');
    return;
  }
  const body = {
    replicaId: -1,
    maxWaitMs: settings.maxWaitMs,
    minBytes: settings.minBytes,
    maxBytes: settings.maxBytes,
    isolationLevel: settings.readCommitted ? 1 : 0,
    topics,
  };
  connection.send(fetchApi, version, body, settings.requestTimeoutUs, onFetched);
}

/** Topics in the order in which they come first; mostly there is only one. */
function byTopic(targets: readonly FetchTarget[], partitionMaxBytes: number): FetchTopic[] {
  const topics: FetchTopic[] = [];
  let entry: FetchTopic | undefined;
  for (const { partition } of targets) {
    const { topic, topicId } = partition;
    const asked = {
      partition: partition.index,
      currentLeaderEpoch: partition.validatedEpoch,
      fetchOffset: partition.fetchOffset,
      partitionMaxBytes,
    };
    if (entry?.topic !== topic) entry = topics.find((known) => known.topic === topic);
    if (entry !== undefined) {
      entry.partitions.push(asked);
      continue;
    }
    entry = { topic, topicId, partitions: [asked] };
    topics.push(entry);
  }
  return topics;
}

/** What the response says about this target. A version has either names or ids. */
export function answerFor(
  { partition }: FetchTarget,
  response: FetchResponse,
): FetchedPartition | undefined {
  for (const { topic, topicId, partitions } of response.responses) {
    if (topic === '' ? topicId !== partition.topicId : topic !== partition.topic) continue;
    for (const answer of partitions) {
      if (answer.partitionIndex === partition.index) return answer;
    }
  }
  return undefined;
}
