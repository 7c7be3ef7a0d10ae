/**
 * Carries committed metadata to this node: into its image at once, and to the broker's replicas as
 * deltas, one per event however many batches came in it. Nothing is published before `start`, so
 * that a broker never acts on the history that it replays when it starts: what it first learns is
 * the state it has caught up to.
 */
import type { NodeId } from '../../base/ids.ts';
import type { Host } from '../../host/host.ts';
import { emptyDelta, type MetadataDelta, type MetadataImage } from '../metadata/image.ts';
import { applyCommitted } from '../metadata/observe.ts';
import { decodeRecord } from '../metadata/records.ts';
import type { Observe } from '../observation.ts';
import { pass } from '../points.ts';
import type { CommittedBatch } from '../raft/quorum.ts';

export type OnMetadata = (image: MetadataImage, delta: MetadataDelta) => void;

export class MetadataPublisher {
  readonly image: MetadataImage;
  readonly #host: Host;
  readonly #node: NodeId;
  readonly #observe: Observe;
  #onMetadata: OnMetadata | null = null;
  /** What was applied and not yet published. */
  #delta: MetadataDelta | null = null;

  constructor(host: Host, node: NodeId, image: MetadataImage, observe: Observe) {
    this.#host = host;
    this.#node = node;
    this.image = image;
    this.#observe = observe;
  }

  /**
   * A committed batch, each once and in log order. Throws a MalformedError where it is none of
   * ours.
   */
  apply(batch: CommittedBatch): void {
    const { baseOffset, lastOffset, leaderEpoch, records } = batch;
    if (records.length > 0 && this.#onMetadata !== null && this.#delta === null) {
      this.#delta = emptyDelta();
      this.#host.timers.after(0, () => pass(this.#host, 'metadata-applied', () => this.#publish()));
    }
    let offset = baseOffset;
    for (const bytes of records) {
      applyCommitted(
        this.image,
        decodeRecord(bytes),
        offset,
        this.#delta,
        this.#node,
        this.#observe,
      );
      offset++;
    }
    this.image.advanceTo(lastOffset, leaderEpoch);
    this.#observe({ kind: 'metadata-applied', node: this.#node, offset: lastOffset });
  }

  /** Publishes all there is, now, and every change from now on. */
  start(onMetadata: OnMetadata): void {
    this.#onMetadata = onMetadata;
    onMetadata(this.image, wholeImage(this.image));
  }

  stop(): void {
    this.#onMetadata = null;
    this.#delta = null;
  }

  #publish(): void {
    const delta = this.#delta;
    this.#delta = null;
    if (delta !== null) this.#onMetadata?.(this.image, delta);
  }
}

/** The delta from nothing to `image`. */
function wholeImage(image: MetadataImage): MetadataDelta {
  const delta = emptyDelta();
  for (const topic of image.topicsById.values()) {
    delta.createdTopics.add(topic);
    for (const partition of topic.partitions) delta.partitions.add(partition);
  }
  for (const id of image.brokers.keys()) delta.brokers.add(id);
  for (const topic of image.topicConfigs.keys()) delta.configs.add(topic);
  return delta;
}
