/** Creates a topic and says so to the clients, where it may have worked. */
import type { AdministratorActor } from './actors.ts';
import type { StageTopic } from './stage.ts';

export async function create(
  wanted: Omit<StageTopic, 'name'> & { readonly topic: string },
  kind: string,
  doneBefore: readonly number[],
  { admin, directory, perform }: AdministratorActor,
): Promise<boolean> {
  const { topic, partitions, replicationFactor, configs } = wanted;
  const made = await perform(
    {
      kind,
      about: { topic, partitions, replicationFactor, configs },
      change: { does: 'create', topic, partitions, configs },
      doneBefore,
    },
    (options) =>
      admin.createTopics([{ name: topic, partitions, replicationFactor, configs }], options),
  );
  if (made) directory.note(topic, partitions);
  return made;
}
