/** Properties of leaders, votes, epochs, and of the cluster as a whole. */
import { property } from './property.ts';

export const singleLeader = property({
  name: 'single-leader',
  sentence: 'two leaders in one epoch of a partition or of the quorum',
  risk: 'leadership goes from one node to another',
  pledge: 'always',
  say: (c: { what: string; epoch: number; first: number; second: number }) =>
    `nodes ${c.first} and ${c.second} both lead ${c.what} in epoch ${c.epoch}`,
});

export const singleVote = property({
  name: 'single-vote',
  sentence: 'one voter granted two candidates its vote in one epoch',
  risk: 'a voter that has voted is asked again in the same epoch',
  riskMark: 'vote-asked-again',
  pledge: 'always',
  say: (c: { node: number; epoch: number; first: number; second: number }) =>
    `node ${c.node} voted for node ${c.first} and for node ${c.second} in epoch ${c.epoch}`,
});

export const monotonicEpoch = property({
  name: 'monotonic-epoch',
  sentence: 'a leader epoch, partition epoch or quorum epoch fell',
  risk: 'an epoch rises',
  pledge: 'always',
  say: (c: { what: string; before: number; now: number }) =>
    `the ${c.what} went from ${c.before} to ${c.now}`,
});

export const failsOverInTime = property({
  name: 'fails-over-in-time',
  sentence: 'after healing a partition had no living leader within the bound of its time-outs',
  risk: 'a partition has no living leader when the faults end',
  pledge: 'always',
  say: (c: { partition: string; leader: number; boundMs: number }) =>
    `${c.boundMs} ms after healing ${c.partition} is ` +
    (c.leader < 0 ? 'led by nobody' : `led by node ${c.leader}, which is not up`),
});

export const servesWithout = property({
  name: 'serves-without',
  sentence:
    'with no more machines down than the configuration spares, and nothing else amiss, a send was ' +
    'not acknowledged within the bound of the time-outs',
  risk: 'machines that the configuration spares are held down',
  pledge: 'always',
  say: (c: {
    producer: number;
    value: number;
    topic: string;
    down: readonly string[];
    ms: number;
  }) =>
    `value ${c.value}, which p${c.producer} sent to ${c.topic}, was not acknowledged ${c.ms} ms ` +
    `after ${c.down.join(', ')} went down`,
});

export const converges = property({
  name: 'converges',
  sentence: 'after healing the cluster did not become whole within its bound',
  risk: 'the cluster is not whole when the faults end',
  pledge: 'always',
  say: (c: { obstacle: string }) => c.obstacle,
});

export const unhandledException = property({
  name: 'unhandled-exception',
  sentence: 'code of a node or a client threw an exception that nobody handled',
  risk: 'a fault takes effect',
  pledge: 'always',
  say: (c: { machine: string; message: string }) => `${c.machine} threw: ${c.message}`,
});

export const metadataAsLogged = property({
  name: 'metadata-as-logged',
  sentence:
    'at the end what a node makes of the metadata (brokers, topics, partitions, settings, ' +
    'features, producer ids) is not what the metadata log says',
  risk: 'a node is up at the end whose metadata can be compared',
  pledge: 'always',
  say: (c: { node: number; offset: number; has: string; lacks: string }) =>
    `node ${c.node} has applied the metadata log up to ${c.offset}, and ` +
    (c.has === '' ? `lacks "${c.lacks}"` : `says "${c.has}"`) +
    (c.has === '' || c.lacks === '' ? '' : ` instead of "${c.lacks}"`),
});

export const settingsAsCommitted = property({
  name: 'settings-as-committed',
  sentence:
    'at the end a replica works by another setting than the metadata log and the file of its ' +
    'node say',
  risk: 'a replica is up at the end and settings were committed',
  pledge: 'always',
  say: (c: {
    partition: string;
    node: number;
    by: string;
    setting: string;
    used: string;
    committed: string;
  }) =>
    `the ${c.by} of ${c.partition} on node ${c.node} works by ${c.setting}=${c.used}, not ` +
    `by ${c.committed}`,
});
