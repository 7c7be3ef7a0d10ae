/**
 * A consumer of the classic protocol, as a well-behaved client is one: it joins, syncs and
 * heartbeats, and joins again when it is told to. An eager one gives up all before it joins, a
 * cooperative one what it is not given any more, and joins again to say so.
 */
import { ByteReader, ByteWriter } from '../../../../src/base/bytes.ts';
import type { JoinAnswer, SyncAnswer } from '../../../../src/kafka/group/classic/contract.ts';
import type { ClassicRequest } from '../../../../src/kafka/group/consumer/contract.ts';
import { errorCode, errorName } from '../../../../src/kafka/protocol/errors.ts';

export interface ClassicWorld {
  asked<T>(answered: (answer: T) => void): (answer: T) => void;
  send(input: ClassicRequest): void;
}

export function subscriptionBytes(topics: readonly string[], owned: readonly string[]): Uint8Array {
  const writer = new ByteWriter();
  writer.int16(1);
  writer.int32(topics.length);
  for (const topic of topics) writer.string(topic);
  writer.int32(-1);
  writeTopics(writer, owned);
  return writer.copy();
}

export function assignmentBytes(owned: readonly string[]): Uint8Array {
  const writer = new ByteWriter();
  writer.int16(1);
  writeTopics(writer, owned);
  writer.int32(-1);
  return writer.copy();
}

function writeTopics(writer: ByteWriter, names: readonly string[]): void {
  writer.int32(names.length);
  for (const [topic = '', partition] of names.map((name) => name.split('-'))) {
    writer.string(topic);
    writer.int32(1);
    writer.int32(Number(partition));
  }
}

export function assignedNames(bytes: Uint8Array): string[] {
  if (bytes.length === 0) return [];
  const reader = new ByteReader(bytes);
  reader.int16();
  const names: string[] = [];
  for (let topics = reader.int32(); topics > 0; topics--) {
    const topic = reader.string();
    for (let count = reader.int32(); count > 0; count--) names.push(`${topic}-${reader.int32()}`);
  }
  return names;
}

export class ClassicProcess {
  readonly name: string;
  readonly #world: ClassicWorld;
  readonly #isCooperative: boolean;
  #isLost = false;
  memberId = '';
  instanceId: string | null = null;
  generation = -1;
  topics: readonly string[] = ['t'];
  owned: readonly string[] = [];
  phase: 'join' | 'sync' | 'stable' = 'join';
  life = 0;
  isAsking = false;

  constructor(world: ClassicWorld, name: string, isCooperative: boolean) {
    this.#world = world;
    this.name = name;
    this.#isCooperative = isCooperative;
  }

  /** The next request of its course; `tell` hears what came of it. */
  act(tell: (what: string) => void = () => {}, isLost = false): void {
    if (this.isAsking) return;
    this.#isLost = isLost;
    if (this.phase === 'join') this.#join(tell);
    else if (this.phase === 'sync') this.#sync(tell);
    else this.#heartbeat(tell);
  }

  #asked<T extends { readonly errorCode: number }>(hear: (answer: T) => void) {
    const { life } = this;
    const isLost = this.#isLost;
    this.isAsking = true;
    return this.#world.asked((answer: T) => {
      if (life !== this.life) return;
      this.isAsking = false;
      // It asks again when it has waited long enough.
      if (!isLost) hear(answer);
    });
  }

  #join(tell: (what: string) => void): void {
    if (!this.#isCooperative) this.owned = [];
    const respond = this.#asked((answer: JoinAnswer) => {
      tell(answer.errorCode === 0 ? `joined at ${answer.generation}` : errorName(answer.errorCode));
      if (answer.errorCode === errorCode.memberIdRequired) this.memberId = answer.memberId;
      else if (answer.errorCode !== errorCode.none) this.#refused(answer.errorCode);
      else {
        this.memberId = answer.memberId;
        this.generation = answer.generation;
        this.phase = 'sync';
      }
    });
    const metadata = subscriptionBytes(this.topics, this.owned);
    this.#world.send({
      kind: 'join',
      respond,
      request: {
        memberId: this.memberId,
        instanceId: this.instanceId,
        clientId: this.name,
        clientHost: '/10.0.0.2',
        sessionTimeoutMs: 10_000,
        rebalanceTimeoutMs: 60_000,
        protocolType: 'consumer',
        protocols: (this.#isCooperative ? ['cooperative-sticky', 'range'] : ['range']).map(
          (name) => ({ name, metadata }),
        ),
        reason: null,
        knowsMemberIdRequired: true,
        maySkipAssignment: true,
      },
    });
  }

  #sync(tell: (what: string) => void): void {
    const respond = this.#asked((answer: SyncAnswer) => {
      if (answer.errorCode !== errorCode.none) {
        tell(errorName(answer.errorCode));
        this.#refused(answer.errorCode);
        return;
      }
      const given = assignedNames(answer.assignment);
      tell(`is to have ${given.join(' ') || 'nothing'}`);
      // A cooperative one that gives something up joins again to say so.
      const gives = this.#isCooperative && this.owned.some((name) => !given.includes(name));
      this.owned = given;
      this.phase = gives ? 'join' : 'stable';
    });
    const { generation, instanceId, memberId } = this;
    const claim = { memberId, instanceId, generation, protocolType: null, protocol: null };
    this.#world.send({ kind: 'sync', respond, request: { ...claim, assignments: [] } });
  }

  #heartbeat(tell: (what: string) => void): void {
    const respond = this.#asked(({ errorCode: code }: { readonly errorCode: number }) => {
      tell(errorName(code));
      if (code !== errorCode.none) this.#refused(code);
    });
    const { generation, instanceId, memberId } = this;
    const request = { memberId, instanceId, generation };
    this.#world.send({ kind: 'heartbeat', respond, request });
  }

  #refused(code: number): void {
    if (code === errorCode.unknownMemberId || code === errorCode.fencedInstanceId) this.forget();
    else if (code === errorCode.illegalGeneration) this.owned = [];
    if (code === errorCode.rebalanceInProgress || code === errorCode.illegalGeneration) {
      this.phase = 'join';
    }
  }

  leave(tell: (what: string) => void = () => {}): void {
    const { instanceId, memberId } = this;
    this.forget();
    const respond = this.#world.asked((answer: { members: readonly { errorCode: number }[] }) =>
      tell(errorName(answer.members[0]?.errorCode ?? -1)),
    );
    const members = [{ memberId, instanceId, reason: null }];
    this.#world.send({ kind: 'leave', members, respond: respond as never });
  }

  /** It begins anew: it owns nothing. */
  forget(): void {
    this.life++;
    this.isAsking = false;
    this.memberId = '';
    this.generation = -1;
    this.owned = [];
    this.phase = 'join';
  }
}
