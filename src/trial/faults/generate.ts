/**
 * Draws a plan from a seed. Swarm: each seed first draws which of the scenario's kinds it uses at
 * all, so that runs differ in quality, not only in detail. Budget: faults that destroy data keep
 * apart by more than a replica needs to catch up, and are gated, so that they strike only while the
 * cluster is whole.
 */
import type { RandomStream } from '../../host/random.ts';
import { InvalidInputError, type Scenario } from '../scenario/scenario.ts';
import { nodeSettings } from '../scenario/settings.ts';
import {
  destroysData,
  endsProcess,
  type Fault,
  type FaultInput,
  type FaultKind,
  faultSchema,
} from './fault.ts';
import type { Plan } from './plan.ts';

/** Least virtual time between two faults that destroy data. */
const destructionGapMs = 25_000;

export function generatePlan(scenario: Scenario, seed: string, random: RandomStream): Plan {
  const drawn = scenario.faults.random === undefined ? [] : drawFaults(scenario, random);
  const faults = [...scenario.faults.script, ...drawn].sort((a, b) => a.atMs - b.atMs);
  return { scenario: scenario.name, seed, workload: scenario.workload, faults };
}

function drawFaults(scenario: Scenario, random: RandomStream): Fault[] {
  const { everyMs, kinds, durationMs } = scenario.faults.random!;
  const budgeted = kinds.filter((kind) => isBudgeted(kind, scenario));
  if (budgeted.length === 0) {
    throw new InvalidInputError(
      `faults.random.kinds: the configuration survives none of ${kinds.join(', ')}: ` +
        'raise min.insync.replicas to 2, separate the controllers, or script the faults',
    );
  }
  const mix = drawMix(budgeted, random);
  const faults: Fault[] = [];
  let lastDestructionMs = Number.NEGATIVE_INFINITY;
  const step = (): number => Math.floor(everyMs / 2) + random.int(everyMs);
  for (let atMs = step(); atMs < scenario.phases.chaosMs; atMs += step()) {
    const kind = drawOne(mix, random);
    const target = drawTarget(scenario, kind, random);
    const duration = durationMs[0] + random.int(durationMs[1] - durationMs[0] + 1);
    const parameters = drawParameters(kind, random);
    if (destroysData.has(kind)) {
      if (atMs - lastDestructionMs < destructionGapMs) continue;
      lastDestructionMs = atMs;
    }
    const bounded = Math.min(duration, scenario.phases.chaosMs - atMs);
    faults.push(
      faultSchema.parse({
        kind,
        atMs,
        target,
        durationMs: bounded,
        needs: needsOf(kind),
        ...parameters,
      }),
    );
  }
  return faults;
}

/**
 * Whether the configuration can promise to survive the kind at all. A voter that returns with an
 * empty disk has forgotten its votes; where min.insync.replicas is 1, the one machine whose disk
 * fails may be the only one that has what was acknowledged.
 */
function isBudgeted(kind: FaultKind, scenario: Scenario): boolean {
  if (kind === 'wipe' && scenario.cluster.controllers === 'combined') return false;
  return !destroysData.has(kind) || keepsTwoCopies(scenario);
}

function keepsTwoCopies({ topics, cluster }: Scenario): boolean {
  const { minInsyncReplicas } = nodeSettings(cluster.settings).topicDefaults;
  return topics.every(
    ({ configs }) => Number(configs['min.insync.replicas'] ?? minInsyncReplicas) >= 2,
  );
}

function needsOf(kind: FaultKind): Fault['needs'] {
  if (destroysData.has(kind)) return 'whole';
  return endsProcess.has(kind) ? 'recovered' : 'nothing';
}

/** Each kind is in with one chance in two; at least one is. */
function drawMix(kinds: readonly FaultKind[], random: RandomStream): FaultKind[] {
  const mix = kinds.filter(() => random.int(2) === 0);
  return mix.length > 0 ? mix : [drawOne(kinds, random)];
}

function drawTarget(scenario: Scenario, kind: FaultKind, random: RandomStream): string {
  const { targets } = scenario.faults.random!;
  if (targets !== undefined) return drawOne(targets, random);
  const brokers = scenario.cluster.brokers;
  const separate = scenario.cluster.controllers === 'combined' ? 0 : scenario.cluster.controllers;
  const topic = drawOne(scenario.topics, random);
  const partition = `${topic.name}-${random.int(topic.partitions)}`;
  switch (random.int(kind === 'wipe' ? 3 : 4)) {
    case 0:
      return `leader of ${partition}`;
    case 1:
      return `a follower of ${partition}`;
    case 2:
      return `b${1 + random.int(brokers)}`;
    default:
      return separate > 0 && random.int(2) === 0 ? `k${1 + random.int(separate)}` : 'controller';
  }
}

function drawParameters(kind: FaultKind, random: RandomStream): Partial<FaultInput> {
  switch (kind) {
    case 'isolate':
      return { from: drawOne(['brokers', 'nodes', 'everybody'] as const, random) };
    case 'one-way-partition':
      return {
        direction: drawOne(['inbound', 'outbound'] as const, random),
        from: drawOne(['nodes', 'clients', 'everybody'] as const, random),
      };
    case 'slow-network':
      return { factor: 2 + random.int(100) };
    case 'slow-disk':
      return { factor: 2 + random.int(200) };
    case 'clock-jump':
      return { offsetMs: random.int(7_200_000) - 3_600_000 };
    case 'clock-drift':
      return { partsPerMillion: random.int(100_001) - 50_000 };
    default:
      return {};
  }
}

function drawOne<T>(choices: readonly T[], random: RandomStream): T {
  return choices[random.int(choices.length)]!;
}
