/** Reads what a scenario's configuration promises into the table of guarantees. */

import type { Guarantees, TopicGuarantees } from '../guarantees/guarantees.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { nodeSettings } from '../scenario/settings.ts';
import type { Plan } from './plan.ts';

type Promising = Pick<Scenario, 'topics' | 'cluster' | 'breaks'>;

export function guaranteesOf(
  scenario: Promising,
  { workload, faults }: Pick<Plan, 'workload'> & { readonly faults: { readonly length: number } },
): Guarantees {
  return {
    topics: new Map(scenario.topics.map((topic) => [topic.name, topicOf(topic, scenario)])),
    idempotent: workload.idempotent,
    acks: workload.acks,
    faulty: faults.length > 0,
    asked: scenario.breaks ?? null,
  };
}

function topicOf(
  { name, replicationFactor, configs }: Scenario['topics'][number],
  { cluster }: Promising,
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
    cleanElections:
      (configs['unclean.leader.election.enable'] ??
        String(defaults.uncleanLeaderElectionEnable)) !== 'true',
  };
}
