/**
 * Carries committed metadata to this node: into its image at once, and to the broker's replicas as
 * deltas, one per event however many batches came in it. A delta of many partitions goes in
 * slices, one per event, so that requests and heartbeats pass between them. Nothing is published
 * before `start`, so that a broker never acts on the history that it replays when it starts: what
 * it first learns is the state it has caught up to.
 */
import type { NodeId } from '../../base/ids.ts';
import type { Host } from '../../host/host.ts';
import { describeImage } from '../metadata/describe-image.ts';
import { emptyDelta, type MetadataDelta, type MetadataImage } from '../metadata/image.ts';
import { applyCommitted } from '../metadata/observe.ts';
import { decodeRecord } from '../metadata/records.ts';
import type { PartitionState, TopicState } from '../metadata/state.ts';
import type { Observe } from '../observation.ts';
import { pass } from '../points.ts';
import type { CommittedBatch } from '../raft/quorum.ts';

export type OnMetadata = (image: MetadataImage, delta: MetadataDelta) => void;

export class MetadataPublisher {
  readonly image: MetadataImage;
  readonly #host: Host;
  readonly #node: NodeId;
  readonly #observe: Observe;
  readonly #listeners: OnMetadata[] = [];
  #isPublishing = false;
  /** What was applied and not yet published. */
  #delta: MetadataDelta | null = null;
  /** Of an earlier delta, and not yet published; what came later follows behind. */
  #slices: MetadataDelta[] = [];
  #isScheduled = false;

  constructor(host: Host, node: NodeId, image: MetadataImage, observe: Observe) {
    this.#host = host;
    this.#node = node;
    this.image = image;
    this.#observe = observe;
    observe({ kind: 'metadata-image', node, describe: () => describeImage(image) });
  }

  /**
   * A committed batch, each once and in log order. Throws a MalformedError where it is none of
   * ours.
   */
  apply(batch: CommittedBatch): void {
    const { baseOffset, lastOffset, leaderEpoch, records } = batch;
    if (records.length > 0 && this.#isPublishing && this.#delta === null) {
      this.#delta = emptyDelta();
      this.#schedule();
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

  /** Before `start`; listeners hear of each change in the order in which they came. */
  subscribe(onMetadata: OnMetadata): void {
    this.#listeners.push(onMetadata);
  }

  /** Publishes all there is, now, and every change from now on. */
  start(): void {
    this.#isPublishing = true;
    this.#tell(wholeImage(this.image));
  }

  stop(): void {
    this.#isPublishing = false;
    this.#delta = null;
    this.#slices = [];
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#host.timers.after(0, () => pass(this.#host, 'metadata-applied', () => this.#publish()));
  }

  #publish(): void {
    this.#isScheduled = false;
    if (this.#slices.length === 0 && this.#delta !== null) {
      this.#slices = slicesOf(this.#delta);
      this.#delta = null;
    }
    const slice = this.#slices.shift();
    if (slice !== undefined && this.#isPublishing) this.#tell(slice);
    if (this.#slices.length > 0 || this.#delta !== null) this.#schedule();
  }

  #tell(delta: MetadataDelta): void {
    for (const listener of this.#listeners) listener(this.image, delta);
  }
}

/** To make or remove a replica takes milliseconds on a slow disk. */
export const maxPartitionsPerSlice = 20;

/** Removals first; each partition in one slice, in the order of the delta. */
export function slicesOf(delta: MetadataDelta): MetadataDelta[] {
  const slices: MetadataDelta[] = [];
  let last = { ...delta, partitions: new Set<PartitionState>(), deletedTopics: [] as TopicState[] };
  let size = 0;
  const next = (): void => {
    slices.push(last);
    last = { ...emptyDelta(), deletedTopics: [] };
    size = 0;
  };
  for (const topic of delta.deletedTopics) {
    for (let first = 0; first === 0 || first < topic.partitions.length; ) {
      if (size >= maxPartitionsPerSlice) next();
      const end = first + maxPartitionsPerSlice - size;
      const partitions = topic.partitions.slice(first, end);
      last.deletedTopics.push({ ...topic, partitions });
      size += Math.max(1, partitions.length);
      first = end;
    }
  }
  for (const partition of delta.partitions) {
    if (size >= maxPartitionsPerSlice) next();
    last.partitions.add(partition);
    size += 1;
  }
  next();
  return slices;
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
