import { scenario } from '../../../src/trial/scenario/scenario.ts';
import { judgedTrial } from '../clients/judged-trial.ts';
const base = { name: 'foreign-clients', description: 'random faults here', topics: [{ name: 'orders', partitions: 3, replicationFactor: 3, configs: { 'min.insync.replicas': '2' } }],
  workload: { producers: 3, consumers: 3, maxInFlight: 1 }, phases: { warmUpMs: 8000, chaosMs: 25000, calmMs: 5000 },
  faults: { random: { everyMs: 3000, kinds: ['crash', 'isolate', 'power-loss', 'split', 'pause', 'slow-network'] } } } as never;
for (let seed = Number(process.argv[2]); seed <= Number(process.argv[3]); seed++) {
  const t = Date.now();
  const { result, history } = await judgedTrial(scenario(base), String(seed));
  const errors: Record<string, number> = {}; for (const s of history.sends) if (s.error) errors[s.error.slice(0, 60)] = (errors[s.error.slice(0, 60)] ?? 0) + 1;
  console.log(seed, result.verdict ?? (result as any).status, result.operations, JSON.stringify(errors), Date.now() - t, 'ms', result.violations.map((v) => v.property + ' ' + JSON.stringify(v.about).slice(0, 200)).join(' | '));
}
