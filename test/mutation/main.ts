/**
 * `npm run mutate -- --seed S --sample N`: how many small wrong edits of the cluster's code are
 * noticed, by the unit tests of their room and by a blind hunt. It draws edits by seed
 * (`draw.ts`), puts each into a scratch copy of the repository, and tells both scores and each
 * edit that nothing noticed. An edit that cannot be loaded is invalid, and another is drawn.
 *
 *   --seed S           which edits, 1 by default
 *   --sample N         how many, 100 by default
 *   --hunt-budget T    how long a hunt looks, 60s by default
 *   --skip-unit, --skip-hunt
 *   --out FILE         JSON lines; what stands there is not judged again
 *   --score FILE       the score as JSON, as docs/museum.md tells it
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { parseBudget } from '../../src/cli/search.ts';
import { endAll } from './child.ts';
import { allMutants, drawn, type SetAside } from './draw.ts';
import { Records } from './records.ts';
import { scoreOf, told } from './report.ts';
import { judgeAll } from './run.ts';

const root = resolve(import.meta.dirname, '../..');
const say = (line: string): void => void process.stdout.write(`${line}\n`);

interface Flags {
  readonly seed: string;
  readonly sample: number;
  readonly huntBudgetMs: number;
  readonly unit: boolean;
  readonly hunts: boolean;
  readonly out: string | null;
  readonly score: string | null;
}

/** Throws an error that names the flag. */
function flagsOf(words: string[]): Flags {
  const { values } = parseArgs({
    args: words,
    options: {
      seed: { type: 'string', default: '1' },
      sample: { type: 'string', default: '100' },
      'hunt-budget': { type: 'string', default: '60s' },
      'skip-unit': { type: 'boolean', default: false },
      'skip-hunt': { type: 'boolean', default: false },
      out: { type: 'string' },
      score: { type: 'string' },
    },
  });
  const sample = Number(values.sample);
  if (!Number.isSafeInteger(sample) || sample < 1) {
    throw new Error(`--sample: "${values.sample}" is no number of edits`);
  }
  const { wallMs } = parseBudget(values['hunt-budget']);
  if (!Number.isFinite(wallMs)) throw new Error('--hunt-budget: give a time, such as 60s');
  const [unit, hunts] = [!values['skip-unit'], !values['skip-hunt']];
  if (!unit && !hunts) throw new Error('--skip-unit and --skip-hunt together leave nothing to do');
  const { seed, out = null, score = null } = values;
  return { seed, sample, huntBudgetMs: wallMs, unit, hunts, out, score };
}

async function main(flags: Flags): Promise<void> {
  const { seed, huntBudgetMs } = flags;
  const interruption = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      interruption.abort();
      endAll();
    });
  }
  const list = readFileSync(join(import.meta.dirname, 'set-aside.json'), 'utf8');
  const records = new Records(flags.out);
  const mutants = drawn(await allMutants(root), seed);
  say(`${mutants.length} edits to draw from`);
  const { judged, setAside } = await judgeAll({
    root,
    mutants,
    sample: flags.sample,
    setAside: JSON.parse(list) as SetAside[],
    records,
    unit: flags.unit,
    huntBudgetMs: flags.hunts ? huntBudgetMs : null,
    interrupted: interruption.signal,
    say,
  });
  const score = scoreOf(judged, { seed, huntBudgetMs, setAside });
  say(told(judged, score));
  if (interruption.signal.aborted) process.exitCode = 130;
  else if (flags.score !== null) {
    writeFileSync(flags.score, `${JSON.stringify(score, null, 2)}\n`);
  }
}

try {
  await main(flagsOf(process.argv.slice(2)));
} catch (error) {
  process.stderr.write(`mutate: ${(error as Error).message}\n`);
  process.exitCode = 1;
}
