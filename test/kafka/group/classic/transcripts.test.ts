import { describe, expect, it } from 'vitest';
import type { LabOptions } from './lab.ts';
import { transcript } from './transcript.ts';

async function golden(name: string, script: string, options: LabOptions = {}): Promise<void> {
  await expect(transcript(options, script)).toMatchFileSnapshot(
    `../../../transcripts/group/${name}.txt`,
  );
}

/** A group of a and b, Stable in generation 1; a leads. */
const twoMembers = `
  join a
  join a
  join b
  join b
  elapse 6000
  sync b
  sync a a=0,1 b=2,3`;

/** The same of static members. */
const twoStatic = `
  join a static=i1
  join b static=i2
  elapse 6000
  sync b
  sync a a=0,1 b=2,3`;

describe('transcripts of a classic group', () => {
  it('first join: an id, a wait for others, a leader, an assignment', async () => {
    await golden(
      'first-join',
      `${twoMembers}
      heartbeat a
      heartbeat b
      commit b
      state`,
    );
  });

  it('an old member joins without being told its id first', async () => {
    await golden(
      'old-versions',
      `
      join a v=3
      elapse 6000
      sync a a=0,1,2,3
      state`,
    );
  });

  it('those who join late extend the first wait, up to the rebalance time-out', async () => {
    await golden(
      'initial-delay',
      `
      join a v=3
      elapse 2000
      join b v=3
      elapse 2000
      join c v=3
      state
      elapse 3000
      state
      elapse 2000`,
    );
  });

  it('a follower crashes: its session ends, the others rebalance', async () => {
    await golden(
      'follower-crash',
      `${twoMembers}
      elapse 5000
      heartbeat a
      elapse 5000
      # a learns of it by its heartbeat and joins anew
      heartbeat a
      join a
      sync a a=0,1,2,3
      heartbeat a
      state`,
    );
  });

  it('the leader crashes in the middle of a sync: its followers wait, then begin anew', async () => {
    await golden(
      'leader-crash-in-sync',
      `
      join a
      join a
      join b
      join b
      elapse 6000
      sync b
      # the leader never syncs; its session ends, and b is sent back to join
      elapse 10000
      join b
      sync b b=0,1,2,3
      state
      # the former leader comes back, as somebody the group does not know
      sync a a=0,1,2,3
      heartbeat a
      join a`,
    );
  });

  it('a member that heartbeats and never syncs is removed after the rebalance time-out', async () => {
    await golden(
      'never-syncs',
      `
      join a
      join a
      join b
      join b
      elapse 6000
      sync a a=0 b=1
      ${'heartbeat a\n heartbeat b\n elapse 9000\n'.repeat(6)}
      heartbeat a
      heartbeat b
      elapse 6000
      state
      heartbeat b
      heartbeat a`,
    );
  });

  it('a static member bounces: no rebalance, and its former self is fenced', async () => {
    await golden(
      'static-bounce',
      `${twoStatic}
      hold
      restart b
      join b static=i2
      # the answer waits until the new id is stored
      store
      sync b
      heartbeat b
      heartbeat b id=i2-2
      commit b id=i2-2
      state
      # the next coordinator knows the new id
      fail-over
      heartbeat b
      heartbeat b id=i2-2`,
    );
  });

  it('a static leader bounces: it is told to skip the assignment', async () => {
    await golden(
      'static-leader-bounce',
      `${twoStatic}
      restart a
      join a static=i1
      sync a
      # a version that knows of no skipping is told that its former self leads
      restart a
      join a static=i1 v=8
      sync a
      state`,
    );
  });

  it('a static member returns while the leader assigns: all begin anew', async () => {
    await golden(
      'static-return-in-sync',
      `
      join a static=i1
      join b static=i2
      elapse 6000
      sync b
      restart b
      join b static=i2
      # what the leader worked out names the old id
      sync a a=0,1 b=2,3
      join a
      sync a a=0,1 b=2,3
      sync b
      state`,
    );
  });

  it('the new id of a static member cannot be stored: the old one stays', async () => {
    await golden(
      'static-bounce-not-stored',
      `${twoStatic}
      hold
      restart b
      join b static=i2
      fail 19
      heartbeat b id=i2-2 generation=1
      state`,
    );
  });

  it('cooperative: one round to revoke, one to assign', async () => {
    await golden(
      'cooperative',
      `
      join a by=cooperative-sticky
      join a
      elapse 3000
      sync a a=0,1,2,3
      # b comes; the leader takes partitions from a and gives them to nobody yet
      join b by=cooperative-sticky
      join b
      heartbeat a
      join a topics=t,owned:0,1,2,3
      sync a a=0,1
      sync b
      # a has revoked, says so by joining again, and b gets them
      join a topics=t,owned:0,1
      heartbeat b
      join b
      sync b
      sync a a=0,1 b=2,3
      state`,
    );
  });

  it('an assignment that cannot be stored is given to nobody', async () => {
    await golden(
      'assignment-not-stored',
      `
      hold
      join a
      join a
      join b
      join b
      elapse 6000
      sync b
      sync a a=0,1 b=2,3
      fail 19
      state
      join a
      join b
      sync a a=0,1 b=2,3
      store
      sync b
      state`,
    );
  });

  it('a follower that joins again unchanged is told what it has', async () => {
    await golden(
      'unchanged-rejoin',
      `${twoMembers}
      join b
      sync b
      # the leader asks for a new assignment by joining again
      join a
      heartbeat b
      join b
      sync a a=0 b=1,2,3
      sync b
      # a changed subscription makes a rebalance whoever joins
      join b topics=t,u
      state`,
    );
  });

  it('all leave: the group is empty, and its next members begin a later generation', async () => {
    await golden(
      'leave',
      `${twoMembers}
      leave b
      join a
      sync a a=0,1,2,3
      leave a
      state
      leave a b
      join c v=3
      elapse 3000
      state`,
    );
  });

  it('an administrator removes a static member', async () => {
    await golden(
      'leave-by-instance',
      `${twoStatic}
      leave static=i2
      leave static=i2
      heartbeat b
      heartbeat a`,
    );
  });

  it('a commit arrives after its member was fenced', async () => {
    await golden(
      'late-commit',
      `${twoMembers}
      # b hangs; its session ends, and a has all partitions
      elapse 5000
      heartbeat a
      elapse 5000
      join a
      sync a a=0,1,2,3
      commit a
      commit b
      # a member of this generation may not commit as of an earlier one
      commit a generation=1
      # nor while it does not know its assignment
      join a
      commit a
      sync a a=0,1,2,3
      commit a
      # offsets kept by hand do not mix with members
      commit nobody`,
    );
  });

  it('members choose a protocol that all of them support', async () => {
    await golden(
      'protocols',
      `
      join a by=sticky,range v=3
      join b by=range,sticky v=3
      join c by=range,other v=3
      elapse 9000
      join d by=sticky v=3
      state`,
    );
  });
});

describe('transcripts of a fail-over', () => {
  it('of a stable group: its members go on', async () => {
    await golden(
      'fail-over-stable',
      `${twoMembers}
      fail-over
      state
      heartbeat a
      heartbeat b
      commit b
      sync b
      # each has a whole session from now
      elapse 9000
      heartbeat a
      elapse 1000
      state`,
    );
  });

  it('while members join: who waited asks the new coordinator, which knows the last generation', async () => {
    await golden(
      'fail-over-joining',
      `${twoMembers}
      join c
      join c
      fail-over
      state
      # c was never stored
      join c
      restart c
      join c
      join c
      heartbeat a
      join a
      join b
      sync a a=0 b=1 c=2,3
      sync b
      sync c
      state`,
    );
  });

  it('while the leader assigns: the new generation was never stored', async () => {
    await golden(
      'fail-over-assigning',
      `${twoMembers}
      join a topics=t,u
      join b
      hold
      sync b
      sync a a=0 b=1,2,3
      fail-over
      # nobody was told an assignment of generation 2, and nobody may commit by it
      heartbeat a
      commit b
      sync b
      join a
      join b
      sync a a=0 b=1,2,3
      store
      sync b
      state`,
    );
  });

  it('of an empty group: it goes on counting', async () => {
    await golden(
      'fail-over-empty',
      `${twoMembers}
      leave a b
      fail-over
      state
      join c v=3
      elapse 3000`,
    );
  });
});
