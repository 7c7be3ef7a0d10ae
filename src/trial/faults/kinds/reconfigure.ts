import { drawOne } from '../../../base/draw.ts';
import type { RandomStream } from '../../../host/random.ts';
import { changeableSchema, type SettingsOverrides } from '../../settings/settings.ts';
import { faultKind } from '../kind.ts';
import { shutDown, shutDownWords } from '../shut-down.ts';

/**
 * What is drawn: settings that promise nothing, and that no other setting has to go with. Fetch
 * sizes are not among them: a small one on a slow network replicates more slowly than producers
 * send, and no replica that is behind would catch up.
 */
const choices: Required<
  Pick<
    { [Name in keyof SettingsOverrides]: readonly NonNullable<SettingsOverrides[Name]>[] },
    | 'replicaFetchBackoffMs'
    | 'replicaHighWatermarkCheckpointIntervalMs'
    | 'leaderImbalanceCheckIntervalSeconds'
    | 'controllerQuorumAppendLingerMs'
    | 'maxIncrementalFetchSessionCacheSlots'
  >
> = {
  replicaFetchBackoffMs: [10, 100, 1_000],
  replicaHighWatermarkCheckpointIntervalMs: [100, 1_000, 5_000],
  leaderImbalanceCheckIntervalSeconds: [1, 10, 300],
  controllerQuorumAppendLingerMs: [0, 25, 100],
  maxIncrementalFetchSessionCacheSlots: [0, 1, 1_000],
};
const names = Object.keys(choices) as (keyof typeof choices)[];
const mostChanged = 3;

export const reconfigure = faultKind({
  name: 'reconfigure',
  does:
    'a clean shutdown, and a new start with `settings` in place of what the scenario says; they ' +
    'hold until the next such fault',
  harm: 'ends-process',
  fields: { settings: changeableSchema.prefault({}) },
  draw: (random) => ({ settings: drawSettings(random) }),
  strike({ fault: { settings }, machine, arena }) {
    const down = shutDown(machine, arena);
    arena.reconfigure(machine, settings);
    return down;
  },
  words: shutDownWords,
});

function drawSettings(random: RandomStream): SettingsOverrides {
  const changed = Array.from({ length: 1 + random.int(mostChanged) }, () => drawOne(names, random));
  return Object.fromEntries(changed.map((name) => [name, drawOne<number>(choices[name], random)]));
}
