/**
 * Brokers that speak real frames over the simulated network and do what a test tells them: by
 * default they serve in-memory logs; a test takes over single requests by `intercept`. Clients run
 * on a machine of their own.
 */

import type { Host } from '../../../src/host/host.ts';
import { KafkaClient } from '../../../src/kafka/client/client.ts';
import type { ClientOptions } from '../../../src/kafka/client/settings.ts';
import { produceApi } from '../../../src/kafka/protocol/apis/00-produce.ts';
import { fetchApi } from '../../../src/kafka/protocol/apis/01-fetch.ts';
import { listOffsetsApi } from '../../../src/kafka/protocol/apis/02-list-offsets.ts';
import { metadataApi } from '../../../src/kafka/protocol/apis/03-metadata.ts';
import { offsetCommitApi } from '../../../src/kafka/protocol/apis/08-offset-commit.ts';
import { offsetFetchApi } from '../../../src/kafka/protocol/apis/09-offset-fetch.ts';
import { findCoordinatorApi } from '../../../src/kafka/protocol/apis/10-find-coordinator.ts';
import { joinGroupApi } from '../../../src/kafka/protocol/apis/11-join-group.ts';
import { heartbeatApi } from '../../../src/kafka/protocol/apis/12-heartbeat.ts';
import { leaveGroupApi } from '../../../src/kafka/protocol/apis/13-leave-group.ts';
import { syncGroupApi } from '../../../src/kafka/protocol/apis/14-sync-group.ts';
import { apiVersionsApi } from '../../../src/kafka/protocol/apis/18-api-versions.ts';
import { createTopicsApi } from '../../../src/kafka/protocol/apis/19-create-topics.ts';
import { initProducerIdApi } from '../../../src/kafka/protocol/apis/22-init-producer-id.ts';
import { offsetForLeaderEpochApi } from '../../../src/kafka/protocol/apis/23-offset-for-leader-epoch.ts';
import { deleteGroupsApi } from '../../../src/kafka/protocol/apis/42-delete-groups.ts';
import { electLeadersApi } from '../../../src/kafka/protocol/apis/43-elect-leaders.ts';
import { incrementalAlterConfigsApi } from '../../../src/kafka/protocol/apis/44-incremental-alter-configs.ts';
import { alterPartitionReassignmentsApi } from '../../../src/kafka/protocol/apis/45-alter-partition-reassignments.ts';
import { listPartitionReassignmentsApi } from '../../../src/kafka/protocol/apis/46-list-partition-reassignments.ts';
import { consumerGroupHeartbeatApi } from '../../../src/kafka/protocol/apis/68-consumer-group-heartbeat.ts';
import { errorCode } from '../../../src/kafka/protocol/errors.ts';
import type { Api } from '../../../src/kafka/protocol/schema.ts';
import type { Request } from '../../../src/kafka/rpc/contract.ts';
import { isRequestOf } from '../../../src/kafka/rpc/request.ts';
import { startServer } from '../../../src/kafka/rpc/server.ts';
import { constantLatency } from '../../../src/sim/latency.ts';
import { World } from '../../../src/sim/world.ts';
import { FakeLog } from './fake-log.ts';

const port = 9092;
const served: readonly Api[] = [
  produceApi,
  fetchApi,
  listOffsetsApi,
  metadataApi,
  apiVersionsApi,
  createTopicsApi,
  electLeadersApi,
  incrementalAlterConfigsApi,
  alterPartitionReassignmentsApi,
  listPartitionReassignmentsApi,
  initProducerIdApi,
  offsetForLeaderEpochApi,
  // Served by a FakeGroup that intercepts.
  findCoordinatorApi,
  offsetCommitApi,
  offsetFetchApi,
  joinGroupApi,
  syncGroupApi,
  heartbeatApi,
  leaveGroupApi,
  consumerGroupHeartbeatApi,
  deleteGroupsApi,
];

export interface FakePartition {
  leader: number;
  epoch: number;
  log: FakeLog;
}

/** True: the test has dealt with the request. */
export type Intercept = (request: Request, node: number) => boolean;

export class FakeCluster {
  readonly world = new World({
    seed: 'client',
    network: { latency: constantLatency(1000), loopbackLatency: constantLatency(10) },
  });
  readonly topics = new Map<string, { id: string; partitions: FakePartition[] }>();
  /** All requests that arrived, in order. */
  readonly requests: { readonly node: number; readonly request: Request; readonly atUs: number }[] =
    [];
  intercept: Intercept = () => false;
  /** What the brokers say they serve; a test may lower it. */
  maxVersions = new Map<number, number>();
  nextProducerId = 1000;
  readonly #nodes: number;
  #waitingFetches = new Set<() => void>();

  constructor(nodes = 1) {
    this.#nodes = nodes;
    for (let node = 0; node < nodes; node++) this.#startBroker(node);
    this.world.addMachine('client');
  }

  addTopic(name: string, partitions: number, id = 'AAAAAAAAAAAAAAAAAAAAAQ'): void {
    const nodes = this.#nodes;
    this.topics.set(name, {
      id,
      partitions: Array.from({ length: partitions }, (_, at) => {
        return { leader: at % nodes, epoch: 0, log: new FakeLog() };
      }),
    });
  }

  partition(topic: string, index: number): FakePartition {
    const partition = this.topics.get(topic)?.partitions[index];
    if (partition === undefined) throw new Error(`no ${topic}-${index}`);
    return partition;
  }

  log(topic: string, index: number): FakeLog {
    return this.partition(topic, index).log;
  }

  moveLeader(topic: string, index: number, leader: number): void {
    const partition = this.partition(topic, index);
    partition.leader = leader;
    partition.epoch++;
  }

  /** Runs `use` in the client's process and lets a little time pass. */
  async client(
    use: (client: KafkaClient, host: Host) => void,
    options: Partial<ClientOptions> = {},
    machine = 'client',
  ): Promise<void> {
    const bootstrap = [{ host: 'b0', port }];
    if (machine !== 'client') this.world.addMachine(machine);
    this.world.machine(machine).start((host) => {
      use(new KafkaClient({ host, clientId: 'test', bootstrap, ...options }), host);
      return { stop: () => host.exit(0, 'asked to') };
    });
    await this.runFor(0);
  }

  async runFor(ms: number): Promise<void> {
    await this.world.runUntil(this.world.now + ms * 1000);
    if (this.world.failure !== null) throw this.world.failure;
  }

  /** Requests of one API that arrived, oldest first. */
  seen<A extends Api>(api: A): Request<A>[] {
    return this.requests.map(({ request }) => request).filter((each) => isRequestOf(each, api));
  }

  appended(): void {
    for (const wake of [...this.#waitingFetches]) wake();
  }

  #startBroker(node: number): void {
    const apis = new Map(
      served.map((api) => [
        api.key,
        { api, minVersion: api.minVersion, maxVersion: api.maxVersion },
      ]),
    );
    this.world.addMachine(`b${node}`).start((host) => {
      const options = {
        listener: 'broker',
        port,
        apis,
        maxRequestBytes: 10_000_000,
        maxConnections: 100,
        maxQueuedRequestsPerConnection: 100,
        maxIdleUs: 1e12,
        handle: (request: Request) => this.#handle(request, node, host),
      };
      const server = startServer(host, options, () => {});
      return { stop: () => server.close() };
    });
  }

  #handle(request: Request, node: number, host: Host): void {
    this.requests.push({ node, request, atUs: this.world.now });
    if (this.intercept(request, node)) return;
    if (isRequestOf(request, apiVersionsApi)) this.#apiVersions(request);
    else if (isRequestOf(request, metadataApi)) this.#metadata(request);
    else if (isRequestOf(request, initProducerIdApi)) {
      request.respond({
        throttleTimeMs: 0,
        errorCode: 0,
        producerId: this.nextProducerId++,
        producerEpoch: 0,
      });
    } else if (isRequestOf(request, produceApi)) this.produce(request, node);
    else if (isRequestOf(request, fetchApi)) this.#fetchSoon(request, node, host);
    else if (isRequestOf(request, listOffsetsApi)) this.#listOffsets(request, node);
    else if (isRequestOf(request, offsetForLeaderEpochApi)) this.#epochEnds(request, node);
    else request.disconnect();
  }

  #apiVersions(request: Request<typeof apiVersionsApi>): void {
    const apiKeys = served.map(({ key, minVersion, maxVersion }) => ({
      apiKey: key,
      minVersion,
      maxVersion: this.maxVersions.get(key) ?? maxVersion,
    }));
    request.respond({ errorCode: 0, apiKeys });
  }

  #metadata(request: Request<typeof metadataApi>): void {
    const names = request.body.topics?.map(({ name }) => name ?? '') ?? [...this.topics.keys()];
    const nodes = this.#nodes;
    request.respond({
      brokers: Array.from({ length: nodes }, (_, nodeId) => ({ nodeId, host: `b${nodeId}`, port })),
      clusterId: 'fake',
      controllerId: 0,
      topics: names.map((name) => {
        const topic = this.topics.get(name);
        return {
          errorCode: topic === undefined ? errorCode.unknownTopicOrPartition : 0,
          name,
          topicId: topic?.id ?? 'AAAAAAAAAAAAAAAAAAAAAA',
          partitions: (topic?.partitions ?? []).map(({ leader, epoch }, partitionIndex) => ({
            errorCode: 0,
            partitionIndex,
            leaderId: leader,
            leaderEpoch: epoch,
            replicaNodes: [leader],
            isrNodes: [leader],
          })),
        };
      }),
    });
  }

  /** Appends and answers; `answer` false: appends, says nothing. */
  produce(request: Request<typeof produceApi>, node: number, answer = true): void {
    const responses = request.body.topicData.map(({ name, topicId, partitionData }) => ({
      name,
      topicId,
      partitionResponses: partitionData.map(({ index, records }) => {
        const partition = this.#named(name, topicId)?.partitions[index];
        if (partition === undefined) return produced(index, errorCode.unknownTopicOrPartition);
        if (partition.leader !== node) return produced(index, errorCode.notLeaderOrFollower);
        const { code, base } = partition.log.append(records ?? new Uint8Array(), partition.epoch);
        return produced(index, code, base);
      }),
    }));
    this.appended();
    if (request.body.acks === 0) request.respondNothing();
    else if (answer) request.respond({ responses });
  }

  /** Answers every partition with this error and appends nothing. */
  refuse(request: Request<typeof produceApi>, code: number): void {
    request.respond({
      responses: request.body.topicData.map(({ name, topicId, partitionData }) => ({
        name,
        topicId,
        partitionResponses: partitionData.map(({ index }) => produced(index, code)),
      })),
    });
  }

  #named(name: string, id: string) {
    const byId = [...this.topics.values()].find((topic) => topic.id === id);
    return name === '' ? byId : this.topics.get(name);
  }

  #fetchSoon(request: Request<typeof fetchApi>, node: number, host: Host): void {
    const { responses, urgent } = this.#fetched(request, node);
    if (urgent) {
      request.respond({ responses });
      return;
    }
    const answer = (): void => {
      timer.cancel();
      this.#waitingFetches.delete(answer);
      request.respond({ responses: this.#fetched(request, node).responses });
    };
    const timer = host.timers.after(request.body.maxWaitMs * 1000, answer);
    this.#waitingFetches.add(answer);
  }

  #fetched(request: Request<typeof fetchApi>, node: number) {
    let urgent = false;
    const responses = request.body.topics.map(({ topic, topicId, partitions }) => ({
      topic,
      topicId,
      partitions: partitions.map(
        ({ partition: partitionIndex, fetchOffset, currentLeaderEpoch }) => {
          const partition = this.#named(topic, topicId)?.partitions[partitionIndex];
          const code = codeFor(partition, node, fetchOffset, currentLeaderEpoch);
          const records =
            partition === undefined || code !== 0
              ? new Uint8Array()
              : partition.log.read(fetchOffset, 100);
          if (code !== 0 || records.length > 0) urgent = true;
          const end = partition?.log.end ?? -1;
          return { partitionIndex, errorCode: code, highWatermark: end, records };
        },
      ),
    }));
    return { responses, urgent };
  }

  #listOffsets(request: Request<typeof listOffsetsApi>, node: number): void {
    request.respond({
      topics: request.body.topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex, timestamp }) => {
          const partition = this.partition(name, partitionIndex);
          const { log, epoch } = partition;
          const right = partition.leader === node;
          return {
            partitionIndex,
            errorCode: right ? 0 : errorCode.notLeaderOrFollower,
            offset: timestamp === -2 ? log.start : log.end,
            leaderEpoch: epoch,
          };
        }),
      })),
    });
  }

  #epochEnds(request: Request<typeof offsetForLeaderEpochApi>, node: number): void {
    request.respond({
      topics: request.body.topics.map(({ topic, partitions }) => ({
        topic,
        partitions: partitions.map(({ partition: index, leaderEpoch }) => {
          const partition = this.partition(topic, index);
          if (partition.leader !== node) {
            return { partition: index, errorCode: errorCode.notLeaderOrFollower };
          }
          return { partition: index, errorCode: 0, ...partition.log.endOfEpoch(leaderEpoch) };
        }),
      })),
    });
  }
}

const produced = (index: number, code: number, baseOffset = -1) => ({
  index,
  errorCode: code,
  baseOffset,
});

function codeFor(
  partition: FakePartition | undefined,
  node: number,
  offset: number,
  epoch: number,
): number {
  if (partition === undefined) return errorCode.unknownTopicOrPartition;
  if (partition.leader !== node) return errorCode.notLeaderOrFollower;
  if (epoch >= 0 && epoch < partition.epoch) return errorCode.fencedLeaderEpoch;
  if (epoch > partition.epoch) return errorCode.unknownLeaderEpoch;
  const { log } = partition;
  return offset < log.start || offset > log.end ? errorCode.offsetOutOfRange : 0;
}
