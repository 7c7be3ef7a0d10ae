/**
 * The reader behind all decoders: besides the bytes it knows how many elements of arrays, tagged
 * fields among them, the message may still have. An element of two bytes on the wire becomes an
 * object of sixty and more, and each costs its handler work: what a peer may ask for at once is
 * bounded by this count, not by the length of the frame.
 */
import { ByteReader } from '../../base/bytes.ts';

/**
 * Of a whole request. Far above what clients and brokers ask for (Kafka itself serves 2,000
 * partitions by DescribeTopicPartitions and creates 10,000 in a request), and little enough to be
 * handled within a fraction of a second: a Fetch of so many partitions takes a third of one.
 */
export const mostRequestElements = 100_000;

/** For what comes from our own kind: answers, records of our own files. */
const unbounded = 0x7fffffff;

export class MessageReader extends ByteReader {
  elementsLeft = unbounded;

  override reset(bytes: Uint8Array, position: number, end: number, mostElements = unbounded): void {
    super.reset(bytes, position, end);
    this.elementsLeft = mostElements;
  }
}
