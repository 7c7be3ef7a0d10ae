import { activityKind } from '../activity.ts';
import { onClient } from '../on-client.ts';

export const newProducer = activityKind({
  name: 'new-producer',
  does: 'a producer delivers what it holds and closes; another, with a producer id of its own, takes its place at once',
  by: 'producer',
  fields: {},
  draw: (random, { producers }) => onClient('p', producers, random),
  async run(_, actor) {
    await actor.perform({ kind: 'new-producer', about: {} }, async () => actor.renew());
  },
});
