import { msToMicros } from '../../../base/time.ts';
import { activityKind, duration } from '../activity.ts';
import { onClient } from '../on-client.ts';

export const rest = activityKind({
  name: 'rest',
  does: 'a consumer closes, and another takes its place after `durationMs`, from the beginning',
  by: 'consumer',
  fields: { durationMs: duration },
  draw(random, { consumers }) {
    if (consumers === 0) return null;
    return { ...onClient('c', consumers, random), durationMs: random.int(8_000) };
  },
  async run({ durationMs }, actor) {
    await actor.perform({ kind: 'rest', about: { durationMs } }, async () => {
      actor.end();
      await new Promise<void>((resolve) => actor.timers.after(msToMicros(durationMs), resolve));
      actor.begin();
    });
  },
});
