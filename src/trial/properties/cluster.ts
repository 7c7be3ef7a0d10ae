/** Properties of leaders, votes, epochs, and of the cluster as a whole. */
import { property } from './property.ts';

export const singleLeader = property({
  name: 'single-leader',
  sentence: 'two leaders in one epoch of a partition or of the quorum',
  pledge: 'always',
  say: (c: { what: string; epoch: number; first: number; second: number }) =>
    `nodes ${c.first} and ${c.second} both lead ${c.what} in epoch ${c.epoch}`,
});

export const singleVote = property({
  name: 'single-vote',
  sentence: 'one voter granted two candidates its vote in one epoch',
  pledge: 'always',
  say: (c: { node: number; epoch: number; first: number; second: number }) =>
    `node ${c.node} voted for node ${c.first} and for node ${c.second} in epoch ${c.epoch}`,
});

export const monotonicEpoch = property({
  name: 'monotonic-epoch',
  sentence: 'a leader epoch, partition epoch or quorum epoch fell',
  pledge: 'always',
  say: (c: { what: string; before: number; now: number }) =>
    `the ${c.what} went from ${c.before} to ${c.now}`,
});

export const failsOverInTime = property({
  name: 'fails-over-in-time',
  sentence: 'after healing a partition had no living leader within the bound of its time-outs',
  pledge: 'always',
  say: (c: { partition: string; leader: number; boundMs: number }) =>
    `${c.boundMs} ms after healing ${c.partition} is ` +
    (c.leader < 0 ? 'led by nobody' : `led by node ${c.leader}, which is not up`),
});

export const converges = property({
  name: 'converges',
  sentence: 'after healing the cluster did not become whole within its bound',
  pledge: 'always',
  say: (c: { obstacle: string }) => c.obstacle,
});

export const unhandledException = property({
  name: 'unhandled-exception',
  sentence: 'code of a node or a client threw an exception that nobody handled',
  pledge: 'always',
  say: (c: { machine: string; message: string }) => `${c.machine} threw: ${c.message}`,
});
