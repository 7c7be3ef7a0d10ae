/**
 * A group's coordinator on the fake brokers: what both protocols do when all goes well, and nothing
 * by time, so that a test says who is expired. What a test wants otherwise it takes over by the
 * cluster's `intercept`, before the group gets it.
 */
import { groupedByTopic, keyOf } from '../../../../src/kafka/client/group/topic-partition.ts';
import { offsetCommitApi } from '../../../../src/kafka/protocol/apis/08-offset-commit.ts';
import { offsetFetchApi } from '../../../../src/kafka/protocol/apis/09-offset-fetch.ts';
import { findCoordinatorApi } from '../../../../src/kafka/protocol/apis/10-find-coordinator.ts';
import { joinGroupApi } from '../../../../src/kafka/protocol/apis/11-join-group.ts';
import { heartbeatApi } from '../../../../src/kafka/protocol/apis/12-heartbeat.ts';
import { leaveGroupApi } from '../../../../src/kafka/protocol/apis/13-leave-group.ts';
import { syncGroupApi } from '../../../../src/kafka/protocol/apis/14-sync-group.ts';
import { consumerGroupHeartbeatApi } from '../../../../src/kafka/protocol/apis/68-consumer-group-heartbeat.ts';
import { errorCode } from '../../../../src/kafka/protocol/errors.ts';
import type { Request } from '../../../../src/kafka/rpc/contract.ts';
import { isRequestOf } from '../../../../src/kafka/rpc/request.ts';
import type { FakeCluster } from '../fake-cluster.ts';

interface ClassicMember {
  join: Request<typeof joinGroupApi> | null;
  protocols: readonly { name: string; metadata: Uint8Array }[];
}

interface NewMember {
  epoch: number;
  topics: readonly string[];
  /** `topic:partition` it reported or was given. */
  owned: string[];
}

export class FakeGroup {
  /** The node that coordinates. */
  coordinator = 0;
  generation = 0;
  state: 'stable' | 'preparing' | 'completing' = 'stable';
  readonly members = new Map<string, ClassicMember>();
  readonly newMembers = new Map<string, NewMember>();
  readonly offsets = new Map<string, number>();
  /** All commits in the order in which they came. */
  readonly commits: string[] = [];
  readonly #cluster: FakeCluster;
  #syncs = new Map<string, Request<typeof syncGroupApi>>();
  #assignments: readonly { memberId: string; assignment: Uint8Array }[] | null = null;
  #ids = 0;

  constructor(cluster: FakeCluster) {
    this.#cluster = cluster;
    cluster.intercept = (request, node) => this.handle(request, node);
  }

  handle(request: Request, node: number): boolean {
    if (isRequestOf(request, findCoordinatorApi)) {
      const nodeId = this.coordinator;
      const where = { nodeId, host: `b${nodeId}`, port: 9092, errorCode: 0, errorMessage: null };
      request.respond({ coordinators: [{ key: 'g', ...where }] });
      return true;
    }
    const refusal = node === this.coordinator ? 0 : errorCode.notCoordinator;
    if (isRequestOf(request, joinGroupApi)) this.#join(request, refusal);
    else if (isRequestOf(request, syncGroupApi)) this.#sync(request);
    else if (isRequestOf(request, heartbeatApi)) {
      request.respond({ errorCode: refusal || this.#memberError(request.body) });
    } else if (isRequestOf(request, leaveGroupApi)) {
      for (const { memberId } of request.body.members) this.expire(memberId);
      request.respond({ errorCode: 0, members: [] });
    } else if (isRequestOf(request, consumerGroupHeartbeatApi)) this.#beat(request);
    else if (isRequestOf(request, offsetCommitApi)) this.#commit(request, refusal);
    else if (isRequestOf(request, offsetFetchApi)) this.#fetch(request);
    else return false;
    return true;
  }

  /** The member is no more; the others are told to join again. */
  expire(memberId: string): void {
    this.members.delete(memberId);
    this.newMembers.delete(memberId);
    if (this.members.size === 0) this.state = 'stable';
    else this.#rebalance();
  }

  #memberError({ memberId, generationId }: { memberId: string; generationId: number }): number {
    if (!this.members.has(memberId)) return errorCode.unknownMemberId;
    if (generationId !== this.generation) return errorCode.illegalGeneration;
    return this.state === 'preparing' ? errorCode.rebalanceInProgress : 0;
  }

  #rebalance(): void {
    this.state = 'preparing';
    for (const sync of this.#syncs.values()) {
      sync.respond({ errorCode: errorCode.rebalanceInProgress, assignment: new Uint8Array() });
    }
    this.#syncs.clear();
    this.#assignments = null;
    if ([...this.members.values()].every(({ join }) => join !== null)) this.#nextGeneration();
  }

  #join(request: Request<typeof joinGroupApi>, refusal: number): void {
    const { memberId, protocols } = request.body;
    if (refusal !== 0) {
      request.respond(joinError(refusal, memberId));
    } else if (memberId === '') {
      request.respond(joinError(errorCode.memberIdRequired, `m${++this.#ids}`));
    } else {
      this.members.set(memberId, { join: request, protocols });
      this.#rebalance();
    }
  }

  #nextGeneration(): void {
    this.generation++;
    this.state = 'completing';
    const [leader] = this.members.keys();
    for (const [memberId, member] of this.members) {
      const { join } = member;
      member.join = null;
      join?.respond({
        errorCode: 0,
        generationId: this.generation,
        protocolName: member.protocols[0]?.name ?? '',
        leader: leader ?? '',
        memberId,
        members: [...this.members].flatMap(([id, { protocols }]) =>
          memberId === leader
            ? [{ memberId: id, metadata: protocols[0]?.metadata ?? new Uint8Array() }]
            : [],
        ),
      });
    }
  }

  #sync(request: Request<typeof syncGroupApi>): void {
    const { memberId, assignments } = request.body;
    const code = this.#memberError(request.body);
    if (code !== 0) {
      request.respond({ errorCode: code, assignment: new Uint8Array() });
      return;
    }
    this.#syncs.set(memberId, request);
    if (memberId === this.members.keys().next().value) this.#assignments = assignments;
    if (this.#assignments === null) return;
    this.state = 'stable';
    for (const [id, sync] of this.#syncs) {
      const mine = this.#assignments.find((each) => each.memberId === id)?.assignment;
      sync.respond({ errorCode: 0, assignment: mine ?? new Uint8Array() });
    }
    this.#syncs.clear();
  }

  /** Everybody gets every so-manieth partition, once nobody else has it. */
  #beat(request: Request<typeof consumerGroupHeartbeatApi>): void {
    const { memberId, memberEpoch, subscribedTopicNames, topicPartitions } = request.body;
    if (memberEpoch < 0) this.newMembers.delete(memberId);
    let member = this.newMembers.get(memberId);
    if (memberEpoch === 0) {
      member = { epoch: 0, topics: subscribedTopicNames ?? [], owned: [] };
      this.newMembers.set(memberId, member);
    }
    if (member === undefined) {
      const code = memberEpoch < 0 ? 0 : errorCode.unknownMemberId;
      request.respond({ errorCode: code, memberEpoch, heartbeatIntervalMs: 0 });
      return;
    }
    if (topicPartitions !== null) {
      member.owned = topicPartitions.flatMap(({ topicId, partitions }) =>
        partitions.map((partition) => `${this.#nameOf(topicId)}:${partition}`),
      );
    }
    const others = [...this.newMembers].filter(([id]) => id !== memberId);
    const taken = new Set(others.flatMap(([, { owned }]) => owned));
    const place = [...this.newMembers.keys()].sort().indexOf(memberId);
    const mine = member.topics.flatMap((topic) =>
      (this.#cluster.topics.get(topic)?.partitions ?? []).flatMap((_, partition) => {
        const isMine = partition % this.newMembers.size === place;
        return isMine && !taken.has(keyOf({ topic, partition })) ? [{ topic, partition }] : [];
      }),
    );
    member.epoch++;
    member.owned = [...new Set([...member.owned, ...mine.map(keyOf)])];
    request.respond({
      errorCode: 0,
      memberEpoch: member.epoch,
      heartbeatIntervalMs: 1000,
      assignment: {
        topicPartitions: groupedByTopic(mine).map(({ topic, partitions }) => ({
          topicId: this.#cluster.topics.get(topic)?.id ?? '',
          partitions,
        })),
      },
    });
  }

  #nameOf(topicId: string): string {
    return [...this.#cluster.topics].find(([, { id }]) => id === topicId)?.[0] ?? '';
  }

  #commit(request: Request<typeof offsetCommitApi>, refusal: number): void {
    const { memberId, generationIdOrMemberEpoch: generationId, topics } = request.body;
    const isNew = this.newMembers.has(memberId);
    let code = refusal || (isNew ? 0 : this.#memberError({ memberId, generationId }));
    // A commit of the old generation is taken until the new one begins.
    if (code === errorCode.rebalanceInProgress) code = 0;
    for (const { name, partitions } of topics) {
      for (const { partitionIndex: partition, committedOffset } of partitions) {
        if (code !== 0) continue;
        this.offsets.set(keyOf({ topic: name, partition }), committedOffset);
        this.commits.push(`${name}${partition}@${committedOffset}`);
      }
    }
    request.respond({
      topics: topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode: code })),
      })),
    });
  }

  #fetch(request: Request<typeof offsetFetchApi>): void {
    const [group] = request.body.groups;
    const topics = (group?.topics ?? []).map(({ name, partitionIndexes }) => ({
      name,
      partitions: partitionIndexes.map((partitionIndex) => ({
        partitionIndex,
        committedOffset: this.offsets.get(keyOf({ topic: name, partition: partitionIndex })) ?? -1,
        committedLeaderEpoch: -1,
        metadata: '',
        errorCode: 0,
      })),
    }));
    request.respond({ groups: [{ groupId: group?.groupId ?? '', topics, errorCode: 0 }] });
  }
}

const joinError = (code: number, memberId: string) => ({
  errorCode: code,
  protocolName: null,
  leader: '',
  memberId,
  members: [],
});
