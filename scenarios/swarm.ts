import { activityKindNames } from '../src/trial/activities/registry.ts';
import { drawnKindNames } from '../src/trial/faults/registry.ts';
import { scenario } from '../src/trial/scenario/scenario.ts';

export default scenario({
  name: 'swarm',
  description: `Each seed draws a configuration of its own and strikes it with faults of every kind.
    One to seven brokers, other topics, time-outs, clients, loads and networks: what a draw
    promises decides what may strike and what must hold, so whatever breaks is a bug.`,
  swarm: true,
  limp: 'drawn',
  activities: { random: { everyMs: 2_000, kinds: [...activityKindNames] } },
  faults: { random: { everyMs: 3_000, kinds: [...drawnKindNames], durationMs: [500, 8_000] } },
});
