/**
 * Turns a fault's target, a name or a role, into machines, by what the cluster shows at that
 * moment.
 */
import type { NodeId } from '../../base/ids.ts';
import type { ClusterView } from '../history/cluster-view.ts';

/** Names of the machines of a trial, and which node runs on which. */
export interface Roster {
  readonly brokers: readonly string[];
  /** Brokers and controllers, each once. */
  readonly nodes: readonly string[];
  readonly clients: readonly string[];
  machineOf(node: NodeId): string;
}

const leaderOf = /^leader of (\S+)$/;
const followerOf = /^a follower of (\S+)$/;

/**
 * The machines meant; empty when nobody has that role at present. Throws on a target nobody can
 * have.
 */
export function resolveTarget(
  target: string,
  roster: Roster,
  view: ClusterView,
): readonly string[] {
  if (target === 'all brokers') return roster.brokers;
  if (target === 'all nodes') return roster.nodes;
  if (target === 'controller')
    return view.controller < 0 ? [] : [roster.machineOf(view.controller)];
  if (roster.nodes.includes(target) || roster.clients.includes(target)) return [target];
  const leader = leaderOf.exec(target);
  if (leader !== null)
    return machines(roster, [partitionOf(leader[1]!, target, view)?.leader ?? -1]);
  const follower = followerOf.exec(target);
  if (follower !== null) {
    const state = partitionOf(follower[1]!, target, view);
    const others = state?.replicas.filter((node) => node !== state.leader) ?? [];
    return machines(roster, others.slice(-1));
  }
  throw new Error(`unknown target "${target}"`);
}

function partitionOf(name: string, target: string, view: ClusterView) {
  const state = view.partitions.get(name);
  if (state === undefined) throw new Error(`target "${target}": there is no partition ${name}`);
  return state;
}

function machines(roster: Roster, nodes: readonly NodeId[]): string[] {
  return nodes.filter((node) => node >= 0).map((node) => roster.machineOf(node));
}

/**
 * Why no machine of this trial can ever be meant by `target`; null when one can. For checking plans
 * early.
 */
export function targetProblem(
  target: string,
  roster: Roster,
  partitions: readonly string[],
): string | null {
  if (target === 'all brokers' || target === 'all nodes' || target === 'controller') return null;
  if (roster.nodes.includes(target) || roster.clients.includes(target)) return null;
  const role = leaderOf.exec(target) ?? followerOf.exec(target);
  if (role !== null && partitions.includes(role[1]!)) return null;
  const names = [...roster.nodes, ...roster.clients].join(', ');
  return `"${target}" is none of ${names}, all brokers, all nodes, controller, leader of …, a follower of …`;
}
