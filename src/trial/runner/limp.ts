/**
 * Between healing and calm: machines of a whole cluster die and stay down, as many as its
 * configuration spares. It must go on serving without them.
 */
import type { Micros } from '../../base/ids.ts';
import { atRisk } from '../../base/mark.ts';
import { microsToMs, msToMicros } from '../../base/time.ts';
import { sendEvidence } from '../checkers/evidence.ts';
import { kindOf } from '../faults/registry.ts';
import { type Guarantees, sparesVoter } from '../guarantees/guarantees.ts';
import type { Send } from '../history/history.ts';
import { guaranteesOf } from '../plan/guarantees-of.ts';
import { servesWithout } from '../properties/cluster.ts';
import { takeOverBoundMs } from './convergence.ts';
import type { Experiment } from './experiment.ts';

/** What a client takes to learn of a new leader, and a send on its way to it and back. */
const answerMs = 5_000;

/** Runs until the machines are released; they are not back yet then. */
export async function limp(experiment: Experiment, wanted: readonly string[]): Promise<void> {
  const { world, cluster, history, arena } = experiment;
  const down = wanted.filter((machine) => isSpared(experiment, machine, wanted));
  if (down.length === 0) return;
  atRisk(servesWithout);
  const beganUs = world.now;
  for (const name of down) {
    arena.supervisor.hold(world.machine(name));
    world.machine(name).crash();
  }
  const takenOverUs = beganUs + msToMicros(takeOverBoundMs(cluster));
  await experiment.runUntil(takenOverUs + msToMicros(answerMs));
  const isOwed = owedSends(experiment, down);
  const pending = history.sends.filter(({ outcome }) => outcome === 'pending');
  const stuck = stuckProducers(pending, beganUs);
  const overdue = pending.filter(
    (send) => send.invokedUs <= takenOverUs && !stuck.has(send.producer) && isOwed(send),
  );
  for (const send of overdue) {
    const { producer, value, topic } = send;
    experiment.judge.report(servesWithout, {
      about: { producer, value, topic, down, ms: microsToMs(world.now - beganUs) },
      atUs: world.now,
      partition: null,
      evidence: [sendEvidence(send)],
    });
  }
  for (const name of down) arena.supervisor.release(world.machine(name));
}

/** A voter that returned with another disk is none any more, and the quorum spares fewer. */
function isSpared(
  { cluster, plan, faults }: Experiment,
  machine: string,
  wanted: readonly string[],
): boolean {
  const { voters } = cluster.roster;
  if (!voters.includes(machine)) return true;
  const gone = new Set(wanted.filter((name) => voters.includes(name)));
  for (const { id, struck } of faults.reports()) {
    if (kindOf(plan.faults[id]!).harm !== 'replaces-disk') continue;
    for (const { machine: name } of struck) if (voters.includes(name)) gone.add(name);
  }
  return sparesVoter(voters.length, gone.size);
}

/**
 * Those that wait since long before: for a machine that lost its power, perhaps, of which they hear
 * no more before their request times out. What they send meanwhile waits too.
 */
function stuckProducers(pending: readonly Send[], beganUs: Micros): ReadonlySet<number> {
  const sinceUs = beganUs - msToMicros(answerMs);
  return new Set(
    pending.filter(({ invokedUs }) => invokedUs < sinceUs).map(({ producer }) => producer),
  );
}

/** Sends to a topic that is there, and whose replicas that are left satisfy min.insync.replicas. */
function owedSends(
  { scenario, plan, history, cluster }: Experiment,
  down: readonly string[],
): (send: Send) => boolean {
  const { topics }: Guarantees = guaranteesOf(scenario, plan);
  const gone = new Set(
    history.operations.all.map(({ change }) => (change?.does === 'delete' ? change.topic : null)),
  );
  const brokersDown = down.filter((name) => cluster.roster.brokers.includes(name)).length;
  return ({ topic, acks }) => {
    const promised = topics.get(topic);
    if (promised === undefined || gone.has(topic) || acks === 0) return false;
    // After an unclean election an idempotent producer may miss what went before its next batch.
    return promised.cleanElections && promised.spares >= brokersDown;
  };
}
