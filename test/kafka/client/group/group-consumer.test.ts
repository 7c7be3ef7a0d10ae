import { describe, expect, it } from 'vitest';
import { offsetCommitApi } from '../../../../src/kafka/protocol/apis/08-offset-commit.ts';
import { leaveGroupApi } from '../../../../src/kafka/protocol/apis/13-leave-group.ts';
import { errorCode } from '../../../../src/kafka/protocol/errors.ts';
import type { Request } from '../../../../src/kafka/rpc/contract.ts';
import { isRequestOf } from '../../../../src/kafka/rpc/request.ts';
import { GroupLab } from './group-lab.ts';

/** Commits wait for `answer` from now on. */
function holdCommits(lab: GroupLab): { answer: () => void } {
  const held: [Request, number][] = [];
  lab.cluster.intercept = (request, node) => {
    if (!isRequestOf(request, offsetCommitApi)) return lab.group.handle(request, node);
    held.push([request, node]);
    return true;
  };
  return {
    answer: () => {
      for (const [request, node] of held.splice(0)) lab.group.handle(request, node);
    },
  };
}

describe.each(['classic', 'consumer'] as const)(
  'a consumer of a group, protocol %s',
  (protocol) => {
    it('reads what is there and what comes, and commits it when it closes', async () => {
      const lab = new GroupLab();
      lab.write(0, 2);
      const app = await lab.app({ groupProtocol: protocol });
      app.run();
      await lab.pass(1);
      lab.write(1, 1);
      await lab.pass(1);
      expect(app.read).toEqual(['t0@0', 't0@1', 't1@0']);
      expect(app.told).toEqual(['assigned t0 t1']);
      const closed = app.close();
      await lab.pass(1);
      await closed;
      expect(lab.group.offsets).toEqual(new Map(Object.entries({ 't:0': 2, 't:1': 1 })));
      expect(app.told).toEqual(['assigned t0 t1', 'revoked t0 t1']);
      expect(lab.group.members.size + lab.group.newMembers.size).toBe(0);
    });

    it('shares with others: each record is read once, by whoever owns its partition', async () => {
      const lab = new GroupLab(4);
      const apps = [await lab.app({ groupProtocol: protocol })];
      apps[0]?.run();
      for (let round = 0; round < 8; round++) {
        for (let partition = 0; partition < 4; partition++) lab.write(partition, 5);
        if (round === 2 || round === 4) {
          const app = await lab.app({ groupProtocol: protocol });
          app.run();
          apps.push(app);
        }
        if (round === 6) apps[0]?.close();
        await lab.pass(5);
      }
      const read = apps.flatMap((app) => app.read);
      expect(new Set(read).size).toBe(160);
      expect(read.length).toBe(160);
      expect(apps.map((app) => app.read.length > 0)).toEqual([true, true, true]);
      expect(apps.flatMap((app) => app.consumer.assignment())).toHaveLength(4);
      expect(apps.flatMap((app) => app.errors)).toEqual([]);
    });

    it('begins where the group has committed, and where the application seeks', async () => {
      const lab = new GroupLab();
      lab.write(0, 5);
      lab.write(1, 5);
      lab.group.offsets.set('t:0', 3);
      const app = await lab.app({
        groupProtocol: protocol,
        onAssigned: () => app.consumer.seek('t', 1, 4),
      });
      app.run();
      await lab.pass(2);
      expect(app.read.sort()).toEqual(['t0@3', 't0@4', 't1@4']);
      const offsets = app.consumer.committed([{ topic: 't', partition: 0 }]);
      await lab.pass(1);
      expect(await offsets).toMatchObject([{ topic: 't', partition: 0, offset: 3 }]);
    });

    it('says where each partition begins, and what it commits, by time too', async () => {
      const lab = new GroupLab();
      lab.write(1, 2);
      lab.group.offsets.set('t:0', 3);
      const told: string[] = [];
      const app = await lab.app({
        groupProtocol: protocol,
        autoCommitIntervalMs: 1000,
        onStart: ({ topic, partition }, offset) => told.push(`${topic}${partition} from ${offset}`),
        onCommit: (offsets) => {
          const text = offsets.map((each) => `${each.topic}${each.partition}@${each.offset}`);
          told.push(`commits ${text}`);
          return (error) => told.push(`${text} ${error === null ? 'committed' : error.kind}`);
        },
      });
      app.run();
      await lab.pass(4);
      expect(told.slice(0, 2)).toEqual(['t0 from 3', 't1 from null']);
      expect(told.slice(2).filter((text) => text.includes('t1@2'))).toHaveLength(2);
    });

    it('commits by time what was handed out before the poll, not what it hands out', async () => {
      const lab = new GroupLab(1);
      lab.write(0, 4);
      const app = await lab.app({ groupProtocol: protocol, autoCommitIntervalMs: 1000 });
      await lab.pass(1);
      app.poll(1);
      await lab.pass(1);
      expect(app.poll(2)).toEqual(['t0@0', 't0@1']);
      await lab.pass(2);
      expect(app.poll(1)).toEqual(['t0@2']);
      await lab.pass(0.1);
      expect(lab.group.offsets.get('t:0')).toBe(2);
    });

    it('is told at once that it is lost, and its commits fail', async () => {
      const lab = new GroupLab(1);
      lab.write(0, 1);
      const app = await lab.app({ groupProtocol: protocol, enableAutoCommit: false });
      await lab.pass(1);
      app.poll();
      await lab.pass(1);
      app.poll();
      lab.group.expire(app.consumer.member.memberId);
      if (protocol === 'classic') {
        const outcome = app.consumer.commit().catch((error: Error) => error);
        await lab.pass(0.1);
        expect(await outcome).toMatchObject({ kind: 'fenced', outcome: 'failed' });
      } else await lab.pass(1.5);
      expect(app.told).toEqual(['assigned t0', 'lost t0']);
      expect(app.consumer.assignment()).toEqual([]);
      app.run();
      await lab.pass(2);
      expect(app.told).toEqual(['assigned t0', 'lost t0', 'assigned t0']);
    });

    it('closes in its time when the coordinator does not answer', async () => {
      const lab = new GroupLab();
      lab.write(0, 1);
      const app = await lab.app({ groupProtocol: protocol });
      app.run();
      await lab.pass(2);
      lab.cluster.intercept = () => true;
      let closed = false;
      app.close(3000).then(() => {
        closed = true;
      });
      await lab.pass(2.9);
      expect(closed).toBe(false);
      await lab.pass(0.2);
      expect(closed).toBe(true);
      expect(() => app.consumer.poll()).toThrow('closed');
    });

    it('closes in its time when its broker is gone, or nobody ever was there', async () => {
      const lab = new GroupLab();
      const apps = [await lab.app({ groupProtocol: protocol })];
      await lab.pass(2);
      lab.cluster.world.machine('b0').crash();
      apps.push(await lab.app({ groupProtocol: protocol }));
      await lab.pass(2);
      let closed = 0;
      for (const app of apps) app.close(3000).then(() => closed++);
      await lab.pass(3.1);
      expect(closed).toBe(2);
    });

    it('closes in its time when a listener never returns', async () => {
      const lab = new GroupLab();
      const app = await lab.app({
        groupProtocol: protocol,
        onRevoked: () => new Promise(() => {}),
      });
      app.run();
      await lab.pass(2);
      let closed = false;
      app.close(1000).then(() => {
        closed = true;
      });
      await lab.pass(1.1);
      expect(closed).toBe(true);
    });

    it('answers whoever waits when it closes or is ended', async () => {
      const lab = new GroupLab(1);
      const app = await lab.app({ groupProtocol: protocol });
      app.run();
      await lab.pass(2);
      lab.cluster.intercept = () => true;
      const position = [{ topic: 't', partition: 0 }];
      const asked = app.consumer.committed(position).catch((error: Error) => error);
      const commit = [{ topic: 't', partition: 0, offset: 0 }];
      const done = app.consumer.commit(commit).catch((error: Error) => error);
      await lab.pass(0.1);
      app.consumer.abort();
      expect(await asked).toMatchObject({ kind: 'closed' });
      expect(await done).toMatchObject({ kind: 'fenced', outcome: 'unknown' });
    });

    it('is not told of the loss of what it was never told to have', async () => {
      const lab = new GroupLab(1);
      const app = await lab.app({ groupProtocol: protocol });
      await lab.pass(2);
      lab.group.expire(app.consumer.member.memberId);
      await lab.pass(2);
      app.run();
      await lab.pass(2);
      expect(app.told).toEqual(['assigned t0']);
    });

    it('goes on when a listener throws', async () => {
      const lab = new GroupLab(1);
      lab.write(0, 1);
      const app = await lab.app({
        groupProtocol: protocol,
        onAssigned: () => Promise.reject(new Error('no')),
        onRevoked: () => {
          throw new Error('no');
        },
      });
      app.run();
      await lab.pass(2);
      expect(app.read).toEqual(['t0@0']);
      const closed = app.close();
      await lab.pass(1);
      await closed;
      expect(lab.group.offsets.get('t:0')).toBe(1);
    });

    it('is told of a rebalance only when it polls', async () => {
      const lab = new GroupLab(2);
      const app = await lab.app({ groupProtocol: protocol });
      await lab.pass(2);
      expect(app.told).toEqual([]);
      app.poll();
      expect(app.told).toEqual(['assigned t0 t1']);
      const other = await lab.app({ groupProtocol: protocol });
      other.run();
      await lab.pass(4);
      expect(app.told).toHaveLength(1);
      app.poll();
      await lab.pass(0.1);
      expect(app.told).toHaveLength(2);
      expect(app.told[1]).toMatch(/^revoked t[01]$/);
    });

    it('reads nothing of what it pauses, and goes on where it was', async () => {
      const lab = new GroupLab(2);
      lab.write(0, 1);
      lab.write(1, 1);
      const app = await lab.app({ groupProtocol: protocol });
      app.poll();
      await lab.pass(0.5);
      app.poll();
      app.consumer.pause([{ topic: 't', partition: 0 }]);
      app.run();
      await lab.pass(2);
      lab.write(0, 1);
      lab.write(1, 1);
      await lab.pass(2);
      expect(app.read.filter((each) => each.startsWith('t0'))).toEqual([]);
      expect(app.consumer.paused()).toEqual([{ topic: 't', partition: 0 }]);
      expect(app.read).toEqual(['t1@0', 't1@1']);
      app.consumer.resume([{ topic: 't', partition: 0 }]);
      await lab.pass(1);
      expect(app.read).toEqual(['t1@0', 't1@1', 't0@0', 't0@1']);
    });

    it('finds the coordinator again where it has moved', async () => {
      const lab = new GroupLab(2, 2);
      lab.write(0, 1);
      const app = await lab.app({ groupProtocol: protocol, autoCommitIntervalMs: 1000 });
      app.run();
      await lab.pass(0.5);
      lab.group.coordinator = 1;
      await lab.pass(5);
      expect(lab.group.offsets.get('t:0')).toBe(1);
      expect(app.told).toEqual(['assigned t0 t1']);
    });

    it('says where nothing is committed and the reset policy is none', async () => {
      const lab = new GroupLab(1);
      const app = await lab.app({ groupProtocol: protocol, autoOffsetReset: 'none' });
      app.run();
      await lab.pass(2);
      expect(app.errors).toEqual(['no-committed-offset']);
    });
  },
);

describe('commits', () => {
  it('reach the coordinator in order, also when one is repeated', async () => {
    const lab = new GroupLab(1);
    lab.write(0, 9);
    const app = await lab.app({ enableAutoCommit: false });
    app.run();
    await lab.pass(1);
    let refusals = 2;
    lab.cluster.intercept = (request, node) => {
      if (!isRequestOf(request, offsetCommitApi) || refusals-- <= 0) {
        return lab.group.handle(request, node);
      }
      if (refusals === 1) request.disconnect();
      else {
        const partitions = [{ partitionIndex: 0, errorCode: errorCode.coordinatorLoadInProgress }];
        request.respond({ topics: [{ name: 't', partitions }] });
      }
      return true;
    };
    const called: number[] = [];
    for (const offset of [3, 5, 4]) {
      const offsets = [{ topic: 't', partition: 0, offset }];
      app.consumer.commitAsync(offsets, (error) => called.push(error === null ? offset : -1));
    }
    await lab.pass(5);
    expect(lab.group.commits).toEqual(['t0@3', 't0@5', 't0@4']);
    expect(called).toEqual([3, 5, 4]);
  });

  it('resolve when acknowledged, and say that the outcome is unknown when nobody answers', async () => {
    const lab = new GroupLab(1);
    lab.write(0, 2);
    const app = await lab.app({ enableAutoCommit: false, defaultApiTimeoutMs: 5000 });
    app.run();
    await lab.pass(1);
    const done = app.consumer.commit();
    await lab.pass(0.1);
    await done;
    expect(lab.group.commits).toEqual(['t0@2']);
    holdCommits(lab);
    const offsets = [{ topic: 't', partition: 0, offset: 1 }];
    const outcome = app.consumer.commit(offsets).catch((error: Error) => error);
    await lab.pass(6);
    expect(await outcome).toMatchObject({ kind: 'timeout', outcome: 'unknown' });
  });

  it('may have happened where a coordinator gave up waiting for its followers', async () => {
    const lab = new GroupLab(1);
    lab.write(0, 2);
    const app = await lab.app({ enableAutoCommit: false, defaultApiTimeoutMs: 2000 });
    app.run();
    await lab.pass(1);
    lab.cluster.intercept = (request, node) => {
      if (!isRequestOf(request, offsetCommitApi)) return lab.group.handle(request, node);
      const partitions = [{ partitionIndex: 0, errorCode: errorCode.coordinatorNotAvailable }];
      request.respond({ topics: [{ name: 't', partitions }] });
      return true;
    };
    const outcome = app.consumer.commit().catch((error: Error) => error);
    await lab.pass(3);
    expect(await outcome).toMatchObject({ kind: 'timeout', outcome: 'unknown' });
  });

  it('have happened in part where the coordinator refuses one partition of them', async () => {
    const lab = new GroupLab(2);
    const app = await lab.app({ enableAutoCommit: false });
    app.run();
    await lab.pass(1);
    lab.cluster.intercept = (request, node) => {
      if (!isRequestOf(request, offsetCommitApi)) return lab.group.handle(request, node);
      const partitions = [
        { partitionIndex: 0, errorCode: errorCode.none },
        { partitionIndex: 1, errorCode: errorCode.unknownTopicOrPartition },
      ];
      request.respond({ topics: [{ name: 't', partitions }] });
      return true;
    };
    const offsets = [0, 1].map((partition) => ({ topic: 't', partition, offset: 1 }));
    const outcome = app.consumer.commit(offsets).catch((error: Error) => error);
    await lab.pass(1);
    const code = errorCode.unknownTopicOrPartition;
    expect(await outcome).toMatchObject({ kind: 'broker', outcome: 'unknown', code });
  });

  it('are of what was handed out; prefetched records were lost otherwise (KAFKA-2942)', async () => {
    const committed = async (wrong: boolean): Promise<number | undefined> => {
      const lab = new GroupLab(1);
      lab.write(0, 4);
      const rules = wrong ? { committable: ({ fetched }: { fetched: number }) => fetched } : {};
      const app = await lab.app({}, rules);
      app.poll();
      await lab.pass(1);
      app.poll(1);
      await lab.pass(1);
      expect(app.poll(2)).toEqual(['t0@0', 't0@1']);
      app.close();
      await lab.pass(1);
      return lab.group.offsets.get('t:0');
    };
    expect(await committed(false)).toBe(2);
    expect(await committed(true)).toBe(4);
  });

  it('come before a revocation, with nothing read in between (KAFKA-14196)', async () => {
    const readMeanwhile = async (wrong: boolean): Promise<string[]> => {
      const lab = new GroupLab(1);
      lab.write(0, 2);
      const rules = wrong ? { readsWhileRevoking: () => true } : {};
      const app = await lab.app({ assignors: ['range'] }, rules);
      app.poll();
      await lab.pass(1);
      app.poll();
      await lab.pass(1);
      expect(app.poll(1)).toEqual(['t0@0']);
      const commits = holdCommits(lab);
      (await lab.app({ assignors: ['range'] })).run();
      await lab.pass(2);
      const read = app.poll(1);
      expect(app.told).toEqual(['assigned t0']);
      await lab.pass(0.1);
      read.push(...app.poll(1));
      commits.answer();
      await lab.pass(0.1);
      expect(app.told).toEqual(['assigned t0', 'revoked t0']);
      expect(lab.group.commits).toEqual(['t0@1']);
      return read;
    };
    expect(await readMeanwhile(false)).toEqual([]);
    expect(await readMeanwhile(true)).toEqual(['t0@1']);
  });

  it('wait for nothing of a former life: what waits when the member is lost is refused', async () => {
    const lab = new GroupLab(1);
    lab.write(0, 2);
    const app = await lab.app({ enableAutoCommit: false });
    app.run();
    await lab.pass(1);
    const commits = holdCommits(lab);
    const outcomes = [1, 2].map((offset) =>
      app.consumer.commit([{ topic: 't', partition: 0, offset }]).catch((error) => error.outcome),
    );
    await lab.pass(0.1);
    lab.group.expire(app.consumer.member.memberId);
    await lab.pass(3);
    commits.answer();
    await lab.pass(5);
    expect(await Promise.all(outcomes)).toEqual(['unknown', 'failed']);
    expect(lab.group.commits).toEqual([]);
  });
});

describe('a listener that takes its time', () => {
  it('holds up the rebalance, and may commit what it gives up', async () => {
    const lab = new GroupLab(2);
    lab.write(0, 3);
    let release = (): void => {};
    const app = await lab.app({
      assignors: ['range'],
      enableAutoCommit: false,
      onRevoked: async () => {
        await new Promise<void>((resolve) => {
          release = resolve;
        });
        await app.consumer.commit();
      },
    });
    app.run();
    await lab.pass(1);
    const other = await lab.app({ assignors: ['range'] });
    other.run();
    await lab.pass(5);
    expect(lab.group.state).toBe('preparing');
    release();
    await lab.pass(5);
    expect(lab.group.offsets.get('t:0')).toBe(3);
    expect([app, other].map((each) => each.consumer.assignment().length)).toEqual([1, 1]);
  });

  it('may commit while the consumer closes', async () => {
    const lab = new GroupLab(1);
    lab.write(0, 2);
    const app = await lab.app({
      enableAutoCommit: false,
      onRevoked: () => app.consumer.commit(),
    });
    app.run();
    await lab.pass(1);
    const closed = app.close();
    await lab.pass(1);
    await closed;
    expect(lab.group.commits).toEqual(['t0@2']);
  });
});

describe('a member epoch that rises while a commit is under way', () => {
  it('is waited for, and the commit is signed anew (KIP-848)', async () => {
    const lab = new GroupLab(1);
    lab.write(0, 2);
    const app = await lab.app({ groupProtocol: 'consumer', enableAutoCommit: false });
    app.run();
    await lab.pass(2);
    const epochs: number[] = [];
    lab.cluster.intercept = (request, node) => {
      if (!isRequestOf(request, offsetCommitApi)) return lab.group.handle(request, node);
      epochs.push(request.body.generationIdOrMemberEpoch);
      if (request.body.generationIdOrMemberEpoch > (epochs[0] as number)) {
        return lab.group.handle(request, node);
      }
      const partitions = [{ partitionIndex: 0, errorCode: errorCode.staleMemberEpoch }];
      request.respond({ topics: [{ name: 't', partitions }] });
      return true;
    };
    const committed = app.consumer.commit();
    await lab.pass(5);
    await committed;
    expect(lab.group.commits).toEqual(['t0@2']);
    expect(app.told).toEqual(['assigned t0']);
  });
});

describe('subscriptions', () => {
  it('follow a pattern to new topics, and a topic to new partitions', async () => {
    const lab = new GroupLab(1);
    lab.cluster.addTopic('other', 1, 'AAAAAAAAAAAAAAAAAAAAAw');
    const app = await lab.app({}, {}, { metadataMaxAgeMs: 2000 });
    app.consumer.subscribePattern('t.*');
    app.run();
    await lab.pass(4);
    expect(app.told).toEqual(['assigned t0']);
    lab.cluster.addTopic('tt', 1, 'AAAAAAAAAAAAAAAAAAAABA');
    await lab.pass(5);
    lab.cluster.addTopic('t', 2);
    await lab.pass(5);
    expect(app.told).toEqual(['assigned t0', 'assigned tt0', 'assigned t1']);
  });

  it('end: all is given up, the group is left, and a new one joins again', async () => {
    const lab = new GroupLab(1);
    const app = await lab.app();
    app.run();
    await lab.pass(1);
    app.consumer.unsubscribe();
    await lab.pass(1);
    expect(lab.cluster.seen(leaveGroupApi)).toHaveLength(1);
    app.consumer.subscribe(['t']);
    await lab.pass(1);
    expect(app.told).toEqual(['assigned t0', 'revoked t0', 'assigned t0']);
  });

  it('are refused where they make no sense', async () => {
    const wrong = [
      [{ groupId: '' }, 'groupId'],
      [{ heartbeatIntervalMs: 60_000 }, 'heartbeatIntervalMs'],
      [{ assignors: ['none' as 'range'] }, 'no assignor none'],
    ] as const;
    for (const [options, why] of wrong) {
      await expect(new GroupLab(1).app(options)).rejects.toThrow(why);
    }
  });
});
