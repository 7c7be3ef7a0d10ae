import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RaftRules } from '../../../src/kafka/raft/rules.ts';
import { drawSchedule, runSchedule } from './schedule.ts';

/** The first of these seeds under which a wrong rule shows, with what it breaks. */
function firstBroken(
  rules: Partial<RaftRules>,
  voters: number,
  length: number,
  seeds = 400,
): string | null {
  for (let seed = 1; seed <= seeds; seed++) {
    const { broken } = runSchedule(voters, drawSchedule(seed, length), rules);
    if (broken !== null) return broken;
  }
  return null;
}

describe('any schedule of messages, losses, crashes and slow disks', () => {
  const steps = fc.array(fc.tuple(fc.nat(99), fc.nat(999)), {
    minLength: 50,
    maxLength: 400,
    size: 'max',
  });

  it.each([3, 5])(
    'keeps one leader per epoch, matching logs and all that was committed: %i voters',
    (voters) => {
      fc.assert(
        fc.property(steps, (schedule) => {
          expect(runSchedule(voters, schedule).broken).toBeNull();
        }),
        { numRuns: 60 },
      );
    },
  );

  it('and the schedules do elect leaders and commit', () => {
    const outcomes = Array.from({ length: 40 }, (_, seed) =>
      runSchedule(3, drawSchedule(seed, 1500)),
    );
    for (const outcome of outcomes) expect(outcome.broken).toBeNull();
    expect(outcomes.filter((outcome) => outcome.committed > 10).length).toBeGreaterThan(20);
    expect(outcomes.filter((outcome) => outcome.epoch > 4).length).toBeGreaterThan(20);
  });
});

describe('schedules catch a quorum that', () => {
  it('counts what is not flushed', () => {
    expect(firstBroken({ countsOnlyFlushed: () => false }, 3, 1500)).toMatch(
      /leader completeness|committed twice|below the high watermark/,
    );
  });

  it('forgets its vote', () => {
    // Without pre-votes there are more candidates to forget; that alone breaks nothing.
    const electionBeginsAs = (): 'candidate' => 'candidate';
    const durable: RaftRules['durable'] = (election) => ({ ...election, votedKey: null });
    expect(firstBroken({ electionBeginsAs }, 3, 1500, 40)).toBeNull();
    expect(firstBroken({ electionBeginsAs, durable }, 3, 1500)).toMatch(
      /single leader|log matching/,
    );
  });

  it('votes without looking at the log', () => {
    const grantsVote: RaftRules['grantsVote'] = (question) =>
      question.role !== 'leader' &&
      (question.preVote || (question.votedKey === null && !question.leaderKnown));
    expect(firstBroken({ grantsVote }, 3, 1500)).toMatch(
      /leader completeness|below the high watermark/,
    );
  });

  it('votes twice in an epoch', () => {
    const grantsVote: RaftRules['grantsVote'] = ({ isUpToDate, role }) =>
      isUpToDate && role !== 'leader';
    expect(firstBroken({ grantsVote }, 3, 1500)).toMatch(/single leader|log matching/);
  });

  it('exposes a high watermark before its own epoch has committed', () => {
    const mayExpose = (): boolean => true;
    expect(firstBroken({ mayExpose }, 3, 1500)).toMatch(
      /high watermark fell|committed twice|leader completeness|below the high/,
    );
  });
});
