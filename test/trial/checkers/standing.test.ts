import { expect, it } from 'vitest';
import type { Observation } from '../../../src/kafka/observation.ts';
import { Dispatch } from '../../../src/trial/checkers/dispatch.ts';
import { Standing } from '../../../src/trial/checkers/standing.ts';
import { Incarnations } from '../../../src/trial/history/incarnations.ts';
import { topicId } from './scenes.ts';

const leader = (node: number, epoch: number): Observation => ({
  kind: 'quorum-state',
  node,
  epoch,
  role: 'leader',
  leader: node,
  votedFor: node,
});

const state = (partition: string, offset: number, isr: readonly number[]): Observation => ({
  kind: 'partition-committed',
  node: 1,
  offset,
  topicId,
  partition,
  replicas: [1, 2],
  adding: [],
  removing: [],
  isr,
  elr: [],
  leader: 1,
  leaderEpoch: 0,
  partitionEpoch: offset,
  election: 'none',
});

const seen = [
  leader(1, 1),
  state('orders-0', 3, [1, 2]),
  state('orders-1', 4, [1, 2]),
  state('orders-1', 6, [1]),
  // Told late by another node.
  state('orders-1', 4, [1, 2]),
  leader(2, 2),
];

function show(standing: Standing): void {
  const dispatch = new Dispatch([standing]);
  for (const [id, observation] of seen.entries())
    dispatch.show({ id, atUs: id, boot: 1, observation });
}

const standing = new Standing(new Incarnations());
show(standing);

const shown = (partition: string | null): Observation[] =>
  standing.proof(partition).map((one) => (one as { observation: Observation }).observation);

it('a cluster that is not whole is proved by its controller and by what is not whole', () => {
  expect(shown(null)).toEqual([seen[5], seen[3]]);
});

it('what is deleted is not shown', () => {
  const incarnations = new Incarnations();
  const later = new Standing(incarnations);
  show(later);
  incarnations.deleted(topicId);
  expect(later.proof(null)).toHaveLength(1);
});

it('a partition is proved by its newest state', () => {
  expect(shown('orders-0')).toEqual([seen[5], seen[1]]);
});
