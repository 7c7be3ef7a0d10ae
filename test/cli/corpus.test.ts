import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import swarm from '../../scenarios/swarm.ts';
import { readCorpus, stockCorpus, writeCorpus } from '../../src/cli/corpus.ts';
import { checkTrial } from '../../src/trial/runner/trial.ts';

const folder = mkdtempSync(join(tmpdir(), 'ordeal-corpus-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('the stock corpus', () => {
  const plans = readCorpus(stockCorpus, ['swarm']);

  it('has plans that still fit their scenario', () => {
    expect(plans.length).toBeGreaterThan(20);
    for (const plan of plans) checkTrial(swarm, plan.seed, { plan });
  });

  it('comes back as it was kept', () => {
    expect(writeCorpus(folder, plans)).toBeNull();
    expect(readCorpus(folder, ['swarm'])).toEqual(plans);
    expect(readCorpus(folder, ['chaos'])).toEqual([]);
  });
});

describe('a line of a corpus', () => {
  it('that is no plan of its scenario is named with the remedy', () => {
    const file = join(folder, 'chaos.jsonl');
    writeFileSync(file, '\n{}\n');
    const remedy = 'mend or delete that line, or name another folder';
    expect(() => readCorpus(folder, ['chaos'])).toThrow('chaos.jsonl, line 2');
    expect(() => readCorpus(folder, ['chaos'])).toThrow(remedy);
    const [line] = readFileSync(join(stockCorpus, 'swarm.jsonl'), 'utf8').split('\n');
    writeFileSync(file, `${line}\n`);
    expect(() => readCorpus(folder, ['chaos'])).toThrow('"swarm" is another');
  });
});
