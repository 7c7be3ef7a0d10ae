import { describe, expect, it } from 'vitest';
import { Beliefs } from '../../../src/trial/checkers/groups/beliefs.ts';
import { obstacleToRest } from '../../../src/trial/checkers/groups/converging.ts';
import { expiredAge, GroupScene, parts, share } from './group-scenes.ts';

describe('what a group has committed', () => {
  it('is found by the next coordinator, or something later', () => {
    const scene = new GroupScene();
    const at = scene.offset(5);
    scene.loads([[at, scene.offsetTold(5)]]);
    expect(scene.broken()).toEqual([]);
  });

  it('committed-offset-durable: the next coordinator finds an earlier record', () => {
    const scene = new GroupScene();
    const at = scene.offset(3);
    scene.offset(5);
    scene.loads([[at, scene.offsetTold(3)]]);
    expect(scene.broken()).toEqual(['committed-offset-durable']);
  });

  it('committed-offset-durable: the next coordinator finds none', () => {
    const scene = new GroupScene();
    scene.offset(5);
    scene.loads([]);
    expect(scene.broken()).toEqual(['committed-offset-durable']);
  });

  it('committed-offset-durable: a commit is acknowledged and was never replicated', () => {
    const scene = new GroupScene();
    const stay = scene.stay('m1');
    scene.commits(stay, 0);
    expect(scene.broken()).toEqual([]);
    const wrong = new GroupScene();
    wrong.commits(wrong.stay('m1'), 0, false);
    expect(wrong.broken()).toEqual(['committed-offset-durable']);
  });

  it('committed-offset-durable: a member is told what is not in force any more', () => {
    for (const [told, broken] of [
      [5, []],
      [3, ['committed-offset-durable']],
      [null, ['committed-offset-durable']],
    ] as const) {
      const scene = new GroupScene();
      scene.offset(3);
      scene.offset(5);
      const stay = scene.stay('m1');
      scene.owns(stay, 'a');
      scene.begins(stay, told);
      expect(scene.broken()).toEqual(broken);
    }
  });

  it('deleted-group-gone: what is deleted is taken away', () => {
    const deletes = (isTakenAway: boolean): string[] => {
      const scene = new GroupScene();
      scene.offset(5);
      const { operations } = scene.history;
      const about = { group: 'billing' };
      const deletion = operations.invoke({
        kind: 'delete-group',
        by: 'a1',
        about,
        change: null,
        invokedUs: scene.pass(1).nowUs,
      });
      const removal = { why: 'asked' } as const;
      if (isTakenAway) scene.told({ ...scene.offsetTold(-1), removal } as never);
      operations.complete(deletion, 'ok', scene.pass(1).nowUs);
      return scene.broken();
    };
    expect(deletes(true)).toEqual([]);
    expect(deletes(false)).toEqual(['deleted-group-gone']);
  });

  it('offset-expires-due: not before its time, not while somebody reads', () => {
    const expires = (others: object): string[] => {
      const scene = new GroupScene();
      const removal = { why: 'expired', age: { ...expiredAge, ...others } } as const;
      scene.told({ ...scene.offsetTold(-1), removal } as never);
      return scene.broken();
    };
    expect(expires({})).toEqual([]);
    expect(expires({ emptySince: 8_000 })).toEqual(['offset-expires-due']);
    expect(expires({ group: 'rebalancing' })).toEqual(['offset-expires-due']);
    expect(expires({ group: 'stable', isSubscribed: true })).toEqual(['offset-expires-due']);
    expect(expires({ group: 'stable', isSubscribed: false })).toEqual([]);
  });

  it('no-stale-commit: signed as of a generation before the one in the log', () => {
    const commit = (generation: number): string[] => {
      const scene = new GroupScene();
      scene.generation(1, 'range', share('a', parts(0)));
      scene.generation(2, 'range', share('a', parts(0)));
      scene.offset(5, { memberId: 'a', generation });
      return scene.broken();
    };
    expect(commit(2)).toEqual([]);
    expect(commit(1)).toEqual(['no-stale-commit']);
  });

  it('no-stale-commit: in a group whose broker assigns, of what it has not held since', () => {
    const commit = (given: readonly string[], epoch: number): string[] => {
      const scene = new GroupScene();
      scene.told({
        kind: 'member-subscribed',
        memberId: 'a',
        isMember: true,
        instanceId: null,
        topics: ['orders'],
        pattern: null,
        assignor: 'uniform',
        rebalanceTimeoutMs: 10_000,
      });
      const member = { kind: 'member-assigned', memberId: 'a', revoking: [] } as const;
      scene.told({ ...member, epoch: 1, assigned: given });
      scene.told({ ...member, epoch: 2, assigned: parts(0) });
      scene.offset(5, { memberId: 'a', generation: epoch });
      return scene.broken();
    };
    expect(commit(parts(0), 1)).toEqual([]);
    expect(commit([], 2)).toEqual([]);
    expect(commit([], 1)).toEqual(['no-stale-commit']);
  });
});

describe('what a member reads', () => {
  const reading = (...offsets: number[]): GroupScene => {
    const scene = new GroupScene();
    scene.records(6);
    scene.offset(2);
    const stay = scene.stay('m1');
    scene.owns(stay, 'a');
    scene.begins(stay, 2);
    scene.reads(stay, ...offsets);
    return scene;
  };

  it('no-reprocessing-past-commit: begins at what is committed, neither below nor above', () => {
    expect(reading(2, 3).broken()).toEqual([]);
    expect(reading(1, 2).broken()).toEqual(['no-reprocessing-past-commit']);
    expect(reading(3, 4).broken()).toEqual(['no-reprocessing-past-commit']);
  });

  it('no-commit-past-read: commits no record that it was not given', () => {
    const scene = reading(2, 3);
    scene.commits(scene.history.groups.stays[0]!, 4);
    expect(scene.broken()).toEqual([]);
    const wrong = reading(2, 3);
    wrong.commits(wrong.history.groups.stays[0]!, 5);
    expect(wrong.broken()).toEqual(['no-commit-past-read']);
  });
});

describe('who owns a partition', () => {
  const pair = (): GroupScene => {
    const scene = new GroupScene();
    scene.generation(1, 'range', share('a', parts(0)), share('b', []));
    return scene;
  };

  it('exclusive-ownership: no other that the group counts on', () => {
    const scene = pair();
    const [one, two] = [scene.stay('m1'), scene.stay('m2')];
    scene.owns(one, 'a');
    scene.owns(one, 'a', 'revoked');
    scene.owns(two, 'b');
    expect(scene.broken()).toEqual([]);
    const wrong = pair();
    wrong.owns(wrong.stay('m1'), 'a');
    wrong.owns(wrong.stay('m2'), 'b');
    expect(wrong.broken()).toEqual(['exclusive-ownership']);
  });

  it('excuses whom the group has gone on without', () => {
    const scene = pair();
    scene.owns(scene.stay('m1'), 'a');
    scene.generation(2, 'range', share('b', parts(0)));
    scene.owns(scene.stay('m2'), 'b');
    expect(scene.broken()).toEqual([]);
  });

  it('excuses whose process has died', () => {
    const scene = pair();
    scene.owns(scene.stay('m1'), 'a');
    scene.history.groups.abandon('m1', scene.nowUs);
    scene.owns(scene.stay('m2'), 'b');
    expect(scene.broken()).toEqual([]);
  });

  it('exclusive-ownership: the log of a broker that assigns gives one partition to two', () => {
    const scene = new GroupScene();
    const member = { kind: 'member-assigned', epoch: 1, revoking: [] } as const;
    scene.told({ ...member, memberId: 'a', assigned: parts(0) });
    scene.told({ ...member, memberId: 'b', assigned: parts(0) });
    expect(scene.broken()).toEqual(['exclusive-ownership']);
  });

  it('no-silent-zombie: who was put out stops when its session is over', () => {
    const readAfter = (ms: number): string[] => {
      const scene = pair();
      const stay = scene.stay('m1');
      scene.owns(stay, 'a');
      scene.generation(2, 'range', share('b', parts(0)));
      scene.pass(ms);
      scene.records(1);
      scene.reads(stay, 0);
      return scene.broken();
    };
    expect(readAfter(9_000)).toEqual([]);
    expect(readAfter(30_000)).toEqual(['no-silent-zombie']);
  });
});

describe('what is shared out', () => {
  const shared = (protocol: string, ...shares: Parameters<typeof share>[]): string[] => {
    const scene = new GroupScene();
    scene.generation(1, protocol, ...shares.map((each) => share(...each)));
    return scene.broken();
  };

  it('legal-assignment: nothing twice, nothing that nobody asked for', () => {
    expect(shared('own', ['a', parts(0, 1)], ['b', parts(2)])).toEqual([]);
    expect(shared('own', ['a', parts(0, 1)], ['b', parts(1)])).toEqual(['legal-assignment']);
    expect(shared('own', ['a', ['payments-0']])).toEqual(['legal-assignment']);
  });

  it('balanced: by topic or in all, as the assignor promises', () => {
    expect(shared('range', ['a', parts(0, 1)], ['b', parts(2)])).toEqual([]);
    expect(shared('range', ['a', parts(0, 1, 2)], ['b', []])).toEqual(['balanced']);
    expect(shared('roundrobin', ['a', parts(0, 1)], ['b', []])).toEqual(['balanced']);
    expect(shared('own', ['a', parts(0, 1)], ['b', []])).toEqual([]);
  });

  it('cooperative-sticky is judged when it holds nothing back', () => {
    const had = { owned: parts(0, 1, 2, 3), ownedSince: 1 };
    expect(shared('cooperative-sticky', ['a', parts(0, 1), had], ['b', []])).toEqual([]);
    expect(shared('cooperative-sticky', ['a', parts(0, 1, 2)], ['b', []])).toEqual(['balanced']);
  });

  it('sticky: who has something keeps what fits into its share', () => {
    const a = { owned: parts(0, 1), ownedSince: 1 };
    const b = { owned: parts(2, 3), ownedSince: 1 };
    expect(shared('sticky', ['a', parts(0, 1), a], ['b', parts(2, 3), b])).toEqual([]);
    expect(shared('sticky', ['a', parts(0, 3), a], ['b', parts(1, 2), b])).toEqual(['sticky']);
    // Of two claims the later counts.
    const old = { owned: parts(0, 1), ownedSince: 0 };
    expect(shared('sticky', ['a', parts(0, 1), a], ['b', parts(2, 3), old])).toEqual([]);
  });

  it('member-epoch-monotonic: a generation does not fall while its group is there', () => {
    const scene = new GroupScene();
    scene.generation(2, 'range', share('a', parts(0)));
    scene.generation(1, 'range', share('a', parts(0)));
    expect(scene.broken()).toEqual(['member-epoch-monotonic']);
    const gone = new GroupScene();
    gone.generation(2, 'range', share('a', parts(0)));
    gone.generation(-1, 'range');
    gone.generation(1, 'range', share('a', parts(0)));
    expect(gone.broken()).toEqual([]);
  });
});

describe('how it ends', () => {
  it('close-returns: within its time, or not', () => {
    const closes = (afterMs: number | null): string[] => {
      const scene = new GroupScene();
      const { groups } = scene.history;
      const stay = scene.stay('m1');
      const withinUs = 10_000_000;
      const close = groups.invokeClose({ stay: stay.id, invokedUs: scene.nowUs, withinUs });
      scene.pass(afterMs ?? 20_000);
      if (afterMs !== null) groups.complete(close, 'ok', scene.nowUs);
      return scene.broken();
    };
    expect(closes(9_000)).toEqual([]);
    expect(closes(12_000)).toEqual(['close-returns']);
    expect(closes(null)).toEqual(['close-returns']);
  });

  it('group-converges: each partition has one owner, each member its place', () => {
    const scene = new GroupScene();
    const { groups } = scene.history;
    const beliefs = new Beliefs(groups);
    const obstacle = () => {
      beliefs.advance();
      const logs = scene.judge.groups;
      return obstacleToRest(groups, { beliefs, logs, partitionsOf: () => parts(0) })?.obstacle;
    };
    const stay = scene.stay('m1');
    expect(obstacle()).toBe('orders-0 is owned by nobody');
    scene.owns(stay, 'a');
    expect(obstacle()).toBe('it has 0 members, and 1 consumers live');
    scene.generation(1, 'range', share('a', parts(0)));
    expect(obstacle()).toBeUndefined();
    scene.owns(scene.stay('m2'), 'b');
    expect(obstacle()).toBe('orders-0 is owned by m1 and m2');
  });
});
