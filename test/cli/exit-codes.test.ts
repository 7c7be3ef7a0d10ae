/** What a run ends with, whatever a scenario's module or the outside world does to it. */
import { existsSync, mkdirSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { describe as describeScenario } from '../../src/cli/work/describe.ts';
import { Workers } from '../../src/cli/work/workers.ts';
import { captured } from './captured.ts';
import { ScenarioFolder } from './scenario-folder.ts';

const folder = new ScenarioFolder();
afterAll(() => folder.remove());

const here = (...words: string[]) => captured(...folder.named(words));

describe('a module that is no scenario', () => {
  it.each([
    ['quits', 'process.exit(0);', 'process.exit at '],
    ['throws', 'throw null;', 'cannot be loaded: null'],
    ['rejects', 'await Promise.reject(new Error("no"));', 'cannot be loaded: no'],
  ])('ends with 64 and is named: %s', async (name, code, message) => {
    folder.writeModule(name, code);
    const ended = await captured(
      'run',
      folder.file(`${name}.ts`),
      '--output-dir',
      folder.file('x'),
    );
    expect(ended).toMatchObject({ code: 64, stdout: '' });
    expect(ended.stderr).toContain(message);
  });

  it.each([
    ['a promise that rejects', 'Promise.reject(new Error("no"))', 'is a promise; write'],
    ['a promise', 'Promise.resolve({})', 'is a promise; write'],
    ['a function', '() => {}', 'expected object'],
    ['null', 'null', 'expected object'],
    ['text', '"steady"', 'expected object'],
  ])('has %s as its default export', async (_, value, message) => {
    folder.write('shape.ts', `export default ${value};\n`);
    const ended = await captured('run', folder.file('shape.ts'), '--output-dir', folder.file('x'));
    expect(ended.code).toBe(64);
    expect(ended.stderr).toContain('shape.ts: ');
    expect(ended.stderr).toContain(message);
  });

  it.each([
    ['loops', 'for (;;);'],
    ['waits', 'await new Promise(() => {});'],
  ])('is given up where it never comes to its end: %s', async (name, code) => {
    folder.writeModule(name, code);
    const workers = new Workers(1, 3);
    const described = describeScenario(workers, folder.file(`${name}.ts`));
    await expect(described).rejects.toThrow('cannot be loaded: it does not come to its end');
    workers.end();
  });
});

describe('a run whose results cannot be kept', () => {
  it('says so, prints its table all the same, and ends with 70', async () => {
    mkdirSync(folder.file('reports/latest/results.json'), { recursive: true });
    mkdirSync(folder.file('reports/calm/1/plan.json'), { recursive: true });
    const { code, stdout, stderr } = await here('run', 'calm', '-j', '1');
    expect(code).toBe(70);
    expect(stdout).toContain('1 passed, 0 did not');
    expect(stderr).toContain('ordeal: results are not kept: ');
    expect(stderr).not.toMatch(/^ +at /m);
  });

  it('takes no file for the folder of the latest results', async () => {
    mkdirSync(folder.file('taken'));
    folder.write('taken/latest', 'mine');
    const ended = await captured('run', 'steady', '--output-dir', folder.file('taken'));
    expect(ended.code).toBe(64);
    expect(folder.read('taken/latest')).toBe('mine');
    expect(existsSync(folder.file('taken/.running'))).toBe(false);
  });
});

describe('standard output that cannot be written', () => {
  it.each([['list'], ['run', 'calm.ts'], ['replay', 'calm.ts', '--seed', '1'], ['--version']])(
    'ends %s with 70',
    async (...words) => {
      if (!existsSync('/dev/full')) return;
      const { code, stderr } = await folder.ordealTo('/dev/full', ...words);
      expect(code).toBe(70);
      expect(stderr).toMatch(/^ordeal: standard output: /m);
      expect(stderr).not.toMatch(/^ +at /m);
    },
  );
});

describe('what is given twice', () => {
  it.each([
    ['--seeds', '1..2', '2..3'],
    ['--output-dir', 'a', 'b'],
    ['-j', '1', '2'],
  ])('%s is refused', async (flag, first, second) => {
    const ended = await captured('run', 'steady', flag, first, flag, second);
    expect(ended.code).toBe(64);
    expect(ended.stderr).toContain('It is given twice');
  });

  it('--seed runs both', async () => {
    const words = ['calm', '--seed', '1', '--seed', '2', '--seed', '1', '-j', '1'];
    const { code, stdout } = await captured(
      'run',
      ...folder.named(words).slice(0, -1),
      folder.file('two'),
    );
    expect(code).toBe(0);
    expect(stdout).toContain('2 passed, 0 did not');
  });
});

describe('a plan', () => {
  it('with a byte-order mark is read', async () => {
    const plan = { scenario: 'calm', seed: '1', workload: { recordsPerSecond: 5 }, faults: [] };
    const file = folder.write('marked.json', `\ufeff${JSON.stringify(plan)}`);
    const ended = await here('replay', 'calm', '--seed', '1', '--plan', file);
    expect(ended.code).toBe(0);
  });
});
