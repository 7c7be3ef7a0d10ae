/**
 * Tells the world what happens to one replica. Changes nothing; see `observation.ts` for what each
 * fact means.
 */
import type { LeaderEpoch, NodeId, Offset, Uuid } from '../../base/ids.ts';
import type { TopicSettings } from '../config.ts';
import type { PartitionState } from '../metadata/state.ts';
import type { Observe } from '../observation.ts';
import type { LeaderState } from './leader-state.ts';

export class PartitionObserver {
  readonly #observe: Observe;
  readonly #node: NodeId;
  readonly #topicId: Uuid;
  readonly #partition: string;

  constructor(observe: Observe, node: NodeId, topicId: Uuid, partition: string) {
    this.#observe = observe;
    this.#node = node;
    this.#topicId = topicId;
    this.#partition = partition;
  }

  begun(highWatermark: Offset): void {
    this.#observe({
      kind: 'high-watermark-restored',
      node: this.#node,
      topicId: this.#topicId,
      partition: this.#partition,
      highWatermark,
    });
  }

  settings(settings: TopicSettings): void {
    this.#observe({
      kind: 'settings-used',
      node: this.#node,
      topicId: this.#topicId,
      partition: this.#partition,
      by: 'partition',
      settings,
    });
  }

  leaderStarted(leader: LeaderState, highWatermark: Offset): void {
    this.#observe({
      kind: 'leader-started',
      node: this.#node,
      topicId: this.#topicId,
      partition: this.#partition,
      leaderEpoch: leader.leaderEpoch,
      epochStart: leader.epochStart,
      highWatermark,
      isr: leader.committedIsr,
    });
  }

  followerStarted(state: PartitionState): void {
    this.#observe({
      kind: 'follower-started',
      node: this.#node,
      topicId: this.#topicId,
      partition: this.#partition,
      leaderEpoch: state.leaderEpoch,
      leader: state.leader,
    });
  }

  /** `leader` is null on followers. */
  highWatermark(leader: LeaderState | null, leaderEpoch: LeaderEpoch, highWatermark: Offset): void {
    const kind = 'high-watermark';
    const node = this.#node;
    const topicId = this.#topicId;
    const partition = this.#partition;
    if (leader === null) {
      const role = 'follower';
      this.#observe({ kind, node, topicId, partition, role, leaderEpoch, highWatermark });
      return;
    }
    this.#observe({
      kind,
      node,
      topicId,
      partition,
      role: 'leader',
      leaderEpoch,
      highWatermark,
      maximalIsr: leader.maximalIsr,
    });
  }

  isrChanged(leader: LeaderState): void {
    this.#observe({
      kind: 'isr-changed',
      node: this.#node,
      topicId: this.#topicId,
      partition: this.#partition,
      leaderEpoch: leader.leaderEpoch,
      partitionEpoch: leader.partitionEpoch,
      committedIsr: leader.committedIsr,
      maximalIsr: leader.maximalIsr,
    });
  }
}
