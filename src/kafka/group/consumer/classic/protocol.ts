/**
 * What consumers of the classic protocol put into their requests: ConsumerProtocolSubscription and
 * ConsumerProtocolAssignment. Newer versions only add fields behind the known ones, so they are
 * read as the newest known. Bytes are the clients' own: what cannot be read is null.
 */
import { MalformedError } from '../../../protocol/malformed.ts';
import { decodeMessage, encodeVersioned } from '../../../protocol/message.ts';
import {
  arrayOf,
  arrayOfStructs,
  bytes,
  defineMessage,
  int32,
  type Message,
  noVersion,
  string,
} from '../../../protocol/schema.ts';

const newest = 3;

const topicPartitions = { topic: string(), partitions: arrayOf(int32()) };

const subscriptionMessage = defineMessage({
  name: 'ConsumerProtocolSubscription',
  versions: [0, newest],
  flexibleFrom: noVersion,
  fields: {
    topics: arrayOf(string()),
    userData: bytes({ nullable: true }),
    ownedPartitions: arrayOfStructs(topicPartitions, { since: 1 }),
    generationId: int32({ since: 2, default: -1 }),
    rackId: string({ since: 3, nullable: true, default: null }),
  },
});

const assignmentMessage = defineMessage({
  name: 'ConsumerProtocolAssignment',
  versions: [0, newest],
  flexibleFrom: noVersion,
  fields: {
    assignedPartitions: arrayOfStructs(topicPartitions),
    userData: bytes({ nullable: true }),
  },
});

const stickyMessage = defineMessage({
  name: 'StickyAssignorUserData',
  versions: [0, newest],
  flexibleFrom: noVersion,
  fields: { owned: arrayOfStructs(topicPartitions), generation: int32() },
});

export type NamedPartitions = readonly {
  readonly topic: string;
  readonly partitions: readonly number[];
}[];

export interface ClassicSubscription {
  readonly topics: readonly string[];
  readonly owned: NamedPartitions;
  /** The generation in which it owned them; −1 where it does not say. */
  readonly generation: number;
  readonly userData: Uint8Array | null;
  readonly rackId: string | null;
}

export interface ClassicAssignment {
  readonly partitions: NamedPartitions;
  /** An assignor of the clients' own has said something that only it understands. */
  readonly hasUserData: boolean;
}

export function readSubscription(metadata: Uint8Array): ClassicSubscription | null {
  const read = decode(subscriptionMessage, metadata);
  if (read === null) return null;
  const { generationId: generation, ownedPartitions: owned, rackId, topics, userData } = read;
  return { topics, owned, generation, userData, rackId };
}

/** What a member of the assignor `sticky` says to own, which it keeps in its user data. */
export function readStickyClaim(
  userData: Uint8Array | null,
): { readonly owned: NamedPartitions; readonly generation: number } | null {
  if (userData === null || userData.length === 0) return { owned: [], generation: -1 };
  const read = decodeBody(stickyMessage, newest, userData, 0);
  return read && { owned: read.owned, generation: read.generation };
}

/** Nothing at all is an assignment of nothing: that of a member that was given none. */
export function readAssignment(assignment: Uint8Array): ClassicAssignment | null {
  if (assignment.length === 0) return { partitions: [], hasUserData: false };
  const read = decode(assignmentMessage, assignment);
  if (read === null) return null;
  const hasUserData = (read.userData?.length ?? 0) > 0;
  return { partitions: read.assignedPartitions, hasUserData };
}

/** In the version that the member's subscription has: it understands that one. */
export function writeAssignment(partitions: NamedPartitions, metadata: Uint8Array): Uint8Array {
  const version = Math.min(Math.max(versionOf(metadata), 0), newest);
  const assignedPartitions = partitions.map(({ topic, partitions: indexes }) => ({
    topic,
    partitions: [...indexes],
  }));
  const body = { assignedPartitions, userData: null };
  return encodeVersioned(assignmentMessage, version, body);
}

function decode<Out>(message: Message<Out>, bytesOf: Uint8Array): Out | null {
  const version = versionOf(bytesOf);
  return version < 0 ? null : decodeBody(message, Math.min(version, newest), bytesOf, 2);
}

function decodeBody<Out>(
  message: Message<Out>,
  version: number,
  bytesOf: Uint8Array,
  from: number,
): Out | null {
  try {
    return decodeMessage(message, version, bytesOf, from);
  } catch (error) {
    if (error instanceof MalformedError) return null;
    throw error;
  }
}

const versionOf = (all: Uint8Array): number =>
  all.length < 2 ? -1 : (((all[0] as number) << 24) >> 16) | (all[1] as number);
