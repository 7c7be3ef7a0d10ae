/** DeleteTopics: by name or by id, each by itself; partitions and settings go with the topic. */
import { type Uuid, zeroUuid } from '../../base/ids.ts';
import type { MetadataRecord } from '../metadata/records.ts';
import type {
  DeleteTopicsRequest,
  DeleteTopicsResponse,
} from '../protocol/apis/20-delete-topics.ts';
import { errorCode } from '../protocol/errors.ts';
import type { Decision, DecisionContext } from './decision.ts';

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
  const records: MetadataRecord[] = [];
  const deleted = new Set<Uuid>();
  const responses = wantedTopics(version, request).map((wanted): Result => {
    const { name, topicId } = wanted;
    if ((name === null) === (topicId === zeroUuid)) {
      return result(
        wanted,
        errorCode.invalidRequest,
        'Either a topic name or a topic id must be given.',
      );
    }
    const { topicsByName, topicsById } = context.image;
    const topic = name === null ? topicsById.get(topicId) : topicsByName.get(name);
    if (topic === undefined) {
      return result(
        wanted,
        name === null ? errorCode.unknownTopicId : errorCode.unknownTopicOrPartition,
        null,
      );
    }
    if (deleted.has(topic.id)) {
      return result(wanted, errorCode.invalidRequest, 'The topic was named more than once.');
    }
    deleted.add(topic.id);
    records.push({ type: 'remove-topic', body: { topicId: topic.id } });
    return result({ name: topic.name, topicId: topic.id }, errorCode.none, null);
  });
  return { records, response: { throttleTimeMs: 0, responses } };
}

export const wantedTopics = (version: number, request: DeleteTopicsRequest): readonly Wanted[] =>
  version >= 6 ? request.topics : request.topicNames.map((name) => ({ name, topicId: zeroUuid }));

const result = (wanted: Wanted, code: number, message: string | null): Result => ({
  name: wanted.name,
  topicId: wanted.topicId,
  errorCode: code,
  errorMessage: message,
});
