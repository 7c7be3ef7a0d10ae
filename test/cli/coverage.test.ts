/** `--coverage`: what a sweep has reached, with any number of workers. */
import { resolve } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { captured } from './captured.ts';
import { ScenarioFolder } from './scenario-folder.ts';

const folder = new ScenarioFolder();
afterAll(() => folder.remove());

const index = resolve(import.meta.dirname, '../../src/index.ts');
const fields = {
  workload: { producers: 1, consumers: 1, recordsPerSecond: 20 },
  phases: { warmUpMs: 1_000, chaosMs: 1_000, calmMs: 0 },
};

const hopeful = folder.write(
  'hopeful.ts',
  `import { scenario, sometimes } from ${JSON.stringify(index)};
  const { floor } = Math;
  Math.floor = (x) => {
    sometimes('something is rounded');
    return floor(x);
  };
  export default scenario({
    name: 'hopeful',
    description: 'Hopes for what happens, and for what does not.',
    sometimes: [
      'something is rounded',
      'pigs fly',
      { name: 'a leader', seen: 'leader-elected', of: 'orders-0' },
      { name: 'a hundredth leader', seen: 'leader-elected', nth: 100 },
    ],
    ...${JSON.stringify(fields)},
  });\n`,
);

const run = (...words: string[]) =>
  captured('run', hopeful, ...words, '--output-dir', folder.file('reports'));

interface Sum {
  readonly sort: string;
  readonly reached: readonly { name: string; times: number; trials: number }[];
  readonly missing: readonly { name: string }[];
}

it('a sweep tells what it reached and what not, the same with any number of workers', async () => {
  const sums: { trials: number; sorts: Sum[] }[] = [];
  for (const workers of ['1', '2']) {
    const words = ['--runs', '3', '-j', workers, '--coverage', '--reporter', 'json'];
    const { code, stdout } = await run(...words);
    expect(code).toBe(0);
    sums.push(JSON.parse(stdout).coverage);
  }
  expect(sums[1]).toEqual(sums[0]);
  const { trials, sorts } = sums[0]!;
  expect(trials).toBe(3);
  const hopes = sorts.find(({ sort }) => sort === 'sometimes')!;
  expect(hopes.missing.map(({ name }) => name)).toEqual(['a hundredth leader', 'pigs fly']);
  expect(hopes.reached.map(({ name, trials: of }) => [name, of])).toEqual([
    ['a leader', 3],
    ['something is rounded', 3],
  ]);
  expect(hopes.reached[0]!.times).toBe(3);
});

it('the terminal has a table for each sort, and names properties never at risk', async () => {
  const { stdout } = await run('--runs', '1', '-j', '1', '--coverage');
  expect(stdout).toContain('coverage of 1 trial\n');
  expect(stdout).toMatch(/^never at risk, and so not tested:$/m);
  expect(stdout).toMatch(/^ {2}leader-completeness: a leader starts while another replica/m);
  expect(stdout).toMatch(/^consistent-read +\d+ +1$/m);
  expect(stdout).toMatch(/^ {2}pigs fly$/m);
});

it('says nothing where nobody asks', async () => {
  const { stdout } = await run('--runs', '1', '-j', '1', '--reporter', 'json');
  expect(JSON.parse(stdout)).not.toHaveProperty('coverage');
});

it('a hunt tells it too', async () => {
  const words = ['hunt', hopeful, '--budget', '2t', '-j', '1', '--coverage'];
  const { stdout } = await captured(...words, '--output-dir', folder.file('reports'));
  expect(stdout).toContain('coverage of 2 trials');
  expect(stdout).toMatch(/^ {2}pigs fly$/m);
});
