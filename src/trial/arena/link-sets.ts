/** Which links lie between whom: what faults of the network act on. */
import type { Link } from '../../sim/link.ts';
import type { Arena } from './arena.ts';

export type Whom = 'brokers' | 'nodes' | 'clients' | 'everybody';

/** All of `whom` but the target itself. */
export function counterparts(target: string, whom: Whom, { roster }: Arena): string[] {
  const { brokers, nodes, clients } = roster;
  const groups = { brokers, nodes, clients, everybody: [...nodes, ...clients] };
  return groups[whom].filter((name) => name !== target);
}

/** From each of the first to each of the second, that way only. */
export function linksBetween(
  from: readonly string[],
  to: readonly string[],
  { world }: Arena,
): Link[] {
  return from.flatMap((a) => to.map((b) => world.network.link(a, b)));
}

/** Both ways between the machine and everybody else. */
export function linksOf(machine: string, arena: Arena): Link[] {
  const others = counterparts(machine, 'everybody', arena);
  return [...linksBetween(others, [machine], arena), ...linksBetween([machine], others, arena)];
}

/** The nodes, beginning with the target. */
export function ringFrom(target: string, { roster }: Arena): string[] {
  const start = Math.max(0, roster.nodes.indexOf(target));
  return [...roster.nodes.slice(start), ...roster.nodes.slice(0, start)];
}
