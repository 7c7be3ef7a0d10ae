/**
 * What makes a node a broker: its replicas, its registration and the listener for clients and
 * followers. Order at start: logs are opened, the broker registers, catches up with the metadata,
 * takes on its replicas, listens, and only then asks to be unfenced. Order at a stop: leaderships
 * are handed over, the listener closes, the logs are flushed and closed.
 */

import type { BrokerEpoch, Micros, NodeId, Uuid } from '../../base/ids.ts';
import { mark } from '../../base/mark.ts';
import { msToMicros } from '../../base/time.ts';
import type { Host } from '../../host/host.ts';
import type { NodeConfig } from '../config.ts';
import type { GroupCoordinator } from '../group/coordinator.ts';
import { OffsetsTopic } from '../group/offsets-topic.ts';
import { coordinatorClientId, offsetsTopic } from '../metadata/internal-topics.ts';
import type { Observe } from '../observation.ts';
import { alterPartitionApi } from '../protocol/apis/56-alter-partition.ts';
import type { ControllerLink } from '../replication/contract.ts';
import { ReplicaManager } from '../replication/replica-manager.ts';
import type { Suspects } from '../replication/replica-store.ts';
import type { OnFailure, Server } from '../rpc/contract.ts';
import { brokerApis } from './apis.ts';
import { AutoCreation } from './auto-creation.ts';
import type { FormerShutdown } from './clean-shutdown.ts';
import { ControllerChannel } from './controller-channel.ts';
import { FetchSessions } from './fetch-sessions.ts';
import { Forwarder } from './forwarder.ts';
import { groupCoordinator } from './group-coordination.ts';
import { firstHeldBack } from './holding-back.ts';
import { BrokerLifecycle } from './lifecycle.ts';
import { cannotListen, startListener } from './listener.ts';
import type { MetadataPublisher } from './metadata-publisher.ts';
import type { NodeRules } from './node-rules.ts';
import { ProducerIds } from './producer-ids.ts';

export interface BrokerRoleOptions {
  readonly host: Host;
  readonly config: NodeConfig;
  readonly observe: Observe;
  readonly publisher: MetadataPublisher;
  /** The active controller as far as the quorum tells, −1 when it does not. */
  readonly controllerId: () => NodeId;
  readonly directoryId: Uuid;
  readonly former: FormerShutdown;
  /** What contradicts its mark. */
  readonly suspects: Suspects;
  readonly rules: NodeRules;
  /** Told of requests whose handling threw. */
  readonly onFailure: OnFailure;
  /** Ends the process: this broker cannot be what it should. */
  readonly halt: (reason: string) => void;
}

/** For one attempt to connect to a controller; an attempt that hangs must not cost a session. */
const connectTimeoutUs: Micros = 2_000_000;

export class BrokerRole {
  readonly #options: BrokerRoleOptions;
  readonly #heartbeats: ControllerChannel;
  readonly #alterations: ControllerChannel;
  readonly #forwarding: ControllerChannel;
  readonly #lifecycle: BrokerLifecycle;
  readonly #coordinating: ControllerChannel;
  readonly #replicas: ReplicaManager;
  readonly #groups: GroupCoordinator;
  #server: Server | null = null;
  /** Partitions that have less here than they had. */
  #incomplete: ReadonlySet<string> = new Set();
  #recovered = false;
  #isListening = false;
  #hasAsked = false;
  /** The partition for whose sake it was last said that we stay fenced. */
  #heldBack: string | null = null;

  constructor(options: BrokerRoleOptions) {
    const { host, config, former, rules } = options;
    const { nodeId, settings } = config;
    this.#options = options;
    const halfSessionUs = Math.ceil(msToMicros(settings.brokerSessionTimeoutMs) / 2);
    const requestTimeoutUs = msToMicros(settings.requestTimeoutMs);
    this.#heartbeats = this.#channel(`broker-${nodeId}-heartbeat`, halfSessionUs);
    this.#alterations = this.#channel(`broker-${nodeId}-alter-partition`, halfSessionUs);
    this.#forwarding = this.#channel(`broker-${nodeId}-forwarding`, requestTimeoutUs);
    this.#coordinating = this.#channel(coordinatorClientId(nodeId), requestTimeoutUs);
    this.#lifecycle = new BrokerLifecycle({
      host,
      config,
      channel: this.#heartbeats,
      directoryId: options.directoryId,
      previousBrokerEpoch: () => rules.broker.previousBrokerEpoch(this.#hasAll, former.brokerEpoch),
      currentMetadataOffset: () => options.publisher.image.appliedOffset,
      onCaughtUp: () => this.#serve(),
      onRegistrationTimeout: () => options.halt('no controller registered this broker in time'),
    });
    const link: ControllerLink = {
      alterPartition: (request, done) => {
        this.#alterations.send(alterPartitionApi, 3, request, requestTimeoutUs, done);
      },
    };
    this.#replicas = new ReplicaManager({
      host,
      config,
      controller: link,
      brokerEpoch: () => this.#lifecycle.brokerEpoch,
      observe: options.observe,
      rules: rules.replication,
      logRules: rules.log,
      onFailure: options.onFailure,
    });
    const topic = new OffsetsTopic(host, settings, this.#coordinating, requestTimeoutUs);
    const { observe, publisher } = options;
    const { image } = publisher;
    const replicas = this.#replicas;
    this.#groups = groupCoordinator({ host, config, rules, observe, image, topic, replicas });
    this.#replicas.onLeaderships(offsetsTopic, this.#groups);
  }

  /**
   * For the mark of a clean shutdown: the registration under which these logs stand. A process that
   * was never registered has changed nothing in them.
   */
  get epochToMark(): BrokerEpoch {
    const { brokerEpoch } = this.#lifecycle;
    if (brokerEpoch !== -1) return brokerEpoch;
    return this.#hasAll ? this.#options.former.brokerEpoch : -1;
  }

  /** All logs were opened and recovered. */
  get recovered(): boolean {
    return this.#recovered;
  }

  /** Throws a DiskError. */
  start(): void {
    const { former, host, suspects } = this.#options;
    this.#incomplete = this.#replicas.load(former.findings !== null, suspects);
    this.#recovered = true;
    if (former.findings !== null && !this.#hasAll) {
      host.log('warn', 'the last shutdown counts as unclean: not all is as it left it');
    }
    this.#lifecycle.start();
  }

  /** The logs are as a clean shutdown left them: nothing was lost since. */
  get #hasAll(): boolean {
    return this.#options.former.clean && this.#incomplete.size === 0;
  }

  controllerChanged(): void {
    for (const channel of this.#channels) channel.controllerChanged();
  }

  get #channels(): readonly ControllerChannel[] {
    return [this.#heartbeats, this.#alterations, this.#forwarding, this.#coordinating];
  }

  /** Hands the leaderships over, for as long as controlled.shutdown.timeout.ms allows. */
  drain(): Promise<void> {
    const { host, config } = this.#options;
    this.#replicas.beginShutdown();
    return new Promise((resolve) => {
      const timeoutUs = msToMicros(config.settings.controlledShutdownTimeoutMs);
      const timer = host.timers.after(timeoutUs, () => {
        mark('shutdown-without-leave');
        host.log('warn', `broker ${config.nodeId} goes without the controller's leave`);
        resolve();
      });
      this.#lifecycle.drain(() => {
        timer.cancel();
        resolve();
      });
    });
  }

  /** Rejects with a DiskError when a log could not be flushed. */
  async stop(): Promise<void> {
    this.#lifecycle.stop();
    this.#options.publisher.stop();
    this.#server?.close();
    for (const channel of this.#channels) channel.close();
    await this.#replicas.shutdown();
  }

  /**
   * The metadata is recent: take on the replicas it names, then listen, then ask for leaderships.
   */
  #serve(): void {
    const { host, config, publisher, halt, onFailure } = this.#options;
    const { settings, nodeId } = config;
    publisher.subscribe((image, delta) => {
      this.#replicas.onMetadata(image, delta);
      this.#askToUnfence();
    });
    publisher.subscribe((_, delta) => this.#groups.onMetadata(delta));
    publisher.start();
    const withinUs = msToMicros(settings.requestTimeoutMs);
    const served = brokerApis({
      host,
      config,
      image: publisher.image,
      replicas: this.#replicas,
      groups: this.#groups,
      fetchSessions: new FetchSessions({
        slots: settings.maxIncrementalFetchSessionCacheSlots,
        nowUs: () => host.clock.monotonicUs(),
        draw: (bound) => host.random.stream('fetch-sessions').int(bound),
      }),
      forwarder: new Forwarder(this.#forwarding, withinUs),
      autoCreation: new AutoCreation(host, this.#forwarding, withinUs),
      producerIds: new ProducerIds(
        this.#forwarding,
        nodeId,
        () => this.#lifecycle.brokerEpoch,
        withinUs,
      ),
    });
    const ready = (error: Error | null): void => {
      if (error !== null) halt(cannotListen(config.brokerPort, error));
      this.#isListening = error === null;
      this.#askToUnfence();
    };
    const { brokerPort } = config;
    this.#server = startListener(host, 'broker', brokerPort, served, settings, onFailure, ready);
  }

  /** At most once, as soon as it serves and nothing speaks against its leading. */
  #askToUnfence(): void {
    if (!this.#isListening || this.#hasAsked) return;
    const { config, host, publisher } = this.#options;
    const { nodeId, settings } = config;
    const heldBack = firstHeldBack(publisher.image, settings, nodeId, this.#incomplete);
    if (heldBack === null) {
      this.#hasAsked = true;
      this.#lifecycle.readyToUnfence();
    } else if (heldBack !== this.#heldBack) {
      this.#heldBack = heldBack;
      mark('held-back');
      host.log(
        'error',
        `broker ${nodeId} stays fenced: it is the last known leader of ${heldBack}, whose files ` +
          'are damaged here, and would cut the other replicas. Restore the files; or set ' +
          'unclean.leader.election.enable=true for the topic while a replica that has more is up',
      );
    }
  }

  #channel(clientId: string, attemptTimeoutUs: Micros): ControllerChannel {
    const { host, config, controllerId } = this.#options;
    return new ControllerChannel({
      host,
      clientId,
      voters: config.voters,
      controllerId,
      attemptTimeoutUs,
      connectTimeoutUs,
    });
  }
}
