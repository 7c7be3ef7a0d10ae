import * as fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { countReached } from '../../../../src/base/mark.ts';
import type { JoinAnswer, JoinRequest } from '../../../../src/kafka/group/classic/contract.ts';
import { Members } from '../../../../src/kafka/group/classic/members.ts';
import type { ClassicRules } from '../../../../src/kafka/group/classic/rules.ts';
import { marks } from '../../../../src/kafka/marks.ts';
import { play } from './dialogue.ts';
import { Lab } from './lab.ts';

describe('a classic group, whatever comes', () => {
  it('keeps what it promises', { timeout: 60_000 }, () => {
    const reached = new Set<string>();
    const stop = countReached((_, name) => reached.add(name));
    const found = play({}, { numRuns: 1500 });
    stop();
    if (found.failed) {
      throw new Error(fc.defaultReportMessage(found), { cause: found.errorInstance });
    }
    const rare = Object.keys(marks).filter((name) =>
      /^(group-(leader|members|waits)|static|assignment|replacement|rebalance)/.test(name),
    );
    expect([...reached].sort()).toEqual([...rare, 'stale-commit-refused'].sort());
  });

  const wrong: [string, Partial<ClassicRules>, RegExp][] = [
    ['commits are not judged', { judgeCommit: () => 0 }, /only members of this generation commit/],
    [
      'a static member returns during a sync without a rebalance (KAFKA-9801)',
      { replacementRebalances: () => false },
      /has |is told what the leader/,
    ],
    [
      'the new id of a static member is not stored (KAFKA-10284)',
      { replacementIsPersisted: () => false },
      /is what is stored/,
    ],
    [
      'generations are not judged',
      { judgeGeneration: () => 0 },
      /of this generation|what is told is stored/,
    ],
  ];
  it.each(wrong)('does not where %s', { timeout: 60_000 }, (_, rules, message) => {
    const found = play(rules, { numRuns: 2000, endOnFailure: true });
    expect(String(found.errorInstance)).toMatch(message);
  });
});

describe('a group of a thousand', () => {
  afterEach(() => void vi.restoreAllMocks());

  /** How many members are looked at while so many join, sync and live on. */
  function looksAt(count: number): number {
    const { values } = Members.prototype;
    let looks = 0;
    vi.spyOn(Members.prototype, 'values').mockImplementation(function* (this: Members) {
      for (const member of values.call(this)) {
        looks++;
        yield member;
      }
    });
    const lab = new Lab();
    const joined: JoinAnswer[] = [];
    for (let i = 0; i < count; i++) {
      const respond = lab.asked((answer: JoinAnswer) => void joined.push(answer));
      lab.step({ kind: 'join', request: joinRequest(`c${i}`), respond });
    }
    lab.elapse(6000);
    const assignments = joined.map(({ memberId }) => ({ memberId, assignment: new Uint8Array(1) }));
    for (const { memberId, generation, leader } of joined.toReversed()) {
      const claim = { memberId, generation, instanceId: null, protocolType: null, protocol: null };
      const request = { ...claim, assignments: memberId === leader ? assignments : [] };
      lab.step({ kind: 'sync', request, respond: lab.asked(() => {}) });
    }
    expect(lab.group.describe()).toMatchObject({ state: 'Stable' });
    lab.elapse(60_000);
    expect(lab.group.state).toBe('Empty');
    expect(lab.group.memberCount).toBe(0);
    vi.restoreAllMocks();
    return looks;
  }

  it('costs ten times a group of a hundred', () => {
    const hundred = looksAt(100);
    expect(hundred).toBeGreaterThan(100);
    expect(looksAt(1000)).toBeLessThan(hundred * 11);
  });
});

const joinRequest = (clientId: string): JoinRequest => ({
  memberId: '',
  instanceId: null,
  clientId,
  clientHost: '/10.0.0.1',
  sessionTimeoutMs: 10_000,
  rebalanceTimeoutMs: 60_000,
  protocolType: 'consumer',
  protocols: [{ name: 'range', metadata: new Uint8Array(100) }],
  reason: null,
  knowsMemberIdRequired: false,
  maySkipAssignment: false,
});
