/** A cluster whose groups are asked by raw requests, each at the broker that coordinates them. */
import { assert } from '../../../src/base/assert.ts';
import type { NodeId } from '../../../src/base/ids.ts';
import { offsetCommitApi } from '../../../src/kafka/protocol/apis/08-offset-commit.ts';
import { offsetFetchApi } from '../../../src/kafka/protocol/apis/09-offset-fetch.ts';
import { findCoordinatorApi } from '../../../src/kafka/protocol/apis/10-find-coordinator.ts';
import { incrementalAlterConfigsApi } from '../../../src/kafka/protocol/apis/44-incremental-alter-configs.ts';
import { errorCode } from '../../../src/kafka/protocol/errors.ts';
import { type ClusterOptions, TestCluster } from '../broker/cluster.ts';

/** What clients take as a reason to look again for the coordinator, or to wait for it. */
const passing: ReadonlySet<number> = new Set([
  errorCode.coordinatorNotAvailable,
  errorCode.coordinatorLoadInProgress,
  errorCode.notCoordinator,
]);

export class GroupCluster extends TestCluster {
  constructor(options: ClusterOptions = {}) {
    const settings = { offsetsTopicNumPartitions: 3, ...options.settings };
    super({ seed: 'groups', ...options, settings });
  }

  static async started(options: ClusterOptions = {}): Promise<GroupCluster> {
    const cluster = new GroupCluster(options);
    await cluster.allBrokersLive();
    await cluster.createTopic('orders', 4, Math.min(3, cluster.brokers.length));
    return cluster;
  }

  /** Sets something for all brokers. */
  async setBrokerConfig(name: string, value: string): Promise<void> {
    const configs = [{ name, configOperation: 0, value }];
    const resources = [{ resourceType: 4, resourceName: '', configs }];
    const validateOnly = false;
    const answer = await this.call(this.anyBroker, incrementalAlterConfigsApi, 1, {
      resources,
      validateOnly,
    });
    assert(answer.responses[0]?.errorCode === 0, `${name} is set`);
    await this.run(1);
  }

  /** Cuts a broker off from the other nodes, or joins it again; clients reach it. */
  isolate(id: NodeId, isBlocked: boolean): void {
    for (const other of new Set([...this.brokers, ...this.controllers])) {
      if (other === id) continue;
      for (const [from, to] of [
        [`m${id}`, `m${other}`],
        [`m${other}`, `m${id}`],
      ] as const) {
        const link = this.world.network.link(from, to);
        if (isBlocked) link.block();
        else link.unblock();
      }
    }
  }

  /** A broker that runs. */
  get anyBroker(): NodeId {
    return this.brokers.find((id) => this.machine(id).state === 'running') ?? 1;
  }

  async findCoordinator(group: string, asker = this.anyBroker) {
    const answer = await this.tryCall(asker, findCoordinatorApi, 4, {
      keyType: 0,
      coordinatorKeys: [group],
    });
    const nobody = { key: group, errorCode: errorCode.coordinatorNotAvailable, nodeId: -1 };
    return typeof answer === 'string' ? nobody : answer.coordinators[0]!;
  }

  /** Asks until there is one. */
  async coordinatorOf(group: string, seconds = 60, asker?: NodeId): Promise<NodeId> {
    for (const limit = this.world.now + seconds * 1e6; this.world.now < limit; ) {
      const { errorCode: code, nodeId } = await this.findCoordinator(group, asker);
      if (code === errorCode.none && this.machine(nodeId).state === 'running') return nodeId;
      await this.run(0.1);
    }
    throw new Error(`no coordinator of ${group}`);
  }

  /** One commit by nobody's member; the code of its only partition. */
  async commitAt(to: NodeId, group: string, partition: number, offset: number, more = {}) {
    const answer = await this.tryCall(to, offsetCommitApi, 8, {
      groupId: group,
      topics: [
        {
          name: 'orders',
          partitions: [{ partitionIndex: partition, committedOffset: offset }],
        },
      ],
      ...more,
    });
    return typeof answer === 'string' ? answer : answer.topics[0]?.partitions[0]?.errorCode;
  }

  /** The same at the coordinator, again while it is looked for; the code. */
  async commit(group: string, partition: number, offset: number): Promise<number> {
    const code = await this.#insist(group, (to) => this.commitAt(to, group, partition, offset));
    return code as number;
  }

  async fetchAt(to: NodeId, group: string, partition: number): Promise<number | string> {
    const answer = await this.tryCall(to, offsetFetchApi, 5, {
      groupId: group,
      topics: [{ name: 'orders', partitionIndexes: [partition] }],
    });
    if (typeof answer === 'string') return answer;
    if (answer.errorCode !== errorCode.none) return `error ${answer.errorCode}`;
    return answer.topics[0]?.partitions[0]?.committedOffset ?? -2;
  }

  /** The committed offset, −1 where there is none. */
  async committed(group: string, partition: number): Promise<number> {
    for (;;) {
      const found = await this.fetchAt(await this.coordinatorOf(group), group, partition);
      if (typeof found === 'number') return found;
      await this.run(0.1);
    }
  }

  async #insist(
    group: string,
    ask: (to: NodeId) => Promise<number | string | undefined>,
  ): Promise<number> {
    for (;;) {
      const code = await ask(await this.coordinatorOf(group));
      if (typeof code === 'number' && !passing.has(code)) return code;
      await this.run(0.1);
    }
  }
}
