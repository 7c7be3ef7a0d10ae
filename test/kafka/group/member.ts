/** A member of a classic group that speaks raw requests, from a machine of its own. */
import type { NodeId } from '../../../src/base/ids.ts';
import { secondsToMicros } from '../../../src/base/time.ts';
import type { Host } from '../../../src/host/host.ts';
import { offsetCommitApi } from '../../../src/kafka/protocol/apis/08-offset-commit.ts';
import { joinGroupApi } from '../../../src/kafka/protocol/apis/11-join-group.ts';
import { heartbeatApi } from '../../../src/kafka/protocol/apis/12-heartbeat.ts';
import { leaveGroupApi } from '../../../src/kafka/protocol/apis/13-leave-group.ts';
import { syncGroupApi } from '../../../src/kafka/protocol/apis/14-sync-group.ts';
import { errorCode } from '../../../src/kafka/protocol/errors.ts';
import type { Api, RequestInput, ResponseOf } from '../../../src/kafka/protocol/schema.ts';
import { openChannel } from '../../../src/kafka/rpc/channel.ts';
import type { Channel } from '../../../src/kafka/rpc/contract.ts';
import type { GroupCluster } from './cluster.ts';

const brokerPort = 9092;
const text = new TextEncoder();

/** An answer that may be to come. */
export interface Asked<A extends Api> {
  answer: ResponseOf<A> | null;
  failure: string | null;
}

export class Member {
  memberId = '';
  generation = -1;
  readonly #cluster: GroupCluster;
  readonly #group: string;
  readonly #name: string;
  readonly #metadata: Uint8Array;
  readonly #channels = new Map<NodeId, Channel>();
  #host: Host | null = null;

  /** `metadata`: what it says of its subscription, which the coordinator only carries. */
  constructor(
    cluster: GroupCluster,
    group: string,
    name: string,
    metadata: Uint8Array = text.encode(name),
  ) {
    this.#metadata = metadata;
    this.#cluster = cluster;
    this.#group = group;
    this.#name = name;
    cluster.world.addMachine(name).start((host) => {
      this.#host = host;
      return { stop() {} };
    });
  }

  /** Sends a join; a member without an id is told one first, and joins again with it. */
  async join(to: NodeId): Promise<Asked<typeof joinGroupApi>> {
    const first = await this.#join(to);
    if (this.memberId !== '') return first;
    await this.#cluster.until('a member id', () => first.answer !== null);
    this.memberId = first.answer?.memberId ?? '';
    return this.#join(to);
  }

  #join(to: NodeId): Promise<Asked<typeof joinGroupApi>> {
    return this.#send(to, joinGroupApi, 7, {
      groupId: this.#group,
      sessionTimeoutMs: 10_000,
      rebalanceTimeoutMs: 20_000,
      memberId: this.memberId,
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata: this.#metadata }],
    });
  }

  /** Waits for the answer to a join, and takes the generation. */
  async joined(asked: Asked<typeof joinGroupApi>): Promise<ResponseOf<typeof joinGroupApi>> {
    await this.#cluster.until('a generation', () => asked.answer !== null);
    const { answer } = asked;
    if (answer?.errorCode === errorCode.none) this.generation = answer.generationId;
    return answer!;
  }

  /** As the leader with what each member gets; as a follower with nothing. */
  sync(to: NodeId, given: Readonly<Record<string, string | Uint8Array>> = {}) {
    return this.#send(to, syncGroupApi, 5, {
      groupId: this.#group,
      generationId: this.generation,
      memberId: this.memberId,
      protocolType: 'consumer',
      protocolName: 'range',
      assignments: Object.entries(given).map(([memberId, assignment]) => ({
        memberId,
        assignment: typeof assignment === 'string' ? text.encode(assignment) : assignment,
      })),
    });
  }

  async synced(asked: Asked<typeof syncGroupApi>): Promise<string> {
    await this.#cluster.until('an assignment', () => asked.answer !== null);
    const { assignment, errorCode: code } = asked.answer!;
    return code === errorCode.none ? new TextDecoder().decode(assignment) : `error ${code}`;
  }

  /** The bytes of it; none of an error. */
  async syncedBytes(asked: Asked<typeof syncGroupApi>): Promise<Uint8Array> {
    await this.#cluster.until('an assignment', () => asked.answer !== null);
    return asked.answer!.assignment;
  }

  async heartbeat(to: NodeId): Promise<number | undefined> {
    const { memberId, generation: generationId } = this;
    const body = { groupId: this.#group, generationId, memberId };
    const asked = await this.#send(to, heartbeatApi, 3, body);
    await this.#cluster.until('an answer', () => asked.answer !== null || asked.failure !== null);
    return asked.answer?.errorCode;
  }

  async commit(to: NodeId, offset: number): Promise<number | undefined> {
    const asked = await this.#send(to, offsetCommitApi, 7, {
      groupId: this.#group,
      generationIdOrMemberEpoch: this.generation,
      memberId: this.memberId,
      topics: [{ name: 'orders', partitions: [{ partitionIndex: 0, committedOffset: offset }] }],
    });
    await this.#cluster.until('an answer', () => asked.answer !== null);
    return asked.answer?.topics[0]?.partitions[0]?.errorCode;
  }

  async leave(to: NodeId): Promise<number | undefined> {
    const members = [{ memberId: this.memberId }];
    const asked = await this.#send(to, leaveGroupApi, 4, { groupId: this.#group, members });
    await this.#cluster.until('an answer', () => asked.answer !== null);
    return asked.answer?.errorCode;
  }

  async #send<A extends Api>(
    to: NodeId,
    api: A,
    version: number,
    body: RequestInput<A>,
  ): Promise<Asked<A>> {
    await this.#cluster.until('a machine', () => this.#host !== null);
    const asked: Asked<A> = { answer: null, failure: null };
    let channel = this.#channels.get(to);
    if (channel === undefined) {
      const options = { clientId: this.#name, connectTimeoutUs: secondsToMicros(5) };
      channel = openChannel(this.#host!, { host: `m${to}`, port: brokerPort }, options);
      this.#channels.set(to, channel);
    }
    channel.send(api, version, body, secondsToMicros(60), (answer, failure) => {
      asked.answer = answer;
      asked.failure = failure;
    });
    return asked;
  }
}
