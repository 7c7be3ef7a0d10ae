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
