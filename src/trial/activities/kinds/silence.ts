import { msToMicros } from '../../../base/time.ts';
import { activityKind, duration } from '../activity.ts';
import { onClient } from '../on-client.ts';

export const silence = activityKind({
  name: 'silence',
  does: 'a producer sends nothing for `durationMs`, and goes on with the identity it has',
  by: 'producer',
  fields: { durationMs: duration },
  draw: (random, { producers }) => ({
    ...onClient('p', producers, random),
    durationMs: 500 + random.int(10_000),
  }),
  async run({ durationMs }, actor) {
    await actor.perform({ kind: 'silence', about: { durationMs } }, async () => {
      actor.silent();
      await new Promise<void>((resolve) => actor.timers.after(msToMicros(durationMs), resolve));
      actor.loud();
    });
  },
});
