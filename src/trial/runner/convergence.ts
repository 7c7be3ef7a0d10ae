import type { World } from '../../sim/world.ts';
import type { ClusterView } from '../history/cluster-view.ts';
import type { ClusterPlan } from './cluster.ts';

/** What keeps the cluster from being whole again, in words; null when it is. */
export function obstacle(cluster: ClusterPlan, view: ClusterView, world: World): string | null {
  const newest = view.newestApplied();
  for (const { machine, config } of cluster.nodes) {
    if (world.machine(machine).state !== 'running') return `${machine} is down`;
    if (config.roles.broker) {
      const broker = view.brokers.get(config.nodeId);
      if (broker === undefined || broker.fenced) return `${machine} is fenced`;
    }
    const applied = view.applied.get(config.nodeId) ?? -1;
    if (applied < newest)
      return `${machine} has applied the metadata log up to ${applied} of ${newest}`;
  }
  return view.brokenPartition();
}
