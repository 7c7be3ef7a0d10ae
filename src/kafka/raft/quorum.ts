/**
 * The node's replica of the metadata quorum: drives `RaftMachine` by timers, channels and the disk.
 *
 * Effects are performed in the order in which the machine gave them; behind a `persist` all wait
 * until the election is on disk, while the machine goes on taking inputs. So nobody, not even the
 * listener, learns of a vote or a leadership that a power loss could undo. A disk that fails ends
 * the process: what it holds cannot be known.
 */

import type { LeaderEpoch, Micros, NodeId, Offset, Uuid } from '../../base/ids.ts';
import { noNode } from '../../base/ids.ts';
import { mark } from '../../base/mark.ts';
import { msToMicros } from '../../base/time.ts';
import { DiskError } from '../../host/disk.ts';
import type { Host } from '../../host/host.ts';
import type { Timer } from '../../host/timers.ts';
import type { NodeConfig } from '../config.ts';
import type { Observe } from '../observation.ts';
import { pass } from '../points.ts';
import type { describeQuorumApi } from '../protocol/apis/55-describe-quorum.ts';
import type { Request } from '../rpc/contract.ts';
import { Alarm } from './alarm.ts';
import { Delivery, type QuorumListener } from './delivery.ts';
import { describeQuorum } from './describe-quorum.ts';
import type { Effect } from './effects.ts';
import type { ElectionState } from './election-state.ts';
import { RaftMachine } from './machine.ts';
import type { RaftRequest, RaftResponse, Respond } from './messages.ts';
import { MetadataLog } from './metadata-log.ts';
import { Peers } from './peers.ts';
import { missingElection, openMetadataLog } from './quorum-directory.ts';
import { metadataDirectory, timingOf } from './quorum-settings.ts';
import { QuorumStateFile, type StoredElection } from './quorum-state-file.ts';
import type { QuorumDoor } from './requests-in.ts';
import { kafkaRaftRules, type RaftRules } from './rules.ts';

export type { CommittedBatch, QuorumListener } from './delivery.ts';

export interface QuorumOptions {
  readonly host: Host;
  readonly config: NodeConfig;
  /** Identity of this node's data directory, from its meta.properties. */
  readonly directoryId: Uuid;
  readonly observe: Observe;
  readonly listener: QuorumListener;
  readonly rules?: RaftRules;
  /** This directory has been in use: an election that is not there was lost. */
  readonly mustHaveElection?: boolean;
}

export class Quorum implements QuorumDoor {
  readonly #host: Host;
  readonly #options: QuorumOptions;
  readonly #log: MetadataLog;
  readonly #stateFile: QuorumStateFile;
  readonly #stored: StoredElection | null;
  /** Up to it the log is committed and durable here, as far as the file of the election says. */
  #durableOffset: Offset;
  /** The election written last. */
  #written: ElectionState | null = null;
  #vouching: Timer | null = null;
  readonly #machine: RaftMachine;
  readonly #delivery: Delivery;
  readonly #peers: Peers;
  readonly #alarm: Alarm;
  #effects: Effect[] = [];
  #isPerforming = false;
  #isPersisting = false;
  #isFlushing = false;
  #flushAgain = false;
  /** Of the last flush asked for. */
  #flushId = 0;
  /** `opening`: not before the machine knows the stored election may it hear anything. */
  #phase: 'opening' | 'running' | 'ended' = 'opening';
  /** Set while a graceful stop waits for its successor. */
  #onHandedOver: (() => void) | null = null;

  /** Opens the log and the election on disk. Throws a DiskError, or a RefusalError. */
  static open(options: QuorumOptions): Quorum {
    const { host, config } = options;
    const directory = metadataDirectory(config);
    host.disk.makeDirectory(directory);
    const stateFile = new QuorumStateFile(host.disk, directory);
    const stored = stateFile.read();
    if (stored === null && options.mustHaveElection === true) throw missingElection(stateFile.path);
    const log = openMetadataLog(options, directory, stored?.durableOffset ?? 0);
    const metadataLog = new MetadataLog(log, config.voters, () => host.clock.wallMs());
    return new Quorum(options, metadataLog, stateFile, stored);
  }

  private constructor(
    options: QuorumOptions,
    log: MetadataLog,
    stateFile: QuorumStateFile,
    stored: StoredElection | null,
  ) {
    const { host, config } = options;
    this.#host = host;
    this.#options = options;
    this.#log = log;
    this.#stateFile = stateFile;
    this.#stored = stored;
    this.#durableOffset = stored?.durableOffset ?? 0;
    this.#delivery = new Delivery(options.listener, log);
    this.#machine = new RaftMachine({
      local: { id: config.nodeId, directoryId: options.directoryId },
      voterIds: config.voters.map((voter) => voter.nodeId),
      timing: timingOf(config),
      random: host.random.stream('raft'),
      log,
      rules: options.rules ?? kafkaRaftRules,
      emit: (effect) => this.#effects.push(effect),
    });
    this.#peers = new Peers(host, config, (from, requestId, response) =>
      this.#answered(from, requestId, response),
    );
    this.#alarm = new Alarm(host, () => this.#step((machine, nowUs) => machine.tick(nowUs)));
  }

  start(): void {
    const { disk } = this.#host;
    disk.syncDirectory(this.#options.config.dataDirectory).then(
      () => {
        if (this.#phase !== 'opening') return;
        this.#phase = 'running';
        this.#step((machine, nowUs) =>
          machine.start(this.#stored?.election ?? null, this.#log.recoveryPoint, nowUs),
        );
      },
      (error: unknown) => this.#fail(error),
    );
  }

  /** A leader steps down first and waits a little for its voters to hear of it. Closes the log. */
  async stop(): Promise<void> {
    if (this.#phase === 'ended') return;
    if (this.#phase === 'running') await this.#handOver();
    this.#phase = 'ended';
    this.#alarm.cancel();
    this.#vouching?.cancel();
    this.#peers.close();
    this.#effects = [];
    await this.#stateFile.settled;
    await this.#log.close();
  }

  /** Steps down if it leads, and waits until its voters know or the time for that is up. */
  async #handOver(): Promise<void> {
    const { settings } = this.#options.config;
    await new Promise<void>((resolve) => {
      const timer = this.#host.timers.after(
        msToMicros(settings.controllerQuorumRequestTimeoutMs),
        resolve,
      );
      this.#onHandedOver = () => {
        timer.cancel();
        resolve();
      };
      this.#step((machine, nowUs) => machine.shutDown(nowUs));
    });
  }

  /** Who leads, −1 if unknown. */
  get leaderId(): NodeId {
    return this.#machine.leaderId;
  }

  get epoch(): LeaderEpoch {
    return this.#machine.epoch;
  }

  /** All before it is committed and was delivered. */
  get highWatermark(): Offset {
    return this.#delivery.nextOffset;
  }

  get logEndOffset(): Offset {
    return this.#log.endOffset;
  }

  /**
   * Appends record values as one batch of this epoch and returns the offset of the last; null where
   * this node does not lead, or was not told so yet. It takes effect once committed, which the
   * listener hears.
   */
  append(records: readonly Uint8Array[]): Offset | null {
    const machine = this.#machine;
    const leads = machine.role.name === 'leader' && this.#delivery.leadingEpoch === machine.epoch;
    if (!leads || this.#phase !== 'running') return null;
    let baseOffset: Offset = -1;
    this.#step((_, nowUs) => {
      baseOffset = this.#log.append(machine.epoch, records);
      machine.appended(baseOffset, nowUs);
    });
    return baseOffset < 0 ? null : baseOffset + records.length - 1;
  }

  /** Steps down, if it leads. */
  resign(): void {
    this.#step((machine, nowUs) => machine.resign(nowUs));
  }

  get config(): NodeConfig {
    return this.#options.config;
  }

  takesRequests(): boolean {
    if (this.#phase === 'opening') mark('quorum-not-ready');
    return this.#phase === 'running';
  }

  take(message: RaftRequest, respond: Respond): void {
    this.#step((machine, nowUs) => machine.request(message, respond, nowUs));
  }

  describe(request: Request<typeof describeQuorumApi>): void {
    const { config, directoryId } = this.#options;
    const { clock } = this.#host;
    const local = { directoryId, endOffset: this.#log.endOffset };
    const now = { us: clock.monotonicUs(), wallMs: clock.wallMs() };
    request.respond(describeQuorum(config, this.#machine, local, request.body, now));
  }

  #answered(from: NodeId, requestId: number, response: RaftResponse | null): void {
    this.#step((machine, nowUs) => {
      if (response === null) machine.requestFailed(from, requestId, nowUs);
      else machine.response(from, requestId, response, nowUs);
    });
  }

  /** One input to the machine, then what follows from it. */
  #step(input: (machine: RaftMachine, nowUs: Micros) => void): void {
    if (this.#phase !== 'running') return;
    try {
      input(this.#machine, this.#host.clock.monotonicUs());
      this.#perform();
    } catch (error) {
      this.#fail(error);
      return;
    }
    if (this.#phase === 'running') this.#alarm.set(this.#machine.deadlineUs);
  }

  #perform(): void {
    if (this.#isPerforming) return;
    this.#isPerforming = true;
    let next = 0;
    try {
      while (next < this.#effects.length && !this.#isPersisting && this.#phase === 'running') {
        next += 1;
        this.#performOne(this.#effects[next - 1] as Effect);
      }
    } finally {
      // Also those up to one that threw: no effect is performed twice.
      if (next === this.#effects.length) this.#effects.length = 0;
      else this.#effects.splice(0, next);
      this.#isPerforming = false;
    }
    this.#checkHandedOver();
  }

  #performOne(effect: Effect): void {
    const { observe, config } = this.#options;
    const node = config.nodeId;
    switch (effect.kind) {
      case 'send':
        this.#peers.send(effect.to, effect.requestId, effect.request);
        break;
      case 'answer':
        effect.respond(effect.response);
        break;
      case 'persist':
        this.#persist(effect.election);
        break;
      case 'flush':
        this.#flushId = effect.flushId;
        this.#flush();
        break;
      case 'role':
        this.#tellRole(effect);
        break;
      case 'vote-granted':
        observe({
          kind: 'vote-granted',
          node,
          epoch: effect.epoch,
          candidate: effect.candidate.id,
        });
        break;
      case 'committed':
        this.#commit(effect);
        break;
      case 'halt':
        this.#halt(effect.reason);
        break;
    }
  }

  #persist(election: ElectionState): void {
    this.#isPersisting = true;
    this.#writeState(election).then(
      () =>
        pass(this.#host, 'vote-stored', () => {
          this.#isPersisting = false;
          this.#step(() => {});
        }),
      (error: unknown) => this.#fail(error),
    );
  }

  #writeState(election: ElectionState): Promise<void> {
    this.#written = election;
    this.#durableOffset = Math.max(this.#durableOffset, this.#committedAndDurable());
    return this.#stateFile.write(election, Math.min(this.#durableOffset, this.#log.endOffset));
  }

  #committedAndDurable(): Offset {
    return Math.min(this.#log.recoveryPoint, this.#machine.highWatermark);
  }

  /** Soon after more was committed, the file of the election vouches for it too. */
  #vouchSoon(): void {
    if (this.#vouching !== null || this.#committedAndDurable() <= this.#durableOffset) return;
    const delayUs = msToMicros(
      this.#options.config.settings.replicaHighWatermarkCheckpointIntervalMs,
    );
    this.#vouching = this.#host.timers.after(delayUs, () => {
      this.#vouching = null;
      if (this.#phase !== 'running' || this.#written === null) return;
      this.#writeState(this.#written).catch((error: unknown) => this.#fail(error));
    });
  }

  /** One flush at a time; what came meanwhile is covered by the next. */
  #flush(): void {
    if (this.#isFlushing) {
      this.#flushAgain = true;
      return;
    }
    this.#isFlushing = true;
    const flushId = this.#flushId;
    this.#log.flush().then(
      () =>
        pass(this.#host, 'flush-finished', () => {
          this.#isFlushing = false;
          const again = this.#flushAgain;
          this.#flushAgain = false;
          this.#step((machine, nowUs) => {
            machine.logDurable(this.#log.flushReaches, flushId, nowUs);
            if (again) this.#flush();
          });
        }),
      (error: unknown) => this.#fail(error),
    );
  }

  #tellRole(effect: Effect & { kind: 'role' }): void {
    const { observe, config } = this.#options;
    const { epoch, leaderId, votedKey } = effect.election;
    observe({
      kind: 'quorum-state',
      node: config.nodeId,
      epoch,
      role: effect.isVoter ? effect.role : 'observer',
      leader: leaderId,
      votedFor: votedKey?.id ?? noNode,
    });
    const isGone = effect.role === 'resigned' || effect.role === 'unattached';
    this.#delivery.leaderChanged(isGone ? noNode : leaderId, epoch, effect.role === 'leader');
  }

  #commit({ highWatermark, epoch, isLeader }: Effect & { kind: 'committed' }): void {
    const { observe, config } = this.#options;
    const role = isLeader ? 'leader' : 'follower';
    observe({ kind: 'quorum-high-watermark', node: config.nodeId, epoch, role, highWatermark });
    this.#delivery.committed(highWatermark);
    this.#vouchSoon();
    const machine = this.#machine;
    if (isLeader && machine.role.name === 'leader' && machine.epoch === epoch)
      this.#delivery.leading(epoch);
  }

  #checkHandedOver(): void {
    if (this.#onHandedOver === null || this.#isPersisting) return;
    const { role } = this.#machine;
    if (role.name === 'resigned' && role.unacknowledged.size > 0) return;
    this.#onHandedOver();
    this.#onHandedOver = null;
  }

  /** A disk that failed ends the process; anything else is a bug in us. */
  #fail(error: unknown): void {
    if (!(error instanceof DiskError)) throw error;
    mark('quorum-disk-failed');
    this.#halt(`the metadata log's disk failed: ${error.message}`);
  }

  #halt(reason: string): void {
    if (this.#phase === 'ended') return;
    this.#phase = 'ended';
    this.#alarm.cancel();
    this.#host.exit(1, reason);
  }
}
