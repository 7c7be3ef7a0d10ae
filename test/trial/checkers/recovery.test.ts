import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogKnowledge, Observation } from '../../../src/kafka/observation.ts';
import type { Machine } from '../../../src/sim/machine.ts';
import { type Distort, LogLab, newestSegment } from './log-lab.ts';
import { ordersLog } from './scenes.ts';

type Step =
  | 'delete'
  | 'replace'
  | 'append'
  | 'new-epoch'
  | 'truncate'
  | 'flush'
  | 'crash'
  | 'power'
  | 'restart';
const steps = fc.array(
  fc.oneof(
    { arbitrary: fc.constant<Step>('append'), weight: 6 },
    fc.constantFrom<Step>(
      'delete',
      'replace',
      'new-epoch',
      'truncate',
      'flush',
      'crash',
      'power',
      'restart',
    ),
  ),
  { maxLength: 40 },
);

async function live(lab: LogLab, plan: readonly Step[]): Promise<void> {
  let epoch = 1;
  for (const step of plan) {
    if (step === 'new-epoch') epoch += 1;
    if (step === 'append' || step === 'new-epoch') lab.append(epoch);
    else if (step === 'truncate') lab.truncateTo(Math.floor((lab.log.logEndOffset * 2) / 3));
    else if (step === 'delete') lab.log.advanceLogStart(Math.floor(lab.log.logEndOffset / 2));
    else if (step === 'replace') lab.replace();
    else if (step === 'flush') await lab.flush();
    else if (step === 'crash') await lab.crash();
    else if (step === 'power') await lab.losePower();
    else await lab.restart();
  }
}

/** Changes the bytes of the disk at the next opening, as a wrong recovery would have left them. */
const whenOpened = (change: (machine: Machine, opened: number) => void): Distort => {
  let opened = 0;
  return (observation, machine) => {
    if (observation.kind === 'log-opened') change(machine, ++opened);
    return observation;
  };
};

/** The log knows something else than it should, after an opening or a cut. */
const knowing =
  (kind: Observation['kind'], change: (right: LogKnowledge) => Partial<LogKnowledge>): Distort =>
  (observation) => {
    if (observation.kind !== kind || !('knowledge' in observation)) return observation;
    const { knowledge } = observation;
    if (knowledge.producers.length === 0) return observation;
    return { ...observation, knowledge: { ...knowledge, ...change(knowledge) } };
  };

describe('a log that keeps its word', () => {
  it('breaks nothing, whatever ends its processes', async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.nat(), async (plan, seed) => {
        const lab = await LogLab.start(undefined, seed);
        await live(lab, plan);
        // Nobody commits here what is deleted.
        expect(lab.broken().filter((name) => name !== 'retention-safe')).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('is excused for bytes that its disk has spoilt', async () => {
    const lab = await LogLab.start();
    for (let i = 0; i < 3; i++) lab.append();
    await lab.flush();
    lab.machine.disk.faults.flip('orders-0/00000000000000000000.log', 100, 1);
    await lab.crash();
    expect(lab.log.logEndOffset).toBeLessThan(3);
    expect(lab.broken()).toEqual([]);
  });
});

describe('flushed-survives', () => {
  it('what was said to be synced is gone with the power', async () => {
    let broken = 0;
    for (let seed = 1; seed <= 6; seed++) {
      const lab = await LogLab.start(undefined, seed);
      for (let i = 0; i < 3; i++) lab.append();
      lab.observe({ kind: 'log-flushed', node: 1, ...ordersLog, end: 3, coversCuts: true });
      await lab.losePower();
      if (lab.log.logEndOffset === 3) continue;
      broken++;
      expect(lab.broken()).toContain('flushed-survives');
    }
    expect(broken).toBeGreaterThan(2);
  });

  it('a crash costs bytes that stood in the page cache, synced or not', async () => {
    const lab = await LogLab.start();
    for (let i = 0; i < 3; i++) lab.append();
    const file = newestSegment(lab.machine);
    file.truncate(file.size - 1, 0);
    await lab.crash();
    expect(lab.broken()).toEqual(['flushed-survives']);
    expect(lab.atRisk).toContain('flushed-survives');
  });
});

describe('a disk that fails within a cut', () => {
  /** Three batches stand there, and the last two were to go when the process ended. */
  const halfCut = async (left: number): Promise<LogLab> => {
    const lab = await LogLab.start();
    for (let i = 0; i < 3; i++) lab.append();
    const file = newestSegment(lab.machine);
    lab.observe({ kind: 'log-cut-failed', node: 1, ...ordersLog, to: 1 });
    file.truncate((file.size / 3) * left, 0);
    await lab.crash();
    return lab;
  };

  it.each([1, 2, 3])('may leave %i of three batches, of which one was to stay', async (left) => {
    const lab = await halfCut(left);
    expect(lab.log.logEndOffset).toBe(left);
    expect(lab.broken()).toEqual([]);
  });

  it('must leave what was to stay', async () => {
    expect((await halfCut(0)).broken()).toEqual(['flushed-survives']);
  });

  it('excuses nothing that comes later', async () => {
    const lab = await halfCut(1);
    lab.append();
    const file = newestSegment(lab.machine);
    file.truncate(file.size - 1, 0);
    await lab.crash();
    expect(lab.broken()).toEqual(['flushed-survives']);
  });
});

describe('recovered-as-written', () => {
  it('recovery keeps a torn batch', async () => {
    const torn = (machine: Machine, opened: number): void => {
      const file = newestSegment(machine);
      if (opened === 2) file.write(file.size, file.read(0, file.size - 1)!.slice(), 0);
    };
    const lab = await LogLab.start(whenOpened(torn));
    lab.append();
    await lab.crash();
    expect(lab.broken()).toEqual(['recovered-as-written']);
  });

  it('other bytes stand in a batch than were appended', async () => {
    const changed = (machine: Machine, opened: number): void => {
      const file = newestSegment(machine);
      if (opened === 2) file.write(file.size - 1, Uint8Array.of(0xff), 0);
    };
    const lab = await LogLab.start(whenOpened(changed));
    for (let i = 0; i < 2; i++) lab.append();
    await lab.crash();
    expect(lab.broken()).toContain('recovered-as-written');
  });

  it('what was cut, and the cut synced, comes back', async () => {
    let before: Uint8Array = new Uint8Array(0);
    const back = (machine: Machine, opened: number): void => {
      if (opened === 2) newestSegment(machine).write(0, before, 0);
    };
    const lab = await LogLab.start(whenOpened(back));
    lab.append();
    const file = newestSegment(lab.machine);
    before = file.read(0, file.size)!.slice();
    lab.truncateTo(0);
    await lab.flush();
    await lab.crash();
    expect(lab.broken()).toContain('recovered-as-written');
  });

  it('is excused where the disk failed in the middle of a cut', async () => {
    const lab = await LogLab.start();
    for (let i = 0; i < 3; i++) lab.append();
    await lab.flush();
    lab.machine.disk.faults.failNextReads();
    expect(() => lab.truncateTo(1)).toThrow('EIO');
    await lab.crash();
    expect(lab.broken()).toEqual([]);
  });

  it('a cut leaves the bytes where they are', async () => {
    const lab = await LogLab.start((observation, machine) => {
      if (observation.kind !== 'log-truncated') return observation;
      newestSegment(machine).write(0, Uint8Array.of(1, 2, 3), 0);
      return observation;
    });
    for (let i = 0; i < 3; i++) lab.append();
    lab.truncateTo(1);
    expect(lab.broken()).toEqual(['recovered-as-written']);
  });
});

describe('epochs-as-written', () => {
  const oneMore = ({ epochs }: LogKnowledge): Partial<LogKnowledge> => ({
    epochs: [...epochs, { epoch: 9, startOffset: 2 }],
  });
  const live = async (distort: Distort, end: (lab: LogLab) => Promise<void>): Promise<string[]> => {
    const lab = await LogLab.start(distort);
    for (const epoch of [1, 1, 2]) lab.append(epoch);
    await end(lab);
    return lab.broken();
  };

  it('the cache is not cut with the log', async () => {
    const cut = async (lab: LogLab): Promise<void> => lab.truncateTo(2);
    expect(await live(knowing('log-truncated', oneMore), cut)).toEqual(['epochs-as-written']);
    expect(await live((observation) => observation, cut)).toEqual([]);
  });

  it('an epoch that is in the log is not known after a restart', async () => {
    const fewer = ({ epochs }: LogKnowledge) => ({ epochs: epochs.slice(1) });
    const crash = (lab: LogLab): Promise<void> => lab.crash();
    expect(await live(knowing('log-opened', fewer), crash)).toEqual(['epochs-as-written']);
  });
});

describe('producers-as-written', () => {
  const afterCrash = async (distort: Distort): Promise<string[]> => {
    const lab = await LogLab.start(distort);
    for (let i = 0; i < 3; i++) lab.append();
    await lab.crash();
    return lab.broken();
  };
  const stale = ({ producers }: LogKnowledge): Partial<LogKnowledge> => ({
    producers: producers.map((one) => ({ ...one, lastSequence: one.lastSequence - 1 })),
  });

  it('a stale snapshot is taken for the state, or none at all', async () => {
    expect(await afterCrash(knowing('log-opened', stale))).toEqual(['producers-as-written']);
    const none = knowing('log-opened', () => ({ producers: [] }));
    expect(await afterCrash(none)).toEqual(['producers-as-written']);
    expect(await afterCrash((observation) => observation)).toEqual([]);
  });

  it('producers that were idle for too long may be forgotten', async () => {
    const forgotten = () => ({ producers: [], forgetsUntilMs: Number.MAX_SAFE_INTEGER });
    expect(await afterCrash(knowing('log-opened', forgotten))).toEqual([]);
  });

  it('a cut does not take the producers back', async () => {
    const forward = ({ producers }: LogKnowledge): Partial<LogKnowledge> => ({
      producers: producers.map((one) => ({ ...one, lastSequence: 2 })),
    });
    const lab = await LogLab.start(knowing('log-truncated', forward));
    for (let i = 0; i < 3; i++) lab.append();
    lab.truncateTo(1);
    expect(lab.broken()).toEqual(['producers-as-written']);
  });
});

describe('read-as-written', () => {
  it('an index leads to a batch behind the one asked for', async () => {
    const read = async (distort?: Distort): Promise<string[]> => {
      const lab = await LogLab.start(distort);
      for (let i = 0; i < 5; i++) lab.append();
      lab.log.read(2, 1_000, 5);
      return lab.broken();
    };
    const astray: Distort = (observation) =>
      observation.kind === 'log-read' ? { ...observation, baseOffset: 3 } : observation;
    expect(await read(astray)).toEqual(['read-as-written']);
    expect(await read()).toEqual([]);
  });
});

describe('high-watermark-restarts', () => {
  const restarted = async (
    how: 'crash' | 'restart',
    stored: number,
    restored: number,
  ): Promise<string[]> => {
    const lab = await LogLab.start();
    const mark = { node: 1, ...ordersLog };
    for (let i = 0; i < 4; i++) lab.append();
    const moved = { role: 'follower', leaderEpoch: 1, highWatermark: 3 } as const;
    lab.observe({ kind: 'high-watermark', ...mark, ...moved });
    if (stored >= 0) lab.observe({ kind: 'high-watermark-stored', ...mark, highWatermark: stored });
    await lab[how]();
    lab.observe({ kind: 'high-watermark-restored', ...mark, highWatermark: restored });
    return lab.broken();
  };

  it('it starts below its last durable checkpoint, or above the log', async () => {
    expect(await restarted('crash', 2, 1)).toEqual(['high-watermark-restarts']);
    expect(await restarted('crash', 2, 5)).toEqual(['high-watermark-restarts']);
    expect(await restarted('crash', 2, 2)).toEqual([]);
    expect(await restarted('crash', -1, 0)).toEqual([]);
  });

  it('a clean shutdown keeps it as it was: a checkpoint that is never written shows', async () => {
    expect(await restarted('restart', -1, 0)).toEqual(['high-watermark-restarts']);
    expect(await restarted('restart', 3, 3)).toEqual([]);
  });
});
