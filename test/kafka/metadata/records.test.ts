import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeRecord, encodeRecord } from '../../../src/kafka/metadata/records.ts';
import { MalformedError } from '../../../src/kafka/protocol/malformed.ts';
import { metadataLog } from './arbitrary-log.ts';

describe('records of the metadata log', () => {
  it('come back as they were written', () => {
    fc.assert(
      fc.property(metadataLog, (log) => {
        for (const record of log) expect(decodeRecord(encodeRecord(record))).toEqual(record);
      }),
    );
  });

  it('are framed as Kafka frames them: frame version, key, version', () => {
    const removed = encodeRecord({
      type: 'remove-topic',
      body: { topicId: 'AAAAAAAAQACAAAAAAAAAAQ' },
    });
    expect([...removed.subarray(0, 3)]).toEqual([1, 9, 0]);
    // 16 bytes of id, and no tagged fields.
    expect(removed).toHaveLength(3 + 16 + 1);
  });

  it('of an unknown type or cut short are malformed', () => {
    expect(() => decodeRecord(Uint8Array.of(1, 99, 0, 0))).toThrow(MalformedError);
    const whole = encodeRecord({
      type: 'topic',
      body: { name: 'orders', topicId: 'AAAAAAAAQACAAAAAAAAAAQ' },
    });
    for (let length = 0; length < whole.length; length += 1) {
      expect(() => decodeRecord(whole.slice(0, length))).toThrow(MalformedError);
    }
  });
});
