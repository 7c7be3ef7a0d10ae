/**
 * One partition on a few brokers, made of the real `Partition`, `readPartition` and `Log`, with
 * everything around them in the test's hand: every message waits until it is delivered, every
 * broker learns metadata when told, time moves by hand. The controller is a few lines that do what
 * Kafka's does. After each step the lab checks what replication promises; a broken promise throws
 * `Broken`.
 */
import type { BrokerEpoch, NodeId, Offset } from '../../../src/base/ids.ts';
import type { Host } from '../../../src/host/host.ts';
import { immediatePoints } from '../../../src/host/points.ts';
import type { NodeConfig, TopicSettings } from '../../../src/kafka/config.ts';
import { defaultNodeSettings, defaultTopicSettings } from '../../../src/kafka/config.ts';
import { Log } from '../../../src/kafka/log/log.ts';
import {
  type BrokerState,
  isActive,
  type PartitionState,
} from '../../../src/kafka/metadata/state.ts';
import type { Observation } from '../../../src/kafka/observation.ts';
import { errorCode, errorName } from '../../../src/kafka/protocol/errors.ts';
import { buildBatch } from '../../../src/kafka/records/builder.ts';
import { forEachBatch } from '../../../src/kafka/records/reader.ts';
import { Completions } from '../../../src/kafka/replication/completions.ts';
import type {
  FetchPartition,
  FetchResult,
  FetchWork,
} from '../../../src/kafka/replication/contract.ts';
import { readPartition, takeArrival } from '../../../src/kafka/replication/fetch-read.ts';
import type { IsrProposal, ProposalAnswer } from '../../../src/kafka/replication/leader-state.ts';
import { Leaderships } from '../../../src/kafka/replication/leaderships.ts';
import { Partition } from '../../../src/kafka/replication/partition.ts';
import type { ReplicationRules } from '../../../src/kafka/replication/rules.ts';
import { kafkaReplicationRules } from '../../../src/kafka/replication/rules.ts';
import { checkPromises } from './lab-promises.ts';
import { MemoryDisk } from './memory-disk.ts';

export interface LabOptions {
  readonly nodes?: number;
  readonly minInsyncReplicas?: number;
  readonly rules?: Partial<ReplicationRules>;
  /** A step's effects in words, for transcripts. */
  readonly tell?: (line: string) => void;
}

const topicId = 'dG9waWMtdG9waWMtdG9waQ';
const identity = { topicId, topic: 'orders', index: 0 };
const value = (text: string): Uint8Array => new TextEncoder().encode(text);

export interface Broker {
  readonly id: NodeId;
  readonly disk: MemoryDisk;
  epoch: BrokerEpoch;
  partition: Partition;
  /** Metadata as far as this broker has learned it. */
  brokers: ReadonlyMap<NodeId, BrokerState>;
  checkpointedHighWatermark: Offset;
  lives: boolean;
}

export interface FetchInFlight {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly incarnation: BrokerEpoch;
  readonly asked: FetchPartition;
  answer: FetchResult | number | null;
}

export interface ProposalInFlight {
  readonly from: NodeId;
  readonly incarnation: BrokerEpoch;
  readonly proposal: IsrProposal;
}

export class Lab {
  readonly brokers = new Map<NodeId, Broker>();
  readonly rules: ReplicationRules;
  readonly fetches: FetchInFlight[] = [];
  readonly proposals: ProposalInFlight[] = [];
  readonly answers: (ProposalInFlight & { readonly answer: ProposalAnswer })[] = [];
  /** What the controller has committed. */
  state: PartitionState;
  registrations = new Map<NodeId, BrokerState>();
  /** Identity of every record that some leader's high watermark has passed, by offset. */
  readonly committed: string[] = [];
  nowUs = 0;
  readonly #settings: TopicSettings;
  readonly #tell: (line: string) => void;
  #nextEpoch = 100;
  #nextValue = 0;

  constructor(options: LabOptions = {}) {
    const count = options.nodes ?? 3;
    const replicas = Array.from({ length: count }, (_, at) => at + 1);
    this.rules = { ...kafkaReplicationRules, ...options.rules };
    const minInsyncReplicas = options.minInsyncReplicas ?? 1;
    this.#settings = { ...defaultTopicSettings, minInsyncReplicas };
    this.#tell = options.tell ?? ((): void => {});
    this.state = {
      ...identity,
      replicas,
      isr: replicas,
      adding: [],
      removing: [],
      elr: [],
      lastKnownElr: [],
      leader: 1,
      leaderEpoch: 0,
      partitionEpoch: 0,
      recovering: false,
    };
    for (const id of replicas) this.#register(id);
    for (const id of replicas) {
      const disk = new MemoryDisk();
      const epoch = this.registrations.get(id)?.epoch ?? -1;
      const brokers = this.registrations;
      const broker = { id, disk, epoch, brokers, checkpointedHighWatermark: 0, lives: true };
      this.brokers.set(id, { ...broker, partition: null as unknown as Partition });
      this.#boot(id);
      this.learn(id);
    }
  }

  broker(id: NodeId): Broker {
    const broker = this.brokers.get(id);
    if (broker === undefined) throw new Error(`no broker ${id}`);
    return broker;
  }

  /**
   * A producer writes one record to whom it takes for the leader; the offset, or the error's name.
   */
  produce(id: NodeId, acks = 1): Offset | string {
    const { partition, lives } = this.broker(id);
    if (!lives) return 'dead';
    const text = `v${this.#nextValue++}`;
    const record = { timestamp: 1, key: null, value: value(text), headers: [] };
    try {
      const { baseOffset } = partition.append(buildBatch({ records: [record] }), acks);
      this.#say(`producer → ${id}: ${text} at ${baseOffset}`);
      return baseOffset;
    } catch (error) {
      const code = (error as { code?: number }).code;
      if (code === undefined) throw error;
      this.#say(`producer → ${id}: ${errorName(code)}`);
      return errorName(code);
    } finally {
      this.check();
    }
  }

  /** A follower sends its fetch. */
  ask(id: NodeId): FetchInFlight | null {
    const { partition, lives, epoch } = this.broker(id);
    const { follower, log } = partition;
    if (!lives || follower === null) return null;
    const asked: FetchPartition = {
      ...identity,
      currentLeaderEpoch: follower.leaderEpoch,
      fetchOffset: log.logEndOffset,
      lastFetchedEpoch: follower.lastFetchedEpoch(log.latestEpoch),
      logStartOffset: log.logStartOffset,
      maxBytes: 1_000_000,
    };
    const fetch = { from: id, to: follower.leader, incarnation: epoch, asked, answer: null };
    this.fetches.push(fetch);
    return fetch;
  }

  /** The fetch arrives at the broker it was sent to. */
  arrive(fetch: FetchInFlight): void {
    const { partition, lives, brokers } = this.broker(fetch.to);
    const { asked, from, incarnation } = fetch;
    if (!lives || fetch.answer !== null) return;
    const work: FetchWork = {
      replicaId: from,
      replicaEpoch: incarnation,
      maxWaitMs: 0,
      minBytes: 0,
      maxBytes: 1_000_000,
      readCommitted: false,
      partitions: [asked],
    };
    const options = { rules: this.rules, broker: brokers.get(from), selectReplica: null };
    takeArrival(partition, work, asked, options);
    fetch.answer = readPartition(partition, work, asked, 1_000_000, true, options);
    this.#say(
      `${from} → ${fetch.to}: fetch ${asked.fetchOffset}, last epoch ${asked.lastFetchedEpoch}, ` +
        `leader epoch ${asked.currentLeaderEpoch}: ${describe(fetch.answer)}`,
    );
    this.check();
  }

  /** The answer arrives back, if its asker still lives. */
  deliver(fetch: FetchInFlight): void {
    this.fetches.splice(this.fetches.indexOf(fetch), 1);
    const { partition, lives, epoch } = this.broker(fetch.from);
    if (!lives || epoch !== fetch.incarnation || fetch.answer === null) return;
    const { currentLeaderEpoch: leaderEpoch, fetchOffset } = fetch.asked;
    const answer =
      typeof fetch.answer === 'number'
        ? failed(fetch.answer)
        : {
            ...fetch.answer,
            divergingEpoch: fetch.answer.divergingEpoch ?? { epoch: -1, endOffset: -1 },
          };
    const move = partition.onFetchAnswer({ leaderEpoch, fetchOffset }, answer);
    if (move.kind === 'truncate') this.#say(`  ${fetch.from}: cuts at ${move.to}`);
    else if (move.kind !== 'append') this.#say(`  ${fetch.from}: ${move.kind}`);
    this.check();
  }

  /** A whole round trip. */
  fetch(id: NodeId): void {
    const fetch = this.ask(id);
    if (fetch === null) return;
    this.arrive(fetch);
    this.deliver(fetch);
  }

  /** The broker applies all metadata there is. */
  learn(id: NodeId): void {
    const broker = this.broker(id);
    if (!broker.lives) return;
    broker.brokers = new Map(this.registrations);
    broker.partition.onMetadata(this.state);
    this.check();
  }

  learnAll(): void {
    for (const id of this.brokers.keys()) this.learn(id);
  }

  /** The controller makes a member of the ISR lead. */
  elect(id: NodeId): void {
    if (!this.state.isr.includes(id) || !this.broker(id).lives) return;
    this.#commit({ leader: id, leaderEpoch: this.state.leaderEpoch + 1 });
    this.#say(`controller: ${id} leads in epoch ${this.state.leaderEpoch}`);
    this.check();
  }

  /** The process dies; the page cache survives, and of the high watermark what was checkpointed. */
  crash(id: NodeId): void {
    const broker = this.broker(id);
    if (!broker.lives) return;
    broker.lives = false;
    const registration = this.registrations.get(id) as BrokerState;
    this.registrations.set(id, { ...registration, fenced: true });
    const { isr, leader, leaderEpoch } = this.state;
    const others = isr.filter((member) => member !== id);
    const next = others.find((member) => this.broker(member).lives) ?? -1;
    const newIsr = others.length > 0 ? others : isr;
    if (leader === id) this.#commit({ isr: newIsr, leader: next, leaderEpoch: leaderEpoch + 1 });
    else if (isr.includes(id)) this.#commit({ isr: newIsr });
    this.#say(`${id} crashes; controller: leader ${this.state.leader}, ISR ${this.state.isr}`);
  }

  restart(id: NodeId): void {
    const broker = this.broker(id);
    if (broker.lives) return;
    this.#register(id);
    broker.epoch = this.registrations.get(id)?.epoch ?? -1;
    broker.lives = true;
    this.#boot(id);
    const { isr, leader, leaderEpoch } = this.state;
    if (leader === -1 && isr.includes(id))
      this.#commit({ leader: id, leaderEpoch: leaderEpoch + 1 });
    this.#say(`${id} is back`);
    this.learn(id);
  }

  /** Its disk is replaced by an empty one, while it is down. */
  wipe(id: NodeId): void {
    this.crash(id);
    const broker = this.broker(id);
    broker.disk.remove('orders-0');
    broker.checkpointedHighWatermark = 0;
  }

  checkpoint(id: NodeId): void {
    const broker = this.broker(id);
    if (broker.lives) broker.checkpointedHighWatermark = broker.partition.highWatermark;
  }

  checkLag(id: NodeId): void {
    const { lives, partition } = this.broker(id);
    if (lives) partition.checkLag();
    this.check();
  }

  /** The controller answers the oldest proposal, and the leader hears it. */
  answer(): void {
    this.judge();
    this.hear();
  }

  /** The controller decides on the oldest proposal; its answer is on the way. */
  judge(): void {
    const sent = this.proposals.shift();
    if (sent === undefined) return;
    const { from, incarnation, proposal } = sent;
    const answer = this.#judge(from, proposal);
    this.#say(`controller: ISR ${proposal.isr} of ${from}: ${errorName(answer.errorCode)}`);
    this.answers.push({ from, incarnation, proposal, answer });
  }

  /** The oldest answer arrives, if its asker still lives. */
  hear(): void {
    const sent = this.answers.shift();
    if (sent === undefined) return;
    const { epoch, lives, partition } = this.broker(sent.from);
    if (lives && epoch === sent.incarnation) partition.onProposalAnswer(sent.proposal, sent.answer);
    this.check();
  }

  #judge(from: NodeId, proposal: IsrProposal): ProposalAnswer {
    const { leader, leaderEpoch, partitionEpoch } = this.state;
    let code: number = errorCode.none;
    if (proposal.leaderEpoch < leaderEpoch) code = errorCode.fencedLeaderEpoch;
    else if (leader !== from) code = errorCode.invalidRequest;
    else if (proposal.partitionEpoch < partitionEpoch) code = errorCode.invalidUpdateVersion;
    else if (
      !proposal.isr.every((node, at) => this.#isEligible(node, proposal.brokerEpochs[at] ?? -1))
    ) {
      code = errorCode.ineligibleReplica;
    } else this.#commit({ isr: proposal.isr });
    const { isr } = this.state;
    return { errorCode: code, leaderEpoch, partitionEpoch: this.state.partitionEpoch, isr };
  }

  #isEligible(node: NodeId, brokerEpoch: BrokerEpoch): boolean {
    const broker = this.registrations.get(node);
    return (
      broker !== undefined &&
      isActive(broker) &&
      (brokerEpoch === -1 || brokerEpoch === broker.epoch)
    );
  }

  #commit(change: Partial<PartitionState>): void {
    this.state = { ...this.state, ...change, partitionEpoch: this.state.partitionEpoch + 1 };
  }

  #register(id: NodeId): void {
    const epoch = this.#nextEpoch++;
    this.registrations = new Map(this.registrations).set(id, {
      id,
      epoch,
      registrationOffset: epoch,
      incarnationId: topicId,
      host: `b${id}`,
      port: 9092,
      rack: null,
      fenced: false,
      inControlledShutdown: false,
    });
  }

  #boot(id: NodeId): void {
    const broker = this.broker(id);
    const { disk } = broker;
    const log = Log.open({
      disk,
      directory: 'orders-0',
      settings: this.#settings,
      cleanShutdown: false,
      recoveryPoint: 0,
      wallMs: () => 1,
      replica: { node: id, topicId, partition: 'orders-0' },
      observe: () => {},
    });
    const host = {
      disk,
      clock: { monotonicUs: () => this.nowUs, wallMs: () => 1 },
      timers: { after: () => ({ cancel(): void {} }) },
      log(): void {},
      points: immediatePoints,
    } as unknown as Host;
    const config = { nodeId: id, settings: defaultNodeSettings } as unknown as NodeConfig;
    const environment = {
      host,
      config,
      rules: this.rules,
      completions: new Completions(),
      leaderships: new Leaderships(),
      // What a mark exposes is exposed at once, not only at the end of a step.
      observe: ({ kind, ...seen }: Observation) => {
        if (kind !== 'high-watermark') return;
        if ('highWatermark' in seen) this.#say(`  ${id}: high watermark ${seen.highWatermark}`);
        this.check();
      },
      brokers: () => broker.brokers,
      brokerEpoch: () => broker.epoch,
      propose: (_: Partition, proposal: IsrProposal) => {
        this.#say(`  ${id} proposes ISR ${proposal.isr}`);
        this.proposals.push({ from: id, incarnation: broker.epoch, proposal });
      },
      onCommittedCut: () => {},
      onError: (error: unknown) => {
        throw error;
      },
    };
    broker.partition = new Partition(environment, this.#settings, {
      identity,
      log,
      highWatermark: broker.checkpointedHighWatermark,
      directoryDurable: Promise.resolve(),
    });
  }

  #say(line: string): void {
    this.#tell(line);
  }

  /** What must hold after every step. */
  check(): void {
    checkPromises(this);
  }
}

function failed(code: number) {
  const divergingEpoch = { epoch: -1, endOffset: -1 };
  return { errorCode: code, highWatermark: -1, logStartOffset: -1, divergingEpoch, records: null };
}

function describe(answer: FetchResult | number): string {
  if (typeof answer === 'number') return errorName(answer);
  const { divergingEpoch, highWatermark, records } = answer;
  if (divergingEpoch !== null)
    return `diverges, epoch ${divergingEpoch.epoch} ends at ${divergingEpoch.endOffset}`;
  return `${countBatches(records)} batches, high watermark ${highWatermark}`;
}

function countBatches(records: Uint8Array): number {
  let count = 0;
  forEachBatch(records, () => {
    count += 1;
  });
  return count;
}
