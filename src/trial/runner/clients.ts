/** The clients of the cluster, each with its share of the plan's activities. */
import { msToMicros, secondsToMicros } from '../../base/time.ts';
import { administratorName } from '../activities/registry.ts';
import { membersOf } from '../groups/group.ts';
import { producerWorkload } from '../scenario/workload.ts';
import { operatorProgram } from '../workload/administrator.ts';
import { consumerProgram } from '../workload/consumer.ts';
import { groupMemberProgram } from '../workload/group-member.ts';
import type { ActivityShare } from '../workload/performer.ts';
import { producerProgram } from '../workload/producer.ts';
import type { Experiment } from './experiment.ts';

/** An application ends what it is about, and a close comes back in its time. */
const closeWithinUs = secondsToMicros(90);

/** What clients are told by the trial, not by the cluster. */
export interface Orders {
  /** No producer begins another send. */
  producersFinished: boolean;
  /** No administrative activity is begun any more. */
  administrationFinished: boolean;
}

export function startClients(experiment: Experiment, orders: Orders): void {
  const { cluster, scenario, plan, history, world, directory, arena } = experiment;
  const { bootstrap, roster } = cluster;
  const now = () => world.now;
  const common = { bootstrap, history, now, rules: experiment.clientRules };
  const share = sharesOf(experiment);
  const producers = roster.clients.filter((name) => name.startsWith('p'));
  const consumers = roster.clients.filter((name) => name.startsWith('c'));
  for (const [index, name] of producers.entries()) {
    const program = producerProgram({
      ...common,
      index: index + 1,
      workload: producerWorkload(plan.workload, index + 1),
      topics: () => directory.writable,
      finished: () => orders.producersFinished,
      active: share(name),
    });
    arena.supervisor.run(world.addMachine(name), program);
  }
  for (const [index, name] of consumers.entries()) {
    const own = share(name);
    const active = own === null ? null : { ...own, directory };
    const { topics } = scenario;
    const program = consumerProgram({ ...common, index: index + 1, topics, active });
    arena.supervisor.run(world.addMachine(name), program);
  }
  startMembers(experiment, share);
  const administration = share(administratorName);
  if (administration !== null) startOperator(experiment, administration, orders);
}

/** Members of groups are numbered behind the consumers that read everything. */
function startMembers(
  { cluster, plan, scenario, history, world, arena, clientRules }: Experiment,
  share: (name: string) => ActivityShare | null,
): void {
  const { bootstrap } = cluster;
  for (const [index, member] of membersOf(plan.workload).entries()) {
    const program = groupMemberProgram({
      member,
      consumer: plan.workload.consumers + index + 1,
      topics: scenario.topics.map(({ name }) => name),
      bootstrap,
      rules: clientRules,
      history,
      now: () => world.now,
      active: share(member.machine),
    });
    const machine = world.addMachine(member.machine);
    machine.onEnd = () => history.groups.abandon(member.machine, world.now);
    arena.supervisor.run(machine, program);
  }
}

/** Members leave their groups, and do not come back. */
export async function closeMembers(experiment: Experiment): Promise<void> {
  const { plan, world, arena } = experiment;
  const machines = membersOf(plan.workload).map((member) => world.machine(member.machine));
  for (const machine of machines) {
    arena.supervisor.hold(machine);
    machine.stop();
  }
  const areUp = (): boolean => machines.some(({ state }) => state === 'running');
  if (areUp()) await experiment.runWhile(areUp, world.now + closeWithinUs);
}

function startOperator(experiment: Experiment, share: ActivityShare, orders: Orders): void {
  const { cluster, history, world, directory, arena } = experiment;
  const program = operatorProgram({
    ...share,
    name: administratorName,
    bootstrap: cluster.bootstrap,
    brokers: brokersOf(experiment),
    history,
    directory,
    now: () => world.now,
    finished: () => orders.administrationFinished,
  });
  arena.supervisor.run(world.addMachine(administratorName), program);
}

/** What each client, by its machine's name, does of the plan; null where that has none. */
function sharesOf({ plan, scenario, world }: Experiment): (name: string) => ActivityShare | null {
  const activities = [...(plan.activities ?? [])].sort((a, b) => a.atMs - b.atMs);
  const beganUs = Math.max(world.now, msToMicros(scenario.phases.warmUpMs));
  return (name) =>
    activities.length === 0
      ? null
      : { beganUs, activities: activities.filter(({ by }) => by === name) };
}

export function brokersOf({ cluster }: Experiment) {
  return cluster.bootstrap.map((address) => ({ id: cluster.nodeOf(address.host), address }));
}
