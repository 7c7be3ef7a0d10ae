/**
 * The phases of a trial, one after the other: all machines start, topics are made and clients warm
 * up; chaos; healing and calm; the final reading.
 */
import { atRisk } from '../../base/mark.ts';
import { msToMicros, secondsToMicros } from '../../base/time.ts';
import { pointSettings } from '../plan/points.ts';
import { converges, failsOverInTime } from '../properties/cluster.ts';
import { administratorProgram } from '../workload/administrator.ts';
import { closeMembers, type Orders, startClients } from './clients.ts';
import { failOverBoundMs, headlessPartition, obstacleToConvergence } from './convergence.ts';
import type { Experiment } from './experiment.ts';
import { groupsRest } from './groups-rest.ts';
import { limp } from './limp.ts';
import { readFinally } from './read-finally.ts';

/** A trial that cannot go on: its reason is the verdict's. */
export class Inconclusive extends Error {}

/** How long the administrator may take, from the first start of all machines. */
const setUpWithinUs = secondsToMicros(60);
/** How often it is looked whether the cluster is where it should be. */
const stepUs = secondsToMicros(0.5);

/** Throws Inconclusive, or CodeThrew where code on trial does. */
export async function runPhases(experiment: Experiment): Promise<void> {
  const orders: Orders = { producersFinished: false, administrationFinished: false };
  await setUp(experiment);
  await warmUp(experiment, orders);
  await chaos(experiment);
  orders.administrationFinished = true;
  await heal(experiment);
  await calm(experiment);
  orders.producersFinished = true;
  await closeMembers(experiment);
  await readFinally(experiment);
}

/** Starts all machines and creates the topics. */
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
  await experiment.runWhile(() => created === undefined, world.now + setUpWithinUs);
  if (created !== null)
    throw new Inconclusive(`the topics were not created: ${created ?? 'no answer'}`);
}

async function warmUp(experiment: Experiment, orders: Orders): Promise<void> {
  startClients(experiment, orders);
  const { scenario, world } = experiment;
  await experiment.runUntil(Math.max(world.now, msToMicros(scenario.phases.warmUpMs)));
}

async function chaos(experiment: Experiment): Promise<void> {
  const { world, plan, faults, scenario } = experiment;
  world.points.use(pointSettings(plan.points ?? []));
  faults.begin(plan.faults);
  const longest = plan.faults.map((fault) => fault.atMs + fault.durationMs);
  const chaosMs = Math.max(scenario.phases.chaosMs, ...longest);
  await experiment.runUntil(world.now + msToMicros(chaosMs));
}

/** All faults end; the cluster must be whole within its bound. */
async function heal(experiment: Experiment): Promise<void> {
  const { world, cluster, faults, view, scenario } = experiment;
  faults.endAll();
  world.points.use([]);
  const failOverMs = failOverBoundMs(cluster);
  const failOverUs = world.now + msToMicros(failOverMs);
  let isDue = failOverMs < scenario.phases.healWithinMs;
  if (obstacle(experiment) !== null) atRisk(converges);
  if (headlessPartition(cluster, view, world) !== null) atRisk(failsOverInTime);
  await becomesWhole(experiment, 'healing', () => {
    if (!isDue || world.now < failOverUs) return;
    isDue = false;
    checkFailOver(experiment, failOverMs);
  });
}

/** Machines that can be spared go and come back; then the cluster stays under load for a while. */
async function calm(experiment: Experiment): Promise<void> {
  const { world, scenario, plan } = experiment;
  if (plan.limp !== undefined && obstacle(experiment) === null) {
    await limp(experiment, plan.limp);
    await becomesWhole(experiment, `${plan.limp.join(', ')} came back`);
  }
  await groupsRest(experiment);
  await experiment.runUntil(world.now + msToMicros(scenario.phases.calmMs));
}

const obstacle = ({ cluster, view, arena }: Experiment): string | null =>
  obstacleToConvergence(cluster, view, arena.wholeness);

/** Runs until the cluster is whole, or its bound is over, which is told. */
async function becomesWhole(
  experiment: Experiment,
  since: string,
  look: () => void = () => {},
): Promise<void> {
  const { world, scenario } = experiment;
  const { healWithinMs } = scenario.phases;
  const deadline = world.now + msToMicros(healWithinMs);
  while (obstacle(experiment) !== null && world.now < deadline) {
    await experiment.runUntil(Math.min(deadline, world.now + stepUs));
    look();
  }
  const left = obstacle(experiment);
  if (left !== null) experiment.reportNotConverged(`${healWithinMs} ms after ${since} ${left}`);
}

function checkFailOver(
  { cluster, view, world, judge, incarnations }: Experiment,
  boundMs: number,
): void {
  const headless = headlessPartition(cluster, view, world);
  if (headless === null) return;
  const { topicId, leader } = headless;
  const partition = incarnations.nameOfPartition(headless.partition, topicId);
  judge.report(failsOverInTime, {
    about: { partition, leader, boundMs },
    atUs: world.now,
    partition,
    evidence: judge.standing(partition),
  });
}
