/**
 * Random dialogues: members that join, sync, heartbeat, leave, bounce and confuse each other, a log
 * that fails now and then, coordinators that take turns. What must always hold is checked after
 * each step; in the end nobody may wait.
 */
import * as fc from 'fast-check';
import { assert } from '../../../../src/base/assert.ts';
import type {
  JoinAnswer,
  MemberClaim,
  SyncAnswer,
} from '../../../../src/kafka/group/classic/contract.ts';
import type { ClassicRules } from '../../../../src/kafka/group/classic/rules.ts';
import { errorCode } from '../../../../src/kafka/protocol/errors.ts';
import { Lab } from './lab.ts';

const maxSize = 4;
const processCount = 6;
const hour = 3_600_000;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (of: Uint8Array): string => new TextDecoder().decode(of);

interface Process {
  readonly name: string;
  readonly instanceId: string | null;
  memberId: string;
  generation: number;
  isLeader: boolean;
  members: JoinAnswer['members'];
}

const kinds = [
  'join',
  'join',
  'join',
  'sync',
  'sync',
  'sync',
  'heartbeat',
  'commit',
  'leave',
  'restart',
  'bounce',
  'bounce in vain',
  'elapse',
  'elapse',
  'elapse',
  'hold',
  'store',
  'store',
  'fail',
  'fail-over',
  'obey',
  'obey',
  'obey',
] as const;

const action = fc.record({
  kind: fc.constantFrom(...kinds),
  who: fc.nat({ max: processCount - 1 }),
  /** Whose id is used, mostly its own. */
  as: fc.oneof({ weight: 9, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.nat(5) }),
  skew: fc.oneof(
    { weight: 9, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.constant(-1) },
  ),
  topics: fc.constantFrom('t', 't', 't', 'u'),
  old: fc.boolean(),
  /** Its rebalance time-out is shorter than its session. */
  isHasty: fc.boolean(),
  ms: fc.constantFrom(0, 500, 3000, 6000, 9000, 40_000),
});
export type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

/** Members of one group and what they know, and what is to be true of them. */
class Dialogue {
  readonly #lab: Lab;
  readonly #processes: Process[] = [];
  /** Generations whose assignment is stored. */
  readonly #storedGenerations = new Set<number>();
  #generation = 0;

  constructor(rules: Partial<ClassicRules>) {
    this.#lab = new Lab({
      settings: { maxSize },
      rules,
      onStored: ({ generation, members }, code) => {
        if (code === 0 && members.length > 0) this.#storedGenerations.add(generation);
      },
    });
    for (let i = 0; i < processCount; i++) {
      const instanceId = i < 2 ? `i${i}` : null;
      this.#processes.push({
        name: `p${i}`,
        instanceId,
        memberId: '',
        generation: -1,
        isLeader: false,
        members: [],
      });
    }
  }

  perform(next: Action): void {
    const process = this.#processes[next.who] as Process;
    // A leader's word counts whoever says it, so nobody syncs by another's id.
    const isOwn = next.as === null || next.kind === 'sync';
    const { memberId } = isOwn ? process : (this.#processes[next.as ?? 0] as Process);
    const generation = process.generation + next.skew;
    const claim: MemberClaim = { memberId, generation, instanceId: process.instanceId };
    const lab = this.#lab;
    if (next.kind === 'join') this.#join(process, claim, next);
    else if (next.kind === 'sync') this.#sync(process, claim);
    else if (next.kind === 'heartbeat') this.#heartbeat(claim);
    else if (next.kind === 'commit') this.#commit(claim);
    else if (next.kind === 'leave')
      lab.step({
        kind: 'leave',
        members: [{ ...claim, reason: null }],
        respond: lab.asked(() => {}),
      });
    else if (next.kind === 'restart') Object.assign(process, { memberId: '', generation: -1 });
    else if (next.kind === 'bounce') this.#bounce(process, next);
    else if (next.kind === 'bounce in vain') {
      lab.holdsAppends = true;
      this.#bounce(process, next);
      lab.settle(errorCode.notEnoughReplicas);
    } else if (next.kind === 'elapse') lab.elapse(next.ms);
    else if (next.kind === 'hold') lab.holdsAppends = true;
    else if (next.kind === 'store') lab.settle(0);
    else if (next.kind === 'fail') lab.settle(errorCode.notEnoughReplicas);
    else if (next.kind === 'fail-over') this.#failOver();
    else this.#obey(next);
    this.#check();
  }

  /** The process ends, and another takes its place. */
  #bounce(process: Process, next: Action): void {
    Object.assign(process, { memberId: '', generation: -1 });
    this.#join(process, { memberId: '', generation: -1, instanceId: process.instanceId }, next);
  }

  /** All members do what a rebalance asks of them. */
  #obey(next: Action): void {
    const lab = this.#lab;
    lab.holdsAppends = false;
    while (lab.appends.length > 0) lab.settle(0);
    const own = ({ memberId, generation, instanceId }: Process) => ({
      memberId,
      generation,
      instanceId,
    });
    for (const process of this.#processes.slice(next.who)) {
      this.#join(process, own(process), next);
      if (lab.group.state !== 'PreparingRebalance') this.#join(process, own(process), next);
    }
    lab.elapse(3000);
    for (const process of this.#processes.slice(next.who)) this.#sync(process, own(process));
  }

  #join(process: Process, { memberId, instanceId }: MemberClaim, next: Action): void {
    const lab = this.#lab;
    const respond = lab.asked((answer: JoinAnswer) => {
      // Who joined by another's id has not become that other.
      if (memberId !== '' && memberId !== process.memberId) return;
      if (answer.memberId !== '') process.memberId = answer.memberId;
      if (answer.errorCode === errorCode.unknownMemberId) process.memberId = '';
      if (answer.errorCode !== 0) return;
      assert(answer.generation === lab.group.generation, 'who joins is told this generation');
      process.generation = answer.generation;
      process.isLeader = answer.leader === answer.memberId;
      process.members = answer.members;
      assert(process.isLeader || answer.members.length === 0, 'the leader alone is told members');
    });
    lab.step({
      kind: 'join',
      respond,
      request: {
        memberId,
        instanceId,
        clientId: process.name,
        clientHost: '/10.0.0.1',
        sessionTimeoutMs: 10_000,
        rebalanceTimeoutMs: next.isHasty ? 2000 : 30_000,
        protocolType: 'consumer',
        protocols: [{ name: 'range', metadata: bytes(next.topics) }],
        reason: null,
        knowsMemberIdRequired: !next.old,
        maySkipAssignment: !next.old,
      },
    });
  }

  #sync(process: Process, claim: MemberClaim): void {
    const lab = this.#lab;
    const { isLeader, generation } = process;
    const assignments = !isLeader
      ? []
      : process.members.map(({ memberId, instanceId }) => ({
          memberId,
          assignment: bytes(`${generation} ${instanceId ?? memberId}`),
        }));
    const respond = lab.asked((answer: SyncAnswer) => {
      if (answer.errorCode !== 0) return;
      assert(this.#storedGenerations.has(claim.generation), 'what is told is stored');
      // Who knows the id of a static member is taken for it.
      const { members } = lab.group.describe();
      const member = members.find(({ memberId }) => memberId === claim.memberId);
      assert(
        text(answer.assignment) === `${claim.generation} ${member?.instanceId ?? claim.memberId}`,
        'a member is told what the leader of its generation gave it',
      );
    });
    const request = { ...claim, protocolType: null, protocol: null, assignments };
    lab.step({ kind: 'sync', respond, request });
  }

  #heartbeat(claim: MemberClaim): void {
    const lab = this.#lab;
    const respond = lab.asked((answer: { errorCode: number }) => {
      if (answer.errorCode !== 0) return;
      assert(claim.generation === lab.group.generation, 'a good heartbeat is of this generation');
    });
    lab.step({ kind: 'heartbeat', request: claim, respond });
  }

  #commit(claim: MemberClaim): void {
    const { group } = this.#lab;
    if (group.judgeCommit({ ...claim, transactional: false }) !== 0) return;
    const isMember = group.describe().members.some(({ memberId }) => memberId === claim.memberId);
    const isByHand = group.state === 'Empty' && claim.generation < 0;
    assert(
      isByHand || (isMember && claim.generation === group.generation),
      'only members of this generation commit',
    );
    this.#lab.step({ kind: 'commit-taken', memberId: claim.memberId });
  }

  /** The group in words, whatever the order of its members. */
  #described(): string {
    const { members, ...group } = this.#lab.group.describe();
    return [
      JSON.stringify(group),
      ...members.map((member) => JSON.stringify(member)).sort(),
    ].join();
  }

  #failOver(): void {
    const lab = this.#lab;
    // With static members that stay away a group may be larger than it may: it begins anew then.
    const isSettled =
      lab.group.state === 'Stable' && lab.appends.length === 0 && lab.group.memberCount <= maxSize;
    const before = this.#described();
    lab.failOver(errorCode.notCoordinator);
    assert(lab.waiting.size === 0, 'nobody waits for a coordinator of before');
    this.#generation = lab.stored?.generation ?? 0;
    assert(lab.group.generation === this.#generation, 'the stored generation goes on');
    assert(!isSettled || this.#described() === before, 'a Stable group is what is stored');
  }

  #check(): void {
    const { group, timers, waiting, appends } = this.#lab;
    const { members, state } = group.describe();
    assert(group.generation >= this.#generation, 'the generation never falls');
    this.#generation = group.generation;
    const instances = members.flatMap(({ instanceId }) => instanceId ?? []);
    assert(new Set(instances).size === instances.length, 'an instance is in the group once');
    assert(members.length <= maxSize + processCount, 'members are bounded');
    assert((state === 'Empty') === (members.length === 0) || state === 'PreparingRebalance', state);
    assert(state !== 'PreparingRebalance' || timers.has('rebalance'), 'every rebalance ends');
    assert(state === 'PreparingRebalance' || !timers.has('rebalance'), 'no rebalance, no timer');
    const isUnderWay = timers.size > 0 || appends.length > 0;
    assert(state !== 'CompletingRebalance' || isUnderWay, 'somebody is waited for');
    assert(waiting.size <= 2 * members.length, 'only members wait');
    if (state !== 'Stable') return;
    for (const { memberId, instanceId, assignment } of members) {
      const expected = `${group.generation} ${instanceId ?? memberId}`;
      assert(text(assignment) === expected, `${memberId} has ${text(assignment)}`);
    }
  }

  /** The log is well again, and everybody is silent. */
  finish(): void {
    const lab = this.#lab;
    lab.holdsAppends = false;
    while (lab.appends.length > 0) lab.settle(0);
    lab.elapse(hour);
    assert(lab.waiting.size === 0, 'nobody waits for ever');
    assert(lab.timers.size === 0, 'no timer is left');
    assert(lab.group.state === 'Empty', 'who is silent is removed');
  }
}

/** Plays random dialogues with the group under these rules, and tells what broke. */
export function play(
  rules: Partial<ClassicRules>,
  parameters: fc.Parameters<[Action[]]>,
): fc.RunDetails<[Action[]]> {
  const dialogue = fc.property(fc.array(action, { maxLength: 80, size: 'max' }), (actions) => {
    const run = new Dialogue(rules);
    for (const next of actions) run.perform(next);
    run.finish();
  });
  return fc.check(dialogue, { seed: 7, ...parameters });
}
