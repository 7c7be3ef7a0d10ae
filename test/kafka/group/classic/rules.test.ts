import { describe, expect, it } from 'vitest';
import type { ClassicState, CommitClaim } from '../../../../src/kafka/group/classic/contract.ts';
import { type ClassicRules, kafkaClassicRules } from '../../../../src/kafka/group/classic/rules.ts';
import { errorName } from '../../../../src/kafka/protocol/errors.ts';
import { wrongRulesOf } from '../../../trial/museum/wrong-rules-of.ts';
import { transcript } from './transcript.ts';

const rules = kafkaClassicRules;

describe('who claims to be a member', () => {
  const judge = (memberId: string, instanceId: string | null, isMember: boolean, holder = '') =>
    errorName(
      rules.judgeIdentity({
        memberId,
        instanceId,
        isMember,
        holder: holder === '' ? null : holder,
      }),
    );

  it('is one if the group has its id', () => {
    expect(judge('m', null, true)).toBe('NONE');
    expect(judge('m', null, false)).toBe('UNKNOWN_MEMBER_ID');
    expect(judge('', null, false)).toBe('UNKNOWN_MEMBER_ID');
  });

  it('is fenced where another process has its instance id', () => {
    expect(judge('m', 'i', true, 'm')).toBe('NONE');
    expect(judge('m', 'i', false, 'n')).toBe('FENCED_INSTANCE_ID');
    expect(judge('m', 'i', true, 'n')).toBe('FENCED_INSTANCE_ID');
    expect(judge('m', 'i', true)).toBe('UNKNOWN_MEMBER_ID');
  });
});

describe('a commit', () => {
  interface Facts extends Partial<CommitClaim> {
    readonly state: ClassicState;
    readonly isMember?: boolean;
    readonly holder?: string | null;
  }
  function judge({ state, isMember = true, holder = null, ...given }: Facts): string {
    const whole = { memberId: 'm', instanceId: null, generation: 5, transactional: false };
    const claim = { ...whole, ...given };
    const { memberId, instanceId } = claim;
    const identity = { memberId, instanceId, isMember, holder };
    return errorName(rules.judgeCommit({ claim, identity, state, generation: 5 }, rules));
  }

  it('of a member of this generation is taken, also while the group prepares a rebalance', () => {
    expect(judge({ state: 'Stable' })).toBe('NONE');
    expect(judge({ state: 'PreparingRebalance' })).toBe('NONE');
  });

  it('of an earlier or later generation is not', () => {
    expect(judge({ state: 'Stable', generation: 4 })).toBe('ILLEGAL_GENERATION');
    expect(judge({ state: 'Stable', generation: 6 })).toBe('ILLEGAL_GENERATION');
    expect(judge({ state: 'Stable', generation: -1 })).toBe('ILLEGAL_GENERATION');
  });

  it('of nobody the group knows is not, whatever the generation', () => {
    expect(judge({ state: 'Stable', isMember: false })).toBe('UNKNOWN_MEMBER_ID');
    expect(judge({ state: 'Empty', isMember: false })).toBe('UNKNOWN_MEMBER_ID');
    const fenced = { instanceId: 'i', holder: 'n' };
    expect(judge({ state: 'Stable', ...fenced })).toBe('FENCED_INSTANCE_ID');
  });

  it('waits for the assignment while the leader works on it, except in a transaction', () => {
    expect(judge({ state: 'CompletingRebalance' })).toBe('REBALANCE_IN_PROGRESS');
    expect(judge({ state: 'CompletingRebalance', transactional: true })).toBe('NONE');
  });

  it('by hand is taken of an empty group, and beside members in a transaction alone', () => {
    const byHand = { memberId: '', generation: -1, isMember: false };
    expect(judge({ state: 'Empty', ...byHand })).toBe('NONE');
    expect(judge({ state: 'Stable', ...byHand })).toBe('UNKNOWN_MEMBER_ID');
    expect(judge({ state: 'Stable', ...byHand, transactional: true })).toBe('NONE');
    expect(judge({ state: 'Dead', ...byHand })).toBe('COORDINATOR_NOT_AVAILABLE');
  });
});

describe('with a wrong rule', () => {
  const play = (wrong: Partial<ClassicRules>, script: string): string =>
    transcript({ rules: wrong }, script);

  it('the session of a removed member makes a needless rebalance (KAFKA-7196)', () => {
    const script = `
      join a
      join a
      join b
      join b
      elapse 6000
      sync b
      sync a a=0,1 b=2,3
      # b leaves just after it heartbeat; a is alone and stable
      leave b
      join a
      sync a a=0,1,2,3
      elapse 9999
      heartbeat a
      elapse 1
      heartbeat a`;
    expect(play({}, script)).toMatch(/a <- Heartbeat NONE\n$/);
    const wrong = play(wrongRulesOf('KAFKA-7196', 'classic'), script);
    expect(wrong).toMatch(/a <- Heartbeat REBALANCE_IN_PROGRESS\n$/);
  });

  it('a member that was just told its id misses the rebalance it came for', () => {
    const script = `
      join a
      join a
      elapse 3000
      sync a a=0,1,2,3
      join b
      join a
      join b
      state`;
    expect(play({}, script)).toMatch(/CompletingRebalance, generation 2\n {2}a-1\n {2}b-2/);
    const wrong = play({ allHaveJoined: (members, joined) => members === joined }, script);
    expect(wrong).toMatch(/PreparingRebalance, generation 2\n {2}a-1\n {2}b-2/);
  });

  it('an assignment that is stored late is given to the next generation', () => {
    const script = `
      join a
      join a
      join b
      join b
      elapse 6000
      hold
      sync a a=0,1 b=2,3
      # before it is stored b joins with another subscription, and all join anew
      join b topics=u
      join a
      store
      sync b
      state`;
    expect(play({}, script)).toMatch(/> store\n {2}is stored\n\n> sync b\n\n/);
    const takesAny = (_: number, state: ClassicState) => state === 'CompletingRebalance';
    const wrong = play({ assignmentStands: takesAny }, script);
    expect(wrong).toContain('Stable, generation 2');
    expect(wrong).toContain('b <- Sync 2,3');
  });

  it('a follower that joins again unchanged disturbs all', () => {
    const script = `
      join a
      join a
      elapse 3000
      sync a a=0,1,2,3
      join b
      join b
      join a
      sync a a=0,1 b=2,3
      sync b
      join b
      heartbeat a`;
    expect(play({}, script)).toMatch(/a <- Heartbeat NONE\n$/);
    const wrong = play({ rejoinRebalances: () => true }, script);
    expect(wrong).toMatch(/a <- Heartbeat REBALANCE_IN_PROGRESS\n$/);
  });
});
