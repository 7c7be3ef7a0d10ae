import { describe, expect, it } from 'vitest';
import { assignors } from '../../../../src/kafka/client/group/assign/assignors.ts';
import {
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
} from '../../../../src/kafka/client/group/consumer-protocol.ts';
import { ClassicMembership } from '../../../../src/kafka/client/group/member/classic-membership.ts';
import type { MemberSettings } from '../../../../src/kafka/client/group/member/membership.ts';
import { clientRules } from '../../../../src/kafka/client/rules.ts';
import { errorCode } from '../../../../src/kafka/protocol/errors.ts';
import { wrongRulesOf } from '../../../trial/museum/wrong-rules-of.ts';
import { memberSettings, ScriptedWorld, textOf } from './scripted-world.ts';

const subscriptionOf = (...topics: string[]) =>
  encodeSubscription({
    topics,
    userData: null,
    ownedPartitions: [],
    generation: -1,
    rack: null,
  });

class Lab {
  readonly script = new ScriptedWorld();
  readonly member: ClassicMembership;
  #generation = 0;

  readonly name: 'range' | 'cooperative-sticky';

  constructor(
    name: 'range' | 'cooperative-sticky' = 'range',
    settings: Partial<MemberSettings> = {},
  ) {
    this.name = name;
    this.member = new ClassicMembership(
      { ...memberSettings, ...settings },
      [assignors[name]],
      this.script.world,
    );
    this.script.wake = () => this.member.wake();
  }

  subscribe(...topics: string[]): void {
    this.member.subscribe({ topics, pattern: null });
  }

  /** The join is answered as to a follower, `m1`. */
  joined(more: Record<string, unknown> = {}): void {
    this.script.answer('JoinGroup', {
      errorCode: 0,
      generationId: ++this.#generation,
      protocolName: this.name,
      leader: 'other',
      memberId: 'm1',
      skipAssignment: false,
      members: [],
      ...more,
    });
  }

  synced(...partitions: number[]): void {
    const topics = partitions.length === 0 ? [] : [{ topic: 't', partitions }];
    const assignment = encodeAssignment({ partitions: topics, userData: null });
    this.script.answer('SyncGroup', { errorCode: 0, assignment });
  }

  /** A stable member of these partitions. */
  stable(...partitions: number[]): this {
    this.subscribe('t');
    this.joined();
    this.synced(...partitions);
    this.script.done();
    this.script.take();
    return this;
  }

  /** A heartbeat, sent three seconds later, is answered so. */
  heartbeat(code: number): void {
    this.script.pass(3);
    this.script.refuse('Heartbeat', code);
  }

  get subscription() {
    const { protocols } = this.script.waiting('JoinGroup').body as {
      protocols: { metadata: Uint8Array }[];
    };
    return decodeSubscription(protocols[0]?.metadata ?? new Uint8Array());
  }
}

describe('a classic member', () => {
  it('gets its id, joins, syncs, is told, and shows itself', () => {
    const lab = new Lab();
    lab.subscribe('t');
    lab.script.answer('JoinGroup', { errorCode: errorCode.memberIdRequired, memberId: 'm1' });
    expect(lab.script.waiting('JoinGroup').body.memberId).toBe('m1');
    lab.joined();
    lab.synced(0, 1);
    expect(lab.script.take()).toEqual([
      'send JoinGroup',
      'send JoinGroup',
      'send SyncGroup',
      'assign t0 t1',
    ]);
    lab.script.done();
    expect(lab.member.identity).toEqual({ memberId: 'm1', epoch: 1, instanceId: null });
    lab.heartbeat(0);
    lab.heartbeat(0);
    expect(lab.script.take()).toEqual(['send Heartbeat', 'send Heartbeat']);
  });

  it('eager: gives up all before it joins again', () => {
    const { script, member } = new Lab().stable(0, 1);
    script.pass(3);
    script.refuse('Heartbeat', errorCode.rebalanceInProgress);
    expect(script.take()).toEqual(['send Heartbeat', 'revoke t0 t1']);
    expect(textOf(member.owned)).toBe('t0 t1');
    script.done();
    expect(script.take()).toEqual(['send JoinGroup']);
    expect(member.owned).toEqual([]);
  });

  it('cooperative: keeps what it owns, gives up what is taken, and joins again', () => {
    const lab = new Lab('cooperative-sticky').stable(0, 1);
    lab.heartbeat(errorCode.rebalanceInProgress);
    expect(lab.script.take()).toEqual(['send Heartbeat', 'send JoinGroup']);
    expect(lab.subscription.ownedPartitions).toEqual([{ topic: 't', partitions: [0, 1] }]);
    lab.joined();
    lab.synced(1, 2);
    expect(lab.script.take()).toEqual(['send SyncGroup', 'revoke t0']);
    lab.script.done();
    expect(lab.script.take()).toEqual(['assign t2']);
    lab.script.done();
    expect(lab.script.take()).toEqual(['send JoinGroup']);
    expect(lab.subscription).toMatchObject({
      ownedPartitions: [{ topic: 't', partitions: [1, 2] }],
      generation: 2,
    });
  });

  it('after a missed sync says to own what it owned in the generation it got (KAFKA-13419)', () => {
    const claims = (wrong: boolean): number => {
      const rules = wrong
        ? { ...clientRules, claimedGeneration: ({ joined }: { joined: number }) => joined }
        : clientRules;
      const lab = new Lab('cooperative-sticky', { rules }).stable(0, 1);
      lab.heartbeat(errorCode.rebalanceInProgress);
      lab.joined();
      lab.script.refuse('SyncGroup', errorCode.rebalanceInProgress);
      return lab.subscription.generation;
    };
    expect(claims(false)).toBe(1);
    expect(claims(true)).toBe(2);
  });

  it('as leader waits for metadata, shares out, and joins again when partitions are added', () => {
    const lab = new Lab();
    lab.subscribe('t');
    const members = ['m1', 'm2'].map((memberId) => ({
      memberId,
      groupInstanceId: null,
      metadata: subscriptionOf('t', ...(memberId === 'm2' ? ['u'] : [])),
    }));
    lab.joined({ leader: 'm1', members });
    expect(lab.script.take()).toEqual(['send JoinGroup']);
    lab.script.counts.set('u', 1);
    lab.member.metadataChanged();
    const { assignments } = lab.script.waiting('SyncGroup').body as {
      assignments: { memberId: string; assignment: Uint8Array }[];
    };
    expect(
      assignments.map((each) => [each.memberId, decodeAssignment(each.assignment).partitions]),
    ).toEqual([
      ['m1', [{ topic: 't', partitions: [0, 1] }]],
      [
        'm2',
        [
          { topic: 't', partitions: [2, 3] },
          { topic: 'u', partitions: [0] },
        ],
      ],
    ]);
    lab.synced(0, 1);
    lab.script.done();
    lab.script.take();
    lab.script.counts.set('u', 2);
    lab.member.metadataChanged();
    expect(lab.script.take()).toEqual(['revoke t0 t1']);
  });

  it('as leader goes on with the others where one speaks nonsense', () => {
    const lab = new Lab();
    lab.subscribe('t');
    const members = [
      { memberId: 'm1', groupInstanceId: null, metadata: subscriptionOf('t') },
      { memberId: 'm2', groupInstanceId: null, metadata: new Uint8Array([1, 2, 3]) },
    ];
    lab.joined({ leader: 'm1', members });
    const { assignments } = lab.script.waiting('SyncGroup').body as {
      assignments: { assignment: Uint8Array }[];
    };
    expect(assignments.map((each) => decodeAssignment(each.assignment).partitions.length)).toEqual([
      1, 0,
    ]);
  });

  it.each([
    [errorCode.unknownMemberId, ''],
    [errorCode.illegalGeneration, 'm1'],
  ])('loses all at error %i and joins as %s', (code, memberId) => {
    const lab = new Lab('cooperative-sticky').stable(0, 1);
    lab.heartbeat(code);
    expect(lab.script.take()).toEqual(['send Heartbeat', 'lose t0 t1', 'send JoinGroup']);
    expect(lab.script.waiting('JoinGroup').body.memberId).toBe(memberId);
    expect(lab.subscription.ownedPartitions).toEqual([]);
  });

  it('takes itself for lost when it has not heard for its session, before anything else', () => {
    const lab = new Lab('cooperative-sticky').stable(0);
    lab.script.pass(6);
    lab.script.take();
    lab.script.pass(38.9);
    expect(lab.member.owned).toHaveLength(1);
    lab.script.pass(0.2);
    expect(lab.script.take()).toEqual(['coordinator lost', 'lose t0', 'send JoinGroup']);
  });

  it('counts its session from when the answered heartbeat was sent', () => {
    const lostAfter = (rules: Partial<typeof clientRules>): number => {
      const lab = new Lab('range', { rules: { ...clientRules, ...rules } }).stable(0);
      // Sent at 3 s, answered at 13 s, and no other.
      lab.script.pass(13);
      lab.script.refuse('Heartbeat', 0);
      for (let at = 13; ; at++) {
        if (lab.script.take().includes('lose t0')) return at;
        lab.script.pass(1);
      }
    };
    expect(lostAfter({})).toBe(48);
    expect(lostAfter(wrongRulesOf('session-from-answer', 'client'))).toBe(58);
  });

  it('cooperative: shows itself while its join waits, and is lost when nobody hears it', () => {
    const lab = new Lab('cooperative-sticky').stable(0);
    lab.heartbeat(errorCode.rebalanceInProgress);
    lab.script.take();
    for (let i = 0; i < 20; i++) lab.heartbeat(errorCode.rebalanceInProgress);
    expect(lab.member.owned).toHaveLength(1);
    lab.script.take();
    lab.script.pass(48);
    expect(lab.script.take()).toContain('lose t0');
  });

  it('joins anew when what it joins by does not answer its heartbeats any more', () => {
    const lab = new Lab();
    lab.subscribe('t');
    lab.script.answer('JoinGroup', { errorCode: errorCode.memberIdRequired, memberId: 'm1' });
    lab.heartbeat(errorCode.illegalGeneration);
    lab.script.pass(3);
    lab.script.take();
    lab.script.answer('Heartbeat', null);
    lab.script.pass(0.1);
    expect(lab.script.take()).toEqual(['coordinator lost', 'send JoinGroup']);
    expect(lab.script.waiting('JoinGroup').body.memberId).toBe('m1');
  });

  it('as a leader that came back it only watches over its topics', () => {
    const lab = new Lab('range', { instanceId: 'i' });
    lab.subscribe('t');
    const members = [{ memberId: 'm1', groupInstanceId: 'i', metadata: subscriptionOf('t') }];
    lab.joined({ leader: 'm1', members, skipAssignment: true });
    expect(lab.script.waiting('SyncGroup').body.assignments).toEqual([]);
    lab.synced(0);
    lab.script.done();
    lab.script.take();
    lab.script.counts.set('t', 5);
    lab.member.metadataChanged();
    expect(lab.script.take()).toEqual(['revoke t0']);
  });

  it('is not put off by the old generation while its join is out', () => {
    const lab = new Lab('cooperative-sticky').stable(0);
    lab.heartbeat(errorCode.rebalanceInProgress);
    lab.heartbeat(errorCode.illegalGeneration);
    expect(lab.member.owned).toHaveLength(1);
  });

  it('leaves when the application does not poll, and joins when it does again (KIP-62)', () => {
    const lab = new Lab('range', { maxPollIntervalUs: 10_000_000 }).stable(0);
    lab.heartbeat(0);
    lab.heartbeat(0);
    lab.heartbeat(0);
    lab.script.take();
    lab.script.pass(2);
    expect(lab.script.take()).toEqual(['send LeaveGroup', 'lose t0']);
    lab.script.pass(100);
    expect(lab.script.take()).toEqual([]);
    lab.member.polled();
    expect(lab.script.take()).toEqual(['send JoinGroup']);
  });

  it('does not leave while the application waits for records', () => {
    const lab = new Lab('range', { maxPollIntervalUs: 10_000_000 }).stable(0);
    lab.member.waits(true);
    for (let i = 0; i < 10; i++) lab.heartbeat(0);
    expect(lab.script.take().every((line) => line === 'send Heartbeat')).toBe(true);
  });

  it('static: never leaves; when not polled it falls silent until its session ends', () => {
    const settings = { instanceId: 'i', maxPollIntervalUs: 10_000_000 };
    const lab = new Lab('range', settings).stable(0);
    for (let i = 0; i < 3; i++) lab.heartbeat(0);
    lab.script.take();
    lab.script.pass(40);
    expect(lab.script.take()).toEqual([]);
    lab.script.pass(20);
    expect(lab.script.take()).toEqual(['coordinator lost', 'lose t0']);
    let gone = false;
    lab.member.leave(() => {
      gone = true;
    });
    expect(gone).toBe(true);
    expect(lab.script.take()).toEqual([]);
  });

  it('leaves after it has given up, also when nobody answers', () => {
    const lab = new Lab().stable(0, 1);
    let gone = 0;
    lab.member.leave(() => gone++);
    expect(lab.script.take()).toEqual(['revoke t0 t1']);
    lab.script.done();
    expect(lab.script.take()).toEqual(['send LeaveGroup']);
    lab.script.answer('LeaveGroup', null);
    expect(gone).toBe(1);
    lab.script.pass(1000);
    expect(lab.script.take()).toEqual([]);
  });

  it('looks for another coordinator after a failure and joins again, keeping what it owns', () => {
    const lab = new Lab('cooperative-sticky').stable(0);
    lab.heartbeat(errorCode.rebalanceInProgress);
    lab.script.take();
    lab.script.refuse('JoinGroup', errorCode.notCoordinator);
    lab.script.pass(0.1);
    expect(lab.script.take()).toEqual(['coordinator lost', 'send JoinGroup']);
    expect(lab.subscription.ownedPartitions).toHaveLength(1);
  });

  it('ends where the group refuses it for good', () => {
    const lab = new Lab().stable(0);
    lab.heartbeat(errorCode.fencedInstanceId);
    expect(lab.script.take()).toEqual([
      'send Heartbeat',
      'lose t0',
      'fail the group refuses this member (FENCED_INSTANCE_ID)',
    ]);
    lab.script.pass(1000);
    expect(lab.script.take()).toEqual([]);
  });

  it('gives up what it does not want any more, and then joins for the rest', () => {
    const lab = new Lab('cooperative-sticky').stable(0, 1);
    lab.subscribe('u');
    expect(lab.script.take()).toEqual(['revoke t0 t1']);
    lab.script.done();
    expect(lab.script.take()).toEqual(['send JoinGroup']);
    expect(lab.subscription.topics).toEqual(['u']);
  });

  it('a listener that returns after the member was lost changes nothing', () => {
    const lab = new Lab().stable(0);
    lab.heartbeat(errorCode.rebalanceInProgress);
    const { script, member } = lab;
    expect(script.take()).toEqual(['send Heartbeat', 'revoke t0']);
    script.pass(50);
    expect(script.take()).toContain('lose t0');
    expect(member.owned).toEqual([]);
    expect(() => script.done()).toThrow();
  });
});
