import type { Offset, Uuid, WallMs } from '../../../base/ids.ts';
import { zeroUuid } from '../../../base/ids.ts';
import { microsToMs } from '../../../base/time.ts';
import { type ProduceResponse, produceApi } from '../../protocol/apis/00-produce.ts';
import { errorCode } from '../../protocol/errors.ts';
import type { RpcFailure } from '../../rpc/contract.ts';
import type { BrokerConnection } from '../connect/connection.ts';
import type { MetadataCache } from '../metadata/metadata-cache.ts';
import type { ProducerBatch } from './producer-batch.ts';
import type { ProducerSettings } from './producer-types.ts';

/** First Produce version that names topics by id. */
const topicIdsSince = 13;

export interface PartitionAnswer {
  readonly errorCode: number;
  readonly baseOffset: Offset;
  readonly logAppendTimeMs: WallMs;
  readonly errorMessage: string | null;
  readonly currentLeader: { readonly leaderId: number; readonly leaderEpoch: number };
}

type OnProduced = (
  response: ProduceResponse | null,
  failure: RpcFailure | 'unsupported-version' | null,
) => void;

interface TopicData {
  readonly name: string;
  readonly topicId: Uuid;
  readonly partitionData: { readonly index: number; readonly records: Uint8Array }[];
}

/**
 * Sends the batches, which are of different partitions, in one request; with acks=0 nothing is
 * answered. False, and a failure told, if the broker speaks no version that will do.
 */
export function sendProduce(
  connection: BrokerConnection,
  batches: readonly ProducerBatch[],
  settings: ProducerSettings,
  cache: MetadataCache,
  onProduced: OnProduced,
): boolean {
  let version = connection.version(produceApi);
  const topicData: TopicData[] = [];
  for (const batch of batches) {
    const { topic, index } = batch.queue;
    const topicId = cache.topic(topic)?.id ?? zeroUuid;
    batch.topicId = topicId;
    if (topicId === zeroUuid && version >= topicIdsSince) version = topicIdsSince - 1;
    const part = { index, records: batch.bytes(settings.compression) };
    const data = topicData.find(({ name }) => name === topic);
    if (data === undefined) topicData.push({ name: topic, topicId, partitionData: [part] });
    else data.partitionData.push(part);
  }
  if (version < 0) {
    onProduced(null, 'unsupported-version');
    return false;
  }
  const timeoutMs = microsToMs(settings.requestTimeoutUs);
  const body = { transactionalId: null, acks: settings.acks, timeoutMs, topicData };
  if (settings.acks === 0) connection.sendOneWay(produceApi, version, body);
  else connection.send(produceApi, version, body, settings.requestTimeoutUs, onProduced);
  return true;
}

/** What the response says about this batch. */
export function answerTo(batch: ProducerBatch, response: ProduceResponse): PartitionAnswer {
  for (const { name, topicId, partitionResponses } of response.responses) {
    // A version has either names or ids.
    if (name === '' ? topicId !== batch.topicId : name !== batch.queue.topic) continue;
    for (const answer of partitionResponses) {
      if (answer.index === batch.queue.index) return answer;
    }
  }
  return {
    errorCode: errorCode.unknownServerError,
    baseOffset: -1,
    logAppendTimeMs: -1,
    errorMessage: 'the answer leaves it out',
    currentLeader: { leaderId: -1, leaderEpoch: -1 },
  };
}
