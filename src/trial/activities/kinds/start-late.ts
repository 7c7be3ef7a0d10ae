import { activityKind } from '../activity.ts';
import { onClient } from '../on-client.ts';

export const startLate = activityKind({
  name: 'start-late',
  does: 'a consumer begins only now, and reads everything from the beginning',
  by: 'consumer',
  fields: {},
  draw: (random, { consumers }) => (consumers < 2 ? null : onClient('c', consumers, random)),
  async run(_, actor) {
    await actor.perform({ kind: 'start-late', about: {} }, async () => actor.begin());
  },
});
