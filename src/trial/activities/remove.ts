/** Deletes the topic that has a name now, by its id, and tells the producers. */
import { errorCode } from '../../kafka/protocol/errors.ts';
import type { AdministratorActor } from './actors.ts';

/** False where nothing was deleted for certain. */
export async function remove(
  topic: string,
  kind: string,
  { admin, directory, perform, topicId }: AdministratorActor,
): Promise<boolean> {
  const id = await topicId(topic);
  if (id === null) return false;
  directory.deleted(topic);
  const gone = await perform(
    {
      kind,
      about: { topic, topicId: id },
      change: { does: 'delete', topic, topicId: id },
      doneBefore: [errorCode.unknownTopicId, errorCode.unknownTopicOrPartition],
    },
    (options) => admin.deleteTopicById(id, options),
  );
  return gone;
}
