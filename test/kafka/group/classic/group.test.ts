import { describe, expect, it } from 'vitest';
import type {
  ClassicInput,
  JoinAnswer,
  JoinRequest,
  LeaveAnswer,
} from '../../../../src/kafka/group/classic/contract.ts';
import { errorCode, errorName } from '../../../../src/kafka/protocol/errors.ts';
import { Lab, type LabOptions } from './lab.ts';

/** A consumer's subscription: version, topics, user data. */
function subscription(...topics: string[]): Uint8Array {
  const parts = topics.flatMap((topic) => [0, topic.length, ...Buffer.from(topic)]);
  return Uint8Array.from([0, 1, 0, 0, 0, topics.length, ...parts, 255, 255, 255, 255]);
}

const request = (given: Partial<JoinRequest> = {}): JoinRequest => ({
  memberId: '',
  instanceId: null,
  clientId: 'c',
  clientHost: '/10.0.0.1',
  sessionTimeoutMs: 10_000,
  rebalanceTimeoutMs: 60_000,
  protocolType: 'consumer',
  protocols: [{ name: 'range', metadata: subscription('t') }],
  reason: null,
  knowsMemberIdRequired: false,
  maySkipAssignment: true,
  ...given,
});

class Group extends Lab {
  readonly answers: JoinAnswer[] = [];

  constructor(options: LabOptions = {}) {
    super({ ...options, settings: { initialRebalanceDelayMs: 0, ...options.settings } });
  }

  /** Joins; gives the answer if there is one at once. */
  join(given: Partial<JoinRequest> = {}): JoinAnswer | null {
    let answered: JoinAnswer | null = null;
    const respond = this.asked((answer: JoinAnswer) => {
      answered = answer;
      this.answers.push(answer);
    });
    this.step({ kind: 'join', request: request(given), respond });
    return answered;
  }

  error(given: Partial<JoinRequest> = {}): string {
    const answer = this.join(given);
    return answer === null ? 'waits' : errorName(answer.errorCode);
  }

  sync(memberId: string, generation: number): void {
    const claim = { memberId, generation, instanceId: null };
    const assignments = [{ memberId, assignment: Uint8Array.of(1) }];
    const whole = { ...claim, protocolType: 'consumer', protocol: 'range', assignments };
    this.step({ kind: 'sync', request: whole, respond: this.asked(() => {}) });
  }

  leave(...memberIds: string[]): LeaveAnswer {
    const members = memberIds.map((memberId) => ({ memberId, instanceId: null, reason: null }));
    const answers: LeaveAnswer[] = [];
    const respond = this.asked((answer: LeaveAnswer) => void answers.push(answer));
    this.step({ kind: 'leave', members, respond });
    return answers[0]!;
  }
}

/** A group of one member, Stable in generation 1. */
function stable(options: LabOptions = {}): Group {
  const group = new Group(options);
  group.join();
  group.elapse(0);
  group.sync('c-1', 1);
  expect(group.group.state).toBe('Stable');
  return group;
}

describe('a join is refused', () => {
  it('with a session time-out beyond the broker’s bounds', () => {
    const group = new Group();
    expect(group.error({ sessionTimeoutMs: 5999 })).toBe('INVALID_SESSION_TIMEOUT');
    expect(group.error({ sessionTimeoutMs: 1_800_001 })).toBe('INVALID_SESSION_TIMEOUT');
    expect(group.error({ sessionTimeoutMs: 6000 })).toBe('waits');
  });

  it('without a protocol, or without one that all members support', () => {
    const group = new Group();
    expect(group.error({ protocols: [] })).toBe('INCONSISTENT_GROUP_PROTOCOL');
    expect(group.error({ protocolType: '' })).toBe('INCONSISTENT_GROUP_PROTOCOL');
    group.join();
    expect(group.error({ protocolType: 'connect' })).toBe('INCONSISTENT_GROUP_PROTOCOL');
    const other = [{ name: 'other', metadata: new Uint8Array(0) }];
    expect(group.error({ protocols: other })).toBe('INCONSISTENT_GROUP_PROTOCOL');
  });

  it('by an id that the group does not know', () => {
    expect(stable().error({ memberId: 'c-7' })).toBe('UNKNOWN_MEMBER_ID');
  });

  it('where the group has its largest size', () => {
    const group = stable({ settings: { maxSize: 2 } });
    expect(group.error()).toBe('waits');
    expect(group.error()).toBe('waits');
    // Two have joined this rebalance; the member of before is not among the first two.
    expect(group.error({ memberId: 'c-1' })).toBe('GROUP_MAX_SIZE_REACHED');
    expect(group.group.memberCount).toBe(2);
    expect(group.group.state).toBe('CompletingRebalance');
    expect(group.error()).toBe('GROUP_MAX_SIZE_REACHED');
    expect(group.group.memberCount).toBe(2);
  });

  it('by a static member that another process has replaced', () => {
    const group = new Group();
    group.join({ instanceId: 'i' });
    expect(group.error({ instanceId: 'i' })).toBe('waits');
    expect(group.answers.map(({ errorCode: code }) => errorName(code))).toEqual([
      'FENCED_INSTANCE_ID',
    ]);
    expect(group.error({ instanceId: 'i', memberId: 'i-1' })).toBe('FENCED_INSTANCE_ID');
  });

  it('of a Dead group, whose waiting members hear why', () => {
    const group = new Group();
    group.join();
    group.step({ kind: 'end', errorCode: errorCode.notCoordinator });
    expect(group.answers[0]?.errorCode).toBe(errorCode.notCoordinator);
    expect(group.error()).toBe('COORDINATOR_NOT_AVAILABLE');
    expect(group.group.judgeDelete()).toBe(errorCode.groupIdNotFound);
  });
});

describe('a member', () => {
  it('that was told its id and does not use it is forgotten after a session time-out', () => {
    const group = new Group();
    const id = group.join({ knowsMemberIdRequired: true })?.memberId ?? '';
    expect(group.group.memberCount).toBe(0);
    group.elapse(10_000);
    expect(group.timers.size).toBe(0);
    expect(group.error({ memberId: id })).toBe('UNKNOWN_MEMBER_ID');
  });

  it('that asks for ids without end is refused in the end', () => {
    const group = new Group();
    const ask = { knowsMemberIdRequired: true };
    for (let i = 0; i < 10_000; i++) group.join(ask);
    expect(group.error(ask)).toBe('GROUP_MAX_SIZE_REACHED');
    group.elapse(10_000);
    expect(group.error(ask)).toBe('MEMBER_ID_REQUIRED');
  });

  it('whose first join is not answered in five minutes is told to begin anew', () => {
    const group = stable();
    group.join({ rebalanceTimeoutMs: 600_000 });
    for (let ms = 0; ms < 300_000; ms += 5000) {
      const claim = { memberId: 'c-1', generation: 1, instanceId: null };
      group.step({ kind: 'heartbeat', request: claim, respond: group.asked(() => {}) });
      group.elapse(5000);
    }
    expect(group.answers.at(-1)).toMatchObject({ errorCode: errorCode.unknownMemberId });
    expect(group.group.memberCount).toBe(1);
  });

  it('lives by commits, where the group is not waiting for an assignment', () => {
    const group = stable();
    for (let i = 0; i < 5; i++) {
      group.elapse(9000);
      group.step({ kind: 'commit-taken', memberId: 'c-1' });
    }
    expect(group.group.state).toBe('Stable');
    group.elapse(10_000);
    expect(group.group.state).toBe('Empty');
  });

  it('that leaves is told if the group does not know it, beside others that it does', () => {
    const group = stable();
    const pending = group.join({ knowsMemberIdRequired: true })?.memberId ?? '';
    const left = group.leave('c-9', pending, 'c-1', '').members;
    expect(left.map(({ errorCode: code }) => errorName(code))).toEqual([
      'UNKNOWN_MEMBER_ID',
      'NONE',
      'NONE',
      'UNKNOWN_MEMBER_ID',
    ]);
    expect(group.group.state).toBe('Empty');
    expect(group.timers.size).toBe(0);
  });

  it('keeps nothing of the frame that its metadata came in', () => {
    const group = new Group();
    const metadata = subscription('t');
    group.join({ protocols: [{ name: 'range', metadata }] });
    metadata.fill(0);
    group.elapse(0);
    expect(group.answers[0]?.members[0]?.metadata).toEqual(subscription('t'));
  });

  it('is told apart from what it was by any byte of its metadata', () => {
    const group = stable();
    group.join();
    group.join({ memberId: 'c-1' });
    group.sync('c-1', 2);
    const unchanged = group.join({ memberId: 'c-2' });
    expect(unchanged).toMatchObject({ errorCode: 0, generation: 2, members: [] });
    const protocols = [{ name: 'range', metadata: subscription('u') }];
    expect(group.error({ memberId: 'c-2', protocols })).toBe('waits');
  });
});

describe('a sync', () => {
  it('with another protocol than the group’s is refused (KIP-559)', () => {
    const group = new Group();
    group.join();
    group.elapse(0);
    const claim = { memberId: 'c-1', generation: 1, instanceId: null, assignments: [] };
    const codes: number[] = [];
    for (const [protocolType, protocol] of [
      ['connect', 'range'],
      ['consumer', 'other'],
    ] as const) {
      const input: ClassicInput = {
        kind: 'sync',
        request: { ...claim, protocolType, protocol },
        respond: group.asked((answer) => void codes.push(answer.errorCode)),
      };
      group.step(input);
    }
    expect(codes.map(errorName)).toEqual([
      'INCONSISTENT_GROUP_PROTOCOL',
      'INCONSISTENT_GROUP_PROTOCOL',
    ]);
  });

  it('that a leader repeats is stored once, and answered once for each', () => {
    const group = new Group();
    group.holdsAppends = true;
    group.join();
    group.elapse(0);
    group.sync('c-1', 1);
    group.sync('c-1', 1);
    expect(group.appends).toHaveLength(1);
    group.settle(0);
    expect(group.group.state).toBe('Stable');
    expect(group.waiting.size).toBe(0);
  });
});

describe('what others are told of a group', () => {
  it('is its protocol and assignments while it is Stable, and the time since when it is', () => {
    const group = stable();
    expect(group.group.describe()).toEqual({
      state: 'Stable',
      protocolType: 'consumer',
      protocol: 'range',
      members: [
        {
          memberId: 'c-1',
          instanceId: null,
          clientId: 'c',
          clientHost: '/10.0.0.1',
          metadata: subscription('t'),
          assignment: Uint8Array.of(1),
        },
      ],
    });
    expect(group.group.judgeDelete()).toBe(errorCode.nonEmptyGroup);
    group.elapse(20_000);
    expect(group.group).toMatchObject({ state: 'Empty', stateSinceMs: 1_010_000 });
    expect(group.group.judgeDelete()).toBe(0);
    expect(group.stored).toMatchObject({ generation: 2, currentStateTimestamp: 1_010_000 });
    group.failOver(errorCode.notCoordinator);
    expect(group.group).toMatchObject({ state: 'Empty', stateSinceMs: 1_010_000 });
  });

  it('is the topics its consumers subscribe to, where it can read them', () => {
    const group = new Group();
    group.join({ protocols: [{ name: 'range', metadata: subscription('t', 'u') }] });
    group.join({ protocols: [{ name: 'range', metadata: subscription('v') }] });
    expect(group.group.subscribedTopics()).toEqual(new Set(['t', 'u', 'v']));
    group.join({ protocols: [{ name: 'range', metadata: Uint8Array.of(0, 0, 0, 0, 0, 9, 0) }] });
    expect(group.group.subscribedTopics()).toBeNull();
    const connect = new Group();
    connect.join({ protocolType: 'connect' });
    expect(connect.group.subscribedTopics()).toBeNull();
  });

  it('grows smaller when a coordinator with a smaller bound loads it: the group begins anew', () => {
    const group = stable();
    group.join();
    group.join({ memberId: 'c-1' });
    group.sync('c-1', 2);
    const { stored } = group;
    const small = new Group({ settings: { maxSize: 1 } });
    const effects = small.group.restored(stored!, small.now);
    expect(small.group.state).toBe('PreparingRebalance');
    expect(effects.filter(({ kind }) => kind === 'timer').length).toBe(3);
  });
});
