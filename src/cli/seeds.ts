import { UsageError } from './exit.ts';

const largestSeed = Number.MAX_SAFE_INTEGER;

export interface SeedFlags {
  /** Given once or more. */
  readonly seed?: readonly string[];
  readonly seeds?: string;
  readonly runs?: string;
}

/**
 * The seeds that `--seed S` (repeatable), `--seeds A..B` or `--runs N` (1 to N) name, each once;
 * seed 1 without any of them.
 */
export function seedsOf(flags: SeedFlags): string[] {
  const given = (['seed', 'seeds', 'runs'] as const).filter((name) => flags[name] !== undefined);
  if (given.length > 1) {
    throw new UsageError(`--${given.join(' and --')} exclude each other: give one of them`);
  }
  if (flags.seed !== undefined) {
    return [...new Set(flags.seed.map((seed) => String(parseSeed(seed, '--seed'))))];
  }
  if (flags.seeds !== undefined) return parseRange(flags.seeds);
  return range(1, parseCount(flags.runs ?? '1', '--runs'));
}

/** A whole number of at least 1. */
export function parseCount(text: string, flag: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < 1 || count > 1_000_000) {
    throw new UsageError(`${flag}: "${text}" is not a whole number from 1 to 1000000`);
  }
  return count;
}

function parseSeed(text: string, flag: string): number {
  const seed = /^(\d+|0x[0-9a-f]+)$/i.test(text) ? Number(text) : Number.NaN;
  if (!(seed <= largestSeed)) {
    throw new UsageError(`${flag}: "${text}" is not a seed: a whole number such as 7 or 0x5f3a91`);
  }
  return seed;
}

function parseRange(text: string): string[] {
  const parts = text.split('..');
  if (parts.length !== 2) throw new UsageError(`--seeds: "${text}" is not a range such as 1..200`);
  const [first, last] = parts.map((part) => parseSeed(part, '--seeds')) as [number, number];
  if (first > last) throw new UsageError(`--seeds: "${text}" ends before it begins`);
  if (last - first >= 1_000_000) throw new UsageError(`--seeds: "${text}" is over a million seeds`);
  return range(first, last);
}

function range(first: number, last: number): string[] {
  return Array.from({ length: last - first + 1 }, (_, index) => String(first + index));
}
