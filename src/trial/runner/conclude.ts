/** What came of a trial: the judge has its say, and all is put together. */
import type { Micros, NodeId } from '../../base/ids.ts';
import { atRisk } from '../../base/mark.ts';
import { microsToMs, msToMicros } from '../../base/time.ts';
import type { DigestRecording } from '../../sim/trace.ts';
import type { Violation } from '../checkers/contract.ts';
import type { FaultReport } from '../faults/executor.ts';
import type { History } from '../history/history.ts';
import type { Plan } from '../plan/plan.ts';
import { unhandledException } from '../properties/cluster.ts';
import { obstacleToConvergence } from './convergence.ts';
import type { Experiment } from './experiment.ts';
import type { TrialResult } from './result.ts';
import { verdictOf } from './verdict.ts';

export interface TrialOutcome {
  readonly result: TrialResult;
  readonly plan: Plan;
  readonly history: History;
  readonly digests: DigestRecording | null;
  /** What code on trial threw, which ended it; null where it ran to its end. */
  readonly thrown: Error | null;
}

/** `reason`: why the trial could not be carried out; null when it was. */
export function conclude(experiment: Experiment, reason: string | null): TrialOutcome {
  const { world, plan, history, scenario, seed, digests } = experiment;
  const faults = experiment.faults.reports();
  const violations = judged(experiment, faults);
  experiment.coverage?.faults(faults, experiment.cluster.roster);
  experiment.coverage?.points(world.points.held);
  const expected = scenario.breaks ?? null;
  return {
    plan,
    history,
    digests,
    thrown: world.failure,
    result: {
      scenario: scenario.name,
      seed,
      ...verdictOf({ violations, expected, reason, history }),
      digest: world.digest,
      virtualMs: microsToMs(world.now),
      events: world.events,
      operations: {
        produced: history.sends.length,
        acknowledged: history.acknowledged,
        consumed: history.consumed,
      },
      faults,
      points: Object.fromEntries(world.points.held),
      violations: violations.map(reportOf),
      expected,
    },
  };
}

function judged(experiment: Experiment, faults: readonly FaultReport[]): readonly Violation[] {
  const { world, cluster, nodes, view, arena, judge, history, plan } = experiment;
  if (faults.some(({ tookEffect }) => tookEffect)) atRisk(unhandledException);
  if (world.failure !== null) return judge.soFar();
  const live = nodes.live(world);
  const isSettled = obstacleToConvergence(cluster, view, arena.wholeness) === null;
  judge.restsWith(live, isSettled, world.now);
  const alive = new Set(live.map(({ config }) => config.nodeId));
  const isLive = (node: NodeId): boolean => alive.has(node);
  return judge.conclude(
    history,
    isLive,
    world.now,
    struckUntil(experiment, faults),
    strikes(plan, faults),
  );
}

/** Whether a fault struck a machine at some time between. */
function strikes(plan: Plan, faults: readonly FaultReport[]) {
  return (name: string, fromUs: Micros, toUs: Micros): boolean =>
    faults.some(({ at, id, struck }) => {
      const beganUs = msToMicros(at);
      const endedUs = beganUs + msToMicros(plan.faults[id]!.durationMs);
      const isIt = struck.some(({ machine }) => machine === name);
      return isIt && beganUs <= toUs && endedUs >= fromUs;
    });
}

/** When the last fault ended that had an effect on a node. */
function struckUntil(
  { plan, cluster }: Experiment,
  faults: readonly FaultReport[],
): Map<NodeId, Micros> {
  const until = new Map<NodeId, Micros>();
  for (const { id, at, struck } of faults) {
    const endUs = msToMicros(at + plan.faults[id]!.durationMs);
    for (const { machine, effect } of struck) {
      const node = cluster.nodes.find((one) => one.machine === machine)?.config.nodeId;
      const hadEffect = Object.values(effect).some((n) => n !== 0);
      if (node !== undefined && hadEffect) until.set(node, Math.max(until.get(node) ?? 0, endUs));
    }
  }
  return until;
}

function reportOf({ property, about, atUs, evidence, brokeWith }: Violation) {
  return { property, about, at: microsToMs(atUs), evidence, brokeWith };
}
