import { describe, expect, it } from 'vitest';
import type { ElectionState } from '../../../src/kafka/raft/election-state.ts';
import type { LabOptions } from './lab.ts';
import { transcript } from './transcript.ts';

const threeVoters: LabOptions = { voters: [1, 2, 3] };
const elected = `
  start 1 2 3
  timeout 1
  deliver`;

async function golden(name: string, options: LabOptions, script: string): Promise<void> {
  await expect(transcript(options, script)).toMatchFileSnapshot(
    `../../transcripts/raft/${name}.txt`,
  );
}

describe('transcripts of the quorum', () => {
  it('first election: pre-vote, vote, and what the leader writes first', async () => {
    await golden(
      'first-election',
      threeVoters,
      `${elected}
      append 1 a b
      deliver
      state`,
    );
  });

  it('an isolated voter does not depose a healthy leader', async () => {
    await golden(
      'isolated-voter',
      threeVoters,
      `${elected}
      cut 3
      # 3 takes its leader for gone, asks whether it could win, and gets no answer
      timeout 3
      deliver
      timeout 3
      append 1 a
      deliver
      # it asks again, and this time is heard
      elapse 3 2000
      heal 3
      elapse 3 20
      deliver
      state`,
    );
  });

  it('without pre-vote the isolated voter deposes it', async () => {
    const rules = { electionBeginsAs: () => 'candidate' as const };
    await golden(
      'isolated-voter-without-pre-vote',
      { ...threeVoters, rules },
      `${elected}
      cut 3
      elapse 3 2000
      deliver
      heal 3
      elapse 3 20
      deliver
      state`,
    );
  });

  it('a leader that returns cuts what was never committed', async () => {
    await golden(
      'diverging-log',
      threeVoters,
      `${elected}
      cut 1
      append 1 lost-x lost-y lost-z
      deliver
      # the others elect without it
      elapse 2 2000
      elapse 3 2000
      deliver 2
      deliver
      append 2 kept
      deliver
      state
      # the old leader hears nobody and resigns; healed, it is told of the new epoch
      elapse 1 3000
      heal 1
      elapse 1 20
      deliver
      elapse 2 1000
      deliver
      state`,
    );
  });

  it('figure 8: an entry of an old epoch is not committed by counting', async () => {
    await golden('figure-8', { voters: [1, 2, 3, 4, 5], fetchEntries: 1 }, figure8);
  });

  it('figure 8, when counting is enough: what was exposed is lost', async () => {
    const rules = { mayExpose: () => true };
    await golden(
      'figure-8-exposed-early',
      { voters: [1, 2, 3, 4, 5], fetchEntries: 1, rules },
      figure8,
    );
  });

  it('check-quorum: a leader without a majority resigns, and asks before it stands', async () => {
    await golden(
      'check-quorum',
      threeVoters,
      `${elected}
      cut 1
      elapse 1 2999
      elapse 1 1
      deliver
      # still nobody: it waits in the next epoch, and asks
      elapse 1 2000
      timeout 1
      deliver
      state`,
    );
  });

  it('graceful handover: the best successor begins at once', async () => {
    await golden(
      'graceful-handover',
      threeVoters,
      `${elected}
      cut 3
      append 1 a
      deliver
      heal 3
      resign 1
      deliver
      timeout 2
      deliver
      elapse 3 20
      deliver
      state`,
    );
  });

  it('a vote outlives a power loss', async () => {
    await golden('persisted-vote', threeVoters, votedTwice);
  });

  it('a vote that was not written down is given twice', async () => {
    const rules = { durable: (election: ElectionState) => ({ ...election, votedKey: null }) };
    await golden('forgotten-vote', { ...threeVoters, rules }, votedTwice);
  });

  it('an observer finds the leader, follows it, and finds the next', async () => {
    await golden(
      'observer',
      { voters: [1, 2, 3], observers: [9] },
      `
      start 9
      deliver
      start 1 2 3
      timeout 1
      elapse 9 20
      deliver
      append 1 a
      deliver
      state
      # the leader dies; the observer asks the others
      crash 1
      elapse 2 2000
      elapse 3 2000
      deliver 2
      deliver
      elapse 9 20
      deliver
      state`,
    );
  });

  it('a voter with a replaced disk is another replica: it reads, and does not count', async () => {
    await golden(
      'replaced-disk',
      threeVoters,
      `${elected}
      append 1 a
      deliver
      wipe 3
      start 3
      timeout 3
      deliver
      elapse 1 1000
      deliver
      append 1 b
      deliver
      state
      # without 2 there is no majority: 3 does not help the leader to one
      cut 2
      append 1 c
      deliver
      state`,
    );
  });

  it('a single voter leads at once', async () => {
    await golden(
      'single-voter',
      { voters: [1] },
      `
      start 1
      append 1 a b
      power-loss 1
      start 1
      state`,
    );
  });
});

/**
 * Raft's figure 8. Leader 1 gives x to 2 alone and dies. 5 leads epoch 2 by 3 and 4, writes its
 * LeaderChange, and dies. 1 leads epoch 3 and brings x to 3, but not its own LeaderChange: x is on
 * a majority and yet not committed, for 5 can still win, and does.
 */
const figure8 = `
  start 1 2 3 4 5
  timeout 1
  deliver
  cut 3 4 5
  append 1 x
  deliver
  crash 1
  cut 2
  heal 3 4 5
  elapse 3 2000
  elapse 4 2000
  elapse 5 2000
  deliver 5 13
  # 5 leads epoch 2, and nobody ever reads what it wrote
  cut 5
  deliver
  crash 5
  heal 2
  start 1
  elapse 1 2000
  deliver 1
  timeout 1
  deliver 1
  # 1 leads epoch 3; 2 and 3 now both have x, and nothing of epoch 3
  deliver 2 1
  cut 2
  deliver 3 3
  cut 3 4
  deliver
  state
  crash 1
  start 5
  heal 3 4 5
  elapse 5 3000
  deliver 5
  elapse 3 2000
  elapse 4 2000
  elapse 5 2000
  deliver 5
  deliver
  state`;

const votedTwice = `
  start 1 2 3
  # 1 and 3 both learn that they could win epoch 1, and stand
  timeout 1
  timeout 3
  deliver 3 3
  deliver 1 3
  # 2 votes for 1, which leads, and loses power
  deliver 1 4
  power-loss 2
  start 2
  # then it hears 3, in the same epoch
  cut 1
  deliver 3
  deliver 1
  state`;
