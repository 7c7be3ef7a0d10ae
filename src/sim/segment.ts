import { mark } from '../base/mark.ts';
import type { SimConnection } from './connection.ts';
import type { EventKind, KernelEvent } from './kernel.ts';
import { gateBlocked } from './link.ts';

/**
 * What travels between the two ends of a connection, as kinds of events. A segment has two: its
 * arrival at the machine, where the link may hold it and the operating system may answer for a
 * process that is gone; and its reception by the process, which may happen later.
 */
export interface SegmentKind {
  readonly arrival: ArrivalKind;
}

interface ArrivalKind extends EventKind {
  readonly reception: EventKind;
}

/** Takes an arriving segment up to the link's gate, and through it when it is open. */
function arrive(event: KernelEvent, reception: EventKind): void {
  const end = event.subject as SimConnection;
  if (end.held !== null || end.back.gate !== 0) end.network.hold(end, event);
  else pass(event, end, reception);
}

/** A segment that waited for the link goes on from where it was held. */
export function passHeld(event: KernelEvent, end: SimConnection): void {
  pass(event, end, (event.kind as ArrivalKind).reception);
}

function pass(event: KernelEvent, end: SimConnection, reception: EventKind): void {
  if ((end.out.gate & gateBlocked) !== 0) end.network.onAcknowledgementLost(end);
  if (end.state === 'closed') {
    mark('bytes-for-lost-connection');
    end.network.onStray(end);
  } else if (end.owner.enter(event, reception)) reception.run(event);
}

function segmentKind(
  id: number,
  name: string,
  receive: (event: KernelEvent) => void,
  arriveFn: (event: KernelEvent, reception: EventKind) => void = arrive,
): SegmentKind {
  const describe = (event: KernelEvent): { machine: string; what: string } => {
    const end = event.subject as SimConnection;
    const bytes = event.payload as Uint8Array | null;
    const size = bytes === null ? '' : ` ${bytes.length} bytes`;
    return { machine: end.node.name, what: `${name}${size} from ${end.peer}` };
  };
  const reception: EventKind = { id, run: receive, describe };
  const run = (event: KernelEvent): void => arriveFn(event, reception);
  return { arrival: { id, run, describe, reception } };
}

const endOf = (event: KernelEvent): SimConnection => event.subject as SimConnection;

export const data = segmentKind(4, 'receives', (event) => {
  const end = endOf(event);
  const bytes = event.payload as Uint8Array;
  end.network.kernel.digest.foldBytes(bytes);
  end.onData(bytes);
});

export const opened = segmentKind(5, 'connected', (event) => endOf(event).onOpen());
export const end = segmentKind(6, 'end of stream', (event) => endOf(event).onEnd());
export const drained = segmentKind(7, 'drained', (event) => endOf(event).onDrained());

export const reset = segmentKind(
  8,
  'reset',
  (event) => endOf(event).onReset(),
  (event, reception) => {
    const at = endOf(event);
    if (at.back.blocked) at.back.effects.resetsLost++;
    else if (at.back.clogged) at.network.hold(at, event);
    else if (at.state !== 'closed' && at.owner.enter(event, reception)) reception.run(event);
  },
);

/** What one end tells itself in a later event. Only its process is asked. */
function ownKind(id: number, what: string, receive: (event: KernelEvent) => void): EventKind {
  const describe = (event: KernelEvent): { machine: string; what: string } => {
    const { node, peer } = endOf(event);
    return { machine: node.name, what: `${what} ${peer}` };
  };
  const reception: EventKind = { id, run: receive, describe };
  const run = (event: KernelEvent): void => {
    if (endOf(event).owner.enter(event, reception)) receive(event);
  };
  return { id, run, describe };
}

export const closed = ownKind(9, 'closed', (event) => endOf(event).handler.onClose('closed'));
export const inbox = ownKind(9, 'reads on from', (event) => endOf(event).onInbox());
export const stash = ownKind(9, 'takes what waited from', (event) => endOf(event).onStash());

/** What was sent went unacknowledged for too long, or the connection did not come up. */
export const giveUp = ownKind(9, 'gives up', (event) => {
  const at = endOf(event);
  if (at.state === 'closed') return;
  mark('connection-given-up');
  at.network.onGivenUp(at, event);
});
export const refused = ownKind(9, 'refused by', (event) => endOf(event).finish('refused'));
export const timedOut = ownKind(9, 'no answer from', (event) => {
  const at = endOf(event);
  if (at.state !== 'connecting') return;
  at.out.effects.connectsFailed++;
  at.finish('timed-out');
});
