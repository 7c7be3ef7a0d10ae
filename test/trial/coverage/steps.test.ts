import { expect, it } from 'vitest';
import type { Observation } from '../../../src/kafka/observation.ts';
import { Steps } from '../../../src/trial/coverage/steps.ts';
import { partition, topicId } from '../checkers/scenes.ts';

const stepsOf = (...seen: Observation[]): string[] => {
  const taken: string[] = [];
  const steps = new Steps((sort, step) => taken.push(`${sort}: ${step}`));
  for (const observation of seen) steps.observe(observation);
  return taken;
};

const role = (node: number, epoch: number, name: 'unattached' | 'candidate' | 'leader') =>
  ({ kind: 'quorum-state', node, epoch, role: name, leader: -1, votedFor: -1 }) as const;

const opened = (node: number, name: string) =>
  ({
    kind: 'log-opened',
    node,
    topicId,
    partition: name,
    start: 0,
    end: 0,
    clean: true,
    knowledge: { epochs: [], producers: [], forgetsUntilMs: 0 },
  }) as const;

const committed = (
  offset: number,
  isr: readonly number[],
  elr: readonly number[],
  leader: number,
  election: 'none' | 'elr',
) =>
  ({
    kind: 'partition-committed',
    node: 1,
    offset,
    topicId,
    partition,
    replicas: [1, 2, 3],
    adding: [],
    removing: [],
    isr,
    elr,
    leader,
    leaderEpoch: offset,
    partitionEpoch: offset,
    election,
  }) as const;

it('a node of the quorum goes from role to role, and starts anew with its process', () => {
  const metadata = '__cluster_metadata-0';
  expect(
    stepsOf(
      role(1, 0, 'unattached'),
      role(1, 1, 'candidate'),
      role(2, 0, 'unattached'),
      role(1, 1, 'leader'),
      opened(1, metadata),
      role(1, 1, 'unattached'),
    ),
  ).toEqual([
    'quorum: started > unattached',
    'quorum: unattached > candidate',
    'quorum: started > unattached',
    'quorum: candidate > leader',
    'quorum: started > unattached',
  ]);
});

it('a partition shrinks, loses its leader, and gets one from the ELR', () => {
  const steps = stepsOf(
    committed(1, [1, 2, 3], [], 1, 'none'),
    committed(2, [1], [2], 1, 'none'),
    committed(2, [1], [2], 1, 'none'),
    committed(3, [], [1, 2], -1, 'none'),
    committed(4, [2], [1], 2, 'elr'),
  );
  expect(steps).toEqual([
    'isr: shrunk',
    'isr: alone',
    'isr: elr filled',
    'isr: shrunk',
    'isr: leaderless',
    'isr: elected elr',
    'isr: expanded',
  ]);
});

it('the replicas of a partition change their order, move, and go back', () => {
  const having = (offset: number, replicas: number[], adding: number[], removing: number[]) => ({
    ...committed(offset, [1, 2], [], 1, 'none'),
    replicas,
    adding,
    removing,
  });
  const steps = stepsOf(
    having(1, [1, 2], [], []),
    having(2, [2, 1], [], []),
    having(3, [3, 2, 1], [3], [1]),
    having(4, [3, 2], [], []),
    having(5, [4, 3, 2], [4], [2]),
    having(6, [3, 2], [], []),
    having(7, [3], [], []),
  );
  const moves = ['reordered', 'moving', 'moved', 'move cancelled'];
  expect(
    steps.map((step) => step.replace('isr: ', '')).filter((step) => moves.includes(step)),
  ).toEqual(['reordered', 'moving', 'moved', 'moving', 'move cancelled', 'moved']);
});
