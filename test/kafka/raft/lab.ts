/**
 * N state machines on one table: a test decides which message arrives, which is lost, whose clock
 * moves, whose disk finishes. Each node has its own clock. Messages may overtake each other; a lost
 * request fails at its sender when the test says so. Disks finish at once (`autoDisk`), or when
 * told.
 */
import type { Micros, NodeId, Offset, Uuid } from '../../../src/base/ids.ts';
import type { RandomStream } from '../../../src/host/random.ts';
import type { RaftTiming } from '../../../src/kafka/raft/core.ts';
import type { Effect } from '../../../src/kafka/raft/effects.ts';
import type { ElectionState } from '../../../src/kafka/raft/election-state.ts';
import { RaftMachine } from '../../../src/kafka/raft/machine.ts';
import type { RaftRequest, RaftResponse } from '../../../src/kafka/raft/messages.ts';
import { kafkaRaftRules, type RaftRules } from '../../../src/kafka/raft/rules.ts';
import { MemoryLog } from './memory-log.ts';

export const timing: RaftTiming = {
  electionTimeoutUs: 1_000_000,
  electionBackoffMaxUs: 1_000_000,
  fetchTimeoutUs: 2_000_000,
  retryBackoffUs: 20_000,
  appendLingerUs: 25_000,
  fetchMaxWaitUs: 500_000,
  fetchMaxBytes: 1_000_000,
};

/** Evenly spread, and the same in every run. */
export function testRandom(seed: number): RandomStream {
  let state = seed >>> 0;
  const int = (bound: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 4_294_967_296) * bound);
  };
  return { next: () => int(1 << 30) / (1 << 30), int };
}

export type Message =
  | {
      readonly kind: 'request';
      readonly from: LabNode;
      readonly to: NodeId;
      readonly requestId: number;
      readonly request: RaftRequest;
      readonly incarnation: number;
    }
  | {
      readonly kind: 'response';
      readonly from: NodeId;
      readonly to: LabNode;
      readonly requestId: number;
      readonly response: RaftResponse;
      readonly incarnation: number;
    };

export interface LabOptions {
  readonly voters: readonly NodeId[];
  readonly observers?: readonly NodeId[];
  readonly rules?: Partial<RaftRules>;
  readonly autoDisk?: boolean;
  /** How many entries one fetch brings at most. */
  readonly fetchEntries?: number;
  readonly onEffect?: (node: LabNode, effect: Effect) => void;
  readonly onTruncated?: (node: LabNode) => void;
}

export class Lab {
  readonly nodes = new Map<NodeId, LabNode>();
  readonly messages: Message[] = [];
  readonly options: LabOptions;

  constructor(options: LabOptions) {
    this.options = options;
    for (const id of [...options.voters, ...(options.observers ?? [])])
      this.nodes.set(id, new LabNode(this, id));
  }

  node(id: NodeId): LabNode {
    const node = this.nodes.get(id);
    if (node === undefined) throw new Error(`no node ${id}`);
    return node;
  }

  leader(): LabNode | null {
    return [...this.nodes.values()].find((node) => node.machine?.role.name === 'leader') ?? null;
  }

  /** Takes message `index` off the table and hands it over, if its receiver lives. */
  deliver(index: number): void {
    const message = this.messages.splice(index, 1)[0];
    if (message === undefined) return;
    if (message.kind === 'response') {
      const { to, from, requestId, response, incarnation } = message;
      if (to.incarnation === incarnation)
        to.run((machine) => machine.response(from, requestId, response, to.nowUs));
      return;
    }
    const { from, requestId, request, incarnation } = message;
    const receiver = this.node(message.to);
    if (receiver.machine === null) {
      this.fail(message);
      return;
    }
    const receiverIncarnation = receiver.incarnation;
    receiver.unanswered.add(message);
    receiver.run((machine) => {
      const respond = (response: RaftResponse): void => {
        if (receiver.incarnation !== receiverIncarnation) return;
        receiver.unanswered.delete(message);
        const kind = 'response';
        this.messages.push({ kind, from: receiver.id, to: from, requestId, response, incarnation });
      };
      machine.request(request, respond, receiver.nowUs);
    });
  }

  /** Loses message `index`; a connection broke, so its request fails. */
  drop(index: number): void {
    const message = this.messages.splice(index, 1)[0];
    if (message !== undefined) this.fail(message);
  }

  fail(message: Message): void {
    const sender = message.kind === 'request' ? message.from : message.to;
    const peer = message.kind === 'request' ? message.to : message.from;
    if (sender.incarnation !== message.incarnation) return;
    sender.run((machine) => machine.requestFailed(peer, message.requestId, sender.nowUs));
  }
}

export class LabNode {
  readonly id: NodeId;
  readonly lab: Lab;
  directoryId: Uuid;
  machine: RaftMachine | null = null;
  log = new MemoryLog();
  incarnation = 0;
  /** Requests that it took and that wait for its answer. */
  readonly unanswered = new Set<Message>();
  nowUs: Micros = 0;
  /** What the disk holds of the election. */
  stored: ElectionState | null = null;
  durableOffset: Offset = 0;
  #persisting: ElectionState | null = null;
  #flushingTo: Offset | null = null;
  #flushId = 0;
  #effects: Effect[] = [];

  constructor(lab: Lab, id: NodeId) {
    this.lab = lab;
    this.id = id;
    this.directoryId = `d${id}`;
  }

  get isPersisting(): boolean {
    return this.#persisting !== null;
  }

  get isFlushing(): boolean {
    return this.#flushingTo !== null;
  }

  start(): void {
    this.incarnation += 1;
    const { voters, rules, fetchEntries } = this.lab.options;
    const machine = new RaftMachine({
      local: { id: this.id, directoryId: this.directoryId },
      voterIds: voters,
      timing: { ...timing, fetchMaxBytes: fetchEntries ?? timing.fetchMaxBytes },
      random: testRandom(this.id * 1000 + this.incarnation),
      log: this.log,
      rules: { ...kafkaRaftRules, ...rules },
      emit: (effect) => this.#effects.push(effect),
    });
    this.machine = machine;
    this.run(() => machine.start(this.stored, this.durableOffset, this.nowUs));
  }

  /** The process dies, and its connections; with `powerLoss` what was not flushed is gone. */
  crash(powerLoss: boolean): void {
    this.machine = null;
    this.incarnation += 1;
    this.#effects = [];
    this.#persisting = null;
    this.#flushingTo = null;
    if (powerLoss) this.log.truncateTo(this.durableOffset);
    const lost = [...this.unanswered];
    this.unanswered.clear();
    for (const message of lost) this.lab.fail(message);
  }

  /** An empty disk returns under the same node id. */
  wipe(): void {
    this.crash(true);
    this.log = new MemoryLog();
    this.durableOffset = 0;
    this.stored = null;
    this.directoryId = `${this.directoryId}'`;
  }

  resign(): void {
    this.run((machine) => machine.resign(this.nowUs));
  }

  append(text: string): void {
    this.run((machine) => {
      const offset = this.log.append(machine.epoch, text);
      machine.appended(offset, this.nowUs);
    });
  }

  /** Lets its clock reach the machine's next deadline. */
  timeout(): void {
    const { machine } = this;
    if (machine === null || machine.deadlineUs === Number.POSITIVE_INFINITY) return;
    this.nowUs = Math.max(this.nowUs, machine.deadlineUs);
    this.run(() => machine.tick(this.nowUs));
  }

  elapse(us: Micros): void {
    const endUs = this.nowUs + us;
    while (this.machine !== null && this.machine.deadlineUs <= endUs) this.timeout();
    this.nowUs = endUs;
  }

  finishPersist(): void {
    if (this.#persisting === null) return;
    this.stored = this.#persisting;
    this.#persisting = null;
    this.#perform();
  }

  finishFlush(): void {
    if (this.#flushingTo === null) return;
    const to = Math.min(this.#flushingTo, this.log.endOffset);
    this.#flushingTo = null;
    this.durableOffset = Math.max(this.durableOffset, to);
    const flushId = this.#flushId;
    this.run((machine) => machine.logDurable(to, flushId, this.nowUs));
  }

  run(step: (machine: RaftMachine) => void): void {
    if (this.machine === null) return;
    const endBefore = this.log.endOffset;
    step(this.machine);
    if (this.log.endOffset < endBefore) {
      this.lab.options.onTruncated?.(this);
      // It was cut: what is durable now, and what a flush under way can still promise, ends there.
      this.durableOffset = Math.min(this.durableOffset, this.log.endOffset);
      if (this.#flushingTo !== null)
        this.#flushingTo = Math.min(this.#flushingTo, this.log.endOffset);
    }
    this.#perform();
  }

  /** Performs effects in order, up to one that waits for the disk. */
  #perform(): void {
    while (this.#persisting === null) {
      const effect = this.#effects.shift();
      if (effect === undefined) return;
      this.lab.options.onEffect?.(this, effect);
      this.#performOne(effect);
    }
  }

  #performOne(effect: Effect): void {
    const { lab, incarnation } = this;
    const isAuto = lab.options.autoDisk ?? false;
    switch (effect.kind) {
      case 'persist':
        this.#persisting = effect.election;
        if (isAuto) this.finishPersist();
        break;
      case 'flush':
        this.#flushingTo = this.log.endOffset;
        this.#flushId = effect.flushId;
        if (isAuto) this.finishFlush();
        break;
      case 'send': {
        const { to, requestId, request } = effect;
        lab.messages.push({ kind: 'request', from: this, to, requestId, request, incarnation });
        break;
      }
      case 'answer':
        effect.respond(effect.response);
        break;
      case 'halt':
        this.crash(false);
        break;
      default:
    }
  }
}
