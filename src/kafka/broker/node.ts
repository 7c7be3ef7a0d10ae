/**
 * A Kafka node as a program: what a machine runs. It is broker, controller or both (process.roles);
 * each node holds a replica of the metadata log, as voter or as observer. Start: mark of the last
 * shutdown, identity, quorum, roles; what contradicts them is met before anything is changed. Stop:
 * the broker hands over and closes, the quorum steps down, then the mark is written. Whatever the
 * disk refuses ends the process without a mark.
 */
import type { BrokerEpoch } from '../../base/ids.ts';
import { DiskError } from '../../host/disk.ts';
import type { Host, Program } from '../../host/host.ts';
import type { NodeConfig } from '../config.ts';
import { Controller } from '../controller/controller.ts';
import { MetadataImage } from '../metadata/image.ts';
import { type Observe, observeNothing } from '../observation.ts';
import { MalformedError } from '../protocol/malformed.ts';
import { Quorum, type QuorumListener } from '../raft/quorum.ts';
import { RefusalError } from '../refusal.ts';
import type { OnFailure, Server } from '../rpc/contract.ts';
import { controllerApis } from './apis.ts';
import { BrokerRole } from './broker-role.ts';
import {
  type FormerShutdown,
  noMark,
  readFormerShutdown,
  removeCleanShutdownMark,
  writeCleanShutdownMark,
} from './clean-shutdown.ts';
import { heedFindings } from './former-life.ts';
import { openIdentity } from './identity.ts';
import { cannotListen, startListener } from './listener.ts';
import { MetadataPublisher } from './metadata-publisher.ts';
import { kafkaNodeRules, type NodeRules } from './node-rules.ts';
import { requestFailures } from './request-failures.ts';

export function kafkaNode(
  config: NodeConfig,
  observe: Observe = observeNothing,
  rules: Partial<NodeRules> = {},
): Program {
  return (host) => {
    const node = new KafkaNode(host, config, observe, { ...kafkaNodeRules, ...rules });
    node.start();
    return { stop: () => node.stop() };
  };
}

class KafkaNode {
  readonly #host: Host;
  readonly #config: NodeConfig;
  readonly #observe: Observe;
  readonly #rules: NodeRules;
  readonly #onFailure: OnFailure;
  readonly #publisher: MetadataPublisher;
  #quorum: Quorum | null = null;
  #controller: Controller | null = null;
  #controllerServer: Server | null = null;
  #broker: BrokerRole | null = null;
  #former: FormerShutdown = noMark;
  #started: Promise<void> = Promise.resolve();
  #stopping = false;

  constructor(host: Host, config: NodeConfig, observe: Observe, rules: NodeRules) {
    this.#host = host;
    this.#config = config;
    this.#observe = observe;
    this.#rules = rules;
    this.#onFailure = requestFailures(host, config.nodeId, observe);
    this.#publisher = new MetadataPublisher(host, config.nodeId, new MetadataImage(), observe);
  }

  start(): void {
    this.#started = this.#start().catch((error: unknown) => this.#fail(error));
  }

  stop(): void {
    if (this.#stopping) return;
    this.#stopping = true;
    this.#stop().catch((error: unknown) => this.#fail(error));
  }

  async #start(): Promise<void> {
    const { disk } = this.#host;
    const { dataDirectory, roles } = this.#config;
    const former = readFormerShutdown(disk, dataDirectory, this.#rules.broker);
    const suspects = heedFindings(this.#host, this.#config, former.findings ?? []);
    const { directoryId, isNew } = await openIdentity(this.#host, this.#config);
    this.#former = former;
    if (this.#stopping) return;
    if (this.#rules.broker.removesMarkAtStart()) await removeCleanShutdownMark(disk, dataDirectory);
    const quorum = Quorum.open({
      host: this.#host,
      config: this.#config,
      directoryId,
      listener: this.#quorumListener(),
      observe: this.#observe,
      rules: this.#rules.raft,
      mustHaveElection: roles.controller && !isNew,
    });
    this.#quorum = quorum;
    if (roles.controller) this.#startController(quorum);
    if (roles.broker) {
      this.#broker = new BrokerRole({
        host: this.#host,
        config: this.#config,
        observe: this.#observe,
        publisher: this.#publisher,
        controllerId: () => quorum.leaderId,
        directoryId,
        former,
        suspects,
        rules: this.#rules,
        onFailure: this.#onFailure,
        halt: (reason) => this.#halt(reason),
      });
    }
    quorum.start();
    this.#broker?.start();
  }

  #startController(quorum: Quorum): void {
    const { controllerPort, settings } = this.#config;
    const controller = new Controller({
      host: this.#host,
      config: this.#config,
      quorum: () => quorum,
      image: this.#publisher.image,
      rules: this.#rules.controller,
    });
    this.#controller = controller;
    const served = controllerApis(this.#publisher.image, quorum, controller);
    this.#controllerServer = startListener(
      this.#host,
      'controller',
      controllerPort,
      served,
      settings,
      this.#onFailure,
      (error) => {
        if (error !== null) this.#halt(cannotListen(controllerPort, error));
      },
    );
  }

  #quorumListener(): QuorumListener {
    return {
      onCommitted: (batch) => {
        try {
          this.#publisher.apply(batch);
        } catch (error) {
          this.#fail(error);
          return;
        }
        this.#controller?.onCommitted(batch.lastOffset);
      },
      onLeading: (epoch) => this.#controller?.onLeading(epoch),
      onNotLeading: () => this.#controller?.onNotLeading(),
      onLeaderChanged: () => this.#broker?.controllerChanged(),
    };
  }

  async #stop(): Promise<void> {
    await this.#started;
    const broker = this.#broker;
    if (broker !== null) {
      await broker.drain();
      await broker.stop();
    }
    await this.#quorum?.stop();
    this.#controllerServer?.close();
    const epoch = this.#epochToMark();
    if (epoch !== null) {
      await writeCleanShutdownMark(this.#host.disk, this.#config.dataDirectory, epoch);
    }
    this.#host.exit(0, 'shut down');
  }

  /** What the mark of this shutdown is to say; null where there may be none. Logs are closed. */
  #epochToMark(): BrokerEpoch | null {
    const broker = this.#broker;
    // Stopped before any log was opened: they are as the last process left them.
    if (broker === null) return this.#former.clean ? this.#former.brokerEpoch : null;
    const outcome = { recovered: broker.recovered, closed: true };
    return this.#rules.broker.mayMarkCleanShutdown(outcome) ? broker.epochToMark : null;
  }

  #halt(reason: string): void {
    this.#host.log('error', `node ${this.#config.nodeId} halts: ${reason}`);
    this.#host.exit(1, reason);
  }

  /**
   * The machine's and the user's faults end the process; a bug of ours surfaces as an exception of
   * an event.
   */
  #fail(error: unknown): void {
    const isExpected =
      error instanceof DiskError ||
      error instanceof RefusalError ||
      error instanceof MalformedError;
    if (isExpected) {
      this.#halt(error.message);
      return;
    }
    this.#host.timers.after(0, () => {
      throw error;
    });
  }
}
