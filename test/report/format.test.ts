import { describe, expect, it } from 'vitest';
import { atSecond, counted, duration, grouped, table } from '../../src/report/format.ts';

describe('small texts', () => {
  it.each([
    [0, '0.0 s'],
    [3_449, '3.4 s'],
    [59_900, '59.9 s'],
    [60_000, '1:00'],
    [3_599_400, '59:59'],
    [3_600_000, '1:00:00'],
    [36_061_000, '10:01:01'],
  ])('%d ms last %s', (ms, text) => {
    expect(duration(ms)).toBe(text);
  });

  it('thousands stand apart', () => {
    expect([7, 999, 1_000, 48_213, 1_234_567].map(grouped)).toEqual([
      '7',
      '999',
      '1 000',
      '48 213',
      '1 234 567',
    ]);
  });

  it('moments have milliseconds, and one is not many', () => {
    expect(atSecond(12_408)).toBe('t=12.408 s');
    expect([0, 1, 2].map((n) => counted(n, 'run'))).toEqual(['0 runs', '1 run', '2 runs']);
  });

  it('a table has numbers to the right and words to the left', () => {
    expect(
      table(
        ['name', 'n'],
        [
          ['a', '10'],
          ['bcdef', '7'],
        ],
      ),
    ).toBe('name    n\n─────  ──\na      10\nbcdef   7');
    expect(table(['name', 'n'], [])).toBe('name  n\n────  ─');
  });
});
