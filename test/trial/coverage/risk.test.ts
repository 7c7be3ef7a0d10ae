/** Each property says when it is at risk, and somebody counts it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Coverage } from '../../../src/trial/coverage/coverage.ts';
import { properties } from '../../../src/trial/properties/registry.ts';
import { runTrial } from '../../../src/trial/runner/trial.ts';
import { scenario } from '../../../src/trial/scenario/scenario.ts';

const trial = resolve(import.meta.dirname, '../../../src/trial');
const code = readdirSync(trial, { withFileTypes: true, recursive: true })
  .filter((entry) => entry.isFile())
  .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
  .join('\n');

const quiet = { warmUpMs: 3_000, chaosMs: 6_000, calmMs: 500 };
const lost = scenario({
  name: 'lost-leader',
  description: 'A leader dies while a follower lags.',
  cluster: { controllers: 3, settings: { replicaLagTimeMaxMs: 1_000 } },
  topics: [{ name: 'orders', partitions: 1, configs: { 'min.insync.replicas': '2' } }],
  workload: { recordsPerSecond: 100 },
  phases: quiet,
  faults: {
    script: [
      { kind: 'isolate', atMs: 500, target: 'a follower of orders-0', durationMs: 4_000 },
      { kind: 'crash', atMs: 3_000, target: 'leader of orders-0', durationMs: 1_000 },
    ],
  },
});
const calm = scenario({ name: 'calm', description: 'Nothing happens.', phases: quiet });

const risksOf = async (of: typeof calm): Promise<string[]> => {
  const coverage = new Coverage();
  await runTrial(of, '1', { coverage });
  return coverage.reached.flatMap(([sort, name]) => (sort === 'risk' ? [name] : []));
};

describe('properties at risk', () => {
  it('are counted for each, by who checks it or by a mark', () => {
    const variables = new Map(
      [...code.matchAll(/export const (\w+) = property\(\{\s*name: '([^']+)'/g)].map(
        ([, variable, name]) => [name, variable],
      ),
    );
    const uncounted = properties.filter(
      ({ name, riskMark }) =>
        riskMark === undefined && !code.includes(`atRisk(${variables.get(name)})`),
    );
    // The two that are about logs are said by one line, which chooses.
    expect(uncounted.map(({ name }) => name)).toEqual(['log-matching', 'metadata-log-matching']);
  });

  it('a lost leader puts at risk what calm does not', async () => {
    const [inTrouble, atPeace] = [await risksOf(lost), await risksOf(calm)];
    for (const name of ['acked-not-lost', 'leader-completeness', 'single-leader', 'isr-superset'])
      expect(inTrouble).toContain(name);
    expect(atPeace).not.toContain('acked-not-lost');
    expect(atPeace).not.toContain('leader-completeness');
    expect(atPeace).not.toContain('converges');
    expect(atPeace).toContain('consistent-read');
  });
});
