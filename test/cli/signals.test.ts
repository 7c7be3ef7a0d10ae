/** Signals to a run and to its workers, in ordinary trials and in one that never ends. */
import { type ChildProcess, execFileSync } from 'node:child_process';
import { afterAll, describe, expect, it } from 'vitest';
import { sendSignal } from '../../src/cli/send-signal.ts';
import { runSweep } from '../../src/cli/work/sweep.ts';
import { Workers } from '../../src/cli/work/workers.ts';
import { ScenarioFolder } from './scenario-folder.ts';

const folder = new ScenarioFolder();
folder.writeEndless('endless');
afterAll(() => folder.remove());

/** A sweep in which trials are under way: of the ordinary kind, or one that loops. */
async function underWay(name: 'calm' | 'endless', workers: string) {
  const words = ['run', `${name}.ts`, '--runs', '200', '-j', workers, '--reporter', 'verbose'];
  const sweep = folder.start(...words, '--output-dir', `${name}-${workers}`);
  await said(sweep.process, name === 'calm' ? '✓ calm' : 'looping');
  return { ...sweep, children: childrenOf(sweep.process.pid!) };
}

function said(child: ChildProcess, what: string): Promise<void> {
  return new Promise((resolve) => {
    for (const stream of [child.stdout!, child.stderr!])
      stream.on('data', (text: string) => {
        if (text.includes(what)) resolve();
      });
  });
}

function childrenOf(pid: number): number[] {
  return execFileSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map(Number);
}

/** One that nobody has waited for yet is gone all the same. */
function isGone(pid: number): boolean {
  try {
    const state = execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
    return state.startsWith('Z');
  } catch {
    return true;
  }
}

async function untilGone(pids: readonly number[]): Promise<void> {
  while (!pids.every(isGone)) await new Promise((resolve) => setTimeout(resolve, 100));
}

const signals = ['SIGINT', 'SIGTERM'] as const;
const kinds = ['calm', 'endless'] as const;
const cases = kinds.flatMap((kind) => signals.map((signal) => [kind, signal] as const));

describe('a sweep', () => {
  it.each(cases)(
    'of %s trials ends by %s, tells what was done and leaves no worker',
    async (kind, signal) => {
      const { process: parent, ended, children } = await underWay(kind, '2');
      expect(children.length).toBeGreaterThan(0);
      sendSignal(parent, signal);
      const { code, stdout } = await ended;
      expect(code).toBe(130);
      expect(stdout).toMatch(/^interrupted: \d+ of 200 runs done; \d+ passed, 0 did not, in/m);
      const { runs } = JSON.parse(folder.read(`${kind}-2/latest/results.json`));
      expect(runs.length > 0).toBe(kind === 'calm');
      await untilGone(children);
    },
  );

  it.each(kinds)('of %s trials that is killed leaves no worker', async (kind) => {
    const { process: parent, ended, children } = await underWay(kind, '2');
    sendSignal(parent, 'SIGKILL');
    await ended;
    await untilGone(children);
  });

  it('goes on when a worker is killed, tells the seed it lost, and ends with 70', async () => {
    const words = ['run', 'calm.ts', '--runs', '12', '-j', '1', '--reporter', 'verbose'];
    const sweep = folder.start(...words, '--output-dir', 'killed');
    await said(sweep.process, '✓ calm');
    const [worker] = childrenOf(sweep.process.pid!);
    process.kill(worker!, 'SIGKILL');
    const { code, stdout } = await sweep.ended;
    expect(code).toBe(70);
    expect(stdout).toContain('its process ended (SIGKILL) before it was done');
    expect(stdout).toMatch(/reproduce: .+ ordeal replay calm.ts --seed \d+ --output-dir killed$/m);
    expect(stdout).toContain('11 passed, 1 did not');
  });

  it('ends a trial that makes no progress, and goes on', async () => {
    const workers = new Workers(1, 8);
    const results: string[] = [];
    const job = (name: string) => ({
      scenario: folder.file(`${name}.ts`),
      name,
      seed: '1',
      digestsFile: null,
      counts: false,
      outputDirectory: folder.file('patience'),
    });
    await runSweep({
      jobs: [job('endless'), job('calm')],
      workers,
      repeaters: null,
      interrupted: new AbortController().signal,
      stopped: () => false,
      onResult: ({ record }) => results.push(`${record.scenario}: ${record.reason}`),
    });
    workers.end();
    expect(results[0]).toMatch(/^endless: no virtual progress for 8 s of wall time, /);
    expect(results[1]).toBe('calm: null');
  });
});

describe('a replay', () => {
  it('of an endless trial ends by SIGINT, and leaves no worker', async () => {
    const replay = folder.start('replay', 'endless.ts', '--seed', '1');
    await said(replay.process, 'looping');
    const children = childrenOf(replay.process.pid!);
    sendSignal(replay.process, 'SIGINT');
    expect((await replay.ended).code).toBe(130);
    await untilGone(children);
  });
});
