import type { Micros } from '../base/ids.ts';
import type { CloseReason, Connection, ConnectionHandler } from '../host/network.ts';
import type { SimProcess } from './incarnation.ts';
import type { KernelEvent } from './kernel.ts';
import { gateBlocked, type Link, type LinkWaiter } from './link.ts';
import type { SimNetwork } from './network.ts';
import type { SimNode } from './node.ts';
import * as segment from './segment.ts';

/**
 * One end of a connection. The way of a segment: `send` schedules its arrival at the other end;
 * there `arrive` (segment.ts) holds it if the link is obstructed, then lets it into the process,
 * where one of the `on…` methods takes it. Within one direction arrivals are strictly increasing,
 * so no tie-break reorders them, and once one segment is held all later ones queue behind it. Bytes
 * count as unsent until the other process has taken them, or its kernel has for it within the
 * receive window; the sum of both directions' books is exact: `unsent` never goes below zero.
 */
export const sendBufferBytes = 1 << 20;
const receiveWindowBytes = 1 << 16;

export type EndState = 'connecting' | 'open' | 'closing' | 'closed';

export class SimConnection implements Connection, LinkWaiter {
  readonly peer: string;
  readonly network: SimNetwork;
  readonly node: SimNode;
  readonly owner: SimProcess;
  /** This end's port. */
  readonly port: number;
  readonly out: Link;
  /** The link from the other end to this one. */
  readonly back: Link;
  handler: ConnectionHandler = noHandler;
  other: SimConnection | null = null;
  state: EndState;
  /** Incoming segments that wait for the link, oldest first; null: none. */
  held: KernelEvent[] | null = null;
  heldSince: Micros = 0;
  /** The timer that gives the connection up; set while something sent goes unacknowledged. */
  giveUp: KernelEvent | null = null;
  /** Incoming bytes and ends that wait for the reader; null: none, and the reader reads. */
  #inbox: (Uint8Array | null)[] | null = null;
  #inboxBytes = 0;
  /** Bytes of the inbox beyond the receive window: the sender has still to count them as unsent. */
  #inboxExcess = 0;
  #readingPaused = false;
  #inboxScheduled = false;
  /** Bytes that wait to be joined with the next ones. */
  #stash: Uint8Array | null = null;
  #unsent = 0;
  #wantsDrain = false;
  #lastArrival: Micros = 0;
  /** By so much later than usual all arrives that this end sends; resets overtake it. */
  lagUs: Micros = 0;
  /** Segments that were sent with such a lag. */
  segmentsLagged = 0;
  /** Writes made before the connection was up. */
  #early: Uint8Array[] = [];
  #closeWhenOpen = false;
  /** Our end of writing: asked for before the connection was up, sent, taken by the other side. */
  #writing: 'goes on' | 'ends when open' | 'ended' | 'end taken' = 'goes on';

  constructor(
    network: SimNetwork,
    node: SimNode,
    owner: SimProcess,
    peerMachine: string,
    peer: string,
    port: number,
    state: EndState,
  ) {
    this.network = network;
    this.node = node;
    this.owner = owner;
    this.peer = peer;
    this.port = port;
    this.out = network.link(node.name, peerMachine);
    this.back = network.link(peerMachine, node.name);
    this.state = state;
    node.ends.add(this);
  }

  write(bytes: Uint8Array): boolean {
    if (this.state !== 'open') return this.#writeEarly(bytes);
    const owner = this.owner;
    if (owner.stalled) {
      owner.afterStall(() => this.write(bytes));
      return true;
    }
    const length = bytes.length;
    if (length === 0 || this.#writing !== 'goes on') return this.#unsent <= sendBufferBytes;
    if (this.node.answerLosses.size > 0 && this.node.losesAnswer(this)) {
      this.reset();
      return true;
    }
    this.#unsent += length;
    const splitter = this.network.splitter;
    if (splitter === null || !splitter.splits(bytes)) this.send(segment.data, bytes, length);
    else for (const part of splitter.parts(bytes)) this.send(segment.data, part, part.length);
    if (this.#unsent <= sendBufferBytes) return true;
    this.#wantsDrain = true;
    return false;
  }

  /** When the last that was sent either way arrives: which connections are in use. */
  get lastUse(): Micros {
    return Math.max(this.#lastArrival, this.other === null ? 0 : this.other.#lastArrival);
  }

  pauseReading(): void {
    if (this.state === 'closed' || this.state === 'closing') return;
    this.#readingPaused = true;
    this.#inbox ??= [];
    if (this.#stash !== null) this.#inbox.push(this.#stash);
    this.#inboxBytes += this.#stash?.length ?? 0;
    this.#stash = null;
  }

  resumeReading(): void {
    if (!this.#readingPaused) return;
    this.#readingPaused = false;
    this.#scheduleInbox();
  }

  endWriting(): void {
    if (this.owner.stalled) {
      this.owner.afterStall(() => this.endWriting());
      return;
    }
    if (this.#writing !== 'goes on') return;
    if (this.state === 'connecting') {
      this.#writing = 'ends when open';
    } else if (this.state === 'open') {
      this.send(segment.end, null, 0);
      this.#writing = 'ended';
    }
  }

  close(): void {
    if (this.owner.stalled) {
      this.owner.afterStall(() => this.close());
      return;
    }
    if (this.state === 'connecting') {
      this.#closeWhenOpen = true;
    } else if (this.state === 'open') {
      if (this.#writing === 'goes on') this.send(segment.end, null, 0);
      this.#stopReading();
      this.state = 'closing';
      if (this.#writing === 'end taken') this.abandon(false);
      this.#announceClosed();
    }
  }

  reset(): void {
    if (this.owner.stalled) {
      this.owner.afterStall(() => this.reset());
      return;
    }
    if (this.state === 'closed' || this.state === 'closing') return;
    this.abandon(true);
    this.#announceClosed();
  }

  /** Schedules the arrival of a segment at the other end. */
  send(kind: segment.SegmentKind, bytes: Uint8Array | null, length: number): void {
    const other = this.other as SimConnection;
    let arrival = this.out.arrivalOf(length, this.owner.localNow());
    if (this.lagUs > 0) {
      arrival += this.lagUs;
      this.segmentsLagged++;
    }
    if (arrival <= this.#lastArrival) arrival = this.#lastArrival + 1;
    this.#lastArrival = arrival;
    this.network.kernel.at(arrival, kind.arrival, other.owner.id, other, bytes);
  }

  /**
   * A reset overtakes bytes; across a blocked link it is lost, and the other end stays half-open.
   */
  sendReset(): void {
    const other = this.other;
    if (other === null) return;
    if ((this.out.gate & gateBlocked) !== 0) {
      this.out.effects.resetsLost++;
      return;
    }
    const arrival = this.out.arrivalOf(0, this.owner.localNow());
    this.network.kernel.at(arrival, segment.reset.arrival, other.owner.id, other, null);
  }

  /** Ends this end at once and without a callback. */
  abandon(tellOther: boolean): void {
    this.state = 'closed';
    this.node.ends.delete(this);
    this.#stopReading();
    this.#early = [];
    this.held = null;
    this.giveUp?.cancel();
    this.giveUp = null;
    if (this.other !== null) this.other.held = null;
    if (tellOther) this.sendReset();
  }

  /** This end is no more, for `reason`: the last callback. */
  finish(reason: CloseReason): void {
    if (this.state === 'closed') return;
    this.abandon(false);
    this.closed(reason);
  }

  /** Tells the handler that the end it has lost is no more. */
  closed(reason: CloseReason): void {
    this.handler.onClose(this.#closeWhenOpen ? 'closed' : reason);
  }

  onOpen(): void {
    if (this.state !== 'connecting') return;
    this.state = 'open';
    this.giveUp?.cancel();
    this.giveUp = null;
    const early = this.#early;
    this.#early = [];
    this.#unsent = 0;
    const endsWriting = this.#writing === 'ends when open';
    this.#writing = 'goes on';
    for (const bytes of early) this.write(bytes);
    if (endsWriting) this.endWriting();
    if (this.#closeWhenOpen) this.close();
    else this.handler.onOpen?.();
  }

  onData(bytes: Uint8Array): void {
    if (this.state !== 'open') return;
    if (this.#inbox !== null) {
      this.#keep(bytes);
      return;
    }
    const length = bytes.length;
    (this.other as SimConnection).#onTaken(length);
    const splitter = this.network.splitter;
    if (splitter === null) {
      this.handler.onData(bytes);
      return;
    }
    if (this.#stash === null && splitter.holdsBack()) {
      const { kernel } = this.network;
      this.#stash = bytes;
      kernel.at(kernel.now + splitter.holdUs(), segment.stash, this.owner.id, this, null);
      return;
    }
    const joined = this.#stash === null ? bytes : splitter.join(this.#stash, bytes);
    this.#stash = null;
    this.handler.onData(joined);
  }

  /** Bytes that waited to be joined with others wait no longer. */
  onStash(): void {
    const bytes = this.#stash;
    if (this.state !== 'open' || bytes === null) return;
    this.#stash = null;
    this.handler.onData(bytes);
  }

  onEnd(): void {
    (this.other as SimConnection).onEndTaken();
    if (this.state !== 'open') return;
    this.onStash();
    if (this.#inbox !== null) this.#inbox.push(null);
    else if (this.state === 'open') this.#readEnd();
  }

  /** All that the other side has written was read. */
  #readEnd(): void {
    if (this.#writing === 'goes on' && this.handler.onEnd !== undefined) {
      this.handler.onEnd();
      return;
    }
    const isAwaited = (this.other as SimConnection).#writing !== 'goes on';
    if (this.#writing === 'goes on' && isAwaited) this.send(segment.end, null, 0);
    this.finish('ended');
  }

  onReset(): void {
    if (this.state === 'connecting') this.finish('refused');
    else if (this.state === 'open') this.finish('reset');
    else if (this.state === 'closing') this.abandon(false);
  }

  onDrained(): void {
    if (this.state === 'open') this.handler.onDrain?.();
  }

  /** Gives the reader the next that waits for it. */
  onInbox(): void {
    this.#inboxScheduled = false;
    const inbox = this.#inbox;
    if (inbox === null || this.#readingPaused || this.state !== 'open') return;
    const next = inbox.shift();
    if (next === null) {
      this.#readEnd();
      return;
    }
    if (inbox.length === 0) this.#inbox = null;
    if (next === undefined) return;
    this.#inboxBytes -= next.length;
    const freed = Math.min(this.#inboxExcess, next.length);
    this.#inboxExcess -= freed;
    if (freed > 0) (this.other as SimConnection).#onTaken(freed);
    this.#scheduleInbox();
    this.handler.onData(next);
  }

  /** The other end has got our end: nothing of ours is under way any more. */
  onEndTaken(): void {
    if (this.#writing === 'ended') this.#writing = 'end taken';
    if (this.state === 'closing') this.abandon(false);
  }

  onLinkOpen(link: Link, wasBlocked: boolean): void {
    this.network.onLinkOpen(this, link, wasBlocked);
  }

  /** The other side took bytes: they no longer wait here. */
  #onTaken(length: number): void {
    this.#unsent -= length;
    if (!this.#wantsDrain || this.#unsent > 0) return;
    this.#wantsDrain = false;
    (this.other as SimConnection).send(segment.drained, null, 0);
  }

  #keep(bytes: Uint8Array): void {
    (this.#inbox as (Uint8Array | null)[]).push(bytes);
    this.#inboxBytes += bytes.length;
    const excess = Math.min(bytes.length, Math.max(0, this.#inboxBytes - receiveWindowBytes));
    this.#inboxExcess += excess;
    if (excess < bytes.length) (this.other as SimConnection).#onTaken(bytes.length - excess);
  }

  #scheduleInbox(): void {
    if (this.#inboxScheduled || this.#inbox === null || this.#readingPaused) return;
    if (this.#inbox.length === 0) {
      this.#inbox = null;
      return;
    }
    this.#inboxScheduled = true;
    this.network.kernel.at(this.owner.localNow(), segment.inbox, this.owner.id, this, null);
  }

  #stopReading(): void {
    this.#inbox = null;
    this.#stash = null;
  }

  #announceClosed(): void {
    this.network.kernel.at(this.owner.localNow(), segment.closed, this.owner.id, this, null);
  }

  #writeEarly(bytes: Uint8Array): boolean {
    if (this.state !== 'connecting' || this.#closeWhenOpen || bytes.length === 0) return true;
    if (this.#writing !== 'goes on') return true;
    this.#early.push(bytes);
    this.#unsent += bytes.length;
    return this.#unsent <= sendBufferBytes;
  }
}

const noHandler: ConnectionHandler = { onData() {}, onClose() {} };
