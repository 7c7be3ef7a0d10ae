/**
 * A trial whose producers and consumers are foreign: nodes, faults, the final reading and the judge
 * are those of every trial; the clients are kafkajs.
 */
import { join } from 'node:path';
import { msToMicros, secondsToMicros } from '../../../src/base/time.ts';
import { nodeProgram } from '../../../src/foreign/node-program.ts';
import { installGuard } from '../../../src/sim/guard.ts';
import { type HistoryModule, historyModule } from '../../../src/trial/clients/history-module.ts';
import { conclude, type TrialOutcome } from '../../../src/trial/runner/conclude.ts';
import { obstacleToConvergence } from '../../../src/trial/runner/convergence.ts';
import { Experiment } from '../../../src/trial/runner/experiment.ts';
import { readFinally } from '../../../src/trial/runner/read-finally.ts';
import { type Scenario, scenario } from '../../../src/trial/scenario/scenario.ts';
import { administratorProgram } from '../../../src/trial/workload/administrator.ts';

const packages = join(import.meta.dirname, '..', 'packages');
const pauseMs = '200';

export const struck = scenario({
  name: 'foreign-clients',
  description: 'Leaders crash and are cut off while kafkajs sends and reads.',
  topics: [
    {
      name: 'orders',
      partitions: 3,
      replicationFactor: 3,
      configs: { 'min.insync.replicas': '2' },
    },
  ],
  workload: { producers: 2, consumers: 2, maxInFlight: 1 },
  phases: { warmUpMs: 8_000, chaosMs: 12_000, calmMs: 3_000 },
  faults: {
    script: [
      { atMs: 0, kind: 'crash', target: 'leader of orders-0', durationMs: 3_000 },
      { atMs: 6_000, kind: 'isolate', target: 'leader of orders-1', durationMs: 3_000 },
    ],
  },
});

/** `distort`: what clients tell the history, changed on purpose. */
export async function judgedTrial(
  given: Scenario,
  seed: string,
  distort: (module: HistoryModule) => HistoryModule = (module) => module,
): Promise<TrialOutcome> {
  const experiment = new Experiment(given, seed, {});
  const removeGuard = installGuard();
  try {
    const orders = { finished: false };
    await setUp(experiment);
    startClients(experiment, orders, distort);
    const { phases } = given;
    await experiment.runUntil(msToMicros(phases.warmUpMs));
    experiment.faults.begin(experiment.plan.faults);
    await experiment.runUntil(experiment.world.now + msToMicros(phases.chaosMs));
    await heal(experiment);
    orders.finished = true;
    await readFinally(experiment);
    return conclude(experiment, null);
  } finally {
    removeGuard();
  }
}

async function setUp(experiment: Experiment): Promise<void> {
  const { cluster, scenario, world, nodes } = experiment;
  nodes.start(world);
  let created: string | null | undefined;
  const administrator = administratorProgram({
    topics: scenario.topics,
    bootstrap: cluster.bootstrap,
    onCreated: (problem) => {
      created = problem;
    },
  });
  world.addMachine('admin').start(administrator);
  await experiment.runWhile(() => created === undefined, secondsToMicros(60));
}

function startClients(
  experiment: Experiment,
  orders: { readonly finished: boolean },
  distort: (module: HistoryModule) => HistoryModule,
): void {
  const { cluster, world, history, arena, scenario } = experiment;
  const topic = scenario.topics[0]!.name;
  const counts = { p: 0, c: 0 };
  for (const name of cluster.roster.clients) {
    const role = name.startsWith('p') ? 'producer' : 'consumer';
    const index = role === 'producer' ? ++counts.p : ++counts.c;
    const now = () => world.now;
    const finished = () => orders.finished;
    const module = historyModule({ history, now, finished, index, acks: 'all' });
    const program = nodeProgram({
      entry: join(packages, `judged-${role}.cjs`),
      args: [name, topic, role === 'producer' ? pauseMs : 'group'],
      env: { BROKERS: cluster.bootstrap.map(({ host, port }) => `${host}:${port}`).join(',') },
      provide: { 'trial:history': (host) => distort(module(host)) },
    });
    arena.supervisor.run(world.addMachine(name), program);
  }
}

async function heal(experiment: Experiment): Promise<void> {
  const { cluster, view, arena, faults, world, scenario } = experiment;
  faults.endAll();
  const deadline = world.now + msToMicros(scenario.phases.healWithinMs);
  const isWhole = () => obstacleToConvergence(cluster, view, arena.wholeness) === null;
  while (!isWhole() && world.now < deadline) {
    await experiment.runUntil(world.now + secondsToMicros(0.5));
  }
  await experiment.runUntil(world.now + msToMicros(scenario.phases.calmMs));
}
