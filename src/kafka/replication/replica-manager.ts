/**
 * The replicas of one broker: gives each the role that committed metadata says, serves produce,
 * fetch and offset look-ups from those it leads, and has the others follow. All roles come through
 * `onMetadata`; the image of its first call must have caught up with the committed log as of this
 * process's start, for what that image does not assign to this broker is moved aside. An I/O error
 * ends the process: its one log directory cannot be trusted any more.
 */

import { assert } from '../../base/assert.ts';
import type { BrokerEpoch, LeaderEpoch, NodeId } from '../../base/ids.ts';
import { zeroUuid } from '../../base/ids.ts';
import { mark } from '../../base/mark.ts';
import { secondsToMicros } from '../../base/time.ts';
import { DiskError } from '../../host/disk.ts';
import type { Host } from '../../host/host.ts';
import type { Address } from '../../host/network.ts';
import type { NodeConfig } from '../config.ts';
import { kafkaLogRules, type LogRules } from '../log/rules.ts';
import type { MetadataDelta, MetadataImage } from '../metadata/image.ts';
import { topicSettings } from '../metadata/image.ts';
import { quorumTopic } from '../metadata/internal-topics.ts';
import type { PartitionState } from '../metadata/state.ts';
import type { Observe } from '../observation.ts';
import { pass } from '../points.ts';
import { errorCode, KafkaError } from '../protocol/errors.ts';
import { openChannel } from '../rpc/channel.ts';
import type { Channel, OnFailure } from '../rpc/contract.ts';
import { Completions } from './completions.ts';
import type {
  ControllerLink,
  EpochEndOffset,
  FetchResult,
  FetchWork,
  ListOffsetQuery,
  ListOffsetResult,
  ProduceResult,
  ProduceWork,
} from './contract.ts';
import { Deadlines } from './deadlines.ts';
import { Fetchers } from './fetchers.ts';
import { HostedPartitions } from './hosted-partitions.ts';
import { IsrProposals } from './isr-proposals.ts';
import type { BrokersView } from './leader-state.ts';
import { type LeadershipListener, Leaderships } from './leaderships.ts';
import { LedPartition } from './led-partition.ts';
import { endOffsetForEpoch, failedEpochEnd, failedListOffset, listOffset } from './list-offsets.ts';
import { Maintenance } from './maintenance.ts';
import { Partition } from './partition.ts';
import type { PartitionEnvironment } from './partition-environment.ts';
import { rackAware } from './replica-selector.ts';
import type { StoredReplica, Suspects } from './replica-store.ts';
import { noSuspects, ReplicaStore } from './replica-store.ts';
import type { ReplicationRules } from './rules.ts';
import { kafkaReplicationRules } from './rules.ts';
import { Serving } from './serving.ts';

export interface ReplicaManagerOptions {
  readonly host: Host;
  readonly config: NodeConfig;
  readonly controller: ControllerLink;
  /**
   * Of this process's registration; −1 before it has one, and nothing is fetched or proposed till
   * then.
   */
  readonly brokerEpoch: () => BrokerEpoch;
  readonly observe: Observe;
  readonly rules?: ReplicationRules;
  readonly logRules?: LogRules;
  /** Told of what one partition's part of a request threw; where nobody is told it is thrown. */
  readonly onFailure?: OnFailure;
  /** How leaders are reached; by default a channel of its own each. */
  readonly connect?: (address: Address) => Channel;
}

const noBrokers: BrokersView = new Map();
const connectTimeoutUs = secondsToMicros(10);

export class ReplicaManager {
  readonly #options: ReplicaManagerOptions;
  readonly #rules: ReplicationRules;
  readonly #store: ReplicaStore;
  readonly #hosted = new HostedPartitions(() => this.#image);
  readonly #completions = new Completions();
  readonly #leaderships = new Leaderships();
  readonly #deadlines: Deadlines;
  readonly #fetchers: Fetchers;
  readonly #proposals: IsrProposals;
  readonly #maintenance: Maintenance;
  readonly #serving: Serving;
  readonly #environment: PartitionEnvironment;
  /** Replicas found to be replaced as soon as another one leads; see OpenedReplicas. */
  readonly #untrusted = new Set<Partition>();
  #image: MetadataImage | null = null;
  #hasRemoved = false;
  #state: 'new' | 'loaded' | 'shutting-down' | 'closed' | 'failed' = 'new';

  constructor(options: ReplicaManagerOptions) {
    const { brokerEpoch, config, controller, host, observe } = options;
    const { nodeId: node, settings } = config;
    this.#options = options;
    this.#rules = options.rules ?? kafkaReplicationRules;
    const rules = this.#rules;
    const completions = this.#completions;
    const hosted = this.#hosted;
    const onError = (error: unknown): void => this.#onError(error);
    const guard = (work: () => void): boolean => this.#guard(work);
    const brokers = (): BrokersView => this.#image?.brokers ?? noBrokers;
    const clientId = `broker-${node}-fetcher`;
    this.#store = new ReplicaStore(host, config, observe, options.logRules ?? kafkaLogRules);
    this.#deadlines = new Deadlines(host, () => completions.drain());
    this.#proposals = new IsrProposals({
      host,
      node,
      brokerEpoch,
      controller,
      afterAnswer: () => completions.drain(),
    });
    this.#fetchers = new Fetchers({
      host,
      node,
      settings,
      rules,
      brokerEpoch,
      guard,
      connect:
        options.connect ??
        ((address) => openChannel(host, address, { clientId, connectTimeoutUs })),
      addressOf: (broker) => this.#image?.brokers.get(broker) ?? null,
    });
    this.#maintenance = new Maintenance({
      host,
      settings,
      hosted,
      store: this.#store,
      guard,
      onError,
    });
    this.#serving = new Serving({
      hosted,
      completions,
      deadlines: this.#deadlines,
      rules,
      brokers,
      selectReplica: settings.replicaSelectorClass === '' ? null : rackAware(config.rack, brokers),
      codeOf: (error, doing) => this.#codeOf(error, doing),
    });
    this.#environment = {
      host,
      config,
      rules,
      observe,
      completions,
      leaderships: this.#leaderships,
      brokers,
      brokerEpoch,
      onError,
      propose: (partition, proposal) => this.#proposals.propose(partition, proposal),
      onCommittedCut: () => {
        this.#store.writeHighWatermarks(hosted.all).catch(onError);
        this.#store.writeRecoveryPoints(hosted.all).catch(onError);
      },
    };
  }

  /**
   * Opens the replicas on disk, recovering those that were not closed. Answers the names of those
   * that have less than was known to be durable here. Throws DiskError.
   */
  load(cleanShutdown: boolean, suspects: Suspects = noSuspects): ReadonlySet<string> {
    assert(this.#state === 'new', 'replicas are loaded once');
    const { replicas, incomplete, untrusted } = this.#store.openAll({ cleanShutdown, suspects });
    for (const stored of replicas) {
      const partition = this.#host(stored);
      if (untrusted.has(partition.name)) this.#untrusted.add(partition);
    }
    this.#state = 'loaded';
    this.#maintenance.start();
    return incomplete;
  }

  onMetadata(image: MetadataImage, delta: MetadataDelta): void {
    if (this.#state !== 'loaded' && this.#state !== 'shutting-down') return;
    const isFirst = this.#image === null;
    this.#image = image;
    this.#guard(() => {
      if (isFirst) this.#adopt(image);
      else this.#apply(image, delta);
      this.#forgetRemoved();
      this.#fetchers.refresh();
    });
  }

  /** Before the first `onMetadata`. */
  onLeaderships(topic: string, listener: LeadershipListener): void {
    this.#leaderships.subscribe(topic, listener);
  }

  /** For a coordinator on this broker; null where it does not lead the partition in that epoch. */
  led(topic: string, index: number, leaderEpoch: LeaderEpoch): LedPartition | null {
    const partition = this.#hosted.ofName(topic, index);
    if (partition === undefined || !this.#isServing()) return null;
    const led = new LedPartition(partition, leaderEpoch, {
      completions: this.#completions,
      deadlines: this.#deadlines,
      codeOf: (error, doing) => this.#codeOf(error, doing),
    });
    return led.log === null ? null : led;
  }

  produce(work: ProduceWork, done: (results: ProduceResult[]) => void): void {
    if (!this.#isServing()) return;
    const { host } = this.#options;
    this.#serving.produce(work, (results) =>
      pass(host, 'append-acknowledged', () => done(results)),
    );
  }

  fetch(work: FetchWork, done: (results: FetchResult[]) => void): void {
    if (this.#isServing()) this.#serving.fetch(work, done);
  }

  listOffset(query: ListOffsetQuery): ListOffsetResult {
    const found = this.#hosted.find(query);
    if (typeof found === 'number') return failedListOffset(found);
    try {
      return listOffset(found, query, this.#rules);
    } catch (error) {
      return failedListOffset(this.#codeOf(error, `looking up an offset of ${found.name}`));
    }
  }

  /** For OffsetForLeaderEpoch, which names topics. */
  endOffsetForEpoch(
    topic: string,
    index: number,
    currentLeaderEpoch: LeaderEpoch,
    epoch: LeaderEpoch,
  ): EpochEndOffset {
    const found = this.#hosted.find({ topicId: zeroUuid, topic, index });
    if (typeof found === 'number') return failedEpochEnd(found);
    return endOffsetForEpoch(found, currentLeaderEpoch, epoch, this.#rules);
  }

  /** Replicas on this broker, for tools and tests. */
  get partitions(): ReadonlySet<Partition> {
    return this.#hosted.all;
  }

  /** The controller moves leadership away: what has no use for us any more is no longer fetched. */
  beginShutdown(): void {
    if (this.#state === 'loaded') this.#state = 'shutting-down';
  }

  /**
   * Everything durable and closed when it resolves; rejects where that failed, and then nothing is
   * proven.
   */
  async shutdown(): Promise<void> {
    if (this.#state === 'failed' || this.#state === 'closed') return;
    this.#state = 'closed';
    this.#maintenance.stop();
    this.#fetchers.close();
    this.#proposals.close();
    const { all } = this.#hosted;
    for (const partition of all) partition.retire();
    this.#completions.drain();
    this.#deadlines.close();
    await Promise.all(Array.from(all, ({ log }) => log.close()));
    await this.#store.writeHighWatermarks(all);
    await this.#store.writeRecoveryPoints(all);
  }

  #isServing(): boolean {
    return this.#state === 'loaded' || this.#state === 'shutting-down';
  }

  #adopt(image: MetadataImage): void {
    const { nodeId } = this.#options.config;
    for (const partition of [...this.#hosted.all]) {
      const reason = whyStray(partition, image, nodeId);
      if (reason !== null) this.#remove(partition, reason);
      else partition.updateSettings(this.#settingsOf(image, partition.topic));
    }
    // A stray with the topic id of another directory may have taken that one's place.
    for (const partition of this.#hosted.all) this.#hosted.add(partition);
    for (const topic of image.topicsById.values()) {
      for (const state of topic.partitions) this.#assign(image, state);
    }
  }

  #apply(image: MetadataImage, delta: MetadataDelta): void {
    for (const topic of delta.deletedTopics) {
      for (const { index } of topic.partitions) {
        const partition = this.#hosted.get(topic.id, index);
        if (partition !== undefined) this.#remove(partition);
      }
    }
    for (const state of delta.partitions) this.#assign(image, state);
    for (const topic of delta.configs) {
      for (const partition of this.#hosted.ofTopic(topic)) {
        partition.updateSettings(this.#settingsOf(image, topic));
      }
    }
  }

  #assign(image: MetadataImage, state: PartitionState): void {
    const { config } = this.#options;
    // The quorum's directory. Controllers let no topic have this name; older ones did.
    if (state.topic === quorumTopic) return;
    let partition = this.#hosted.get(state.topicId, state.index);
    if (!state.replicas.includes(config.nodeId)) {
      if (partition !== undefined) this.#unassign(partition);
      return;
    }
    if (partition !== undefined && state.leader >= 0 && this.#untrusted.delete(partition)) {
      // Where it leads, there is nobody who has more.
      if (state.leader !== config.nodeId) {
        this.#remove(partition, 'is not what it was, and is fetched anew from its leader');
        partition = undefined;
      }
    }
    if (partition === undefined) {
      const { topic, topicId, index } = state;
      const former = this.#hosted.ofName(topic, index);
      if (former !== undefined) {
        mark('recreated-beside-former');
        this.#remove(former);
      }
      const settings = this.#settingsOf(image, topic);
      partition = this.#host(this.#store.create({ topic, topicId, index }, settings), settings);
    }
    partition.onMetadata(state);
    const isLeaving = this.#state === 'shutting-down' && !state.isr.includes(config.nodeId);
    const { follower } = partition;
    if (follower === null || isLeaving) this.#fetchers.unfollow(partition);
    else this.#fetchers.follow(partition, follower.leader);
  }

  /** Others have it from now on; whoever waits here looks for them. */
  #unassign(partition: Partition): void {
    if (partition.leader !== null) mark('unassigned-while-leading');
    if (partition.follower !== null) mark('unassigned-while-following');
    this.#remove(partition);
  }

  #host(stored: StoredReplica, settings = this.#options.config.settings.topicDefaults): Partition {
    const partition = new Partition(this.#environment, settings, stored);
    stored.directoryDurable.catch((error: unknown) => this.#onError(error));
    this.#hosted.add(partition);
    return partition;
  }

  /** For ever, or where a `straysBecause` is given only out of the way. */
  #remove(partition: Partition, straysBecause: string | null = null): void {
    this.#fetchers.unfollow(partition);
    this.#proposals.forget(partition);
    this.#untrusted.delete(partition);
    this.#hosted.delete(partition);
    if (partition.leader !== null) mark('removed-while-leading');
    if (straysBecause !== null) mark('replica-set-aside');
    partition.retire();
    if (straysBecause === null) this.#store.remove(partition, partition.log);
    else this.#store.setAside(partition, partition.log, straysBecause);
    this.#hasRemoved = true;
  }

  /** Else a topic of a removed one's name could later start with that one's offsets. */
  #forgetRemoved(): void {
    if (!this.#hasRemoved) return;
    this.#hasRemoved = false;
    const onError = (error: unknown): void => this.#onError(error);
    this.#store.writeHighWatermarks(this.#hosted.all).catch(onError);
    this.#store.writeRecoveryPoints(this.#hosted.all).catch(onError);
  }

  #settingsOf(image: MetadataImage, topic: string): NodeConfig['settings']['topicDefaults'] {
    const { settings, nodeId } = this.#options.config;
    return topicSettings(image, topic, settings, nodeId);
  }

  /**
   * Does something to partitions and answers what became ready; false where it failed with a code.
   */
  #guard(work: () => void): boolean {
    try {
      work();
      this.#completions.drain();
      return true;
    } catch (error) {
      if (error instanceof KafkaError) this.#options.host.log('warn', error.message);
      else this.#onError(error);
      return false;
    }
  }

  /** What one partition's part of a request is answered that threw. */
  #codeOf(error: unknown, doing: string): number {
    if (error instanceof KafkaError) return error.code;
    const { onFailure } = this.#options;
    if (error instanceof DiskError || onFailure === undefined) {
      this.#onError(error);
      return errorCode.kafkaStorageError;
    }
    onFailure(doing, error);
    return errorCode.unknownServerError;
  }

  #onError(error: unknown): void {
    if (!(error instanceof DiskError)) throw error;
    if (this.#state === 'failed') return;
    this.#state = 'failed';
    mark('log-directory-failed');
    const { host } = this.#options;
    host.log('error', `log directory failed: ${error.message}`);
    host.exit(1, `log directory failed: ${error.message}`);
  }
}

/** Why a replica found on disk is none that the metadata gives to this broker; null where it is. */
function whyStray(partition: Partition, image: MetadataImage, node: NodeId): string | null {
  const { topicId, topic, index } = partition;
  const state = image.partition(topicId, index);
  if (state === undefined) return `is of a topic that is not there any more (${topicId})`;
  if (state.topic !== topic) return `has the topic id of ${state.topic}-${index}`;
  return state.replicas.includes(node) ? null : 'is assigned to other brokers';
}
