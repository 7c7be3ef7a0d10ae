/** Reads what a scenario's configuration promises into the table of guarantees. */

import type { Guarantees, TopicGuarantees } from '../guarantees/guarantees.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { nodeSettings } from '../settings/settings.ts';
import type { Plan } from './plan.ts';

type Promising = Pick<Scenario, 'topics' | 'cluster' | 'breaks'>;

export function guaranteesOf(
  scenario: Promising,
  { workload, faults }: Pick<Plan, 'workload' | 'faults'>,
): Guarantees {
  return {
    topics: new Map(scenario.topics.map((topic) => [topic.name, topicOf(topic, scenario, faults)])),
    idempotent: workload.idempotent,
    acks: workload.acks,
    faulty: faults.length > 0,
    asked: scenario.breaks ?? null,
  };
}

function topicOf(
  { name, replicationFactor, configs }: Scenario['topics'][number],
  { cluster }: Promising,
  faults: Plan['faults'],
): TopicGuarantees {
  const defaults = nodeSettings(cluster.settings).topicDefaults;
  const number = (config: string, otherwise: number): number =>
    Number(configs[config] ?? otherwise);
  return {
    topic: name,
    copies: Math.min(
      number('min.insync.replicas', defaults.minInsyncReplicas),
      replicationFactor,
      cluster.brokers,
    ),
    flushed: number('flush.messages', defaults.flushMessages) === 1,
    keepsAll:
      !faults.some(jumpsFar) &&
      number('retention.bytes', defaults.retentionBytes) < 0 &&
      isLong(number('retention.ms', defaults.retentionMs)),
    cleanElections:
      (configs['unclean.leader.election.enable'] ??
        String(defaults.uncleanLeaderElectionEnable)) !== 'true',
  };
}

const dayMs = 86_400_000;

/** A retention beyond whatever clocks can be off by; −1 is for ever. */
const isLong = (retentionMs: number): boolean => retentionMs < 0 || retentionMs >= 7 * dayMs;

const jumpsFar = (fault: Plan['faults'][number]): boolean =>
  fault.kind === 'clock-jump' && Math.abs(fault.offsetMs) >= dayMs;
