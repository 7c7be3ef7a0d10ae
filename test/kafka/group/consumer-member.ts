/** A member of a consumer group that speaks raw heartbeats to the broker it is told. */
import type { NodeId, Uuid } from '../../../src/base/ids.ts';
import { offsetCommitApi } from '../../../src/kafka/protocol/apis/08-offset-commit.ts';
import { offsetFetchApi } from '../../../src/kafka/protocol/apis/09-offset-fetch.ts';
import {
  type ConsumerGroupHeartbeatResponse,
  consumerGroupHeartbeatApi,
} from '../../../src/kafka/protocol/apis/68-consumer-group-heartbeat.ts';
import type { RequestInput } from '../../../src/kafka/protocol/schema.ts';
import type { GroupCluster } from './cluster.ts';

type Topics = { topicId: Uuid; partitions: number[] }[];

export class ConsumerMember {
  epoch = 0;
  owned: Topics = [];
  readonly memberId: string;
  readonly #cluster: GroupCluster;
  readonly #group: string;

  constructor(cluster: GroupCluster, group: string, memberId: string) {
    this.#cluster = cluster;
    this.#group = group;
    this.memberId = memberId;
  }

  /** Tells all it knows, and takes over what it is told. */
  async beat(
    to: NodeId,
    more: Partial<RequestInput<typeof consumerGroupHeartbeatApi>> = {},
  ): Promise<ConsumerGroupHeartbeatResponse> {
    const answer = await this.#cluster.call(to, consumerGroupHeartbeatApi, 1, {
      groupId: this.#group,
      memberId: this.memberId,
      memberEpoch: this.epoch,
      rebalanceTimeoutMs: 10_000,
      subscribedTopicNames: ['orders'],
      topicPartitions: this.owned,
      ...more,
    });
    if (answer.errorCode === 0) {
      this.epoch = Math.max(answer.memberEpoch, 0);
      if (answer.assignment !== null) this.owned = answer.assignment.topicPartitions;
    }
    return answer;
  }

  get partitions(): readonly number[] {
    return this.owned.flatMap(({ partitions }) => partitions).sort((a, b) => a - b);
  }

  async commit(to: NodeId, partition: number, offset: number, more = {}, version = 9) {
    const answer = await this.#cluster.call(to, offsetCommitApi, version, {
      groupId: this.#group,
      memberId: this.memberId,
      generationIdOrMemberEpoch: this.epoch,
      topics: [
        { name: 'orders', partitions: [{ partitionIndex: partition, committedOffset: offset }] },
      ],
      ...more,
    });
    return answer.topics[0]?.partitions[0]?.errorCode;
  }

  async fetchCode(to: NodeId, memberEpoch = this.epoch) {
    const { memberId } = this;
    const answer = await this.#cluster.call(to, offsetFetchApi, 9, {
      groups: [{ groupId: this.#group, memberId, memberEpoch, topics: null }],
    });
    return answer.groups[0]?.errorCode;
  }
}
