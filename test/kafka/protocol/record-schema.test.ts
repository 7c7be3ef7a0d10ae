import { describe, expect, it } from 'vitest';
import { MalformedError } from '../../../src/kafka/protocol/malformed.ts';
import { decodeMessage, encodeMessage } from '../../../src/kafka/protocol/message.ts';
import { defineRecord, recordHeader } from '../../../src/kafka/protocol/record-schema.ts';
import {
  arrayOf,
  defineMessage,
  int8,
  int16,
  int32,
  string,
  uuid,
} from '../../../src/kafka/protocol/schema.ts';

const topicId = 'AAECAwQFBgcICQoLDA0ODw';
const partitionRecord = defineRecord({
  key: 3,
  name: 'PartitionRecord',
  versions: [0, 2],
  fields: {
    partitionId: int32({ default: -1 }),
    topicId: uuid(),
    isr: arrayOf(int32()),
    leaderRecoveryState: int8({ default: 0, tag: 0 }),
    directories: arrayOf(uuid(), { since: 1 }),
    lastKnownElr: arrayOf(int32(), { since: 2, nullable: true, default: null, tag: 2 }),
  },
});

describe('a metadata record', () => {
  const bytes = partitionRecord.encode(1, {
    partitionId: 5,
    topicId,
    isr: [1, 2],
    leaderRecoveryState: 1,
    directories: [],
  });

  it('is framed by frame version, key and version', () => {
    expect(Buffer.from(bytes).toString('hex')).toBe(
      '01030100000005000102030405060708090a0b0c0d0e0f0300000001000000020101000101',
    );
    expect(recordHeader(bytes)).toEqual({ key: 3, version: 1, bodyAt: 3 });
  });

  it('comes back with the defaults of what its version lacks', () => {
    expect(partitionRecord.decode(bytes)).toEqual({
      partitionId: 5,
      topicId,
      isr: [1, 2],
      leaderRecoveryState: 1,
      directories: [],
      lastKnownElr: null,
    });
  });

  it('keeps bytes of its own, which later encoding leaves alone', () => {
    const before = bytes.slice();
    for (let i = 0; i < 5000; i++) partitionRecord.encode(0, { topicId, isr: [i] });
    expect(bytes).toEqual(before);
    expect(bytes.buffer.byteLength).toBe(bytes.length);
  });

  it('is malformed with another frame version, key or record version, and when cut', () => {
    for (const [at, value] of [
      [0, 2],
      [1, 4],
      [2, 3],
    ] as const) {
      const damaged = bytes.slice();
      damaged[at] = value;
      expect(() => partitionRecord.decode(damaged)).toThrow(MalformedError);
    }
    for (let length = 0; length < bytes.length; length++) {
      expect(() => partitionRecord.decode(bytes.subarray(0, length))).toThrow(MalformedError);
    }
  });
});

describe('a message that stands alone', () => {
  it('has no frame at all', () => {
    const message = defineMessage({
      name: 'LeaderChange',
      versions: [0, 0],
      flexibleFrom: 0,
      fields: { version: int16(), reason: string({ nullable: true }) },
    });
    const bytes = encodeMessage(message, 0, { version: 0, reason: null });
    expect([...bytes]).toEqual([0, 0, 0, 0]);
    expect(decodeMessage(message, 0, bytes)).toEqual({ version: 0, reason: null });
  });
});
