import reference from '../scenarios/reference.ts';
import { runTrial } from '../src/trial/runner/trial.ts';
import type { BenchRow } from './row.ts';

/**
 * The reference scenario, one trial after another in this process, as a sweep runs them. The first
 * trials are slower, since the engine has yet to compile the code: they are left out of the speed
 * (but not of the memory), and told beside it.
 */
const warmUpTrials = 2;

export async function benchReference(seeds: number): Promise<BenchRow[]> {
  const first = newSpan();
  const rest = newSpan();
  let peakBytes = 0;
  let quarterBytes = 0;
  for (let seed = 1; seed <= seeds + warmUpTrials; seed++) {
    const span = seed <= warmUpTrials ? first : rest;
    const start = performance.now();
    const { result } = await runTrial(reference, String(seed));
    span.wallMs += performance.now() - start;
    span.virtualMs += result.virtualMs;
    span.events += result.events;
    const { rss } = process.memoryUsage();
    if (seed * 4 <= seeds) quarterBytes = Math.max(quarterBytes, rss);
    peakBytes = Math.max(peakBytes, rss);
  }
  const name = `reference, ${seeds} seeds`;
  const speed = 'virtual s per wall s';
  const megabyte = 1_000_000;
  const rows: BenchRow[] = [
    { name, value: rest.virtualMs / rest.wallMs, unit: speed, target: 200 },
    {
      name: `reference, the first ${warmUpTrials} seeds`,
      value: first.virtualMs / first.wallMs,
      unit: speed,
    },
    { name, value: (rest.events * 1000) / rest.wallMs, unit: 'events/s' },
    { name, value: (rest.events * 1000) / rest.virtualMs, unit: 'events per virtual s' },
    {
      name: `${name}: peak memory`,
      value: peakBytes / megabyte,
      unit: 'MB',
      target: 400,
      atMost: true,
    },
  ];
  if (quarterBytes === 0) return rows;
  const value = quarterBytes / megabyte;
  return [...rows, { name: `${name}: peak of the first quarter`, value, unit: 'MB' }];
}

interface Span {
  virtualMs: number;
  wallMs: number;
  events: number;
}

const newSpan = (): Span => ({ virtualMs: 0, wallMs: 0, events: 0 });
