import type { Micros } from '../base/ids.ts';
import type { SimConnection } from './connection.ts';
import type { EventKind, Kernel, KernelEvent } from './kernel.ts';
import type { LatencyModel } from './latency.ts';
import { Link, type LinkDefaults } from './link.ts';
import { SimNode } from './node.ts';
import type { SimRandom } from './random.ts';
import * as segment from './segment.ts';
import type { Splitter } from './splitter.ts';

/**
 * All machines' network: nodes, the links between them, and what TCP does when segments do not get
 * through. A blocked link holds them; after healing they arrive with the delay of TCP's next
 * retransmission. Whoever sent what goes unacknowledged for longer than the user timeout gives the
 * connection up. A machine that has no power answers nothing; one that has, and does not know a
 * connection, answers with a reset.
 */
export interface NetworkOptions extends LinkDefaults {
  /** How long an attempt to connect goes on without an answer. */
  readonly connectTimeoutUs?: Micros;
  /** How long bytes may go unacknowledged before their sender gives the connection up. */
  readonly userTimeoutUs?: Micros;
  /** Upper bound of the pause between two retransmissions. */
  readonly retransmitCapUs?: Micros;
}

const defaultLatency: LatencyModel = { baseUs: 200, jitterUs: 50, tailUs: 2000, tailPerMille: 2 };
const defaultLoopback: LatencyModel = { baseUs: 15, jitterUs: 5, tailUs: 0, tailPerMille: 0 };
const firstRetransmitUs = 200_000;

export class SimNetwork {
  readonly kernel: Kernel;
  /** Splits and joins writes; null: they arrive as they were made. */
  readonly splitter: Splitter | null;
  readonly connectTimeoutUs: Micros;
  readonly userTimeoutUs: Micros;
  readonly #retransmitCapUs: Micros;
  readonly #options: NetworkOptions;
  readonly #random: SimRandom;
  readonly #nodes = new Map<string, SimNode>();
  readonly #links = new Map<string, Map<string, Link>>();

  constructor(
    kernel: Kernel,
    random: SimRandom,
    options: NetworkOptions,
    splitter: Splitter | null,
  ) {
    this.kernel = kernel;
    this.splitter = splitter;
    this.connectTimeoutUs = options.connectTimeoutUs ?? 10_000_000;
    this.userTimeoutUs = options.userTimeoutUs ?? 15_000_000;
    this.#retransmitCapUs = options.retransmitCapUs ?? 1_600_000;
    this.#options = options;
    this.#random = random;
  }

  addNode(name: string): SimNode {
    const node = new SimNode(name);
    this.#nodes.set(name, node);
    return node;
  }

  node(name: string): SimNode | null {
    return this.#nodes.get(name) ?? null;
  }

  /**
   * The link from one machine to another, or to itself: its loopback. Made when first asked for.
   */
  link(from: string, to: string): Link {
    let links = this.#links.get(from);
    if (links === undefined) {
      links = new Map();
      this.#links.set(from, links);
    }
    let link = links.get(to);
    if (link === undefined) {
      const { latency, loopbackLatency, bytesPerSecond } = this.#options;
      const usual =
        from === to ? (loopbackLatency ?? defaultLoopback) : (latency ?? defaultLatency);
      const stream = this.#random.stream(`network/${from}->${to}`);
      link = new Link(from, to, usual, bytesPerSecond ?? 125_000_000, stream);
      links.set(to, link);
    }
    return link;
  }

  /** All links that exist so far, in the order in which they were made. */
  links(): Link[] {
    return [...this.#links.values()].flatMap((links) => [...links.values()]);
  }

  /**
   * Keeps a segment that arrives at `end` while the link is obstructed, or others wait before it.
   */
  hold(end: SimConnection, event: KernelEvent): void {
    const link = end.back;
    if (end.held === null) {
      end.held = [];
      end.heldSince = this.kernel.now;
    }
    end.held.push(event);
    if (link.gate === 0) return;
    link.waiting.add(end);
    link.effects.segmentsHeld++;
    link.effects.bytesHeld += (event.payload as Uint8Array | null)?.length ?? 0;
    if (link.blocked && end.other !== null) this.#watch(end.other, link, this.userTimeoutUs);
    if (end.state === 'connecting') this.#watch(end, link, this.connectTimeoutUs);
  }

  /** A segment got to `end`, but the acknowledgement does not get back. */
  onAcknowledgementLost(end: SimConnection): void {
    if (end.other === null) return;
    end.out.waiting.add(end);
    this.#watch(end.other, end.out, this.userTimeoutUs);
  }

  onLinkOpen(end: SimConnection, link: Link, wasBlocked: boolean): void {
    if (link === end.out && end.other !== null) {
      if (end.state === 'closed') this.#answerLater(end, firstRetransmitUs);
      else this.#settle(end.other);
    }
    if (link === end.back && end.held !== null) {
      const { now } = this.kernel;
      const delay = wasBlocked ? this.#retransmissionDelay(now - end.heldSince) : 0;
      this.kernel.at(now + delay, releaseKind, end.owner.id, end, null);
    }
  }

  /** Lets the first held segment go on, and sees to the next. */
  release(end: SimConnection): void {
    const held = end.held;
    if (held === null) return;
    if (end.back.gate !== 0) {
      end.back.waiting.add(end);
      return;
    }
    const event = held.shift() as KernelEvent;
    if (held.length > 0) {
      this.kernel.at(this.kernel.now, releaseKind, end.owner.id, end, null);
    } else {
      end.held = null;
      if (end.other !== null) this.#settle(end.other);
    }
    this.kernel.digest.fold(event.sequence);
    segment.passHeld(event, end);
  }

  /** Something came for an end that is no more. */
  onStray(end: SimConnection): void {
    if (end.node.powered) {
      end.sendReset();
    } else if (end.other !== null) {
      end.node.unanswered.add(end);
      this.#watch(end.other, end.back, this.userTimeoutUs);
    }
  }

  /**
   * The machine is back: to what its peers send again it answers that it knows no such connection.
   */
  onPowered(node: SimNode): void {
    for (const end of node.unanswered) {
      this.#answerLater(end, this.#retransmissionDelay(this.kernel.now - node.offSince));
    }
    node.unanswered.clear();
  }

  /** The connection is given up by the system of the machine that waited in vain. */
  onGivenUp(end: SimConnection, event: KernelEvent): void {
    const link = event.payload as Link;
    end.giveUp = null;
    const state = end.state;
    end.abandon(true);
    if (state === 'connecting') link.effects.connectsFailed++;
    else link.effects.connectionsReset++;
    if (state !== 'closing') end.closed('timed-out');
  }

  /** What the other end sends again is answered by a machine that does not know the connection. */
  #answerLater(end: SimConnection, delay: Micros): void {
    this.kernel.at(this.kernel.now + delay, strayKind, end.owner.id, end, null);
  }

  #watch(sender: SimConnection, link: Link, timeoutUs: Micros): void {
    if (sender.giveUp !== null || sender.state === 'closed') return;
    const deadline = this.kernel.now + timeoutUs;
    sender.giveUp = this.kernel.at(deadline, segment.giveUp, sender.owner.id, sender, link);
  }

  /** What was sent is acknowledged, unless either way is still obstructed. */
  #settle(sender: SimConnection): void {
    if (sender.giveUp === null || sender.back.blocked) return;
    if (sender.other !== null && sender.other.held !== null) return;
    sender.giveUp.cancel();
    sender.giveUp = null;
  }

  /**
   * Retransmissions come at 0.2 s, 0.6 s, 1.4 s … after the first loss: the time left to the next.
   */
  #retransmissionDelay(lostForUs: Micros): Micros {
    let pause = firstRetransmitUs;
    let next = pause;
    while (next < lostForUs) {
      pause = Math.min(pause * 2, this.#retransmitCapUs);
      next += pause;
    }
    return next - lostForUs;
  }
}

function endKind(id: number, what: string, run: (end: SimConnection) => void): EventKind {
  return {
    id,
    run: (event) => run(event.subject as SimConnection),
    describe(event) {
      const end = event.subject as SimConnection;
      return { machine: end.node.name, what: `${what} ${end.peer}` };
    },
  };
}

const releaseKind = endKind(10, 'gets what was held from', (end) => end.network.release(end));
const strayKind = endKind(10, 'is sent again, for a lost connection, by', (end) =>
  end.network.onStray(end),
);
