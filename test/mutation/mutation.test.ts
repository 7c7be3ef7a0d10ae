/** The pure parts of `npm run mutate`: which edits there are, which are drawn, what is told. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runtime } from '../../src/cli/self.ts';
import { run } from './child.ts';
import { drawn, isSetAside, rooms, type SetAside } from './draw.ts';
import { hasFound, huntVerdict, isMisfire, unitVerdict } from './judge.ts';
import { applied, type Mutant, mutantsOf } from './mutants.ts';
import { type Judged, Records } from './records.ts';
import { scoreOf, told } from './report.ts';

const root = resolve(import.meta.dirname, '../..');
const scratch = mkdtempSync(join(tmpdir(), 'ordeal-mutation-test-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/**
 * On Bun Stryker's instrumenter fails: a default import of a CommonJS module is something else there
 * than on Node. `npm run mutate` runs on Node.
 */
const instruments = runtime !== 'bun';

const mutantsIn = (content: string): Promise<Mutant[]> => mutantsOf('src/kafka/log/x.ts', content);

/** The text after each edit. */
async function edits(content: string): Promise<string[]> {
  return (await mutantsIn(content)).map((mutant) => applied(content, mutant));
}

describe.runIf(instruments)('edits of a file', () => {
  it('stand where their original stands, and change nothing else', async () => {
    const content = 'export function f(a: number) {\n  return a < 1;\n}\n';
    const mutants = await mutantsIn(content);
    expect(mutants.map(({ line, original }) => [line, original])).toContainEqual([2, 'a < 1']);
    for (const { start, end, original, within } of mutants) {
      expect(content.slice(start, end)).toBe(original);
      expect(content).toContain(within);
    }
    expect(await edits(content)).toContain(
      'export function f(a: number) {\n  return (a <= 1);\n}\n',
    );
  });

  it('bind as what stood there', async () => {
    const all = await edits(
      'export const f = (a: boolean, b: boolean, c: boolean) => a && b && c;',
    );
    expect(all).toContain(
      'export const f = (a: boolean, b: boolean, c: boolean) => (a || b) && c;',
    );
  });

  it('leave the words of errors, assertions, logs, marks and prose alone', async () => {
    const content = `export function f(host: H, a: number, b: number) {
      host.log('warn', 'odd' + a);
      mark('odd-turn');
      assert(a > b, 'ordered');
      if (b > a) throw new RangeError('odd');
      const cause = new RefusalError(\`odd\${a}\`);
      return { cause, message: 'the odd one', kind: 'odd' };
    }`;
    const originals = (await mutantsIn(content)).map(({ original }) => original);
    const texts = originals.filter((original) => /^['"`]/.test(original));
    expect(texts).toEqual(["'odd'"]);
    expect(originals).toContain('a > b');
    expect(originals).toContain('b > a');
    expect(originals.some((original) => original.startsWith("'odd' +"))).toBe(false);
  });

  it('have keys that stay when the file grows above them, and tell equal ones apart', async () => {
    const content = 'export const f = (a: number) => a + 1;\n';
    const keys = (await mutantsIn(content)).map(({ key }) => key);
    const later = await mutantsIn(`// A line.\n${content}`);
    expect(later.map(({ key }) => key)).toEqual(keys);
    const twice = await mutantsIn('export const g = (a: number) => a + 1 + (a + 1);\n');
    expect(new Set(twice.map(({ key }) => key)).size).toBe(twice.length);
  });
});

describe('the draw', () => {
  const content = 'export const f = (a: number, b: number) => (a < b ? a + 1 : b - 1) * 2;\n';

  it.runIf(instruments)('is the same for a seed, and another for another', async () => {
    const mutants = await mutantsIn(content);
    const keys = (seed: string, of: readonly Mutant[]) => drawn(of, seed).map(({ key }) => key);
    expect(keys('1', [...mutants].reverse())).toEqual(keys('1', mutants));
    expect(keys('2', mutants)).not.toEqual(keys('1', mutants));
    expect(keys('2', mutants).sort()).toEqual(keys('1', mutants).sort());
  });

  it.runIf(instruments)('passes over what is set aside, wherever its line has moved', async () => {
    const [first, ...others] = await mutantsIn(`\n\n${content}`);
    const { file, within, original, replacement } = first!;
    const list = [{ file, within, original, replacement, reason: 'none' }];
    expect(isSetAside(first!, list)).toBe(true);
    expect(others.some((other) => isSetAside(other, list))).toBe(false);
  });

  it('is from rooms that have sources and tests', () => {
    for (const room of rooms) {
      expect(() => readFileSync(join(root, `src/kafka/${room}/.`)), room).toThrow(/EISDIR/);
      expect(() => readFileSync(join(root, `test/kafka/${room}/.`)), room).toThrow(/EISDIR/);
    }
  });
});

it.runIf(instruments)(
  'each edit set aside is one that exists, and says why it means nothing',
  async () => {
    const text = readFileSync(join(import.meta.dirname, 'set-aside.json'), 'utf8');
    for (const one of JSON.parse(text) as SetAside[]) {
      expect(one.reason.length, one.original).toBeGreaterThan(10);
      const mutants = await mutantsOf(one.file, readFileSync(join(root, one.file), 'utf8'));
      expect(
        mutants.some((mutant) => isSetAside(mutant, [one])),
        JSON.stringify(one),
      ).toBe(true);
    }
  },
);

describe('what tests and hunts say', () => {
  const ended = { timedOut: false, output: '', code: 0 };

  it('a failed test, or no end in time, notices an edit', () => {
    expect(unitVerdict(ended)).toEqual({ noticed: false, by: '' });
    expect(unitVerdict({ ...ended, code: null, timedOut: true }).noticed).toBe(true);
    const output = '\n FAIL  test/a.test.ts > a log > ends\nError: no\n';
    expect(unitVerdict({ ...ended, code: 1, output })).toEqual({
      noticed: true,
      by: 'test/a.test.ts > a log > ends',
    });
  });

  it('a worker that never started says nothing, one that died for want of memory does', () => {
    expect(isMisfire('Error: [vitest-pool]: Failed to start forks worker for a.test.ts.')).toBe(
      true,
    );
    expect(isMisfire('[vitest-pool-runner]: Timeout waiting for worker to respond')).toBe(true);
    expect(isMisfire(' FAIL  test/a.test.ts > b\nFailed to start forks worker')).toBe(false);
    const output = 'FATAL ERROR: heap out of memory\nError: Worker exited unexpectedly\n';
    expect(isMisfire(output)).toBe(false);
    expect(unitVerdict({ ...ended, code: 1, output }).by).toBe('FATAL ERROR: heap out of memory');
  });

  it('a broken property, a trial that threw or never ended, and an end by itself are found', () => {
    const quiet = '\n16 trials within the time, 700 features reached, 0 distinct failures\n';
    expect(huntVerdict({ ...ended, output: quiet })).toEqual({ noticed: false, by: '16 trials' });
    expect(hasFound(quiet)).toBe(false);
    const broken = 'trial 3\n✗ acked-not-lost  swarm  seed 4\n';
    expect(hasFound(broken)).toBe(true);
    expect(huntVerdict({ ...ended, code: null, output: broken }).by).toMatch(/^trial 3: ✗ acked/);
    const thrown = 'ordeal: swarm seed 7: no virtual progress for 30 s of wall time\n';
    expect(huntVerdict({ ...ended, code: 70, output: thrown }).noticed).toBe(true);
    expect(hasFound('ordeal: results are not kept: full\n')).toBe(false);
    expect(huntVerdict({ ...ended, code: null, timedOut: true }).noticed).toBe(true);
    expect(huntVerdict({ ...ended, code: 134, output: 'heap\n' }).noticed).toBe(true);
  });
});

const judged = (key: string, unit: boolean | null, hunt: boolean | null): Judged => ({
  key,
  file: 'src/kafka/log/log.ts',
  line: 7,
  mutator: 'EqualityOperator',
  original: 'a < b',
  replacement: 'a <= b',
  within: 'return a < b;',
  invalid: unit === null && hunt === null,
  unit: unit === null ? null : { noticed: unit, by: '', ms: 1 },
  hunt: hunt === null ? null : { noticed: hunt, by: '', ms: 1, budgetMs: 1000 },
});

describe('the score', () => {
  const facts = { seed: '1', huntBudgetMs: 1000, setAside: 2 };

  it('counts each way of looking for what it looked at, invalid edits for neither', () => {
    const all = [
      judged('1', true, false),
      judged('2', false, true),
      judged('3', false, false),
      judged('4', true, null),
      judged('5', null, null),
    ];
    const score = scoreOf(all, facts);
    expect(score).toEqual({
      ...facts,
      sample: 4,
      unit: { noticed: 2, of: 4 },
      hunt: { noticed: 1, of: 3 },
      either: { noticed: 3, of: 4 },
    });
    const text = told(all, score);
    expect(text).toContain('4 edits judged, 1 invalid, 2 set aside');
    expect(text).toContain('unit and hunt: src/kafka/log/log.ts:7  a < b  →  a <= b');
  });
});

describe('records', () => {
  it('outlive their process, and the last one of an edit stands', () => {
    const file = join(scratch, 'out.jsonl');
    const records = new Records(file);
    records.add(judged('1', false, null));
    records.add(judged('2', true, true));
    records.add(judged('1', false, true));
    const again = new Records(file);
    expect(again.get('1')).toEqual(judged('1', false, true));
    expect(again.get('2')).toEqual(judged('2', true, true));
    expect(again.get('3')).toBeUndefined();
  });
});

describe('a child', () => {
  it('is ended with its children by its limit, and as soon as enough is known', async () => {
    const [idle, forking] = [join(scratch, 'idle.cjs'), join(scratch, 'forking.cjs')];
    writeFileSync(idle, 'setInterval(() => {}, 1000);');
    writeFileSync(
      forking,
      `const { spawn } = require('node:child_process');
       console.log('pid ' + spawn(process.execPath, [${JSON.stringify(idle)}]).pid);
       setInterval(() => {}, 1000);`,
    );
    const enough = (output: string): boolean => output.includes('pid ');
    const known = await run([forking], { cwd: scratch, limitMs: 60_000, enough });
    expect(known).toMatchObject({ code: null, timedOut: false });
    const pid = Number(/pid (\d+)/.exec(known.output)![1]);
    await expect.poll(() => isAlive(pid), { timeout: 20_000 }).toBe(false);
    const late = await run([idle], { cwd: scratch, limitMs: 500 });
    expect(late).toMatchObject({ code: null, timedOut: true });
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ')[2] !== 'Z';
  } catch {
    return false;
  }
}
