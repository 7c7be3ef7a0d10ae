import { describe, expect, it } from 'vitest';
import { AssertionError } from '../../../src/base/assert.ts';
import { produceApi } from '../../../src/kafka/protocol/apis/00-produce.ts';
import { fetchApi } from '../../../src/kafka/protocol/apis/01-fetch.ts';
import { metadataApi } from '../../../src/kafka/protocol/apis/03-metadata.ts';
import {
  decodeRequest,
  decodeResponse,
  encodeRequest,
  encodeResponse,
} from '../../../src/kafka/protocol/message.ts';
import type { RequestInput } from '../../../src/kafka/protocol/schema.ts';

describe('an encoder', () => {
  it('takes defaults for what is not given, and its version decides what is sent', () => {
    const frame = encodeRequest(fetchApi, 4, 0, null, { maxWaitMs: 1, minBytes: 2, topics: [] });
    expect(decodeRequest(fetchApi, 4, frame.subarray(4)).body).toEqual({
      clusterId: null,
      replicaId: -1,
      replicaState: { replicaId: -1, replicaEpoch: -1 },
      maxWaitMs: 1,
      minBytes: 2,
      maxBytes: 0x7fffffff,
      isolationLevel: 0,
      sessionId: 0,
      sessionEpoch: -1,
      topics: [],
      forgottenTopicsData: [],
      rackId: '',
    });
  });

  it('calls impossible values a bug of the caller and can go on afterwards', () => {
    const body = (maxWaitMs: unknown): RequestInput<typeof fetchApi> =>
      ({ maxWaitMs, minBytes: 2, topics: [] }) as RequestInput<typeof fetchApi>;
    for (const impossible of [undefined, null, 0.5, Number.NaN, 2 ** 31, '1']) {
      const encode = (): unknown => encodeRequest(fetchApi, 4, 0, null, body(impossible));
      expect(encode).toThrow(AssertionError);
      expect(encode).toThrow(/FetchRequest v4 maxWaitMs/);
    }
    const frame = encodeRequest(fetchApi, 4, 0, null, body(7));
    expect(decodeRequest(fetchApi, 4, frame.subarray(4)).body.maxWaitMs).toBe(7);
  });

  it('refuses null where the version has none, and versions that do not exist', () => {
    expect(() => encodeRequest(metadataApi, 0, 0, null, { topics: null })).toThrow(AssertionError);
    expect(() => encodeRequest(metadataApi, 14, 0, null, { topics: null })).toThrow(AssertionError);
    expect(() =>
      encodeRequest(produceApi, 2, 0, null, { acks: 1, timeoutMs: 1, topicData: [] }),
    ).toThrow(AssertionError);
  });

  it('copies record batches of any size into the frame, and none of its frames touch', () => {
    const batches = [0, 1, 500, 4096, 4097, 100_000, 3].map((size, i) =>
      new Uint8Array(size).fill(i + 1),
    );
    const body = (chosen: readonly Uint8Array[]): RequestInput<typeof produceApi> => ({
      acks: 1,
      timeoutMs: 1,
      topicData: [
        { name: 't', partitionData: chosen.map((records, index) => ({ index, records })) },
      ],
    });
    for (const version of [3, 9]) {
      const frames = [...batches.map((batch) => [batch]), batches, []].map((chosen) => ({
        chosen,
        frame: encodeRequest(produceApi, version, 0, 'c', body(chosen)),
      }));
      for (const { chosen, frame } of frames) {
        const { topicData } = decodeRequest(produceApi, version, frame.subarray(4)).body;
        expect(topicData[0]?.partitionData.map(({ records }) => records)).toEqual(chosen);
      }
    }
  });

  it('grows to any size', () => {
    const topics = Array.from({ length: 20_000 }, (_, i) => ({ name: `topic-${i}` }));
    const frame = encodeRequest(metadataApi, 4, 0, null, { topics });
    const decoded = decodeRequest(metadataApi, 4, frame.subarray(4)).body.topics;
    expect(decoded?.map(({ name }) => name)).toEqual(topics.map(({ name }) => name));
  });

  it('shares the defaults of absent structs, and protects them', () => {
    const frame = encodeResponse(fetchApi, 12, 0, {
      responses: [
        {
          topic: 't',
          partitions: [{ partitionIndex: 0, errorCode: 0, highWatermark: 1, records: null }],
        },
      ],
    });
    const decode = (): object | undefined =>
      decodeResponse(fetchApi, 12, frame.subarray(4)).body.responses[0]?.partitions[0]
        ?.divergingEpoch;
    expect(decode()).toEqual({ epoch: -1, endOffset: -1 });
    expect(decode()).toBe(decode());
    expect(Object.isFrozen(decode())).toBe(true);
  });
});
