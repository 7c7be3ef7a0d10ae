/**
 * A cluster with one wrong rule is found out by a whole trial, and with the right one the same
 * seeds pass. The rooms' own tests catch every wrong rule; here the way from a rule to a verdict is
 * what is tried.
 */
import { describe, expect, it } from 'vitest';
import firstBatchOvertaken from '../../../scenarios/first-batch-overtaken.ts';
import leaderCrash from '../../../scenarios/leader-crash.ts';
import pausedLeader from '../../../scenarios/paused-leader.ts';
import swarm from '../../../scenarios/swarm.ts';
import type { NodeRules } from '../../../src/kafka/broker/node-rules.ts';
import { kafkaLogRules } from '../../../src/kafka/log/rules.ts';
import { kafkaRaftRules } from '../../../src/kafka/raft/rules.ts';
import { kafkaReplicationRules } from '../../../src/kafka/replication/rules.ts';
import type { PropertyName } from '../../../src/trial/properties/registry.ts';
import { runTrial } from '../../../src/trial/runner/trial.ts';
import { type Scenario, scenario } from '../../../src/trial/scenario/scenario.ts';

const mostSeeds = 6;

interface WrongRule {
  readonly what: string;
  readonly scenario: Scenario;
  readonly rules: Partial<NodeRules>;
  readonly breaks: PropertyName;
}

const wrongRules: readonly WrongRule[] = [
  {
    what: 'followers truncate to their own high watermark (KIP-101)',
    scenario: leaderCrash,
    rules: {
      replication: {
        ...kafkaReplicationRules,
        truncationOnBecomingFollower: (highWatermark, logEndOffset) =>
          highWatermark < logEndOffset ? highWatermark : null,
      },
    },
    breaks: 'acked-not-lost',
  },
  {
    what: 'any follower may join the ISR (KAFKA-7128)',
    scenario: swarm,
    rules: { replication: { ...kafkaReplicationRules, mayJoinIsr: () => true } },
    breaks: 'candidate-completeness',
  },
  {
    what: 'consumers read above the high watermark (KAFKA-9835)',
    scenario: pausedLeader,
    rules: {
      replication: { ...kafkaReplicationRules, readLimit: (offsets) => offsets.logEndOffset },
    },
    breaks: 'consistent-read',
  },
  {
    what: "the quorum exposes its high watermark before the leader's own record commits (KAFKA-12619)",
    scenario: leaderCrash,
    rules: { raft: { ...kafkaRaftRules, mayExpose: () => true } },
    breaks: 'monotonic-high-watermark',
  },
  {
    what: 'retries of idempotent producers are taken for new records (KIP-98)',
    scenario: leaderCrash,
    rules: {
      log: {
        ...kafkaLogRules,
        recognisesDuplicates: () => false,
        judgeSequence: () => 'in-order',
      },
    },
    breaks: 'duplicate',
  },
];

describe('a trial finds out that', () => {
  for (const { what, scenario, rules, breaks } of wrongRules) {
    it(`${what}: ${breaks}`, async () => {
      const seed = await firstSeedThatBreaks(scenario, rules, breaks);
      expect(seed).not.toBeNull();
      expect((await runTrial(scenario, seed!)).result.verdict).toBe('pass');
    });
  }
});

it('producers whose first batch was overtaken renumber it: record-order, unless they go right', async () => {
  const { breaks, ...promise } = firstBatchOvertaken;
  const right = scenario({ ...promise, workload: { ...promise.workload, wrongRules: [] } });
  const { result } = await runTrial(firstBatchOvertaken, '1');
  expect(result.violations.map(({ property }) => property)).toContain(breaks);
  expect((await runTrial(right, '1')).result).toMatchObject({ verdict: 'pass', violations: [] });
});

async function firstSeedThatBreaks(
  scenario: Scenario,
  rules: Partial<NodeRules>,
  property: PropertyName,
): Promise<string | null> {
  for (let seed = 1; seed <= mostSeeds; seed++) {
    const { result } = await runTrial(scenario, String(seed), { rules });
    if (result.violations.some((violation) => violation.property === property)) return String(seed);
  }
  return null;
}
