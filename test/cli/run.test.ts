import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { captured } from './captured.ts';
import { ScenarioFolder } from './scenario-folder.ts';

const folder = new ScenarioFolder();
afterAll(() => folder.remove());

/** Carries out a command in this process, on scenarios of the folder. */
const here = (...words: string[]) => captured(...folder.named(words));

const at = z.number().min(0);
const count = z.int().min(0);
const runSchema = z.strictObject({
  scenario: z.string(),
  seed: z.string().regex(/^\d+$/),
  verdict: z.enum(['pass', 'fail', 'inconclusive']),
  reason: z.string().optional(),
  digest: z.string().regex(/^[0-9a-f]{16}$/),
  virtualMs: z.number().min(1),
  wallMs: count,
  events: z.int().min(1),
  points: z.record(z.string(), count),
  operations: z.strictObject({ produced: count, acknowledged: count, consumed: count }),
  faults: z.array(
    z.strictObject({
      id: count,
      kind: z.string(),
      at,
      target: z.string(),
      struck: z.array(
        z.strictObject({ machine: z.string(), effect: z.record(z.string(), z.number()) }),
      ),
      withheld: z.string().nullable(),
      tookEffect: z.boolean(),
      effect: z.string(),
    }),
  ),
  violations: z.array(
    z.strictObject({
      property: z.string(),
      message: z.string(),
      at,
      about: z.record(z.string(), z.unknown()),
      evidence: z.array(z.looseObject({ is: z.string() })),
      brokeWith: z.array(z.string()),
    }),
  ),
  expected: z.string().nullable(),
});
const documentSchema = z.strictObject({
  version: z.string().regex(/^\d+\.\d+\.\d+$/),
  commit: z.string().min(1),
  runtime: z.string().regex(/^(node|deno|bun) \d+/),
  runs: z.array(runSchema),
});

const json = (text: string) => documentSchema.parse(JSON.parse(text));

/** The fields of a small scenario as they stand in its file. */
const fieldsOf = (name: string) =>
  folder.read(`${name}.ts`).slice('export default '.length, -';\n'.length);

describe('ordeal run', () => {
  const seeds = ['--seeds', '3..4', '--reporter', 'json'];

  it('prints one JSON document and nothing else, the same from one process as from two', async () => {
    const words = ['calm.ts', 'unhealed.ts', ...seeds, '-j', '2', '--reporter', 'default'];
    const { code, stdout } = await folder.ordeal('run', ...words);
    expect(code).toBe(1);
    const { runs } = json(stdout);
    expect(runs.map(({ scenario, seed, verdict }) => [scenario, seed, verdict])).toEqual([
      ['calm', '3', 'pass'],
      ['calm', '4', 'pass'],
      ['unhealed', '3', 'fail'],
      ['unhealed', '4', 'fail'],
    ]);
    const [calm, , unhealed] = runs;
    expect(calm).toMatchObject({ violations: [], faults: [], expected: null });
    expect(calm!.operations.acknowledged).toBeGreaterThan(10);
    expect(unhealed!.faults).toMatchObject([{ kind: 'crash', target: 'b1' }]);
    expect(unhealed!.violations[0]).toMatchObject({ property: 'converges' });

    const alone = await here('run', 'calm', 'unhealed', ...seeds, '-j', '1');
    const timeless = (run: (typeof runs)[number]) => ({ ...run, wallMs: 0 });
    expect(json(alone.stdout).runs.map(timeless)).toEqual(runs.map(timeless));
  });

  it('shows progress, then a table and where the results lie, which are there', async () => {
    const { code, stdout, stderr } = await here('run', 'calm', '--seed', '0x10', '-j', '1');
    expect(code).toBe(0);
    expect(stderr).toMatch(/^1\/1 runs, 0 failed, \d+× real time$/m);
    expect(stdout).toMatch(/^ordeal \S+ @ \S+ on \S+ \S+: 1 scenario, 1 run$/m);
    expect(stdout).toMatch(/^calm +1 +pass +\d+\.\d s +\d+\.\d s +\d+× +\d+ +0\/0$/m);
    expect(stdout).toMatch(/^1 passed, 0 did not, in \S+ s; results in \S+\/reports$/m);
    const saved = json(folder.read('reports/latest/results.json'));
    const { tookEffect: _, ...result } = JSON.parse(folder.read('reports/calm/16/result.json'));
    expect({ ...saved.runs[0], reason: null }).toEqual(result);
    expect(JSON.parse(folder.read('reports/calm/16/plan.json'))).toMatchObject({ seed: '16' });
    const history = gunzipSync(readFileSync(folder.file('reports/calm/16/history.jsonl.gz')));
    const types = history
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).type);
    expect(types.filter((type) => type === 'send')).toHaveLength(result.operations.produced);
    expect(new Set(types)).toEqual(new Set(['send', 'poll', 'final-read']));
  });

  it('ends with 2 where nothing broke but something could not be judged', async () => {
    const { code } = await here('run', 'calm', 'undecided', '-j', '1', '--reporter', 'junit');
    expect(code).toBe(2);
    expect(folder.read('reports/latest/junit.xml')).toContain('the topics were not created');
  });

  it('stops after so many failures', async () => {
    const { code, stdout } = await here('run', 'unhealed', '--runs', '9', '-j', '1', '--bail', '2');
    expect(code).toBe(1);
    expect(stdout).toContain('enough failures: 2 of 9 runs done; 0 passed, 2 did not, in');
  });

  it('finds two equal runs of each seed with --verify', async () => {
    const words = ['calm', 'unhealed', '--seed', '5', '-j', '1', '--verify'];
    const { code, stdout } = await here('run', ...words);
    expect(code).toBe(1);
    expect(stdout).toContain('every seed twice: 0 differences');
  });

  it('names the first event that differs, and ends with 3', async () => {
    // Once, at another call in each process, a message takes a microsecond longer.
    folder.write(
      'fickle.ts',
      `const { floor } = Math;
      let calls = 0;
      Math.floor = (x) => floor(x) + (delays() && ++calls === which ? 1 : 0);
      const which = 20 + (process.pid % 79);
      const delays = () => calls < which && new Error().stack.includes('/sim/latency.ts');
      export default ${fieldsOf('calm').replace('calm', 'fickle')};`,
    );
    const words = ['fickle.ts', '-j', '1', '--verify', '--reporter'];
    const { code, stdout } = await folder.ordeal('run', ...words, 'default');
    expect(code).toBe(3);
    expect(stdout).toMatch(/^✗ not deterministic: fickle seed 1: digest \w{16}, then \w{16}; /m);
    expect(stdout).toMatch(
      /; the first event that differs is number \d+; in a third run that is$/m,
    );
    expect(stdout).toMatch(/^ +\d+\t\d+\.\d{6}\t\w+\t.+$/m);
    expect(stdout).toContain('every seed twice: 1 difference\n');
  });

  it.each(['1', '2'])(
    'shows with --verify what a process has of its own, with %s workers',
    async (workers) => {
      const fields = fieldsOf('calm').replace('calm', 'of-its-own');
      folder.write(
        'of-its-own.ts',
        `export default { ...${fields}, network: { latencyUs: 300 + (process.pid % 1000) } };`,
      );
      const words = ['of-its-own.ts', '-j', workers, '--verify', '--seed', '7'];
      const { code, stdout } = await folder.ordeal('run', ...words);
      expect(code).toBe(3);
      expect(stdout).toMatch(/^✗ not deterministic: of-its-own seed 7/m);
    },
  );

  it('names the line of a module that asks the outside while it is loaded', async () => {
    for (const [index, call] of ['Math.random()', 'Date.now()', 'process.exit(0)'].entries()) {
      const name = `ambient-${index}`;
      const fields = fieldsOf('calm').replace('calm', name);
      folder.write(`${name}.ts`, `const it = 1;\nconst x = ${call};\nexport default ${fields};`);
      const { code, stderr } = await folder.ordeal('run', `${name}.ts`, '-j', '1');
      expect(code).toBe(64);
      expect(stderr).toContain(`${call.replace(/\(.*/, '')} at ${folder.file(`${name}.ts`)}:2:`);
    }
  });

  it('loads libraries, which may ask the outside while they are loaded', async () => {
    const library = new URL('../../node_modules/seedrandom/index.js', import.meta.url).href;
    const fields = fieldsOf('calm').replace('calm', 'with-library');
    folder.write('data.json', '{"latencyUs": 400}');
    folder.write(
      'with-library.ts',
      `import { readFileSync } from 'node:fs';
      import seedrandom from '${library}';
      const network = JSON.parse(readFileSync('${folder.file('data.json')}', 'utf8'));
      const jitterUs = seedrandom('x').int32() & 7;
      export default { ...${fields}, network: { ...network, jitterUs } };`,
    );
    const { code } = await folder.ordeal('run', 'with-library.ts', '-j', '1', '--verify');
    expect(code).toBe(0);
  });

  it('takes scenario files that import ordeal or its sources, in a folder of their own', async () => {
    const sources = new URL('../../src/index.ts', import.meta.url).href;
    for (const [name, from] of [
      ['by-name', 'ordeal'],
      ['by-path', sources],
    ]) {
      const text = `import { scenario } from '${from}';
        const checked: object = scenario(${fieldsOf('calm').replace('calm', name!)});
        export default checked;`;
      folder.write(`${name}.ts`, text);
    }
    const { code, stderr } = await folder.ordeal('run', 'by-name.ts', 'by-path.ts', '-j', '1');
    expect(stderr).not.toContain('ordeal:');
    expect(code).toBe(0);
  });
});
