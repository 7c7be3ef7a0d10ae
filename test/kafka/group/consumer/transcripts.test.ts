import { describe, expect, it } from 'vitest';
import type { LabOptions } from './lab.ts';
import { transcript } from './transcript.ts';

async function golden(name: string, script: string, options: LabOptions = {}): Promise<void> {
  await expect(transcript(options, script)).toMatchFileSnapshot(
    `../../../transcripts/group/consumer-${name}.txt`,
  );
}

describe('transcripts of a group that changes its protocol', () => {
  it('classic members stay when one of the new protocol comes, and give up their part', async () => {
    await golden(
      'upgrade',
      `
      was x=t-0,t-1 y=t-2,t-3
      join a
      state
      classic x y
      # x is eager: it gives up all, and joins
      classic x
      classic x
      beat a
      classic y
      classic y
      beat a
      classic x y
      classic x y
      beat a
      beat a
      classic x y
      state
      classic z
      classic z
      fail-over
      classic z
      beat a
      classic x y
      state`,
    );
  });

  it('the last member of the new protocol goes: a classic group, which begins anew', async () => {
    await golden(
      'downgrade',
      `
      was x=t-0,t-1 y=t-2,t-3
      join a
      elapse 1000
      classic x y
      leave a
      beat a`,
    );
  });

  it('a cooperative member gives up what it is not given any more, and says so', async () => {
    await golden(
      'classic-cooperative',
      `
      join a
      beat a
      classic x cooperative
      classic x
      classic x
      beat a
      beat a
      classic x
      classic x
      classic x
      leave a
      beat a
      join b
      state`,
      { settings: { mayDowngrade: false } },
    );
  });

  it('classic members that do not join in time, or are silent, are fenced', async () => {
    await golden(
      'classic-fenced',
      `
      was x=t-0,t-1 y=t-2,t-3
      join a
      elapse 9000
      classic x
      elapse 1000
      # y was silent
      beat a
      elapse 5000
      # x hears that it is to join again, and does not
      quit y
      state
      elapse 45000
      state`,
    );
  });
});

describe('transcripts of a consumer group', () => {
  it('three join, one after the other: each is given what the others give up', async () => {
    await golden(
      'join-of-three',
      `
      join a
      beat a
      join b
      # b waits: a has not given anything up yet
      beat b
      beat a
      beat a
      beat b
      beat b
      join c
      beat a b c
      beat a b c
      beat a b c
      state`,
    );
  });

  it('a member that does not give up in time is fenced; who waits is served', async () => {
    await golden(
      'not-given-up',
      `
      join a within=9000
      beat a
      hold a
      join b
      beat a
      commit a partition=t-0
      commit a partition=t-3
      elapse 8999
      beat a
      beat b
      elapse 1
      # a learns it when it comes again
      beat b
      beat a
      beat a
      yield a
      beat b
      beat a
      beat b
      beat a
      state`,
    );
  });

  it('a silent member goes when its session ends', async () => {
    await golden(
      'session-ends',
      `
      join a
      beat a
      join b
      beat a
      beat b
      beat a
      beat b
      elapse 44999
      beat a
      elapse 1
      beat a
      beat a
      commit b partition=t-3
      beat b
      state`,
    );
  });

  it('a lost answer: the member comes with its epoch of before', async () => {
    await golden(
      'lost-answer',
      `
      join a
      beat a
      topic t 6
      lose a
      # what it owns is within what it has been given: it is told again
      beat a epoch=1
      beat a
      topic t 8
      lose a
      # it says that it owns what it was never given
      beat a epoch=2 owned=t-0,t-9
      beat a
      # an epoch that is too high, or too low
      beat a epoch=9
      beat a
      beat a epoch=1
      state`,
    );
  });

  it('epochs of commits: earlier ones do for what was held all the time', async () => {
    await golden(
      'commits',
      `
      join a
      beat a
      topic t 6
      lose a
      commit a epoch=1 partition=t-0
      commit a epoch=1 partition=t-4
      commit a epoch=2 partition=t-4
      commit a epoch=3 partition=t-0
      commit nobody epoch=-1 partition=t-0
      leave a
      commit nobody epoch=-1 partition=t-0`,
    );
  });

  it('a static member goes and comes back under another id: nothing moves', async () => {
    await golden(
      'static-bounce',
      `
      join a static=i1
      beat a
      join b static=i2
      beat a
      beat b
      beat a
      beat b
      state
      # another process with the same instance id has to wait
      restart b id=b2
      join b
      restart b id=b
      away b
      state
      restart b id=b3
      beat b
      beat b
      beat a
      # the former self is fenced
      restart b id=b
      beat b epoch=2
      restart b id=b3
      # away for too long
      away b
      elapse 40000
      beat a
      elapse 5000
      beat a
      state`,
    );
  });

  it('topics come, grow and go: each raises the epoch once', async () => {
    await golden(
      'topics-change',
      `
      join a topics=t,u
      beat a
      topic u 2
      beat a
      beat a
      topic other 9
      beat a
      topic t 5
      beat a
      topic t 0
      beat a
      beat a
      beat a
      state`,
    );
  });

  it('a pattern subscribes to topics as they come', async () => {
    await golden(
      'pattern',
      `
      join a regex=o.*s
      beat a
      topic orders 2
      beat a
      topic offers-old 2
      topic offers 1
      beat a
      join b regex=(
      join b regex=o.*s
      beat a
      beat a b
      beat a b
      beat a topics=t
      beat b
      leave b
      state`,
    );
  });

  it('a coordinator takes over in the middle of a reconciliation', async () => {
    await golden(
      'fail-over',
      `
      join a
      beat a
      hold a
      join b
      beat a
      # what is not committed was told to nobody
      keep
      yield a
      beat a
      fail-over
      state
      beat b
      beat a
      store
      beat b
      store
      beat a b
      store
      state
      fail-over compacted
      state
      beat a b`,
    );
  });

  it('the log refuses: nothing has happened', async () => {
    await golden(
      'refused',
      `
      join a
      beat a
      refuse 19
      join b
      state
      elapse 45000
      state
      accept
      elapse 500
      state
      join b
      leave b
      state`,
    );
  });

  it('who is fenced joins anew with epoch 0, whatever the group knows of it', async () => {
    await golden(
      'rejoin',
      `
      join a
      beat a
      join b
      beat a
      restart a
      # it owns nothing any more: what it was to give up is free
      beat a
      beat b
      beat a
      state`,
    );
  });

  it('a group has its bounds', async () => {
    await golden(
      'refusals',
      `
      join a v=0
      join b by=sticky
      join b by=range
      join c
      beat d epoch=3
      beat b epoch=-3
      leave b
      join c`,
      { settings: { maxSize: 2 } },
    );
  });

  it('members choose the assignor by majority', async () => {
    await golden(
      'assignors',
      `
      join a topics=t,u by=range
      beat a
      join b topics=t,u by=range
      beat a
      beat b
      beat a
      beat b
      state`,
      { topics: { t: 3, u: 3 } },
    );
  });
});
