/** Records as trials give them, one of each verdict, for all reporters. */
import type { SweepEnd, SweepStart } from '../../src/report/reporter.ts';
import type { RunRecord } from '../../src/trial/runner/result.ts';

/** What a reporter must not take for its own markup. */
const hostile = '100% "<x>" & more';

export const passed: RunRecord = {
  scenario: 'steady',
  seed: '1',
  verdict: 'pass',
  reason: null,
  digest: '00112233445566ff',
  virtualMs: 90_500,
  events: 12_345,
  points: {},
  operations: { produced: 4_300, acknowledged: 4_250, consumed: 12_900 },
  faults: [],
  violations: [],
  expected: null,
  wallMs: 250,
};

export const failed: RunRecord = {
  ...passed,
  scenario: 'chaos',
  seed: '7',
  verdict: 'fail',
  digest: 'a0a1a2a3a4a5a6a7',
  virtualMs: 120_250,
  wallMs: 1_000,
  faults: [
    {
      id: 0,
      kind: 'crash',
      at: 4_000,
      target: 'leader of orders-0',
      struck: [{ machine: 'b2', effect: { killed: 1, connectionsReset: 9 } }],
      withheld: null,
      tookEffect: true,
    },
    {
      id: 1,
      kind: 'clog',
      at: 5_000,
      target: 'b1',
      struck: [{ machine: 'b1', effect: {} }],
      withheld: null,
      tookEffect: false,
    },
  ],
  violations: [
    {
      property: 'lost-write',
      about: { value: 9, partition: hostile, offset: 3, acks: 'all', highest: 8 },
      at: 6_500,
      evidence: [
        {
          is: 'send',
          value: 9,
          producer: 1,
          atUs: 3_900_000,
          completedUs: 3_950_000,
          outcome: 'ok',
          partition: hostile,
          offset: 3,
          error: null,
        },
        { is: 'read', atUs: 6_500_000, consumer: 2, partition: hostile, offset: 3, value: 11 },
      ],
      brokeWith: ['unseen'],
    },
    {
      property: 'lost-write',
      about: { value: 10, partition: 'orders-0', offset: 4, acks: 'all', highest: 8 },
      at: 6_500,
      evidence: [],
      brokeWith: [],
    },
  ],
};

export const undecided: RunRecord = {
  ...passed,
  seed: '2',
  verdict: 'inconclusive',
  reason: 'nothing was acknowledged',
};

/** Breaks what it must break. */
export const beyond: RunRecord = {
  ...failed,
  scenario: 'acks-one',
  verdict: 'pass',
  expected: 'lost-write',
};

export const start: SweepStart = {
  version: '1.2.3',
  commit: 'abc1234',
  runtime: 'node 20.0.0',
  scenarios: ['steady', 'chaos', 'acks-one'],
  runs: 4,
};

export const end: SweepEnd = {
  records: [passed, undecided, failed, beyond],
  differences: null,
  coverage: null,
  wallMs: 61_000,
  outputDirectory: 'reports',
  cut: null,
};

export const difference = { scenario: 'steady', seed: '1', message: 'event 5 differs, it does' };

export const reproduce = ({ scenario, seed }: RunRecord): string => `again ${scenario} ${seed}`;
