/**
 * Draws the machines that are held down once the cluster is whole again: no more brokers than every
 * topic spares, no more voters than leave a majority. Half of the seeds have none.
 */
import { drawOne } from '../../base/draw.ts';
import type { RandomStream } from '../../host/random.ts';
import { type Guarantees, sparesVoter } from '../guarantees/guarantees.ts';
import type { Cast } from '../targets/target.ts';

const mostDown = 3;

export function drawLimp(
  { roster }: Cast,
  { topics, initial }: Guarantees,
  random: RandomStream,
): string[] {
  if (random.int(2) === 0) return [];
  const spared = Math.min(...initial.map(({ name }) => topics.get(name)!.spares));
  const wanted = 1 + random.int(mostDown);
  const down: string[] = [];
  const isSpared = (machine: string): boolean => {
    const all = [...down, machine];
    const brokers = all.filter((one) => roster.brokers.includes(one)).length;
    const voters = all.filter((one) => roster.voters.includes(one)).length;
    return brokers <= spared && (voters === 0 || sparesVoter(roster.voters.length, voters));
  };
  while (down.length < wanted) {
    const choices = roster.nodes.filter((one) => !down.includes(one) && isSpared(one));
    if (choices.length === 0) break;
    down.push(drawOne(choices, random));
  }
  return down;
}
