import type { NodeId, Uuid } from '../../base/ids.ts';
import type { World } from '../../sim/world.ts';
import type { Wholeness } from '../arena/wholeness.ts';
import type { ClusterView } from '../history/cluster-view.ts';
import type { ClusterPlan } from '../plan/cluster.ts';

/**
 * What keeps the cluster from having converged, in words: it must be whole and agree on metadata.
 */
export function obstacleToConvergence(
  cluster: ClusterPlan,
  view: ClusterView,
  wholeness: Wholeness,
): string | null {
  const newest = view.newestApplied();
  for (const { machine, config } of cluster.nodes) {
    const applied = view.applied.get(config.nodeId) ?? -1;
    if (applied < newest) return `${machine} has applied metadata up to ${applied} of ${newest}`;
  }
  return wholeness.obstacle();
}

/**
 * Within this time after healing every partition is led, whatever happened before: a broker that is
 * not heard of is fenced after its session, a quorum without a leader elects one within a few
 * time-outs, a process that has ended is started again. Twice that, and ten seconds for disks and
 * networks.
 */
export function failOverBoundMs(cluster: ClusterPlan): number {
  return takeOverBoundMs(cluster) + 10_000;
}

/** The same where disks and networks are well and every process that is owed runs. */
export function takeOverBoundMs({ nodes }: ClusterPlan): number {
  const { settings } = nodes[0]!.config;
  const electionMs =
    settings.controllerQuorumFetchTimeoutMs +
    settings.controllerQuorumElectionTimeoutMs +
    settings.controllerQuorumElectionBackoffMaxMs;
  return 2 * (settings.brokerSessionTimeoutMs + 2 * electionMs);
}

/** A partition that no living process leads; null when there is none. */
export function headlessPartition(
  { roster }: ClusterPlan,
  view: ClusterView,
  world: World,
): { readonly partition: string; readonly topicId: Uuid; readonly leader: NodeId } | null {
  for (const { partition, topicId, leader } of view.partitions.values()) {
    const isUp = leader >= 0 && world.machine(roster.machineOf(leader)).state === 'running';
    if (!isUp) return { partition, topicId, leader };
  }
  return null;
}
