/**
 * Runs a script of readable commands on a lab and prints what the group says and does. A member is
 * a process with a name, which is its member id too. Commands:
 *
 *   beat a b c             they heartbeat, one after the other, and take over what they are told
 *   join a static=i1       a's first heartbeat, with options: `topics=x,y`, `regex=o.*`, `by=range`,
 *                          `v=0` (the coordinator makes its id), `within=9000` (rebalance time-out)
 *   lose a                 a heartbeats, and the answer is lost
 *   beat a epoch=3         with another epoch than it knows; `owned=t-0,t-1`: says it owns that
 *   hold a, yield a        a does not give up what it is to, or does now
 *   leave a, away a        it leaves; as a static member that will be back
 *   classic x y            the next request of consumers of the classic protocol: a join, a sync or
 *                          a heartbeat; with \`cooperative\` they are that
 *   quit x                 such a one leaves
 *   was x=t-0,t-1 y=t-2    the group was a classic one, stable at 3, of members that had that
 *   restart a id=a2        the process forgets what it knew, and has another id
 *   commit a partition=t-0 with what a knows; `epoch=1` in its place
 *   topic u 3              the topic has so many partitions; 0: it is deleted
 *   elapse 3000            the clock moves by so many ms
 *   store, keep            appends are committed when they are told to; all that wait are
 *   refuse 19, accept      the log refuses appends with that code, or not any more
 *   fail-over              another coordinator loads what is committed; `compacted`: and compacted
 *   state                  the group and its members
 */
import type {
  ClassicRequest,
  ConsumerRecord,
  Held,
  Partitions,
} from '../../../../src/kafka/group/consumer/contract.ts';
import { partitionsOf } from '../../../../src/kafka/group/consumer/partitions.ts';
import { errorCode, errorName } from '../../../../src/kafka/protocol/errors.ts';
import {
  assignedNames,
  assignmentBytes,
  ClassicProcess,
  subscriptionBytes,
} from './classic-process.ts';
import { Lab, type LabOptions } from './lab.ts';
import { Process } from './process.ts';

export function transcript(options: LabOptions, script: string): string {
  const lines: string[] = [];
  const teller = new Teller(options, lines);
  for (const line of script.split('\n').map((each) => each.trim())) {
    if (line === '') continue;
    if (line.startsWith('#')) {
      lines.push('', line);
      continue;
    }
    lines.push('', `> ${line}`);
    teller.perform(line.split(' '));
  }
  return `${lines.join('\n').trim()}\n`;
}

class Teller {
  readonly #lab: Lab;
  readonly #lines: string[];
  readonly #processes = new Map<string, Process>();
  readonly #classics = new Map<string, ClassicProcess>();
  #state = 'Empty';

  constructor(options: LabOptions, lines: string[]) {
    this.#lines = lines;
    this.#lab = new Lab({
      ...options,
      onAppend: ({ classic, records }) => {
        for (const record of records) this.#tell(`+ ${this.#sayRecord(record)}`);
        if (classic === null) return;
        const all = classic.members.map(({ assignment, memberId }) => {
          return `${memberId}=${assignedNames(assignment).join()}`;
        });
        this.#tell(`+ classic group of generation ${classic.generation}: ${all.join(' ')}`);
      },
      onStored: (_, code) => {
        if (code !== 0) this.#tell(`refused: ${errorName(code)}`);
        else if (this.#lab.holdsAppends) this.#tell('is committed');
      },
    });
  }

  #tell(what: string): void {
    this.#lines.push(`  ${what}`);
  }

  #process(name: string): Process {
    let process = this.#processes.get(name);
    if (process === undefined) {
      process = new Process(this.#lab, name);
      this.#processes.set(name, process);
    }
    return process;
  }

  perform([command = '', ...words]: string[]): void {
    const options = new Map(words.filter((word) => word.includes('=')).map(asPair));
    const names = words.filter((word) => !word.includes('='));
    const [name = ''] = names;
    const lab = this.#lab;
    const simple: Readonly<Record<string, () => void>> = {
      topic: () => lab.changeTopic(name, Number(names[1])),
      elapse: () => lab.elapse(Number(name)),
      keep: () => {
        lab.holdsAppends = true;
      },
      store: () => lab.settleAll(),
      refuse: () => {
        lab.refusesAppends = Number(name);
      },
      accept: () => {
        lab.refusesAppends = null;
      },
      'fail-over': () => lab.failOver(errorCode.notCoordinator, name === 'compacted'),
      state: () => this.#describe(),
      was: () => this.#was(options),
    };
    if (command === 'classic' && names.at(-1) === 'cooperative') {
      names.pop();
      for (const each of names) this.#classic(each, true);
    }
    const act = simple[command];
    if (act !== undefined) act();
    else for (const each of names) this.#act(command, each, options);
    const { state } = lab.group;
    if (state !== this.#state) this.#tell(`the group is ${state}`);
    this.#state = state;
  }

  #classic(name: string, isCooperative = false): ClassicProcess {
    let process = this.#classics.get(name);
    if (process === undefined) {
      const lab = this.#lab;
      const send = (input: ClassicRequest): void => lab.step({ kind: 'classic', input });
      process = new ClassicProcess(
        { send, asked: (answered) => lab.asked(answered) },
        name,
        isCooperative,
      );
      this.#classics.set(name, process);
    }
    return process;
  }

  #was(members: ReadonlyMap<string, string>): void {
    const adopted = this.#lab.group.adopt({
      generation: 3,
      protocolType: 'consumer',
      protocol: 'range',
      members: [...members].map(([name, has]) => {
        const process = this.#classic(name);
        const owned = has.split(',').filter((each) => each !== '');
        Object.assign(process, { memberId: name, generation: 3, phase: 'stable', owned });
        return {
          memberId: name,
          instanceId: null,
          clientId: name,
          clientHost: '/10.0.0.2',
          rebalanceTimeoutMs: 60_000,
          sessionTimeoutMs: 10_000,
          protocols: [{ name: 'range', metadata: subscriptionBytes(['t'], []) }],
          assignment: assignmentBytes(owned),
        };
      }),
    });
    this.#tell(adopted ? 'it can be converted' : 'it cannot be converted');
  }

  #act(command: string, name: string, options: ReadonlyMap<string, string>): void {
    const process = this.#process(name);
    const tellLeft = ({ errorCode: code }: { errorCode: number }): void =>
      this.#tell(`${name} <- ${errorName(code)}`);
    switch (command) {
      case 'join':
      case 'beat':
      case 'lose':
        this.#beat(process, options, command === 'lose');
        break;
      case 'classic':
        this.#classic(name).act((what) => this.#tell(`${name} <- ${what}`));
        break;
      case 'quit':
        this.#classic(name).leave((what) => this.#tell(`${name} <- ${what}`));
        break;
      case 'hold':
        process.holdsOn = true;
        break;
      case 'yield':
        process.holdsOn = false;
        process.takeOver();
        break;
      case 'leave':
        process.leave(tellLeft);
        break;
      case 'away':
        process.leave(tellLeft, -2);
        break;
      case 'restart':
        process.forget();
        process.memberId = options.get('id') ?? process.memberId;
        break;
      case 'commit':
        this.#commit(process, options);
        break;
      default:
        throw new Error(`no command ${command}`);
    }
  }

  #beat(process: Process, options: ReadonlyMap<string, string>, isLost: boolean): void {
    process.instanceId = options.get('static') ?? process.instanceId;
    process.assignor = options.get('by') ?? process.assignor;
    process.rebalanceTimeoutMs = Number(options.get('within') ?? process.rebalanceTimeoutMs);
    const topics = options.get('topics');
    const regex = options.get('regex');
    if (topics !== undefined || regex !== undefined) {
      process.subscribe(topics?.split(',') ?? [], regex ?? null);
    }
    if (options.get('v') === '0') process.memberId = '';
    const epoch = options.get('epoch');
    const owned = options.get('owned');
    const changed = {
      ...(epoch === undefined ? {} : { memberEpoch: Number(epoch) }),
      ...(owned === undefined ? {} : { owned: this.#partitionsIn(owned) }),
    };
    process.heartbeat(
      (answer) => {
        const { assignment, errorCode: code, memberEpoch, memberId } = answer;
        const who = memberId === process.name ? '' : ` as ${memberId}`;
        const what = assignment === null ? '' : `, is to have ${this.#say(assignment)}`;
        const told = code === 0 ? `epoch ${memberEpoch}${who}${what}` : errorName(code);
        this.#tell(
          isLost ? `(${process.name} does not hear) ${told}` : `${process.name} <- ${told}`,
        );
      },
      isLost,
      changed,
    );
  }

  #commit({ epoch, memberId, name }: Process, options: ReadonlyMap<string, string>): void {
    const claimed = Number(options.get('epoch') ?? epoch);
    const partitions = [...this.#partitionsIn(options.get('partition') ?? '')].flatMap(
      ([topicId, indexes]) => indexes.map((partition) => ({ topicId, partition })),
    );
    const code = this.#lab.group.judgeCommit({ memberId, epoch: claimed, partitions });
    this.#tell(`${name} <- commit ${errorName(code)}`);
  }

  #describe(): void {
    const { assignmentEpoch, epoch, members, state } = this.#lab.group.describe();
    this.#tell(`${state}, epoch ${epoch}, assignment epoch ${assignmentEpoch}`);
    for (const { current, memberId, subscription, target } of members) {
      const { instanceId } = subscription;
      const gives =
        current.revoking.size > 0 ? `, gives up ${this.#sayHeld(current.revoking)}` : '';
      const who = instanceId === null ? memberId : `${memberId} (${instanceId})`;
      const what = `${this.#sayHeld(current.assigned)}${gives}, target ${this.#say(target)}`;
      this.#tell(`${who}: ${current.state} at ${current.epoch}, has ${what}`);
    }
  }

  #partitionsIn(text: string): Partitions {
    const all = new Map<string, number[]>();
    for (const each of text.split(',').filter((word) => word !== '')) {
      const [name = '', partition] = each.split('-');
      const id = this.#lab.topics.get(name)?.id ?? '';
      all.set(id, [...(all.get(id) ?? []), Number(partition)]);
    }
    return all as unknown as Partitions;
  }

  #say(partitions: Partitions): string {
    const all = [...partitions].flatMap(([topicId, indexes]) =>
      indexes.map((partition) => `${this.#lab.topicName(topicId)}-${partition}`),
    );
    return all.join(' ') || 'nothing';
  }

  #sayHeld(held: Held): string {
    return this.#say(partitionsOf(held));
  }

  #sayRecord(record: ConsumerRecord): string {
    switch (record.kind) {
      case 'epoch':
        return record.value === null ? 'no group' : `group epoch ${record.value.epoch}`;
      case 'old-metadata':
        return 'no metadata of old';
      case 'member':
        return record.value === null
          ? `no member ${record.memberId}`
          : `member ${record.memberId}(${record.value.regex ?? record.value.topics.join()})`;
      case 'target-epoch':
        return `assignment epoch ${record.value}`;
      case 'target':
        return record.value === null
          ? `no target of ${record.memberId}`
          : `target of ${record.memberId}: ${this.#say(record.value)}`;
      case 'current': {
        const { memberId, value } = record;
        if (value === null) return `${memberId} has nothing`;
        const gives = value.revoking.size > 0 ? `, gives up ${this.#sayHeld(value.revoking)}` : '';
        return `${memberId} has ${this.#sayHeld(value.assigned)}${gives}: ${value.state} at ${value.epoch}`;
      }
      case 'regex':
        return record.value === null
          ? `no pattern ${record.regex}`
          : `pattern ${record.regex} is ${record.value.topics.join() || 'nothing'}`;
    }
  }
}

function asPair(word: string): [string, string] {
  const at = word.indexOf('=');
  return [word.slice(0, at), word.slice(at + 1)];
}
