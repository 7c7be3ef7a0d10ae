import { describe, expect, it } from 'vitest';
import { zeroUuid } from '../../../src/base/ids.ts';
import type { Effect } from '../../../src/kafka/raft/effects.ts';
import {
  kafkaRaftRules,
  type RaftRules,
  type VoteQuestion,
} from '../../../src/kafka/raft/rules.ts';
import { wrongRulesOf } from '../../trial/museum/wrong-rules-of.ts';
import { Lab } from './lab.ts';

interface Table {
  readonly lab: Lab;
  readonly effects: { readonly node: number; readonly effect: Effect }[];
  deliverAll(): void;
  deliverAmong(...ids: number[]): void;
}

/** Three voters of which 1 leads, with all that it wrote committed. */
function elected(rules: Partial<RaftRules> = {}): Table {
  const effects: Table['effects'] = [];
  const lab = new Lab({
    voters: [1, 2, 3],
    autoDisk: true,
    rules,
    onEffect: (node, effect) => effects.push({ node: node.id, effect }),
  });
  const deliverAmong = (...ids: number[]): void => {
    for (let steps = 0; steps < 1000; steps++) {
      const index = lab.messages.findIndex(({ from, to }) =>
        [from, to].every((end) => ids.includes(typeof end === 'number' ? end : end.id)),
      );
      if (index < 0) return;
      lab.deliver(index);
    }
    throw new Error('the machines talk without end');
  };
  const table = { lab, effects, deliverAmong, deliverAll: () => deliverAmong(1, 2, 3) };
  for (const id of [1, 2, 3]) lab.node(id).start();
  lab.node(1).timeout();
  table.deliverAll();
  expect(lab.leader()?.id).toBe(1);
  return table;
}

describe('a leader that hears nobody', () => {
  const silence = (rules: Partial<RaftRules>): string => {
    const { lab } = elected(rules);
    lab.node(1).elapse(60_000_000);
    return lab.node(1).machine?.role.name ?? 'down';
  };

  it('resigns after one and a half fetch timeouts', () => {
    const { lab } = elected();
    lab.node(1).elapse(2_999_000);
    expect(lab.node(1).machine?.role.name).toBe('leader');
    lab.node(1).elapse(1_000);
    expect(lab.node(1).machine?.role.name).toBe('resigned');
  });

  it('stays without check-quorum', () => {
    expect(silence({})).not.toBe('leader');
    expect(silence({ checkQuorumTimeoutUs: () => null })).toBe('leader');
  });
});

describe('a voter that was cut off', () => {
  const epochAfterReturn = (rules: Partial<RaftRules>): number => {
    const { lab, deliverAmong, deliverAll } = elected(rules);
    for (let round = 0; round < 5; round++) {
      lab.node(3).elapse(2_000_000);
      for (const id of [1, 2]) lab.node(id).elapse(500_000);
      deliverAmong(1, 2);
    }
    deliverAll();
    return lab.node(1).machine?.epoch ?? -1;
  };

  it('does not depose the leader when it returns, for it asks before it stands', () => {
    expect(epochAfterReturn({})).toBe(1);
    expect(epochAfterReturn({ electionBeginsAs: () => 'candidate' })).toBeGreaterThan(1);
  });
});

describe('a follower whose leader has lost committed records', () => {
  const followed = (rules: Partial<RaftRules>): Table => {
    const table = elected(rules);
    const { lab, deliverAll } = table;
    lab.node(1).append('a');
    lab.node(1).elapse(25_000);
    deliverAll();
    expect(lab.node(2).machine?.highWatermark).toBe(3);
    // Leader 1 comes back without its disk's last entries, and so does 3.
    for (const id of [1, 3]) {
      lab.node(id).crash(false);
      lab.node(id).log.truncateTo(2);
      lab.node(id).durableOffset = 2;
      lab.node(id).start();
    }
    lab.messages.length = 0;
    lab.node(1).elapse(1_900_000);
    table.deliverAmong(1, 3);
    for (let round = 0; lab.leader() === null && round < 10; round++) {
      lab.node(1).timeout();
      table.deliverAmong(1, 3);
    }
    lab.node(1).elapse(1_000_000);
    table.deliverAll();
    return table;
  };

  it('halts rather than cut below its high watermark', () => {
    const { effects } = followed({});
    const halt = effects.find(({ effect }) => effect.kind === 'halt');
    expect(halt?.node).toBe(2);
    expect(halt?.effect).toMatchObject({
      reason: expect.stringMatching(/to 2, below the high watermark 3/),
    });
  });

  it('cuts what was committed if that is allowed', () => {
    const { lab, effects } = followed(wrongRulesOf('KAFKA-12460', 'raft'));
    expect(effects.some(({ effect }) => effect.kind === 'halt')).toBe(false);
    expect(lab.node(2).log.entries.some((entry) => entry.text === 'a')).toBe(false);
  });
});

describe('a voter whose disk was replaced', () => {
  /** 2 and 3 have a committed entry that 1 lacks; 3 loses its disk and 1 asks it for a vote. */
  const replaced = (rules: Partial<RaftRules>): Lab => {
    const { lab, deliverAll, deliverAmong } = elected(rules);
    lab.node(1).resign();
    lab.node(2).elapse(0);
    deliverAll();
    lab.node(2).elapse(0);
    deliverAll();
    expect(lab.leader()?.id).toBe(2);
    lab.node(2).append('a');
    lab.node(2).elapse(25_000);
    deliverAmong(2, 3);
    expect(lab.node(2).machine?.highWatermark).toBe(4);
    lab.node(2).crash(false);
    lab.node(3).wipe();
    lab.node(3).start();
    lab.messages.length = 0;
    for (let round = 0; round < 20; round++) {
      lab.node(1).timeout();
      deliverAmong(1, 3);
    }
    return lab;
  };

  it('does not vote as who it was', () => {
    expect(replaced({}).leader()).toBeNull();
  });

  it('elects a leader that lacks what was committed if it may', () => {
    const lab = replaced({ isSameReplica: () => true });
    expect(lab.leader()?.id).toBe(1);
    expect(lab.node(1).log.entries.some((entry) => entry.text === 'a')).toBe(false);
  });

  it('is told apart only where both directories are known', () => {
    expect(kafkaRaftRules.isSameReplica('a', 'b')).toBe(false);
    expect(kafkaRaftRules.isSameReplica('a', 'a')).toBe(true);
    expect(kafkaRaftRules.isSameReplica(zeroUuid, 'b')).toBe(true);
    expect(kafkaRaftRules.isSameReplica('a', zeroUuid)).toBe(true);
  });
});

describe('a vote', () => {
  const question: VoteQuestion = {
    preVote: false,
    candidate: { id: 2, directoryId: 'd2' },
    isUpToDate: true,
    role: 'unattached',
    leaderKnown: false,
    votedKey: null,
    hasFetched: false,
  };
  const grants = (changes: Partial<VoteQuestion>): boolean =>
    kafkaRaftRules.grantsVote({ ...question, ...changes });

  it('is granted once per epoch, to a candidate with as much log, while no leader is known', () => {
    expect(grants({})).toBe(true);
    expect(grants({ votedKey: { id: 2, directoryId: 'd2' } })).toBe(true);
    expect(grants({ votedKey: { id: 2, directoryId: 'other' } })).toBe(false);
    expect(grants({ votedKey: { id: 3, directoryId: 'd3' } })).toBe(false);
    expect(grants({ isUpToDate: false })).toBe(false);
    expect(grants({ leaderKnown: true })).toBe(false);
    expect(grants({ role: 'follower', leaderKnown: true })).toBe(false);
    expect(grants({ role: 'candidate', votedKey: { id: 1, directoryId: 'd1' } })).toBe(false);
  });

  it('is promised to any by a pre-vote, but not by a leader or a follower of a live one', () => {
    const asked = { preVote: true, votedKey: { id: 3, directoryId: 'd3' } };
    expect(grants({ ...asked })).toBe(true);
    expect(grants({ ...asked, role: 'candidate' })).toBe(true);
    expect(grants({ ...asked, role: 'resigned', leaderKnown: true })).toBe(true);
    expect(grants({ ...asked, role: 'follower', leaderKnown: true })).toBe(true);
    expect(grants({ ...asked, role: 'follower', leaderKnown: true, hasFetched: true })).toBe(false);
    expect(grants({ ...asked, role: 'leader' })).toBe(false);
    expect(grants({ ...asked, isUpToDate: false })).toBe(false);
  });
});
