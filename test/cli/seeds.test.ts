import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/cli/exit.ts';
import { parseCount, seedsOf } from '../../src/cli/seeds.ts';

describe('the seeds of a run', () => {
  it('is seed 1 without a flag', () => {
    expect(seedsOf({})).toEqual(['1']);
  });

  it.each([
    [{ seed: ['7'] }, ['7']],
    [{ seed: ['0'] }, ['0']],
    [{ seed: ['0x1F'] }, ['31']],
    [{ seed: ['9007199254740991'] }, ['9007199254740991']],
    [{ seed: ['3', '1', '0x3'] }, ['3', '1']],
    [{ seeds: '3..5' }, ['3', '4', '5']],
    [{ seeds: '4..4' }, ['4']],
    [{ runs: '3' }, ['1', '2', '3']],
  ])('%j names %j', (flags, seeds) => {
    expect(seedsOf(flags)).toEqual(seeds);
  });

  it.each([
    [{ seed: [''] }, '--seed: ""'],
    [{ seed: ['-1'] }, '--seed: "-1"'],
    [{ seed: ['1.5'] }, '--seed: "1.5"'],
    [{ seed: ['1e3'] }, '--seed: "1e3"'],
    [{ seed: ['9007199254740992'] }, '--seed: "9007199254740992"'],
    [{ seeds: '5' }, '--seeds: "5" is not a range'],
    [{ seeds: '1..2..3' }, '--seeds: "1..2..3" is not a range'],
    [{ seeds: '1..' }, '--seeds: ""'],
    [{ seeds: '5..4' }, '--seeds: "5..4" ends before it begins'],
    [{ seeds: '1..2000000' }, 'over a million'],
    [{ runs: '0' }, '--runs: "0"'],
    [{ runs: 'many' }, '--runs: "many"'],
    [{ seed: ['1'], seeds: '1..2' }, '--seed and --seeds exclude each other'],
  ])('%j is refused', (flags, message) => {
    expect(() => seedsOf(flags)).toThrow(UsageError);
    expect(() => seedsOf(flags)).toThrow(message);
  });

  it('counts are whole numbers from 1', () => {
    expect(parseCount('12', '--bail')).toBe(12);
    expect(() => parseCount('0', '--bail')).toThrow('--bail: "0"');
    expect(() => parseCount('1_000', '--bail')).toThrow('--bail');
  });
});
