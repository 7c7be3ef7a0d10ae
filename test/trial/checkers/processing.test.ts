import { describe, expect, it } from 'vitest';
import { Judge } from '../../../src/trial/checkers/judge.ts';
import {
  type GroupGuarantees,
  type Guarantees,
  isPromised,
} from '../../../src/trial/guarantees/guarantees.ts';
import type { Stay } from '../../../src/trial/history/groups.ts';
import { evidenceLine, violationInWords } from '../../../src/trial/words.ts';
import { appended, guarantees, partition, propertiesOf, Scene } from './scenes.ts';

const promised: GroupGuarantees = {
  commits: 'after',
  reset: 'earliest',
  offsetsMove: false,
  offsetsExpire: false,
};

/** Five records that were sent and read, and one group whose members deal with some of them. */
class GroupScene extends Scene {
  constructor() {
    super();
    for (let offset = 0; offset < 5; offset++) this.acked(offset);
    this.read([0, 1, 2, 3, 4].map((value) => [value, value]));
  }

  stay(by = 'm1'): Stay {
    const { groups } = this.history;
    const stay = groups.begin({
      group: 'billing',
      by,
      protocol: 'classic',
      assignors: ['range'],
      instanceId: null,
      sessionTimeoutUs: 1_000_000,
      createdUs: 0,
    });
    groups.start({ stay: stay.id, atUs: 1, partition, committed: null, position: -1 });
    return stay;
  }

  processed({ id }: Stay, ...offsets: number[]): void {
    this.history.groups.process({ stay: id, atUs: 2, partition, offsets });
  }

  committed({ id }: Stay, offset: number, outcome: 'ok' | 'fail' | 'info' = 'ok'): void {
    const { groups } = this.history;
    const signature = { memberId: 'm1-1', epoch: 1 };
    const offsets = [{ partition, offset }];
    const commit = groups.invokeCommit({ stay: id, invokedUs: 3, signature, offsets });
    groups.complete(commit, outcome, 4);
  }

  judge(group: Partial<GroupGuarantees> = {}, others: Partial<Guarantees> = {}) {
    const groups = new Map([['billing', { ...promised, ...group }]]);
    const judge = new Judge([1], guarantees({ groups, ...others }));
    for (let offset = 0; offset < 5; offset++) judge.observe(appended(1, offset, 0), 0);
    // What a group owes besides is told by its coordinators, and here is none.
    return judge
      .conclude(this.history, () => true, 1_000_000)
      .filter(({ property }) => property.startsWith('processed-'));
  }
}

describe('processed-at-least-once', () => {
  it('a record below what is committed was processed by nobody', () => {
    const scene = new GroupScene();
    const stay = scene.stay();
    scene.processed(stay, 0, 1, 3);
    scene.committed(stay, 4);
    const [violation, ...rest] = scene.judge();
    expect(rest).toEqual([]);
    expect(violation).toMatchObject({ property: 'processed-at-least-once', partition });
    expect(violationInWords(violation!)).toBe(
      'm1 of group billing committed offset 4 of orders-0, and nobody in it ever processed offset 2',
    );
    expect(violation!.evidence.map(evidenceLine)[1]).toContain(
      'm1 of group billing committed offset 4 of orders-0',
    );
  });

  it('holds where all of it was processed, by whomever, before or after', () => {
    const scene = new GroupScene();
    const [first, second] = [scene.stay(), scene.stay('m2')];
    scene.processed(first, 0, 1);
    scene.committed(first, 2);
    scene.committed(second, 4);
    scene.processed(second, 2, 3);
    expect(scene.judge()).toEqual([]);
  });

  it('asks nothing of a commit that is not known to have happened', () => {
    const scene = new GroupScene();
    const stay = scene.stay();
    scene.committed(stay, 5, 'info');
    scene.committed(stay, 4, 'fail');
    expect(scene.judge()).toEqual([]);
  });

  it('begins with the first commit where the group begins at the end', () => {
    const scene = new GroupScene();
    const stay = scene.stay();
    scene.committed(stay, 3);
    scene.processed(stay, 3);
    scene.committed(stay, 4);
    expect(scene.judge({ reset: 'latest' })).toEqual([]);
    expect(propertiesOf(scene.judge())).toEqual(['processed-at-least-once']);
    scene.committed(stay, 5);
    expect(propertiesOf(scene.judge({ reset: 'latest' }))).toEqual(['processed-at-least-once']);
  });

  it('is not owed where the group commits before, or an administrator moves its offsets', () => {
    const scene = new GroupScene();
    scene.committed(scene.stay(), 5);
    expect(scene.judge({ commits: 'before' })).toEqual([]);
    expect(scene.judge({ offsetsMove: true })).toEqual([]);
    expect(scene.judge({ reset: 'latest', offsetsExpire: true })).toEqual([]);
    const asked = scene.judge({ commits: 'before' }, { asked: 'processed-at-least-once' });
    expect(propertiesOf(asked)).toEqual(['processed-at-least-once']);
  });
});

describe('processed-once', () => {
  it('two members processed one record', () => {
    const scene = new GroupScene();
    const [first, second] = [scene.stay(), scene.stay('m2')];
    scene.processed(first, 0, 1);
    scene.processed(second, 1, 2);
    const [violation, ...rest] = scene.judge({ commits: 'before' });
    expect(rest).toEqual([]);
    expect(violation).toMatchObject({ property: 'processed-once', partition });
    expect(violationInWords(violation!)).toBe(
      'm1 of group billing processed offset 1 of orders-0, and m2 processed it again',
    );
    expect(scene.judge()).toEqual([]);
  });

  it('is owed while what is committed stays', () => {
    const cleanly = guarantees({
      groups: new Map([['billing', { ...promised, commits: 'before' }]]),
    });
    const isOwed = (promise: Guarantees): boolean =>
      isPromised('processes-once', promise, partition, { group: 'billing' });
    expect(isOwed(cleanly)).toBe(true);
    for (const lost of [{ offsetsMove: true }, { offsetsExpire: true }]) {
      const group: GroupGuarantees = { ...promised, commits: 'before', ...lost };
      expect(isOwed({ ...cleanly, groups: new Map([['billing', group]]) })).toBe(false);
    }
    const offsets = {
      topic: '__consumer_offsets',
      copies: 1,
      spares: 1,
      flushed: false,
      keepsAll: true,
    };
    const topics = new Map([['__consumer_offsets', { ...offsets, cleanElections: false }]]);
    expect(isOwed({ ...cleanly, topics })).toBe(false);
    expect(isOwed({ ...cleanly, topics, faulty: false })).toBe(true);
  });
});
