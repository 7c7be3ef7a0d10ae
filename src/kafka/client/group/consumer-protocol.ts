/**
 * What members of a classic group tell each other through the coordinator, which only carries it:
 * ConsumerProtocolSubscription and ConsumerProtocolAssignment, versions 0–3.
 * - 1: owned partitions (KIP-429)
 * - 2: the generation in which they were owned (KIP-792)
 * - 3: rack (KIP-881)
 * An assignment has the same fields in all versions. A newer version only adds fields behind the
 * known ones, so it is read as the newest known, and what is left is ignored.
 */
import { BoundsError, ByteReader, ByteWriter } from '../../../base/bytes.ts';
import { MalformedError } from '../../protocol/malformed.ts';
import type { TopicPartitions } from './topic-partition.ts';

export const newestConsumerProtocol = 3;

export interface Subscription {
  readonly topics: readonly string[];
  readonly userData: Uint8Array | null;
  readonly ownedPartitions: readonly TopicPartitions[];
  /** −1: not told. */
  readonly generation: number;
  readonly rack: string | null;
}

export interface GroupAssignment {
  readonly partitions: readonly TopicPartitions[];
  readonly userData: Uint8Array | null;
}

export function encodeSubscription(
  subscription: Subscription,
  version = newestConsumerProtocol,
): Uint8Array {
  const writer = new ByteWriter();
  writer.int16(version);
  writer.int32(subscription.topics.length);
  for (const topic of subscription.topics) writer.string(topic);
  writeBytes(writer, subscription.userData);
  if (version >= 1) writeTopics(writer, subscription.ownedPartitions);
  if (version >= 2) writer.int32(subscription.generation);
  if (version >= 3) writer.string(subscription.rack);
  return writer.copy();
}

/** Throws a MalformedError and nothing else. */
export function decodeSubscription(bytes: Uint8Array): Subscription {
  return reading(bytes, (reader, version) => ({
    topics: readArray(reader, readName),
    userData: readBytes(reader),
    ownedPartitions: version >= 1 ? readTopics(reader) : [],
    generation: version >= 2 ? reader.int32() : -1,
    rack: version >= 3 ? reader.string() : null,
  }));
}

export function encodeAssignment(
  assignment: GroupAssignment,
  version = newestConsumerProtocol,
): Uint8Array {
  const writer = new ByteWriter();
  writer.int16(version);
  writeTopics(writer, assignment.partitions);
  writeBytes(writer, assignment.userData);
  return writer.copy();
}

/** No bytes at all mean no partitions. Throws a MalformedError and nothing else. */
export function decodeAssignment(bytes: Uint8Array): GroupAssignment {
  if (bytes.length === 0) return { partitions: [], userData: null };
  return reading(bytes, (reader) => ({
    partitions: readTopics(reader),
    userData: readBytes(reader),
  }));
}

export function writeTopics(writer: ByteWriter, topics: readonly TopicPartitions[]): void {
  writer.int32(topics.length);
  for (const { topic, partitions } of topics) {
    writer.string(topic);
    writer.int32(partitions.length);
    for (const partition of partitions) writer.int32(partition);
  }
}

export function readTopics(reader: ByteReader): TopicPartitions[] {
  return readArray(reader, () => ({
    topic: readName(reader),
    partitions: readArray(reader, () => reader.int32()),
  }));
}

/** Reads with `read`; what runs over the end is malformed. */
export function asRead<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof BoundsError)) throw error;
    throw new MalformedError(`${what}: ${error.message}`);
  }
}

function reading<T>(bytes: Uint8Array, read: (reader: ByteReader, version: number) => T): T {
  return asRead('a message between members', () => {
    const reader = new ByteReader(bytes);
    const version = reader.int16();
    if (version < 0) throw new MalformedError(`version ${version} of the consumer protocol`);
    return read(reader, Math.min(version, newestConsumerProtocol));
  });
}

function readName(reader: ByteReader): string {
  const name = reader.string();
  if (name === null) throw new MalformedError('a topic without a name');
  return name;
}

/** A null array, of length −1, counts as empty; no length is trusted beyond what is left. */
function readArray<T>(reader: ByteReader, element: (reader: ByteReader) => T): T[] {
  const length = reader.int32();
  const smallest = 2;
  if (length * smallest > reader.remaining) throw new BoundsError(`an array of ${length}`);
  const elements: T[] = [];
  for (let i = 0; i < length; i++) elements.push(element(reader));
  return elements;
}

function writeBytes(writer: ByteWriter, bytes: Uint8Array | null): void {
  writer.int32(bytes === null ? -1 : bytes.length);
  if (bytes !== null) writer.raw(bytes);
}

function readBytes(reader: ByteReader): Uint8Array | null {
  const length = reader.int32();
  return length < 0 ? null : reader.raw(length).slice();
}
