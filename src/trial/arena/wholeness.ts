/**
 * Whether the cluster is whole: every machine runs, every broker has registered since its process
 * began and is unfenced, every partition is led, has all its replicas in the ISR and none on their
 * way in or out. That a broker
 * has registered matters: one that has just come back may still be in an ISR by virtue of what it
 * was before.
 */
import type { NodeId } from '../../base/ids.ts';
import type { Observation } from '../../kafka/observation.ts';
import type { World } from '../../sim/world.ts';
import type { ClusterView } from '../history/cluster-view.ts';

export interface WatchedNode {
  readonly machine: string;
  readonly nodeId: NodeId;
  readonly isBroker: boolean;
}

export class Wholeness {
  readonly #world: World;
  readonly #view: ClusterView;
  readonly #nodes: readonly WatchedNode[];
  /** Which incarnation of its machine registered under each broker's newest epoch. */
  readonly #registered = new Map<NodeId, { epoch: number; incarnation: number }>();

  constructor(world: World, view: ClusterView, nodes: readonly WatchedNode[]) {
    this.#world = world;
    this.#view = view;
    this.#nodes = nodes;
  }

  observe(observation: Observation): void {
    if (observation.kind !== 'broker-committed') return;
    const { broker, brokerEpoch: epoch } = observation;
    if ((this.#registered.get(broker)?.epoch ?? -1) >= epoch) return;
    const node = this.#nodes.find(({ nodeId }) => nodeId === broker);
    if (node === undefined) return;
    const { incarnation } = this.#world.machine(node.machine);
    this.#registered.set(broker, { epoch, incarnation });
  }

  /** What keeps it from being whole, in words; null when it is. */
  obstacle(): string | null {
    for (const node of this.#nodes) {
      const absent = this.#absence(node);
      if (absent !== null) return absent;
    }
    return this.#view.brokenPartition();
  }

  /** A broker whose process runs, has registered and is unfenced. */
  isPresent(broker: NodeId): boolean {
    const node = this.#nodes.find(({ nodeId }) => nodeId === broker);
    return node !== undefined && this.#absence(node) === null;
  }

  #absence({ machine: name, nodeId, isBroker }: WatchedNode): string | null {
    const machine = this.#world.machine(name);
    if (machine.state !== 'running') return `${name} is down`;
    if (!isBroker) return null;
    if (this.#registered.get(nodeId)?.incarnation !== machine.incarnation)
      return `${name} has not registered since it began`;
    return this.#view.brokers.get(nodeId)?.fenced === false ? null : `${name} is fenced`;
  }
}
