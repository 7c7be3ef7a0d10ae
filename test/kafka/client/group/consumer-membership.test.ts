import { describe, expect, it } from 'vitest';
import { ConsumerMembership } from '../../../../src/kafka/client/group/member/consumer-membership.ts';
import type { MemberSettings } from '../../../../src/kafka/client/group/member/membership.ts';
import { clientRules } from '../../../../src/kafka/client/rules.ts';
import { errorCode } from '../../../../src/kafka/protocol/errors.ts';
import { wrongRulesOf } from '../../../trial/museum/wrong-rules-of.ts';
import { memberSettings, ScriptedWorld, textOf } from './scripted-world.ts';

const api = 'ConsumerGroupHeartbeat';

class Lab {
  readonly script = new ScriptedWorld();
  readonly member: ConsumerMembership;
  epoch = 0;

  constructor(settings: Partial<MemberSettings> = {}) {
    this.script.names.set('T', 't');
    const all = { ...memberSettings, ...settings };
    this.member = new ConsumerMembership(all, 'uniform', this.script.world);
    this.script.wake = () => this.member.wake();
  }

  get body() {
    return this.script.waiting(api).body;
  }

  /** The coordinator's answer, with an assignment of topic `T` and perhaps others. */
  answer(assignment?: readonly number[] | Record<string, number[]>): void {
    const topics = Array.isArray(assignment) ? { T: assignment } : assignment;
    const topicPartitions = Object.entries(topics ?? {}).map(([topicId, partitions]) => ({
      topicId,
      partitions,
    }));
    this.script.answer(api, {
      errorCode: 0,
      memberId: null,
      memberEpoch: this.epoch,
      heartbeatIntervalMs: 5000,
      assignment: assignment === undefined ? null : { topicPartitions },
    });
  }

  stable(...partitions: number[]): this {
    this.member.subscribe({ topics: ['t'], pattern: null });
    this.epoch = 1;
    this.answer(partitions);
    this.script.done();
    this.answer();
    this.script.take();
    return this;
  }

  /** The next regular heartbeat is answered with this. */
  beat(assignment?: readonly number[] | Record<string, number[]>): void {
    this.script.pass(5);
    this.answer(assignment);
  }
}

describe('a member of KIP-848', () => {
  it('joins at epoch 0 with all it has to say, and is told what it gets', () => {
    const lab = new Lab();
    lab.member.subscribe({ topics: ['t'], pattern: null });
    expect(lab.body).toMatchObject({
      memberId: 'id1',
      memberEpoch: 0,
      rebalanceTimeoutMs: 300_000,
      subscribedTopicNames: ['t'],
      serverAssignor: 'uniform',
      topicPartitions: [],
    });
    lab.epoch = 1;
    lab.answer([0, 1]);
    expect(lab.script.take()).toEqual([`send ${api}`, 'assign t0 t1', `send ${api}`]);
    expect(lab.member.identity).toEqual({ memberId: 'id1', epoch: 1, instanceId: null });
  });

  it('says what it owns once it is told, and then nothing but that it lives', () => {
    const lab = new Lab();
    lab.member.subscribe({ topics: ['t'], pattern: null });
    lab.epoch = 1;
    lab.answer([0, 1]);
    expect(lab.body.topicPartitions).toEqual([{ topicId: 'T', partitions: [0, 1] }]);
    lab.answer();
    lab.script.pass(5);
    expect(lab.body).toMatchObject({
      memberEpoch: 1,
      rebalanceTimeoutMs: -1,
      subscribedTopicNames: null,
      serverAssignor: null,
      topicPartitions: null,
    });
  });

  it('gives up first, reports that, and then takes', () => {
    const lab = new Lab().stable(0, 1);
    lab.epoch = 2;
    lab.beat([1, 2]);
    expect(lab.script.take()).toEqual([`send ${api}`, 'revoke t0']);
    lab.script.done();
    expect(lab.script.take()).toEqual(['assign t2', `send ${api}`]);
    expect(lab.body).toMatchObject({
      memberEpoch: 2,
      topicPartitions: [{ topicId: 'T', partitions: [1, 2] }],
    });
  });

  it('reports nothing as given up while the application is being told', () => {
    const lab = new Lab().stable(0, 1);
    lab.beat([1]);
    lab.script.pass(5);
    expect(lab.body.topicPartitions).toBeNull();
    expect(textOf(lab.member.owned)).toBe('t0 t1');
  });

  it('waits for the name of a topic and gives up nothing for that (KAFKA-16198)', () => {
    const acts = (wrong: boolean): string[] => {
      const rules = wrong
        ? { ...clientRules, ...wrongRulesOf('KAFKA-16198', 'client') }
        : clientRules;
      const lab = new Lab({ rules }).stable(0, 1);
      lab.beat({ T: [0, 1], U: [0] });
      const lines = lab.script.take();
      if (wrong) return lines;
      lab.script.names.set('U', 'u');
      lab.member.metadataChanged();
      return [...lines, ...lab.script.take()];
    };
    expect(acts(false)).toEqual([`send ${api}`, 'assign u0', `send ${api}`]);
    expect(acts(true)).toEqual([`send ${api}`, 'revoke t0 t1']);
  });

  it('keeps what it owns of a topic that metadata does not know any more', () => {
    const lab = new Lab().stable(0, 1);
    lab.script.names.clear();
    lab.beat([0]);
    expect(lab.script.take()).toEqual([`send ${api}`, 'revoke t1']);
  });

  it.each([errorCode.fencedMemberEpoch, errorCode.unknownMemberId])(
    'fenced by %i it loses all and joins at epoch 0 under its name',
    (code) => {
      const lab = new Lab().stable(0, 1);
      lab.script.pass(5);
      lab.script.refuse(api, code);
      expect(lab.script.take()).toEqual([`send ${api}`, 'lose t0 t1', `send ${api}`]);
      expect(lab.body).toMatchObject({
        memberId: 'id1',
        memberEpoch: 0,
        subscribedTopicNames: ['t'],
        topicPartitions: [],
      });
    },
  );

  it('fenced it joins at epoch 0, not at the one that was fenced (KAFKA-19233)', () => {
    const joinsAt = (rules: Partial<typeof clientRules>): unknown => {
      const lab = new Lab({ rules: { ...clientRules, ...rules } }).stable(0);
      lab.script.pass(5);
      lab.script.refuse(api, errorCode.fencedMemberEpoch);
      return lab.body.memberEpoch;
    };
    expect(joinsAt({})).toBe(0);
    expect(joinsAt({ epochAfterFencing: (epoch) => epoch })).toBe(1);
  });

  it('fenced by a commit it loses all too', () => {
    const lab = new Lab().stable(0);
    lab.member.commitRefused(lab.member.identity, errorCode.fencedMemberEpoch);
    expect(lab.script.take()).toEqual(['lose t0', `send ${api}`]);
  });

  it('says all again after an answer that did not come', () => {
    const lab = new Lab().stable(0);
    lab.script.pass(5);
    lab.script.answer(api, null);
    lab.script.pass(0.1);
    expect(lab.script.take()).toEqual([`send ${api}`, 'coordinator lost', `send ${api}`]);
    expect(lab.body).toMatchObject({
      memberEpoch: 1,
      subscribedTopicNames: ['t'],
      topicPartitions: [{ topicId: 'T', partitions: [0] }],
    });
  });

  it('takes itself for lost when it has not heard for its session', () => {
    const lab = new Lab().stable(0);
    lab.script.pass(46);
    expect(lab.script.take()).toEqual([
      `send ${api}`,
      'coordinator lost',
      'lose t0',
      `send ${api}`,
    ]);
    expect(lab.body.memberEpoch).toBe(0);
  });

  it.each([
    [null, -1],
    ['i', -2],
  ])('instance %s leaves with epoch %i after it has given up', (instanceId, memberEpoch) => {
    const lab = new Lab({ instanceId }).stable(0);
    let gone = false;
    lab.member.leave(() => {
      gone = true;
    });
    expect(lab.script.take()).toEqual(['revoke t0']);
    lab.script.done();
    expect(lab.body).toMatchObject({ memberEpoch, instanceId });
    lab.script.answer(api, null);
    expect(gone).toBe(true);
  });

  it('leaves also while its join is under way', () => {
    const lab = new Lab();
    lab.member.subscribe({ topics: ['t'], pattern: null });
    lab.member.leave(() => {});
    expect(lab.body.memberEpoch).toBe(-1);
  });

  it('leaves when the application does not poll, and joins when it does again', () => {
    const lab = new Lab({ maxPollIntervalUs: 7_000_000 }).stable(0);
    lab.beat();
    lab.script.take();
    lab.script.pass(3);
    expect(lab.script.take()).toEqual([`send ${api}`, 'lose t0']);
    lab.script.pass(100);
    expect(lab.script.take()).toEqual([]);
    lab.member.polled();
    expect(lab.body.memberEpoch).toBe(0);
  });

  it('hands a pattern to the coordinator', () => {
    const lab = new Lab();
    lab.member.subscribe({ topics: [], pattern: 'a.*' });
    expect(lab.body).toMatchObject({ subscribedTopicNames: [], subscribedTopicRegex: 'a.*' });
  });

  it('tells a new subscription at once, and the same one not again', () => {
    const lab = new Lab().stable(0);
    lab.member.subscribe({ topics: ['t'], pattern: null });
    expect(lab.script.take()).toEqual([]);
    lab.member.subscribe({ topics: ['u'], pattern: null });
    expect(lab.body).toMatchObject({ subscribedTopicNames: ['u'], topicPartitions: null });
  });

  it('waits for its former life to be forgotten, and ends where it is refused for good', () => {
    const lab = new Lab({ instanceId: 'i' });
    lab.member.subscribe({ topics: ['t'], pattern: null });
    lab.script.refuse(api, errorCode.unreleasedInstanceId);
    lab.script.pass(0.1);
    lab.script.refuse(api, errorCode.groupAuthorizationFailed);
    expect(lab.script.take()).toEqual([
      `send ${api}`,
      `send ${api}`,
      'fail the group refuses this member (GROUP_AUTHORIZATION_FAILED)',
    ]);
  });
});
