import { afterEach, describe, expect, it, vi } from 'vitest';
import { progressLine } from '../../src/cli/progress.ts';
import { reproduceCommand } from '../../src/cli/reproduce.ts';
import { commandWords, runtime } from '../../src/cli/self.ts';
import { passed } from '../report/records.ts';

describe('progress', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  function saidFor(runs: number, isTerminal: boolean): string {
    let said = '';
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      said += String(text);
      return true;
    });
    const before = process.stderr.isTTY;
    process.stderr.isTTY = isTerminal;
    const progress = progressLine(runs);
    for (let i = 0; i < runs; i++) {
      progress.clear();
      progress.add(passed, 0);
    }
    process.stderr.isTTY = before;
    return said.replace(/\d+×/g, 'N×');
  }

  it('is one line that is written again, on a terminal', () => {
    expect(saidFor(2, true)).toBe(
      '0/2 runs\r\u001b[K\r1/2 runs, 0 failed, N× real time' +
        '\r\u001b[K\r2/2 runs, 0 failed, N× real time',
    );
  });

  it('is ten lines in a log, however many the runs', () => {
    const lines = saidFor(95, false).trimEnd().split('\n');
    expect(lines).toHaveLength(10);
    expect(lines[0]).toBe('10/95 runs, 0 failed, N× real time');
    expect(lines[9]).toBe('95/95 runs, 0 failed, N× real time');
  });
});

describe('the command that reproduces a run', () => {
  const command = commandWords[runtime].join(' ');

  it('is that of the runtime, as one types it in a checkout', () => {
    expect(commandWords).toEqual({
      node: ['npx', 'ordeal'],
      deno: ['deno', 'task', 'ordeal'],
      bun: ['bun', 'run', 'ordeal'],
    });
  });

  it('can be pasted into a shell', () => {
    expect(reproduceCommand('chaos', '7', 'reports/chaos/7/plan.json', null)).toBe(
      `${command} replay chaos --seed 7 --plan reports/chaos/7/plan.json`,
    );
    expect(reproduceCommand("it's mine.ts", '7', '/a b/plan.json', '/a b')).toBe(
      `${command} replay 'it'\\''s mine.ts' --seed 7 --plan '/a b/plan.json' --output-dir '/a b'`,
    );
    expect(reproduceCommand('chaos', '7', null, null)).toBe(`${command} replay chaos --seed 7`);
  });
});
