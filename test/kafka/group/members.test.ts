import { describe, expect, it } from 'vitest';
import type { NodeId } from '../../../src/base/ids.ts';
import type { Host } from '../../../src/host/host.ts';
import { joinGroupApi } from '../../../src/kafka/protocol/apis/11-join-group.ts';
import { heartbeatApi } from '../../../src/kafka/protocol/apis/12-heartbeat.ts';
import { leaveGroupApi } from '../../../src/kafka/protocol/apis/13-leave-group.ts';
import { syncGroupApi } from '../../../src/kafka/protocol/apis/14-sync-group.ts';
import { errorCode, errorName } from '../../../src/kafka/protocol/errors.ts';
import type { Api, RequestInput, ResponseOf } from '../../../src/kafka/protocol/schema.ts';
import { openChannel } from '../../../src/kafka/rpc/channel.ts';
import type { Channel } from '../../../src/kafka/rpc/contract.ts';
import { GroupCluster } from './cluster.ts';

const bytes = (of: string): Uint8Array => Buffer.from(of);
const text = (of: Uint8Array): string => Buffer.from(of).toString();

/** A process of its own, with a connection of its own: a join that waits holds up nobody else. */
class Member {
  readonly #cluster: GroupCluster;
  readonly #host: Host;
  #channel: Channel;
  memberId = '';
  generationId = -1;

  private constructor(cluster: GroupCluster, host: Host, node: NodeId) {
    this.#cluster = cluster;
    this.#host = host;
    this.#channel = this.#open(node);
  }

  static async started(cluster: GroupCluster, node: NodeId, name: string): Promise<Member> {
    const hosts: Host[] = [];
    cluster.world.addMachine(name).start((host) => {
      hosts.push(host);
      return { stop() {} };
    });
    await cluster.until(`${name} runs`, () => hosts.length > 0);
    return new Member(cluster, hosts[0]!, node);
  }

  #open(node: NodeId): Channel {
    const address = { host: `m${node}`, port: 9092 };
    return openChannel(this.#host, address, { clientId: 'test', connectTimeoutUs: 5_000_000 });
  }

  turnTo(node: NodeId): void {
    this.#channel = this.#open(node);
  }

  /** Sends; what is given back waits for the answer. */
  ask<A extends Api>(api: A, version: number, body: RequestInput<A>): () => Promise<ResponseOf<A>> {
    let result: ResponseOf<A> | null = null;
    let failed: string | null = null;
    this.#channel.send(api, version, body, 60_000_000, (response, failure) => {
      result = response;
      failed = failure;
    });
    return async () => {
      await this.#cluster.until(`${api.name} is answered`, () => (result ?? failed) !== null);
      if (result === null) throw new Error(`${api.name}: ${failed}`);
      return result;
    };
  }

  join(version = 9) {
    const { memberId } = this;
    const answered = this.ask(joinGroupApi, version, {
      groupId: 'g',
      sessionTimeoutMs: 10_000,
      rebalanceTimeoutMs: 20_000,
      memberId,
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata: bytes(memberId) }],
    });
    return async () => {
      const answer = await answered();
      this.memberId = answer.memberId;
      this.generationId = answer.generationId;
      return answer;
    };
  }

  sync(given: Partial<RequestInput<typeof syncGroupApi>> = {}) {
    const { memberId, generationId } = this;
    const claim = { groupId: 'g', memberId, generationId };
    const protocol = { protocolType: 'consumer', protocolName: 'range' };
    return this.ask(syncGroupApi, 5, { ...claim, ...protocol, assignments: [], ...given });
  }

  async heartbeat(): Promise<string> {
    const { memberId, generationId } = this;
    const answer = await this.ask(heartbeatApi, 4, { groupId: 'g', memberId, generationId })();
    return errorName(answer.errorCode);
  }

  leave(version: number, ...ids: string[]) {
    const members = ids.map((memberId) => ({ memberId }));
    const body = { groupId: 'g', members, memberId: ids[0] };
    return this.ask(leaveGroupApi, version, body)();
  }
}

/** A group of two members, both told generation 1. */
async function twoMembers() {
  const cluster = await GroupCluster.started();
  const node = await cluster.coordinatorOf('g');
  const members = [
    await Member.started(cluster, node, 'a'),
    await Member.started(cluster, node, 'b'),
  ] as const;
  for (const member of members) {
    expect((await member.join()()).errorCode).toBe(errorCode.memberIdRequired);
  }
  const waiting = members.map((member) => member.join());
  const joined = [];
  for (const answered of waiting) joined.push(await answered());
  const assignments = members.map(({ memberId }) => ({
    memberId,
    assignment: bytes(`of ${memberId}`),
  }));
  return { cluster, node, members, joined, assignments };
}

describe('members of a classic group', () => {
  it('join, get what their leader gave out, and go', async () => {
    const { cluster, node, members, joined, assignments } = await twoMembers();
    const [leader, follower] = members;
    const ids = members.map(({ memberId }) => memberId);
    expect(joined[0]).toMatchObject({ errorCode: 0, generationId: 1, leader: leader.memberId });
    expect(joined[0]?.members.map(({ memberId }) => memberId)).toEqual(ids);
    expect(joined[1]).toMatchObject({ errorCode: 0, generationId: 1, members: [] });
    const [second, first] = [follower.sync(), leader.sync({ assignments })];
    expect(text((await first()).assignment)).toBe(`of ${leader.memberId}`);
    expect(text((await second()).assignment)).toBe(`of ${follower.memberId}`);
    expect(await leader.heartbeat()).toBe('NONE');

    const commit = { memberId: leader.memberId, generationIdOrMemberEpoch: 1 };
    expect(await cluster.commitAt(node, 'g', 0, 7, commit)).toBe(0);
    const stale = { ...commit, generationIdOrMemberEpoch: 0 };
    expect(await cluster.commitAt(node, 'g', 0, 3, stale)).toBe(errorCode.illegalGeneration);
    expect(await cluster.commitAt(node, 'g', 0, 3)).toBe(errorCode.unknownMemberId);
    expect(await cluster.committed('g', 0)).toBe(7);

    const left = await follower.leave(5, follower.memberId, 'x');
    expect(left.members.map(({ errorCode: code }) => code)).toEqual([0, errorCode.unknownMemberId]);
    expect(await leader.heartbeat()).toBe('REBALANCE_IN_PROGRESS');
  });

  it('go on under the next coordinator when theirs has crashed', async () => {
    const { cluster, node, members, assignments } = await twoMembers();
    const [leader, follower] = members;
    await leader.sync({ assignments })();
    cluster.machine(node).crash();
    await cluster.run(12);
    const next = await cluster.coordinatorOf('g');
    expect(next).not.toBe(node);
    for (const member of members) member.turnTo(next);
    expect(await leader.heartbeat()).toBe('NONE');
    expect(text((await follower.sync()()).assignment)).toBe(`of ${follower.memberId}`);
    expect(await follower.heartbeat()).toBe('NONE');
    // One of them is silent from now on.
    await cluster.run(6);
    expect(await leader.heartbeat()).toBe('NONE');
    await cluster.run(6);
    expect(await leader.heartbeat()).toBe('REBALANCE_IN_PROGRESS');
    expect(await follower.heartbeat()).toBe('UNKNOWN_MEMBER_ID');
  });

  it('say in a sync what protocol they take the group’s to be (KIP-559)', async () => {
    const { members } = await twoMembers();
    const lacking = await members[1].sync({ protocolType: null })();
    expect(lacking.errorCode).toBe(errorCode.inconsistentGroupProtocol);
    const other = await members[1].sync({ protocolName: 'sticky' })();
    expect(other.errorCode).toBe(errorCode.inconsistentGroupProtocol);
  });

  it('live on while their coordinator loads, and are judged when it has', async () => {
    const wait = { name: 'offsets-loaded', perMille: 1000, minUs: 5_000_000, maxUs: 5_000_000 };
    const cluster = await GroupCluster.started({ points: [wait] });
    const member = await Member.started(cluster, await cluster.coordinatorOf('g'), 'a');
    const joined = await member.join()();
    expect(joined.errorCode).toBe(errorCode.coordinatorLoadInProgress);
    expect(await member.heartbeat()).toBe('NONE');
    await cluster.run(10);
    expect(await member.heartbeat()).toBe('UNKNOWN_MEMBER_ID');
  });

  it('of a group that nobody knows are unknown, each of those that leave too', async () => {
    const cluster = await GroupCluster.started();
    const member = await Member.started(cluster, await cluster.coordinatorOf('g'), 'a');
    await cluster.run(5);
    expect(await member.heartbeat()).toBe('UNKNOWN_MEMBER_ID');
    const left = await member.leave(5, 'm', 'n');
    expect(left.errorCode).toBe(0);
    expect(left.members.map(({ errorCode: code }) => code)).toEqual([25, 25]);
    expect((await member.leave(2, 'm')).errorCode).toBe(errorCode.unknownMemberId);
    member.memberId = 'm';
    expect((await member.join()()).errorCode).toBe(errorCode.unknownMemberId);
    member.memberId = '';
    expect(await member.join(3)()).toMatchObject({ errorCode: 0, protocolName: 'range' });
  });
});
