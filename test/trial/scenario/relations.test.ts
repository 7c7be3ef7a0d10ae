import { describe, expect, it } from 'vitest';
import { type ScenarioInput, scenario } from '../../../src/trial/scenario/scenario.ts';

const minimal: ScenarioInput = { name: 'mine', description: 'Something happens.' };
const settings = (given: object): object => ({ cluster: { settings: given } });
const random = { everyMs: 5_000, kinds: ['crash'] };

const reconfigured = (given: object): object => ({
  faults: { script: [{ kind: 'reconfigure', target: 'b1', durationMs: 1, settings: given }] },
});

/** A field out of its bounds, or out of relation to others, and what is said of it. */
const refused: readonly [object, string][] = [
  [settings({ replicaLagTimeMaxMs: 0 }), 'cluster.settings.replicaLagTimeMaxMs: Too small: ex'],
  [settings({ replicaLagTimeMaxMs: -5 }), 'expected number to be >=10, not -5'],
  [settings({ replicaLagTimeMaxMs: 400 }), '400 is below replicaFetchWaitMaxMs 500: raise it'],
  [settings({ replicaSocketTimeoutMs: 499 }), 'replicaSocketTimeoutMs: 499 is below'],
  [settings({ replicaFetchWaitMaxMs: 0 }), 'replicaFetchWaitMaxMs'],
  [settings({ replicaLagTimeMaxMs: 1000.5 }), 'replicaLagTimeMaxMs: Invalid input: expected int'],
  [settings({ controllerQuorumElectionTimeoutMs: 0 }), 'controllerQuorumElectionTimeoutMs'],
  [settings({ controllerQuorumFetchTimeoutMs: 0 }), 'controllerQuorumFetchTimeoutMs'],
  [settings({ controllerQuorumRequestTimeoutMs: 0 }), 'controllerQuorumRequestTimeoutMs'],
  [settings({ controllerQuorumElectionTimeoutMs: 2 ** 31 - 1 }), '<=3600000, not 2147483647'],
  [settings({ replicaHighWatermarkCheckpointIntervalMs: 0 }), 'CheckpointIntervalMs'],
  [settings({ brokerHeartbeatIntervalMs: 5_000 }), 'below twice brokerHeartbeatIntervalMs 5000'],
  [
    reconfigured({ brokerSessionTimeoutMs: 3_000 }),
    'faults 0 (reconfigure): settings.brokerSessionTimeoutMs: 3000 is below twice',
  ],
  [settings({ connectionsMaxIdleMs: Number.POSITIVE_INFINITY }), 'connectionsMaxIdleMs'],
  [settings({ topicDefaults: { minInsyncReplicas: 0 } }), 'topicDefaults.minInsyncReplicas: Not'],
  [settings({ topicDefaults: { cleanupPolicy: 'burn' } }), 'for this setting, not "burn"'],
  [settings({ topicDefaults: { segmentBytes: 0.5 } }), 'segmentBytes'],
  [{ phases: { chaosMs: Number.MAX_SAFE_INTEGER } }, '<=86400000, not 9007199254740991'],
  [{ phases: { calmMs: 3_600_001 } }, 'phases.calmMs'],
  [{ workload: { acks: 1 } }, 'workload.acks: 1 goes with idempotent: false only; idempotent is'],
  [{ workload: { acks: 0 } }, "true by default and needs acks: 'all'"],
  [{ workload: { deliveryTimeoutMs: 30_004 } }, '(5 + 30000): give at least 30005'],
  [
    { workload: { recordsPerSecond: 10_000, recordBytes: 16 }, phases: { chaosMs: 86_400_000 } },
    'in all phases',
  ],
  [{ workload: { recordBytes: 1_000_000 } }, 'workload.recordBytes: 1000000, for'],
  [{ topics: [{ name: 'a', replicationFactor: 4 }] }, 'replicationFactor: 4 needs as many brokers'],
  [{ topics: [{ name: 'a' }, { name: 'a' }] }, 'topics.1.name: "a" is there twice'],
  [{ topics: [{ name: 'a.b' }, { name: 'a_b' }] }, '"a.b" collides with "a_b"'],
  [{ topics: [{ name: '..' }] }, 'topics.0.name: Topic name is invalid'],
  [{ topics: [{ name: 'a', configs: { 'min.isr': '2' } }] }, 'Unknown topic config name: min.isr'],
  [
    { topics: [{ name: 'a', configs: { 'segment.bytes': 'x' } }] },
    'topics.0.configs: Invalid value x',
  ],
  [
    { topics: Array.from({ length: 9 }, (_, i) => ({ name: `t${i}`, partitions: 64 })) },
    '576 part',
  ],
  [
    { faults: { random: { ...random, durationMs: [500, 100] } } },
    '[500, 100] ends before it begins',
  ],
  [
    { faults: { random: { ...random, everyMs: 100 } }, phases: { chaosMs: 86_400_000 } },
    'give at least 115200',
  ],
  [{ faults: { script: [{ kind: 'crash', atMs: 2 ** 53, target: 'b1', durationMs: 1 }] } }, 'atMs'],
  [
    { faults: { script: [{ kind: 'crash', atMs: 0, target: 'b1', durationMs: 1e12 }] } },
    'durationMs',
  ],
  [
    {
      faults: {
        script: [{ kind: 'clock-jump', atMs: 0, target: 'b1', durationMs: 1, offsetMs: -1e13 }],
      },
    },
    'offsetMs',
  ],
  [
    { network: { latencyUs: 1 } },
    'network.latencyUs: Too small: expected number to be >=10, not 1',
  ],
];

describe('a scenario', () => {
  it.each(refused)('is refused before anything runs: %j', (fields, message) => {
    expect(() => scenario({ ...minimal, ...fields } as ScenarioInput)).toThrow(message);
  });

  it('names every wrong field at once', () => {
    const wrong = { ...minimal, workload: { acks: 1, requestTimeoutMs: 200_000 } } as ScenarioInput;
    expect(() => scenario(wrong)).toThrow(/workload\.acks.*; workload\.deliveryTimeoutMs/);
  });
});
