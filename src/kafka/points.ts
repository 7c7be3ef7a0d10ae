/**
 * The delay points of a node: where Kafka's broker hands work to another thread, and so where a
 * correct node may be held up for any time. Each says what waits while it holds.
 */
import { type Points, passInChain } from '../host/points.ts';

export const kafkaPoints = {
  'request-queued':
    'a request has arrived, no thread has taken it up; its sender may be gone by then',
  'metadata-applied': 'committed metadata is in the image, the replicas have not heard of it',
  'fetcher-started': 'a fetcher knows its partitions, its first or next fetch is not sent',
  'fetcher-stopped': 'a fetcher has no partitions any more, its connection is still open',
  'fetch-answer-applied': "a leader's answer has arrived, the follower has not looked at it",
  'isr-proposal-sent': 'a change of an ISR is proposed, the controller is not asked yet',
  'isr-proposal-answered': "the controller's answer has arrived, the leader does not know it",
  'append-acknowledged': 'a produce is done, its answer is not sent',
  'vote-stored': 'an election is on disk, nobody is told of it',
  'flush-finished': 'a flush has ended, what waited for it does not know',
  'heartbeat-handled': "the controller's answer to a heartbeat has arrived, it is not looked at",
  'segment-closed': 'a segment is full and the next one is open, its flush has not begun',
  'offsets-loaded': 'a coordinator has read its partition, it serves nobody yet',
  'commit-acknowledged': 'a commit of offsets is replicated, its answer is not sent',
  'group-unloaded': 'a partition of groups is led elsewhere, its groups are not let go yet',
  'checkpoint-written': 'a checkpoint of offsets is on disk, the next one may not be written',
} as const;

export type KafkaPoint = keyof typeof kafkaPoints;

interface HasPoints {
  readonly points: Points;
}

export function pass({ points }: HasPoints, name: KafkaPoint, then: () => void): void {
  points.pass(name, then);
}

/** The same within a chain of promises, which goes on when `then` has run. */
export function passLater(
  { points }: HasPoints,
  name: KafkaPoint,
  then: () => void,
): Promise<void> | undefined {
  return passInChain(points, name, then);
}
