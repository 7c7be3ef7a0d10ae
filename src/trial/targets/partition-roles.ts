/** Roles in a partition. */
import { partitionTarget } from './target.ts';

export const leaderOf = partitionTarget('leader', {
  means: 'the broker that leads the partition',
  nodes: ({ leader }) => [leader],
});

export const followerOf = partitionTarget('a follower', {
  means: 'the last of its other replicas',
  nodes: ({ replicas, leader }) => replicas.filter((node) => node !== leader).toReversed(),
});

export const nextLeaderOf = partitionTarget('the next leader', {
  means: 'the first other member of its ISR: who leads when the leader is gone',
  nodes: ({ replicas, isr, leader }) =>
    replicas.filter((node) => node !== leader && isr.includes(node)),
});

export const laggardOf = partitionTarget('a laggard', {
  means: 'the first of its replicas outside the ISR',
  nodes: ({ replicas, isr }) => replicas.filter((node) => !isr.includes(node)),
});
