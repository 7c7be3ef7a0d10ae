/**
 * The records of consumer groups in Kafka's own formats. Bytes come from the log and may be
 * anything: what cannot be is a MalformedError.
 */

import type { Uuid } from '../../../base/ids.ts';
import { MalformedError } from '../../protocol/malformed.ts';
import { encodeVersioned } from '../../protocol/message.ts';
import { readVersioned, versionOf } from '../versioned.ts';
import type {
  ConsumerRecord,
  CurrentAssignment,
  Epoch,
  Held,
  MemberState,
  Partitions,
  Subscription,
} from './contract.ts';
import { ascending } from './partitions.ts';
import * as schemas from './schemas.ts';

const states: readonly MemberState[] = ['stable', 'unrevoked', 'unreleased'];

export interface KeyAndValue {
  readonly key: Uint8Array;
  readonly value: Uint8Array | null;
}

export function encodeConsumerRecord(groupId: string, record: ConsumerRecord): KeyAndValue {
  switch (record.kind) {
    case 'epoch': {
      const key = encodeVersioned(schemas.consumerGroupMetadataKey, 3, { groupId });
      const { value } = record;
      return {
        key,
        value: value && encodeVersioned(schemas.consumerGroupMetadataValue, 0, value),
      };
    }
    case 'old-metadata': {
      const key = encodeVersioned(schemas.consumerGroupPartitionMetadataKey, 4, { groupId });
      return { key, value: null };
    }
    case 'target-epoch': {
      const key = encodeVersioned(schemas.consumerGroupTargetAssignmentMetadataKey, 6, { groupId });
      const { value: assignmentEpoch } = record;
      const message = schemas.consumerGroupTargetAssignmentMetadataValue;
      const isGone = assignmentEpoch === null;
      return { key, value: isGone ? null : encodeVersioned(message, 0, { assignmentEpoch }) };
    }
    case 'regex': {
      const { regex: regularExpression, value } = record;
      const body = { groupId, regularExpression };
      const key = encodeVersioned(schemas.consumerGroupRegularExpressionKey, 16, body);
      const message = schemas.consumerGroupRegularExpressionValue;
      return { key, value: value && encodeVersioned(message, 0, value) };
    }
    default:
      return encodeOfMember(groupId, record);
  }
}

function encodeOfMember(
  groupId: string,
  record: ConsumerRecord & { kind: 'member' | 'target' | 'current' },
): KeyAndValue {
  const body = { groupId, memberId: record.memberId };
  switch (record.kind) {
    case 'member': {
      const key = encodeVersioned(schemas.consumerGroupMemberMetadataKey, 5, body);
      return { key, value: record.value && encodeSubscription(record.value) };
    }
    case 'target': {
      const key = encodeVersioned(schemas.consumerGroupTargetAssignmentMemberKey, 7, body);
      const message = schemas.consumerGroupTargetAssignmentMemberValue;
      const topicPartitions = record.value && listOf(record.value);
      return { key, value: topicPartitions && encodeVersioned(message, 0, { topicPartitions }) };
    }
    case 'current': {
      const key = encodeVersioned(schemas.consumerGroupCurrentMemberAssignmentKey, 8, body);
      return { key, value: record.value && encodeCurrent(record.value) };
    }
  }
}

const encodeSubscription = (value: Subscription): Uint8Array =>
  encodeVersioned(schemas.consumerGroupMemberMetadataValue, 0, {
    ...value,
    subscribedTopicNames: value.topics,
    subscribedTopicRegex: value.regex,
    classicMemberMetadata: value.classic && {
      sessionTimeoutMs: value.classic.sessionTimeoutMs,
      supportedProtocols: value.classic.protocols,
    },
  });

const encodeCurrent = (value: CurrentAssignment): Uint8Array =>
  encodeVersioned(schemas.consumerGroupCurrentMemberAssignmentValue, 0, {
    memberEpoch: value.epoch,
    previousMemberEpoch: value.previousEpoch,
    state: states.indexOf(value.state),
    assignedPartitions: heldListOf(value.assigned),
    partitionsPendingRevocation: heldListOf(value.revoking),
  });

export const listOf = (partitions: Partitions) =>
  [...partitions].map(([topicId, indexes]) => ({ topicId, partitions: [...indexes] }));

const heldListOf = (held: Held) =>
  [...held].map(([topicId, partitions]) => ({
    topicId,
    partitions: [...partitions.keys()],
    assignmentEpochs: [...partitions.values()],
  }));

export interface DecodedConsumerRecord {
  readonly groupId: string;
  readonly record: ConsumerRecord;
}

/** Null where the key is none of a consumer group's. */
export function decodeConsumerRecord(
  key: Uint8Array,
  value: Uint8Array | null,
): DecodedConsumerRecord | null {
  switch (versionOf(key)) {
    case 3: {
      const { groupId } = readVersioned(schemas.consumerGroupMetadataKey, key);
      const read = value && readVersioned(schemas.consumerGroupMetadataValue, value);
      return { groupId, record: { kind: 'epoch', value: read } };
    }
    case 4: {
      const { groupId } = readVersioned(schemas.consumerGroupPartitionMetadataKey, key);
      return { groupId, record: { kind: 'old-metadata', value: value === null ? null : 'there' } };
    }
    case 6: {
      const { groupId } = readVersioned(schemas.consumerGroupTargetAssignmentMetadataKey, key);
      const message = schemas.consumerGroupTargetAssignmentMetadataValue;
      const read = value && readVersioned(message, value);
      return { groupId, record: { kind: 'target-epoch', value: read?.assignmentEpoch ?? null } };
    }
    case 16: {
      const read = readVersioned(schemas.consumerGroupRegularExpressionKey, key);
      const { groupId, regularExpression: regex } = read;
      const message = schemas.consumerGroupRegularExpressionValue;
      const resolved = value && readVersioned(message, value);
      return { groupId, record: { kind: 'regex', regex, value: resolved } };
    }
    default:
      return decodeOfMember(key, value);
  }
}

function decodeOfMember(key: Uint8Array, value: Uint8Array | null): DecodedConsumerRecord | null {
  switch (versionOf(key)) {
    case 5: {
      const { groupId, memberId } = readVersioned(schemas.consumerGroupMemberMetadataKey, key);
      return { groupId, record: { kind: 'member', memberId, value: value && subscription(value) } };
    }
    case 7: {
      const message = schemas.consumerGroupTargetAssignmentMemberKey;
      const { groupId, memberId } = readVersioned(message, key);
      const read = value && readVersioned(schemas.consumerGroupTargetAssignmentMemberValue, value);
      const target = read && partitionsFrom(read.topicPartitions);
      return { groupId, record: { kind: 'target', memberId, value: target } };
    }
    case 8: {
      const message = schemas.consumerGroupCurrentMemberAssignmentKey;
      const { groupId, memberId } = readVersioned(message, key);
      return { groupId, record: { kind: 'current', memberId, value: value && current(value) } };
    }
    default:
      return null;
  }
}

function subscription(bytes: Uint8Array): Subscription {
  const read = readVersioned(schemas.consumerGroupMemberMetadataValue, bytes);
  const { classicMemberMetadata: classic } = read;
  return {
    instanceId: read.instanceId,
    rackId: read.rackId,
    clientId: read.clientId,
    clientHost: read.clientHost,
    topics: [...read.subscribedTopicNames].sort(),
    regex: read.subscribedTopicRegex === '' ? null : read.subscribedTopicRegex,
    rebalanceTimeoutMs: read.rebalanceTimeoutMs,
    serverAssignor: read.serverAssignor,
    classic: classic && {
      sessionTimeoutMs: classic.sessionTimeoutMs,
      protocols: classic.supportedProtocols.map(({ name, metadata }) => ({
        name,
        metadata: metadata.slice(),
      })),
    },
  };
}

function current(bytes: Uint8Array): CurrentAssignment {
  const read = readVersioned(schemas.consumerGroupCurrentMemberAssignmentValue, bytes);
  const state = states[read.state];
  if (state === undefined) throw new MalformedError(`a member has no state ${read.state}`);
  const epoch = read.memberEpoch;
  return {
    epoch,
    previousEpoch: read.previousMemberEpoch,
    state,
    assigned: heldFrom(read.assignedPartitions, epoch),
    revoking: heldFrom(read.partitionsPendingRevocation, epoch),
  };
}

export function partitionsFrom(
  topics: readonly { readonly topicId: Uuid; readonly partitions: readonly number[] }[],
): Partitions {
  const all = new Map<Uuid, readonly number[]>();
  for (const { topicId, partitions } of topics) {
    const indexes = [...new Set([...(all.get(topicId) ?? []), ...partitions])];
    if (indexes.length > 0) all.set(topicId, ascending(indexes));
  }
  return all;
}

interface HeldTopic {
  readonly topicId: Uuid;
  readonly partitions: readonly number[];
  readonly assignmentEpochs: readonly number[] | null;
}

/** Brokers before KIP-1251 did not say since when: since the member's epoch at the latest. */
function heldFrom(topics: readonly HeldTopic[], memberEpoch: Epoch): Held {
  const all = new Map<Uuid, Map<number, Epoch>>();
  for (const { assignmentEpochs, partitions, topicId } of topics) {
    if (assignmentEpochs !== null && assignmentEpochs.length !== partitions.length) {
      throw new MalformedError('partitions of a member without an epoch each');
    }
    const held = new Map<number, Epoch>();
    for (const [at, partition] of partitions.entries()) {
      held.set(partition, assignmentEpochs?.[at] ?? Math.max(memberEpoch, 0));
    }
    if (held.size > 0) all.set(topicId, held);
  }
  return all;
}
