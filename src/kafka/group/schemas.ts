/** Keys and values of `__consumer_offsets`, as Kafka's tables for them have it. */
import {
  arrayOfStructs,
  bytes,
  defineMessage,
  int32,
  int64,
  noVersion,
  string,
  uuid,
} from '../protocol/schema.ts';

export const offsetCommitKey = defineMessage({
  name: 'OffsetCommitKey',
  versions: [0, 1],
  flexibleFrom: noVersion,
  fields: { group: string(), topic: string(), partition: int32() },
});

export const offsetCommitValue = defineMessage({
  name: 'OffsetCommitValue',
  versions: [0, 4],
  flexibleFrom: 4,
  fields: {
    offset: int64(),
    leaderEpoch: int32({ since: 3, default: -1 }),
    metadata: string(),
    commitTimestamp: int64(),
    expireTimestamp: int64({ since: 1, until: 1, default: -1 }),
    topicId: uuid({ since: 4, tag: 0 }),
  },
});

export const groupMetadataKey = defineMessage({
  name: 'GroupMetadataKey',
  versions: [2, 2],
  flexibleFrom: noVersion,
  fields: { group: string() },
});

export const groupMetadataValue = defineMessage({
  name: 'GroupMetadataValue',
  versions: [0, 4],
  flexibleFrom: 4,
  fields: {
    protocolType: string(),
    generation: int32(),
    protocol: string({ nullable: true }),
    leader: string({ nullable: true }),
    currentStateTimestamp: int64({ since: 2, default: -1 }),
    members: arrayOfStructs({
      memberId: string(),
      groupInstanceId: string({ since: 3, nullable: true, default: null }),
      clientId: string(),
      clientHost: string(),
      rebalanceTimeout: int32({ since: 1, default: -1 }),
      sessionTimeout: int32(),
      subscription: bytes(),
      assignment: bytes(),
    }),
  },
});
