import { existsSync, readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { UsageError } from '../../src/cli/exit.ts';
import { parseBudget } from '../../src/cli/search.ts';
import { exhibits } from '../../src/trial/museum/registry.ts';
import { parsePlan } from '../../src/trial/plan/plan.ts';
import { captured } from './captured.ts';
import { ScenarioFolder } from './scenario-folder.ts';

const folder = new ScenarioFolder();
afterAll(() => folder.remove());

describe('a budget', () => {
  it('is a time or a number of trials', () => {
    expect(parseBudget('500t').trials).toBe(500);
    expect(parseBudget('90s').wallMs).toBe(90_000);
    expect(parseBudget('10m').wallMs).toBe(600_000);
    for (const wrong of ['', '10', '0t', 'm', '1.5m', '-1t', '10 m'])
      expect(() => parseBudget(wrong), wrong).toThrow(UsageError);
  });
});

describe('ordeal hunt', () => {
  const hunt = (name: string, workers: string) =>
    captured(
      'hunt',
      folder.file(`${name}.ts`),
      ...['--budget', '10t', '-j', workers, '--output-dir', folder.file('hunts')],
    );

  it('is the same with any number of workers, and tells how coverage grew', async () => {
    const [one, two] = [await hunt('calm', '1'), await hunt('calm', '2')];
    expect(one).toMatchObject({ code: 0, stderr: '' });
    expect(one.stdout).toMatch(
      /^10 trials, \d+ features reached \(after trial 1: \d+.*, 0 distinct/m,
    );
    expect(two.stdout).toBe(one.stdout);
  });

  it('tells each distinct failure once, with a plan that replays', async () => {
    const { code, stdout } = await hunt('unhealed', '2');
    expect(code).toBe(1);
    expect(stdout.match(/^✗ converges/gm)).toHaveLength(1);
    expect(stdout).toMatch(/^ {2}\d+ × unhealed converges$/m);
    const file = /--plan (\S+plan\.json)/.exec(stdout)![1]!;
    expect(existsSync(file)).toBe(true);
    const plan = parsePlan(readFileSync(file, 'utf8'), file);
    const replayed = await captured(
      ...['replay', folder.file('unhealed.ts'), '--seed', plan.seed, '--plan', file],
      ...['--output-dir', folder.file('replays')],
    );
    expect(replayed.code).toBe(1);
  });

  it('refuses what it cannot do', async () => {
    expect(await captured('hunt', '--budget', 'soon')).toMatchObject({ code: 64 });
    expect(await captured('hunt', 'no-such-scenario')).toMatchObject({ code: 64 });
  });
});

describe('ordeal bugs', () => {
  it('lists every exhibit with its sentence', async () => {
    const { code, stdout } = await captured('bugs');
    expect(code).toBe(0);
    for (const { id, sentence } of exhibits) {
      expect(stdout).toContain(id);
      expect(stdout).toContain(sentence);
    }
  });

  it('searches for one blind, and writes its page', async () => {
    const page = folder.file('museum.md');
    const flags = ['--hunt', '--trials', '8', '-j', '2', '--page', page];
    const { code, stdout } = await captured('bugs', 'kip-101', ...flags);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^KIP-101: drawn trial \d+ \(\S+\), hunted trial \d+ \(\S+\)$/m);
    expect(readFileSync(page, 'utf8')).toContain('| KIP-101 | 0.11 |');
  });

  it('knows only what is in the museum', async () => {
    expect(await captured('bugs', 'KAFKA-1')).toMatchObject({ code: 64 });
    const words = ['replay', folder.file('calm.ts'), '--seed', '1', '--bug', 'KAFKA-1'];
    expect(await captured(...words, '--output-dir', folder.file('none'))).toMatchObject({
      code: 64,
    });
  });
});

describe('the museum', () => {
  it('has each exhibit once, each with a rule that differs', () => {
    expect(new Set(exhibits.map(({ id }) => id)).size).toBe(exhibits.length);
    for (const { rules } of exhibits) expect(Object.values(rules).length).toBeGreaterThan(0);
  });
});
