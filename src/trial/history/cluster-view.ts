/**
 * The cluster as its observations show it: who leads what, which brokers are up, who the controller
 * is. Fault targets, the budget's gate and the convergence check read it; it never asks a broker.
 */
import type { LeaderEpoch, NodeId, Offset } from '../../base/ids.ts';
import type { MetadataObservation, Observation } from '../../kafka/observation.ts';

export type CommittedPartition = Extract<MetadataObservation, { kind: 'partition-committed' }>;
type CommittedBroker = Extract<MetadataObservation, { kind: 'broker-committed' }>;

export class ClusterView {
  /** By partition name, in order of first appearance; the newest record any node has applied. */
  readonly partitions = new Map<string, CommittedPartition>();
  readonly brokers = new Map<NodeId, CommittedBroker>();
  /** How far each node has applied the metadata log since it last started. */
  readonly applied = new Map<NodeId, Offset>();
  controller: NodeId = -1;
  #controllerEpoch: LeaderEpoch = -1;
  /** What nodes that are behind tell of these is over. */
  readonly #deleted = new Set<string>();

  observe(observation: Observation): void {
    switch (observation.kind) {
      case 'partition-committed':
        if (this.#deleted.has(observation.topicId)) return;
        if (isNewer(observation, this.partitions.get(observation.partition))) {
          this.partitions.set(observation.partition, observation);
        }
        return;
      case 'broker-committed':
        if (isNewer(observation, this.brokers.get(observation.broker))) {
          this.brokers.set(observation.broker, observation);
        }
        return;
      case 'topic-committed':
        if (observation.deleted) this.#forget(observation.topicId);
        return;
      case 'metadata-applied':
        this.applied.set(observation.node, observation.offset);
        return;
      case 'quorum-state':
        if (observation.role === 'leader' && observation.epoch > this.#controllerEpoch) {
          this.controller = observation.node;
          this.#controllerEpoch = observation.epoch;
        }
        return;
      default:
        return;
    }
  }

  /** The newest metadata offset that any node has applied. */
  newestApplied(): Offset {
    let newest = -1;
    for (const offset of this.applied.values()) newest = Math.max(newest, offset);
    return newest;
  }

  /**
   * What keeps the partitions from being whole (led, no replicas on their way, every replica in the
   * ISR), in words; null when nothing.
   */
  brokenPartition(): string | null {
    for (const state of this.partitions.values()) {
      if (state.leader < 0) return `${state.partition} has no leader (ISR ${list(state.isr)})`;
      const { adding, removing } = state;
      if (adding.length > 0 || removing.length > 0) {
        return `${state.partition} is changing its replicas (+${list(adding)} −${list(removing)})`;
      }
      if (state.isr.length < state.replicas.length) {
        return `${state.partition} has ISR ${list(state.isr)} of ${list(state.replicas)}`;
      }
    }
    return null;
  }

  #forget(topicId: string): void {
    if (this.#deleted.has(topicId)) return;
    this.#deleted.add(topicId);
    for (const [name, state] of this.partitions) {
      if (state.topicId === topicId) this.partitions.delete(name);
    }
  }
}

function isNewer(record: { offset: Offset }, known: { offset: Offset } | undefined): boolean {
  return known === undefined || record.offset > known.offset;
}

function list(nodes: readonly NodeId[]): string {
  return `[${nodes.join(', ')}]`;
}
