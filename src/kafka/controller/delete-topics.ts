/**
 * DeleteTopics: by name or by id, each by itself; partitions and settings go with the topic. A
 * topic named more than once, in whatever way, is kept and told once.
 */
import { type Uuid, zeroUuid } from '../../base/ids.ts';
import { isReservedTopic } from '../metadata/internal-topics.ts';
import type { MetadataRecord } from '../metadata/records.ts';
import type { TopicState } from '../metadata/state.ts';
import type {
  DeleteTopicsRequest,
  DeleteTopicsResponse,
} from '../protocol/apis/20-delete-topics.ts';
import { errorCode } from '../protocol/errors.ts';
import { isRefusal, type Refusal, refusal } from './assignment.ts';
import {
  type Decision,
  type DecisionContext,
  excessive,
  maxRecordsPerRequest,
  noRecords,
} from './decision.ts';
import { namedTwice } from './duplicates.ts';
import { timeProblem } from './request-bounds.ts';

type Result = DeleteTopicsResponse['responses'][number];

interface Wanted {
  readonly name: string | null;
  readonly topicId: Uuid;
}

export function deleteTopics(
  context: DecisionContext,
  version: number,
  request: DeleteTopicsRequest,
): Decision<DeleteTopicsResponse> {
  const all = wantedTopics(version, request);
  const whole = all.length > maxRecordsPerRequest ? excessive : timeProblem(request.timeoutMs);
  const responses: Result[] = [];
  const once = new Map<string, Wanted>();
  const twice = namedTwice(all.filter(isSound).map(keyOf));
  for (const wanted of all) {
    if (!isSound(wanted)) responses.push(result(wanted, unsound(wanted)));
    else if (!once.has(keyOf(wanted))) once.set(keyOf(wanted), wanted);
  }
  const records: MetadataRecord[] = [];
  for (const [key, wanted] of once) {
    const outcome = twice.has(key) ? duplicate(wanted) : (whole ?? topicOf(context, wanted));
    if (isRefusal(outcome)) {
      responses.push(result(wanted, outcome));
      continue;
    }
    const isNamedByBoth = once.has(nameKey(outcome.name)) && once.has(idKey(outcome.id));
    if (!isNamedByBoth) {
      records.push({ type: 'remove-topic', body: { topicId: outcome.id } });
      responses.push(result({ name: outcome.name, topicId: outcome.id }, null));
    } else if (wanted.name !== null) {
      responses.push(result({ name: outcome.name, topicId: outcome.id }, namedByBoth));
    }
  }
  return {
    records: whole === null ? records : noRecords,
    response: { throttleTimeMs: 0, responses },
  };
}

export const wantedTopics = (version: number, request: DeleteTopicsRequest): readonly Wanted[] =>
  version >= 6 ? request.topics : request.topicNames.map((name) => ({ name, topicId: zeroUuid }));

const isSound = ({ name, topicId }: Wanted): boolean => (name === null) !== (topicId === zeroUuid);

const nameKey = (name: string): string => `name ${name}`;
const idKey = (topicId: Uuid): string => `id ${topicId}`;

const keyOf = ({ name, topicId }: Wanted): string =>
  name === null ? idKey(topicId) : nameKey(name);

const unsound = ({ name }: Wanted): Refusal =>
  refusal(
    errorCode.invalidRequest,
    name === null
      ? 'Neither topic name nor id were specified.'
      : 'You may not specify both topic name and topic id.',
  );

const duplicate = ({ name }: Wanted): Refusal =>
  refusal(
    errorCode.invalidRequest,
    name === null ? 'Duplicate topic id.' : 'Duplicate topic name.',
  );

const namedByBoth: Refusal = {
  code: errorCode.invalidRequest,
  message: 'The provided topic name maps to an ID that was already supplied.',
};

function topicOf({ image }: DecisionContext, { name, topicId }: Wanted): TopicState | Refusal {
  const topic = name === null ? image.topicsById.get(topicId) : image.topicsByName.get(name);
  if (topic === undefined) {
    return name === null
      ? refusal(errorCode.unknownTopicId, 'This server does not host this topic ID.')
      : refusal(errorCode.unknownTopicOrPartition, 'This server does not host this topic.');
  }
  return isReservedTopic(topic.name)
    ? refusal(errorCode.invalidRequest, `Deletion of internal topic ${topic.name} is prohibited.`)
    : topic;
}

const result = ({ name, topicId }: Wanted, refused: Refusal | null): Result => ({
  name,
  topicId,
  errorCode: refused?.code ?? errorCode.none,
  errorMessage: refused?.message ?? null,
});
