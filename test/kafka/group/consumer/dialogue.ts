/**
 * Random dialogues: members that join, heartbeat, hold on to what they are to give up, leave,
 * bounce and lose answers, topics that come and go, a log that refuses now and then, coordinators
 * that take turns. What must always hold is checked after each step; in the end, when all is well
 * again, everybody has to have their part.
 */
import * as fc from 'fast-check';
import { assert } from '../../../../src/base/assert.ts';
import type { ClassicRequest } from '../../../../src/kafka/group/consumer/contract.ts';
import { each, keyOf } from '../../../../src/kafka/group/consumer/partitions.ts';
import type { ConsumerRules } from '../../../../src/kafka/group/consumer/rules.ts';
import { errorCode } from '../../../../src/kafka/protocol/errors.ts';
import { ClassicProcess } from './classic-process.ts';
import { Lab } from './lab.ts';
import { Process } from './process.ts';

const processCount = 5;

const kinds = [
  'beat',
  'beat',
  'beat',
  'beat',
  'beat',
  'beat',
  'lose',
  'claim',
  'leave',
  'away',
  'restart',
  'replace',
  'hold',
  'yield',
  'subscribe',
  'topic',
  'elapse',
  'keep',
  'store',
  'store',
  'refuse',
  'accept',
  'accept',
  'fail-over',
  'late-commit',
] as const;

/** With members of the classic protocol besides. */
const mixedKinds = [
  ...kinds,
  'classic',
  'classic',
  'classic',
  'classic',
  'classic',
  'classic',
  'classic',
  'classic-lost',
  'classic-quit',
  'classic-restart',
] as const;

const actionOf = (isMixed: boolean) =>
  fc.record({
    kind: fc.constantFrom(...(isMixed ? mixedKinds : kinds)),
    who: fc.nat({ max: processCount - 1 }),
    topics: fc.constantFrom(['t'], ['t'], ['t', 'u'], ['u'], ['/']),
    topic: fc.constantFrom('t', 'u'),
    count: fc.nat({ max: 5 }),
    skew: fc.constantFrom(-2, -1, 1),
    ms: fc.constantFrom(100, 5000, 20_000, 46_000, 70_000),
  });
type Action = ReturnType<typeof actionOf> extends fc.Arbitrary<infer T> ? T : never;

interface Snapshot {
  readonly memberId: string;
  readonly epoch: number;
  readonly owned: readonly string[];
}

class Dialogue {
  readonly #lab: Lab;
  readonly #processes: Process[];
  /** Who had a partition in an epoch. */
  readonly #holders = new Map<string, string>();
  #snapshots: Snapshot[] = [];
  #ids = 0;
  /** By member, while one coordinator lasts. */
  #epochs = new Map<string, number>();

  readonly #classics: ClassicProcess[] = [];

  constructor(rules: Partial<ConsumerRules>, isMixed: boolean) {
    const maxSize = processCount - 1 + (isMixed ? 2 : 0);
    const settings = { maxSize, mayDowngrade: false };
    this.#lab = new Lab({ rules, settings, topics: { t: 5, u: 3 } });
    const lab = this.#lab;
    const send = (input: ClassicRequest): void => lab.step({ kind: 'classic', input });
    for (const isCooperative of isMixed ? [false, true] : []) {
      const world = { send, asked: lab.asked.bind(lab) };
      const classic = new ClassicProcess(world, isCooperative ? 'c' : 'e', isCooperative);
      classic.topics = ['t', 'u'];
      this.#classics.push(classic);
    }
    this.#processes = Array.from(
      { length: processCount },
      (_, i) => new Process(this.#lab, `p${i}`, { instanceId: i < 2 ? `i${i}` : null }),
    );
  }

  perform(next: Action): void {
    const lab = this.#lab;
    const process = this.#processes[next.who] as Process;
    switch (next.kind) {
      case 'beat':
      case 'lose':
        if (!process.isAsking) this.#beat(process, next.kind === 'lose');
        break;
      case 'claim':
        // With an epoch that is not its own, and as if it owned it does not matter what.
        if (!process.isAsking && process.epoch + next.skew > 0) {
          const owned = new Map([['x', [0]]]) as never;
          const claimed = { memberEpoch: process.epoch + next.skew, owned };
          process.heartbeat(undefined, true, claimed);
        }
        break;
      case 'leave':
      case 'away':
        this.#remember(process);
        if (process.epoch > 0)
          process.leave(undefined, next.kind === 'away' && process.instanceId !== null ? -2 : -1);
        break;
      case 'restart':
      case 'replace':
        this.#remember(process);
        process.forget();
        if (next.kind === 'replace') process.memberId = `${process.name}.${++this.#ids}`;
        break;
      case 'hold':
        process.holdsOn = true;
        break;
      case 'yield':
        this.#yield(process);
        break;
      case 'subscribe':
        if (next.topics[0] === '/') process.subscribe([], 't|u');
        else process.subscribe(next.topics);
        break;
      case 'topic':
        this.#changeTopic(next.topic, next.count);
        break;
      case 'classic':
      case 'classic-lost':
      case 'classic-quit':
      case 'classic-restart':
        this.#classic(next);
        break;
      case 'late-commit':
        this.#commitLate(next.count);
        break;
      case 'elapse':
        lab.elapse(next.ms);
        break;
      case 'keep':
        lab.holdsAppends = true;
        break;
      case 'store':
        lab.settle();
        break;
      case 'refuse':
        lab.refusesAppends = errorCode.notEnoughReplicas;
        break;
      case 'accept':
        lab.refusesAppends = null;
        break;
      case 'fail-over':
        this.#failOver();
        break;
    }
    this.check();
  }

  #beat(process: Process, isLost: boolean): void {
    const { epoch } = process;
    process.heartbeat((answer) => {
      const isTold = answer.errorCode === errorCode.none && !isLost;
      const isFenced = answer.errorCode === errorCode.fencedMemberEpoch;
      assert(epoch > 0 || !isFenced, 'who joins is not asked for its epoch');
      assert(!isTold || answer.memberEpoch >= epoch, 'the epoch a member is told never falls');
    }, isLost);
  }

  #classic({ kind, who }: Action): void {
    const process = this.#classics[who % 2] as ClassicProcess;
    if (kind === 'classic-quit' && process.memberId !== '') process.leave();
    else if (kind === 'classic-restart') process.forget();
    else process.act(undefined, kind === 'classic-lost');
  }

  #yield(process: Process): void {
    process.holdsOn = false;
    if (!process.isAsking) process.takeOver();
  }

  /** It grows, goes, or comes again as another topic. */
  #changeTopic(name: string, count: number): void {
    const known = this.#lab.topics.get(name)?.partitionCount ?? 0;
    // A classic member cannot tell a topic from another that has its name.
    if (count === 0 && this.#classics.length > 0) return;
    const isGrowth = count > 0 && known > 0;
    this.#lab.changeTopic(name, isGrowth ? Math.min(known + 1, 7) : count);
  }

  #remember({ epoch, memberId, owned }: Process): void {
    if (epoch > 0 && owned.size > 0) this.#snapshots.push({ memberId, epoch, owned: [...owned] });
  }

  /** What a former life sent arrives now: nobody else may have begun with that partition. */
  #commitLate(which: number): void {
    const { group } = this.#lab;
    const late = this.#snapshots[which % Math.max(1, this.#snapshots.length)];
    const members = group.describe().members;
    const member = members.find(({ memberId }) => memberId === late?.memberId);
    if (late === undefined || member === undefined || member.current.epoch <= late.epoch) return;
    const code = group.judgeCommit({ ...late, partitions: late.owned.map(partitionOf) });
    if (code !== errorCode.none) return;
    const holders = this.#heldBy();
    for (const name of late.owned) {
      assert(holders.get(name) === late.memberId, 'a late commit is of what is still held');
    }
  }

  #failOver(): void {
    const lab = this.#lab;
    lab.failOver(errorCode.notCoordinator);
    const asWritten = JSON.stringify(sayAll(lab));
    lab.failOver(errorCode.notCoordinator, true);
    assert(JSON.stringify(sayAll(lab)) === asWritten, 'a compacted log says the same');
    this.#epochs = new Map();
  }

  #heldBy(): Map<string, string> {
    const holders = new Map<string, string>();
    for (const { current, memberId } of this.#lab.group.describe().members) {
      for (const held of [current.assigned, current.revoking]) {
        for (const [topicId, partition] of each(held)) {
          const key = `${topicId}/${partition}`;
          const other = holders.get(key) ?? memberId;
          assert(other === memberId, `${key} is with two members`);
          holders.set(key, memberId);
        }
      }
    }
    return holders;
  }

  check(): void {
    const { group } = this.#lab;
    const { assignmentEpoch, epoch, members, state } = group.describe();
    assert(assignmentEpoch <= epoch, 'the assignment epoch does not pass the group’s');
    assert(state !== 'Empty' || epoch === assignmentEpoch, 'the epochs of an empty group agree');
    const holders = this.#heldBy();
    for (const { current, memberId, subscription } of members) {
      assert(current.epoch <= assignmentEpoch, 'no member passes the assignment epoch');
      const before = this.#epochs.get(memberId) ?? 0;
      const isAway = current.epoch === -2;
      assert(isAway || current.epoch >= before, 'the epoch of a member never falls');
      this.#epochs.set(memberId, isAway ? 0 : current.epoch);
      if (this.#lab.appends.length > 0) continue;
      for (const [topicId, partition] of each(current.assigned)) {
        const who = subscription.instanceId ?? memberId;
        const key = `${keyOf(topicId, partition)}@${current.epoch}`;
        const other = isAway ? who : (this.#holders.get(key) ?? who);
        assert(other === who, `${key} has one owner in one epoch`);
        this.#holders.set(key, who);
      }
    }
    for (const id of this.#epochs.keys()) {
      if (!members.some(({ memberId }) => memberId === id)) this.#epochs.delete(id);
    }
    for (const process of this.#processes) this.#checkProcess(process, holders);
    for (const { generation, memberId, owned } of this.#classics) {
      const member = members.find((other) => other.memberId === memberId);
      if (member === undefined || member.current.epoch < generation) continue;
      for (const name of owned) {
        const [topic = '', index] = name.split('-');
        const key = `${this.#lab.topics.get(topic)?.id}/${index}`;
        assert(holders.get(key) === memberId, `${memberId} owns ${name} and the group knows it`);
      }
    }
  }

  /** What a process owns is its own as far as the group knows, and it may commit it. */
  #checkProcess(process: Process, holders: ReadonlyMap<string, string>): void {
    const { group } = this.#lab;
    const { epoch, memberId, owned } = process;
    const member = group.describe().members.find((other) => other.memberId === memberId);
    // A fenced process does not know it yet.
    if (member === undefined || epoch === 0 || member.current.epoch < epoch) return;
    if (member.subscription.instanceId !== process.instanceId) return;
    for (const name of owned) {
      assert(holders.get(name) === memberId, `${memberId} owns ${name} and the group knows it`);
    }
    if (owned.size === 0) return;
    const partitions = [...owned].map(partitionOf);
    const code = group.judgeCommit({ memberId, epoch, partitions });
    assert(code === errorCode.none, 'a member may commit what it owns');
  }

  /** All is well from now on: everybody comes to their part. */
  finish(): void {
    const lab = this.#lab;
    lab.refusesAppends = null;
    lab.holdsAppends = false;
    lab.settleAll();
    // One is too many for the group.
    const extra = this.#processes.pop();
    if (extra !== undefined && extra.epoch > 0) extra.leave();
    for (const process of this.#processes) {
      this.#yield(process);
      process.subscribe(['t', 'u']);
    }
    for (const name of ['t', 'u']) if (!lab.topics.has(name)) lab.changeTopic(name, 3);
    for (let round = 0; round < 30; round++) {
      for (const process of this.#processes) {
        if (!process.isAsking) this.#beat(process, false);
        this.check();
      }
      for (const process of this.#classics) process.act();
      this.check();
      lab.elapse(4000);
    }
    assert(lab.waiting.size === 0, 'everybody is answered');
    this.#checkSettled();
  }

  #checkSettled(): void {
    const { epoch, members, state } = this.#lab.group.describe();
    assert(state === 'Stable', `the group is stable, not ${state}`);
    const count = this.#processes.length + this.#classics.length;
    assert(members.length === count, 'everybody is in the group');
    const all = new Set<string>();
    const sizes = this.#processes.map((process) => {
      assert(process.epoch === epoch, 'everybody is in the epoch of the group');
      for (const name of process.owned) all.add(name);
      return process.owned.size;
    });
    for (const { generation, owned, phase } of this.#classics) {
      assert(phase === 'stable' && generation === epoch, 'so is who speaks the classic protocol');
      for (const name of owned) all.add(name);
      sizes.push(owned.length);
    }
    const wanted = [...this.#lab.topics.values()].reduce(
      (sum, each) => sum + each.partitionCount,
      0,
    );
    assert(all.size === wanted, 'every partition is owned');
    assert(Math.max(...sizes) - Math.min(...sizes) <= 1, 'the assignment is balanced');
  }
}

function partitionOf(name: string) {
  const [topicId = '', partition] = name.split('/');
  return { topicId: topicId as never, partition: Number(partition) };
}

function sayAll({ group }: Lab): unknown {
  const { members, ...rest } = group.describe();
  const ordered = [...members].sort((a, b) => (a.memberId < b.memberId ? -1 : 1));
  return [
    rest,
    ordered.map(({ current, target, ...member }) => {
      const heldOf = (held: typeof current.assigned) => [...each(held)].sort();
      const { assigned, revoking, ...more } = current;
      return [member, more, heldOf(assigned), heldOf(revoking), [...target].sort()];
    }),
  ];
}

export function play(
  rules: Partial<ConsumerRules>,
  parameters: fc.Parameters<[Action[]]>,
  isMixed = false,
) {
  const all = fc.array(actionOf(isMixed), { maxLength: 80, size: 'max' });
  const property = fc.property(all, (actions) => {
    const dialogue = new Dialogue(rules, isMixed);
    for (const each of actions) dialogue.perform(each);
    dialogue.finish();
  });
  return fc.check(property, { seed: 848, ...parameters });
}
