/**
 * Runs a script of readable commands on a lab and prints what the group says and does. A member is
 * a process with a name; it remembers the member id and generation it was told. Commands:
 *
 *   join a                 a joins; of a changed subscription: `join a topics=x,y`
 *   join a static=i1       as a static member
 *   join a by=sticky,range by these protocols; `v=3` in an older version of the request
 *   sync a                 a asks for its assignment; the leader hands it over: `sync a a=0,1 b=2`
 *   heartbeat a, commit a  with what a knows; `generation=1` or `id=a-1` in its place
 *   leave a b              they leave in one request; `leave static=i1`: by an administrator
 *   restart a              the process forgets what it knew
 *   elapse 3000            the clock moves by so many ms
 *   hold, store, fail 7    appends wait; the oldest is stored, or fails with that code
 *   fail-over              another coordinator loads what is stored
 *   state                  the group and its members
 */
import type {
  GroupRecord,
  JoinAnswer,
  SyncAnswer,
} from '../../../../src/kafka/group/classic/contract.ts';
import { errorCode, errorName } from '../../../../src/kafka/protocol/errors.ts';
import { Lab, type LabOptions } from './lab.ts';

interface Process {
  memberId: string;
  generation: number;
  instanceId: string | null;
  topics: string;
  protocols: readonly string[];
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (of: Uint8Array): string => new TextDecoder().decode(of);

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
  #state = 'Empty';

  constructor(options: LabOptions, lines: string[]) {
    this.#lines = lines;
    this.#lab = new Lab({
      ...options,
      onEffect: (effect) => {
        options.onEffect?.(effect);
        this.#tellState();
        if (effect.kind === 'append') this.#tell(`appends ${sayRecord(effect.record)}`);
      },
      onStored: (_, code) => this.#tell(code === 0 ? 'is stored' : `fails: ${errorName(code)}`),
    });
  }

  #tell(what: string): void {
    this.#lines.push(`  ${what}`);
  }

  #tellState(): void {
    const { state, generation } = this.#lab.group;
    if (state !== this.#state) this.#tell(`${state}, generation ${generation}`);
    this.#state = state;
  }

  #process(name: string): Process {
    let process = this.#processes.get(name);
    if (process === undefined) {
      process = {
        memberId: '',
        generation: -1,
        instanceId: null,
        topics: 't',
        protocols: ['range'],
      };
      this.#processes.set(name, process);
    }
    return process;
  }

  perform([command = '', ...words]: string[]): void {
    const lab = this.#lab;
    const options = new Map(words.filter((word) => word.includes('=')).map(asPair));
    const names = words.filter((word) => !word.includes('='));
    const [name = ''] = names;
    switch (command) {
      case 'join':
        this.#join(name, options);
        break;
      case 'sync':
        this.#sync(name, options);
        break;
      case 'heartbeat':
      case 'commit':
        this.#claim(command, name, options);
        break;
      case 'leave':
        this.#leave(names, options.get('static'));
        break;
      case 'restart':
        Object.assign(this.#process(name), { memberId: '', generation: -1 });
        break;
      case 'elapse':
        lab.elapse(Number(name));
        break;
      case 'hold':
        lab.holdsAppends = true;
        break;
      case 'store':
        lab.settle(0);
        break;
      case 'fail':
        lab.settle(Number(name));
        break;
      case 'fail-over':
        lab.failOver(errorCode.notCoordinator);
        break;
      case 'state':
        this.#describe();
        break;
      default:
        throw new Error(`no command ${command}`);
    }
    this.#tellState();
  }

  #join(name: string, options: ReadonlyMap<string, string>): void {
    const process = this.#process(name);
    process.instanceId = options.get('static') ?? process.instanceId;
    process.topics = options.get('topics') ?? process.topics;
    process.protocols = options.get('by')?.split(',') ?? process.protocols;
    const version = Number(options.get('v') ?? 9);
    const respond = this.#lab.asked((answer: JoinAnswer) => {
      const { memberId } = answer;
      if (memberId !== '') process.memberId = memberId;
      if (answer.errorCode === 0) process.generation = answer.generation;
      this.#tell(`${name} <- Join ${sayJoin(answer)}`);
    });
    this.#lab.step({
      kind: 'join',
      respond,
      request: {
        memberId: process.memberId,
        instanceId: process.instanceId,
        clientId: name,
        clientHost: '/10.0.0.1',
        sessionTimeoutMs: 10_000,
        rebalanceTimeoutMs: 60_000,
        protocolType: 'consumer',
        protocols: process.protocols.map((each) => ({
          name: each,
          metadata: bytes(process.topics),
        })),
        reason: null,
        knowsMemberIdRequired: version >= 4,
        maySkipAssignment: version >= 9,
      },
    });
  }

  #sync(name: string, options: ReadonlyMap<string, string>): void {
    const { memberId, generation, instanceId } = this.#process(name);
    const assignments = [...options].map(([to, assignment]) => ({
      memberId: this.#process(to).memberId,
      assignment: bytes(assignment),
    }));
    const respond = this.#lab.asked((answer: SyncAnswer) => {
      const what = answer.errorCode === 0 ? text(answer.assignment) || 'nothing' : '';
      this.#tell(`${name} <- Sync ${what || errorName(answer.errorCode)}`);
    });
    const protocols = { protocolType: null, protocol: null };
    const request = { memberId, generation, instanceId, assignments, ...protocols };
    this.#lab.step({ kind: 'sync', request, respond });
  }

  #claim(command: 'heartbeat' | 'commit', name: string, options: ReadonlyMap<string, string>) {
    const process = this.#process(name);
    const claim = {
      memberId: options.get('id') ?? process.memberId,
      generation: Number(options.get('generation') ?? process.generation),
      instanceId: process.instanceId,
    };
    if (command === 'commit') {
      const code = this.#lab.group.judgeCommit({ ...claim, transactional: false });
      this.#tell(`${name} <- Commit ${errorName(code)}`);
      if (code === 0) this.#lab.step({ kind: 'commit-taken', memberId: claim.memberId });
      return;
    }
    const respond = this.#lab.asked((answer: { errorCode: number }) =>
      this.#tell(`${name} <- Heartbeat ${errorName(answer.errorCode)}`),
    );
    this.#lab.step({ kind: 'heartbeat', request: claim, respond });
  }

  #leave(names: readonly string[], instanceId: string | undefined): void {
    const members =
      instanceId === undefined
        ? names.map((name) => {
            const { memberId, instanceId: own } = this.#process(name);
            return { memberId, instanceId: own, reason: null };
          })
        : [{ memberId: '', instanceId, reason: null }];
    this.#lab.step({
      kind: 'leave',
      members,
      respond: this.#lab.asked((answer) => {
        const each = answer.members.map((member, i) => {
          const who = names[i] ?? member.instanceId;
          return `${who} ${errorName(member.errorCode)}`;
        });
        this.#tell(`<- Leave ${errorName(answer.errorCode)}: ${each.join(', ')}`);
      }),
    });
  }

  #describe(): void {
    const { group, timers, nowUs } = this.#lab;
    const { state, protocol, members } = group.describe();
    this.#tell(`${state}, generation ${group.generation}${protocol && `, ${protocol}`}`);
    for (const { memberId, instanceId, assignment } of members) {
      const what = state === 'Stable' ? `: ${text(assignment) || 'nothing'}` : '';
      this.#tell(`${memberId}${instanceId === null ? '' : ` (${instanceId})`}${what}`);
    }
    for (const name of ['rebalance', 'sync']) {
      const atUs = timers.get(name);
      if (atUs !== undefined) this.#tell(`${name} ends in ${(atUs - nowUs) / 1000} ms`);
    }
  }
}

function asPair(word: string): [string, string] {
  const at = word.indexOf('=');
  return [word.slice(0, at), word.slice(at + 1)];
}

function sayJoin(answer: JoinAnswer): string {
  const { memberId, generation, protocol, leader, members, skipAssignment } = answer;
  if (answer.errorCode !== 0) {
    const id = memberId === '' ? '' : `, ${memberId}`;
    return `${errorName(answer.errorCode)}${id}`;
  }
  const all = members.map((member) => `${member.memberId}(${text(member.metadata)})`).join(' ');
  const who = members.length > 0 ? `, members ${all}` : '';
  const skip = skipAssignment ? ', skips the assignment' : '';
  return `${memberId}, generation ${generation}, ${protocol}, leader ${leader}${who}${skip}`;
}

function sayRecord({ generation, leader, members }: GroupRecord): string {
  const each = members.map(
    ({ memberId, assignment }) => `${memberId}=${text(assignment) || 'nothing'}`,
  );
  return `generation ${generation}, leader ${leader ?? 'none'}: ${each.join(' ') || 'no members'}`;
}
