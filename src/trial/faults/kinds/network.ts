/** Faults of the network: which links they act on, and how. */
import type { Link } from '../../../sim/link.ts';
import type { ActiveFault, Arena } from '../active-fault.ts';
import { LinkTally, type Obstruction } from '../links.ts';

type Whom = 'brokers' | 'nodes' | 'clients' | 'everybody';

export function isolate(target: string, from: Whom, arena: Arena): ActiveFault {
  const others = counterparts(target, from, arena);
  return obstruct(
    [...linksBetween(others, [target], arena), ...linksBetween([target], others, arena)],
    'block',
    arena,
  );
}

export function oneWayPartition(
  target: string,
  direction: 'inbound' | 'outbound',
  from: Whom,
  arena: Arena,
): ActiveFault {
  const others = counterparts(target, from, arena);
  const links =
    direction === 'inbound'
      ? linksBetween(others, [target], arena)
      : linksBetween([target], others, arena);
  return obstruct(links, 'block', arena);
}

/** Two halves of the nodes, the target in the first. */
export function split(target: string, arena: Arena): ActiveFault {
  const ring = ringFrom(target, arena);
  return separate(ring, Math.ceil(ring.length / 2), arena);
}

/** Two halves of the other nodes; the target reaches both. */
export function bridge(target: string, arena: Arena): ActiveFault {
  const others = ringFrom(target, arena).slice(1);
  return separate(others, Math.ceil(others.length / 2), arena);
}

/**
 * Each node hears, beside itself, only those that follow it in the ring, so many that they are a
 * majority.
 */
export function majorityRing(target: string, arena: Arena): ActiveFault {
  const ring = ringFrom(target, arena);
  const heard = Math.floor(ring.length / 2);
  const links = ring.flatMap((node, i) => {
    const deafTo = ring.filter((_, j) => j !== i && (j - i + ring.length) % ring.length > heard);
    return linksBetween(deafTo, [node], arena);
  });
  return obstruct(links, 'block', arena);
}

export function clog(target: string, arena: Arena): ActiveFault {
  return obstruct(linksOf(target, arena), 'clog', arena);
}

/**
 * Clogs node after node over the first half of the time, and unclogs them in the opposite order.
 */
export function swizzle(target: string, durationUs: number, arena: Arena): ActiveFault {
  const ring = ringFrom(target, arena);
  const tally = new LinkTally(ring.flatMap((node) => linksOf(node, arena)));
  const clogged: ActiveFault[] = [];
  const pauseUs = Math.floor(durationUs / (2 * ring.length));
  let over = false;
  const inTime = (step: number, label: string, act: () => void): void => {
    arena.world.schedule(pauseUs * step, label, () => {
      if (!over) act();
    });
  };
  for (const [i, node] of ring.entries()) {
    inTime(i, `swizzle: clog ${node}`, () => clogged.push(clog(node, arena)));
    inTime(ring.length + i, `swizzle: unclog`, () => clogged.pop()?.end());
  }
  return {
    end() {
      over = true;
      for (const fault of clogged.splice(0)) fault.end();
    },
    effect: () => tally.describeObstruction(),
  };
}

export function slowNetwork(target: string, factor: number, arena: Arena): ActiveFault {
  const links = linksOf(target, arena);
  const tally = new LinkTally(links);
  for (const link of links) arena.links.slow(link, factor);
  let segments: number | null = null;
  return {
    end() {
      segments = tally.segments;
      for (const link of links) arena.links.endSlow(link, factor);
    },
    effect() {
      const slowed = segments ?? tally.segments;
      return slowed > 0 ? `${slowed} segments took ${factor} times as long` : '';
    },
  };
}

function obstruct(links: readonly Link[], how: Obstruction, arena: Arena): ActiveFault {
  const tally = new LinkTally(links);
  for (const link of links) arena.links.begin(link, how);
  return {
    end() {
      for (const link of links) arena.links.end(link, how);
    },
    effect: () => tally.describeObstruction(),
  };
}

function separate(machines: readonly string[], firstHalf: number, arena: Arena): ActiveFault {
  const [a, b] = [machines.slice(0, firstHalf), machines.slice(firstHalf)];
  return obstruct([...linksBetween(a, b, arena), ...linksBetween(b, a, arena)], 'block', arena);
}

function counterparts(target: string, from: Whom, { roster }: Arena): string[] {
  const { brokers, nodes, clients } = roster;
  const whom = { brokers, nodes, clients, everybody: [...nodes, ...clients] };
  return whom[from].filter((name) => name !== target);
}

function linksOf(target: string, arena: Arena): Link[] {
  const others = counterparts(target, 'everybody', arena);
  return [...linksBetween(others, [target], arena), ...linksBetween([target], others, arena)];
}

function linksBetween(from: readonly string[], to: readonly string[], { world }: Arena): Link[] {
  return from.flatMap((a) => to.map((b) => world.network.link(a, b)));
}

/** The nodes, beginning with the target. */
function ringFrom(target: string, { roster }: Arena): string[] {
  const start = Math.max(0, roster.nodes.indexOf(target));
  return [...roster.nodes.slice(start), ...roster.nodes.slice(0, start)];
}
