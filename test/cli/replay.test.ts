import { afterAll, describe, expect, it } from 'vitest';
import { traceRecordSchema } from '../../src/trial/trace/record.ts';
import { captured } from './captured.ts';
import { ScenarioFolder } from './scenario-folder.ts';

const folder = new ScenarioFolder();
afterAll(() => folder.remove());

/** Carries out a command in this process, on scenarios of the folder. */
const here = (...words: string[]) => captured(...folder.named(words));

describe('ordeal replay', () => {
  it('gives the digest of the run again, by its seed and by its saved plan', async () => {
    await here('run', 'unhealed', '--seed', '7', '-j', '1');
    const result = folder.read('reports/unhealed/7/result.json');
    const { digest } = JSON.parse(result);
    const bySeed = await here('replay', 'unhealed', '--seed', '7');
    expect(bySeed.code).toBe(1);
    expect(bySeed.stdout).toContain(`unhealed seed 7: fail, digest ${digest}\n`);
    const plan = folder.file('reports/unhealed/7/plan.json');
    const byPlan = await here('replay', 'unhealed', '--seed', '7', '--plan', plan);
    expect(byPlan.stdout).toContain(`unhealed seed 7: fail, digest ${digest}\n`);
    expect(byPlan.stdout).toContain(
      `unhealed.ts --seed 7 --plan ${plan} --output-dir ${folder.file('reports')}\n`,
    );
    expect(folder.read('reports/unhealed/7/result.json')).toBe(result);
    expect(JSON.parse(folder.read('reports/unhealed/7/replay/result.json')).digest).toBe(digest);
  });

  it('writes every event as a line, beside its results or where it is told', async () => {
    await here('replay', 'calm', '--seed', '2');
    await here('replay', 'calm', '--seed', '2', '--trace', folder.file('mine.jsonl'));
    const trace = folder.read('mine.jsonl');
    expect(folder.read('reports/calm/2/replay/trace.jsonl')).toBe(trace);
    const [header, ...lines] = trace
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(header).toEqual({ is: 'trace', version: 1, scenario: 'calm', seed: '2' });
    for (const line of lines) traceRecordSchema.parse(line);
    const { events } = JSON.parse(folder.read('reports/calm/2/replay/result.json'));
    const numbers = new Set(lines.filter(({ is }) => is === 'event').map(({ event }) => event));
    expect(numbers.size).toBe(events);
  });

  it('runs an edited plan as it stands', async () => {
    await here('replay', 'unhealed', '--seed', '1');
    const plan = JSON.parse(folder.read('reports/unhealed/1/replay/plan.json'));
    const edited = folder.write('edited.json', JSON.stringify({ ...plan, faults: [] }));
    const { code, stdout } = await here('replay', 'unhealed', '--seed', '1', '--plan', edited);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^unhealed seed 1: pass, digest/m);
  });
});
