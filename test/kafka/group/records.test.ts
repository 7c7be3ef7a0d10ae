import { describe, expect, it } from 'vitest';
import { zeroUuid } from '../../../src/base/ids.ts';
import { partitionOfGroup } from '../../../src/kafka/group/group-partition.ts';
import {
  decodeGroupRecord,
  encodeGroupRecord,
  type GroupRecord,
} from '../../../src/kafka/group/records.ts';
import { offsetCommitKey, offsetCommitValue } from '../../../src/kafka/group/schemas.ts';
import { MalformedError } from '../../../src/kafka/protocol/malformed.ts';
import { encodeMessage } from '../../../src/kafka/protocol/message.ts';

const hex = (bytes: Uint8Array | null): string => Buffer.from(bytes ?? []).toString('hex');
const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));
const roundTrip = (record: GroupRecord): GroupRecord | null => {
  const { key, value } = encodeGroupRecord(record);
  return decodeGroupRecord(key, value);
};

const offset = (more = {}): GroupRecord => ({
  kind: 'offset',
  group: 'g',
  topic: 'orders',
  partition: 3,
  value: {
    offset: 42,
    leaderEpoch: 5,
    metadata: 'note',
    commitTimestamp: 1000,
    expireTimestamp: -1,
    topicId: zeroUuid,
    ...more,
  },
});

const group: GroupRecord = {
  kind: 'group',
  group: 'g',
  value: {
    protocolType: 'consumer',
    generation: 7,
    protocol: 'range',
    leader: 'm-1',
    currentStateTimestamp: 1234,
    members: [
      {
        memberId: 'm-1',
        instanceId: 'i',
        clientId: 'c',
        clientHost: '/10.0.0.1',
        rebalanceTimeoutMs: 60_000,
        sessionTimeoutMs: 10_000,
        subscription: bytes('0102'),
        assignment: bytes('03'),
      },
    ],
  },
};

describe('records of groups', () => {
  it('are told back as they were written, tombstones too', () => {
    const topicId = 'AAAAAAAAAAAAAAAAAAAAAQ';
    for (const record of [offset(), offset({ topicId }), group]) {
      expect(roundTrip(record)).toEqual(record);
      const removed = { ...record, value: null } as GroupRecord;
      expect(roundTrip(removed)).toEqual(removed);
    }
  });

  it('have Kafka’s own bytes', () => {
    const { key, value } = encodeGroupRecord(offset());
    // Version 1, "g", "orders", 3; version 4, offset, epoch, "note", time, no tagged fields.
    expect(hex(key)).toBe('0001000167' + '00066f7264657273' + '00000003');
    expect(hex(value)).toBe(
      '0004' + '000000000000002a' + '00000005' + '056e6f7465' + '00000000000003e8' + '00',
    );
    expect(hex(encodeGroupRecord(group).key)).toBe('0002000167');
    expect(hex(encodeGroupRecord(group).value).startsWith('0003' + '0008636f6e73756d6572')).toBe(
      true,
    );
  });

  it('say a client’s own retention in version 1, which loses the leader epoch', () => {
    const record = offset({ expireTimestamp: 5000 });
    expect(hex(encodeGroupRecord(record).value).slice(0, 4)).toBe('0001');
    expect(roundTrip(record)).toEqual(offset({ expireTimestamp: 5000, leaderEpoch: -1 }));
  });

  it('of all versions are read, and the ones of Kafka 0.10 to 3 have what they had', () => {
    const old = { offset: 1, metadata: '', commitTimestamp: 2, expireTimestamp: -1 };
    for (const version of [0, 1, 2, 3]) {
      const value = Buffer.concat([
        bytes(`000${version}`),
        encodeMessage(offsetCommitValue, version, old),
      ]);
      const name = { group: 'g', topic: 't', partition: 0 };
      const key = Buffer.concat([bytes('0000'), encodeMessage(offsetCommitKey, 0, name)]);
      expect(decodeGroupRecord(key, value)).toMatchObject({
        value: { offset: 1, leaderEpoch: -1, commitTimestamp: 2, expireTimestamp: -1 },
      });
    }
  });

  it('of other kinds are skipped, damaged ones are not taken for others', () => {
    expect(decodeGroupRecord(bytes('0009000167'), bytes('0000'))).toBe(null);
    expect(decodeGroupRecord(bytes('7fff'), null)).toBe(null);
    const { key } = encodeGroupRecord(offset());
    expect(() => decodeGroupRecord(key, bytes('0009'))).toThrow(MalformedError);
    expect(() => decodeGroupRecord(key, bytes('00'))).toThrow(MalformedError);
    expect(() => decodeGroupRecord(bytes('0001000567'), null)).toThrow(MalformedError);
  });
});

it('a group is kept by the partition of its id’s hash, as Java’s strings hash', () => {
  // "polygenelubricants".hashCode() is the smallest integer, whose absolute value counts as 0.
  expect(partitionOfGroup('polygenelubricants', 50)).toBe(0);
  expect(partitionOfGroup('', 50)).toBe(0);
  expect(partitionOfGroup('a', 50)).toBe(97 % 50);
  // "hello".hashCode() is 99162322.
  expect(partitionOfGroup('hello', 50)).toBe(99_162_322 % 50);
  expect(partitionOfGroup('😀', 7)).toBe((0xd83d * 31 + 0xde00) % 7);
});
