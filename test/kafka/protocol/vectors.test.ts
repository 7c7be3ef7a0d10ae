/** Bytes worked out by hand from the protocol guide, field by field. */
import { describe, expect, it } from 'vitest';
import { produceApi } from '../../../src/kafka/protocol/apis/00-produce.ts';
import { fetchApi } from '../../../src/kafka/protocol/apis/01-fetch.ts';
import { metadataApi } from '../../../src/kafka/protocol/apis/03-metadata.ts';
import { apiVersionsApi } from '../../../src/kafka/protocol/apis/18-api-versions.ts';
import { brokerHeartbeatApi } from '../../../src/kafka/protocol/apis/63-broker-heartbeat.ts';
import { describeTopicPartitionsApi } from '../../../src/kafka/protocol/apis/75-describe-topic-partitions.ts';
import {
  decodeRequest,
  encodeRequest,
  encodeResponse,
} from '../../../src/kafka/protocol/message.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const joined = (...parts: string[]): string => parts.join('').replaceAll(' ', '');

describe('the bytes on the wire', () => {
  it('of ApiVersions v0 are header version 1 and no body', () => {
    const frame = encodeRequest(apiVersionsApi, 0, 1, 'test', {});
    expect(hex(frame)).toBe(joined('0000000e', '0012 0000 00000001 0004 74657374'));
  });

  it('of ApiVersions v3 have a flexible header that keeps the old form of the client id', () => {
    const body = { clientSoftwareName: 'kcat', clientSoftwareVersion: '1.0' };
    const frame = encodeRequest(apiVersionsApi, 3, 1, 'test', body);
    expect(hex(frame)).toBe(
      joined('00000019', '0012 0003 00000001 0004 74657374 00', '05 6b636174 04 312e30 00'),
    );
  });

  it('of the answer to ApiVersions never have a flexible header', () => {
    const apiKeys = [{ apiKey: 18, minVersion: 0, maxVersion: 4 }];
    expect(hex(encodeResponse(apiVersionsApi, 0, 7, { errorCode: 35, apiKeys }))).toBe(
      joined('00000010', '00000007', '0023 00000001 0012 0000 0004'),
    );
    expect(hex(encodeResponse(apiVersionsApi, 3, 7, { errorCode: 0, apiKeys }))).toBe(
      joined('00000013', '00000007', '0000 02 0012 0000 0004 00 00000000 00'),
    );
  });

  it('of Metadata v1 ask for all topics by a null array', () => {
    expect(hex(encodeRequest(metadataApi, 1, 2, null, { topics: null }))).toBe(
      joined('0000000e', '0003 0001 00000002 ffff', 'ffffffff'),
    );
  });

  it('of an answer to Metadata v1 carry racks, controller and internal topics', () => {
    const frame = encodeResponse(metadataApi, 1, 2, {
      brokers: [{ nodeId: 1, host: 'a', port: 9092, rack: null }],
      controllerId: 1,
      topics: [
        {
          errorCode: 0,
          name: 't',
          partitions: [
            { errorCode: 0, partitionIndex: 0, leaderId: 1, replicaNodes: [1, 2], isrNodes: [1] },
          ],
        },
      ],
    });
    expect(hex(frame)).toBe(
      joined(
        '00000045 00000002',
        '00000001 00000001 0001 61 00002384 ffff',
        '00000001',
        '00000001 0000 0001 74 00',
        '00000001 0000 00000000 00000001 00000002 00000001 00000002 00000001 00000001',
      ),
    );
  });

  const produced = {
    acks: -1,
    timeoutMs: 1000,
    topicData: [
      { name: 't', partitionData: [{ index: 0, records: Uint8Array.of(0xaa, 0xbb, 0xcc) }] },
    ],
  };

  it('of Produce v3 have int32 lengths', () => {
    expect(hex(encodeRequest(produceApi, 3, 5, 'c', produced))).toBe(
      joined(
        '00000029 0000 0003 00000005 0001 63',
        'ffff ffff 000003e8 00000001 0001 74 00000001 00000000 00000003 aabbcc',
      ),
    );
  });

  it('of Produce v9 have compact lengths and tagged fields', () => {
    expect(hex(encodeRequest(produceApi, 9, 5, 'c', produced))).toBe(
      joined(
        '00000022 0000 0009 00000005 0001 63 00',
        '00 ffff 000003e8 02 02 74 02 00000000 04 aabbcc 00 00 00',
      ),
    );
  });

  it('of Fetch v17 tell the replica in a tagged field', () => {
    const topicId = 'AAECAwQFBgcICQoLDA0ODw';
    const frame = encodeRequest(fetchApi, 17, 9, null, {
      replicaState: { replicaId: 2, replicaEpoch: 16 },
      maxWaitMs: 500,
      minBytes: 1,
      topics: [
        { topicId, partitions: [{ partition: 3, fetchOffset: 2 ** 32, partitionMaxBytes: 64 }] },
      ],
    });
    expect(hex(frame.subarray(4))).toBe(
      joined(
        '0001 0011 00000009 ffff 00',
        '000001f4 00000001 7fffffff 00 00000000 ffffffff',
        '02 000102030405060708090a0b0c0d0e0f',
        '02 00000003 ffffffff 0000000100000000 ffffffff ffffffffffffffff 00000040 00',
        '00 01 01',
        '01 01 0d 00000002 0000000000000010 00',
      ),
    );
  });

  it('of tagged fields beyond 127 bytes have a size of two bytes', () => {
    const nodeEndpoints = Array.from({ length: 20 }, (_, nodeId) => ({
      nodeId,
      host: 'h',
      port: 1,
    }));
    const frame = encodeResponse(fetchApi, 16, 0, { responses: [], nodeEndpoints });
    // Twelve bytes of each node and one for their count: 241 in all, as a varint f1 01.
    expect(hex(frame.subarray(0, 25))).toBe(
      joined('00000105 00000000 00', '00000000 0000 00000000 01', '01 00 f101 15'),
    );
    expect(frame.length).toBe(24 + 241);
  });

  it('of a nullable struct begin with a byte that tells if it is there', () => {
    const asked = { topics: [{ name: 't' }], cursor: { topicName: 'u', partitionIndex: 1 } };
    const bytes = (body: typeof asked | { topics: [] }): string =>
      hex(encodeRequest(describeTopicPartitionsApi, 0, 0, null, body).subarray(4 + 11));
    expect(bytes(asked)).toBe(joined('02 02 74 00 000007d0 01 02 75 00000001 00 00'));
    expect(bytes({ topics: [] })).toBe(joined('01 000007d0 ff 00'));
  });

  it('of optional tagged arrays are there only when they hold something', () => {
    const beat = { brokerId: 1, currentMetadataOffset: 0, wantFence: false, wantShutDown: false };
    const failed = { ...beat, offlineLogDirs: ['AAECAwQFBgcICQoLDA0ODw'] };
    const plain = encodeRequest(brokerHeartbeatApi, 1, 0, null, beat);
    const full = encodeRequest(brokerHeartbeatApi, 1, 0, null, failed);
    expect(hex(plain.subarray(-1))).toBe('00');
    expect(hex(full.subarray(plain.length - 1))).toBe(
      joined('01 00 11 02 000102030405060708090a0b0c0d0e0f'),
    );
    expect(decodeRequest(brokerHeartbeatApi, 1, full.subarray(4)).body.offlineLogDirs).toEqual(
      failed.offlineLogDirs,
    );
  });
});
