import { describe, expect, it } from 'vitest';
import { defaultNodeSettings } from '../../../src/kafka/config.ts';
import type { Observation } from '../../../src/kafka/observation.ts';
import { Judge } from '../../../src/trial/checkers/judge.ts';
import type { BatchFact } from '../../../src/trial/checkers/replica-log.ts';
import {
  noStorage,
  type Storage,
  type StoredLog,
} from '../../../src/trial/checkers/stored/storage.ts';
import { History } from '../../../src/trial/history/history.ts';
import { planCluster } from '../../../src/trial/plan/cluster.ts';
import { scenario } from '../../../src/trial/scenario/scenario.ts';
import { appended, guarantees, leaderMark, ordersLog, propertiesOf, topicId } from './scenes.ts';

const nextId = 'bmV4dC10b3BpYy0tLS0wMg';
const nothing = { epochs: [], producers: [], forgetsUntilMs: -1 };

/** The same of the second topic called so. */
const next = (observation: Observation): Observation =>
  ({ ...observation, topicId: nextId }) as Observation;

const opened = (end: number): Observation => ({
  kind: 'log-opened',
  node: 1,
  ...ordersLog,
  start: 0,
  end,
  clean: true,
  knowledge: nothing,
});

const deleted: Observation = {
  kind: 'topic-committed',
  node: 1,
  offset: 9,
  topic: 'orders',
  topicId,
  deleted: true,
};

const logDeleted = (node: number): Observation => ({ kind: 'log-deleted', node, ...ordersLog });

/** What is shown, and between that what the directory `orders-0` holds from then on. */
type Step = Observation | { readonly holds: readonly number[] };

const holds = (...crcs: readonly number[]): Step => ({ holds: crcs });

class Directory implements Storage {
  readonly eachBatch = noStorage.eachBatch;
  readonly pastOf = noStorage.pastOf;
  crcs: readonly number[] = [];

  logOf(_node: number, name: string): StoredLog | null {
    if (name !== 'orders-0') return null;
    const nobody = { producerId: -1, producerEpoch: -1, lastSequence: -1, maxTimestamp: 0 };
    const batches = this.crcs.map((crc, offset) => {
      const fact: BatchFact = { baseOffset: offset, lastOffset: offset, leaderEpoch: 0, crc };
      return { ...fact, ...nobody, isSound: true };
    });
    return { batches, brokenAt: null };
  }
}

function judged(steps: readonly Step[]) {
  const promised = { topic: 'orders', copies: 1, spares: 1, flushed: true } as const;
  const orders = { ...promised, keepsAll: true, cleanElections: true };
  const storage = new Directory();
  const judge = new Judge([1], guarantees({ topics: new Map([['orders', orders]]) }), { storage });
  for (const [atUs, step] of steps.entries()) {
    if ('holds' in step) storage.crcs = step.holds;
    else judge.observe(step, atUs);
  }
  const [node] = planCluster(
    scenario({ name: 'recreated', description: 'Only its nodes are wanted.' }),
  ).nodes;
  const config = { ...node!.config, settings: defaultNodeSettings };
  judge.restsWith([{ config, boot: 1 }], false, 100);
  return judge.conclude(new History(), () => true, 100);
}

describe('the files of a topic made anew under its name', () => {
  const first = [opened(0), appended(1, 0, 0, 10), appended(1, 1, 0, 11)];
  const second = [next(opened(0)), next(appended(1, 0, 0, 20))];

  it('are held to what was appended to it, and not to what was in its predecessor', () => {
    // The node has not shown that it removed the first one's log.
    const right = judged([...first, deleted, ...second, holds(20)]);
    expect(right).toEqual([]);
    const wrong = judged([...first, deleted, ...second, holds(10, 11)]);
    expect(wrong.map(({ property, partition }) => [property, partition])).toEqual([
      ['recovered-as-written', 'orders-0#2'],
    ]);
  });

  it('owe nothing of what is deleted, even where a lost removal brings it back', () => {
    const back = [holds(10, 11), logDeleted(1), opened(2)];
    expect(judged([...first, deleted, ...back])).toEqual([]);
    expect(propertiesOf(judged([...first, ...back]))).toContain('recovered-as-written');
  });
});

describe('a leader that has not heard of the deletion', () => {
  const written: Step[] = [1, 2].flatMap((node) => [
    appended(node, 0, 0),
    { kind: 'log-flushed', node, ...ordersLog, end: 1, coversCuts: true },
  ]);
  const counts = [logDeleted(2), leaderMark(1, 0, 1, [1, 2]), holds(0)];

  it('counts on followers whose log is gone', () => {
    expect(judged([...written, deleted, ...counts])).toEqual([]);
    expect(propertiesOf(judged([...written, ...counts]))).toContain('synced-when-acknowledged');
  });
});
