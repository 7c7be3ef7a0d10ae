import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fetchApi } from '../../../src/kafka/protocol/apis/01-fetch.ts';
import { metadataApi } from '../../../src/kafka/protocol/apis/03-metadata.ts';
import { codecOf, reader } from '../../../src/kafka/protocol/codec.ts';
import { MalformedError } from '../../../src/kafka/protocol/malformed.ts';
import {
  decodeMessage,
  decodeRequest,
  decodeRequestHeader,
  decodeResponse,
  encodeMessage,
  encodeRequest,
} from '../../../src/kafka/protocol/message.ts';
import { mostRequestElements } from '../../../src/kafka/protocol/message-reader.ts';
import { fieldsArbitrary, messageVersions } from './arbitraries.ts';

/** Decodes; whatever the bytes are, only a MalformedError may come of them. */
function survives(decode: () => unknown): void {
  try {
    decode();
  } catch (error) {
    expect(error).toBeInstanceOf(MalformedError);
  }
}

describe('a decoder', () => {
  it('throws nothing but MalformedError on arbitrary bytes', () => {
    const bytes = fc.uint8Array({ maxLength: 60, size: 'max' });
    fc.assert(
      fc.property(bytes, (frame) => {
        survives(() => decodeRequestHeader(frame));
        for (const { api, version, message } of messageVersions) {
          if (message === api.request) survives(() => decodeRequest(api, version, frame));
          else survives(() => decodeResponse(api, version, frame));
        }
      }),
      { numRuns: 25 },
    );
  });

  it('throws nothing but MalformedError on damaged messages', () => {
    const damaged = fc.constantFrom(...messageVersions).chain(({ message, version }) =>
      fc.record({
        message: fc.constant(message),
        version: fc.constant(version),
        body: fieldsArbitrary(message.fields, version),
        at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
        byte: fc.constantFrom(0, 1, 0x7f, 0x80, 0xff),
        cut: fc.boolean(),
      }),
    );
    fc.assert(
      fc.property(damaged, ({ message, version, body, at, byte, cut }) => {
        const bytes = encodeMessage(message, version, body);
        const position = Math.floor(at * bytes.length);
        if (cut && bytes.length > 0) {
          expect(() => decodeMessage(message, version, bytes.subarray(0, position))).toThrow(
            MalformedError,
          );
        }
        bytes[position] = byte;
        survives(() => decodeMessage(message, version, bytes));
      }),
      { numRuns: 250 },
    );
  });

  it('never reads beyond the end of a frame inside a larger chunk', () => {
    const frame = encodeRequest(fetchApi, 12, 1, 'c', { maxWaitMs: 1, minBytes: 1, topics: [] });
    const chunk = new Uint8Array(frame.length + 100).fill(1);
    chunk.set(frame);
    expect(decodeRequest(fetchApi, 12, chunk, 4, frame.length).body.topics).toEqual([]);
    for (let end = 4; end < frame.length; end++) {
      expect(() => decodeRequest(fetchApi, 12, chunk, 4, end)).toThrow(MalformedError);
    }
  });

  it('refuses a count larger than the bytes that are left, before it loops', () => {
    const decode = (bytes: number[]): unknown =>
      decodeMessage(metadataApi.request, 1, Uint8Array.from(bytes));
    expect(() => decode([0x7f, 0xff, 0xff, 0xff])).toThrow(MalformedError);
    expect(() => decode([0, 0, 0, 2, 0, 0, 0])).toThrow(MalformedError);
    const flexible = Uint8Array.from([0xff, 0xff, 0xff, 0xff, 0x07]);
    expect(() => decodeMessage(metadataApi.request, 9, flexible)).toThrow(MalformedError);
  });

  it('refuses more elements than a request may have, counted over the whole of it', () => {
    const names = (count: number): Uint8Array =>
      encodeRequest(metadataApi, 1, 1, null, {
        topics: Array.from({ length: count }, () => ({ name: '' })),
      });
    const decode = (frame: Uint8Array) => decodeRequest(metadataApi, 1, frame, 4).body.topics;
    expect(decode(names(mostRequestElements))).toHaveLength(mostRequestElements);
    expect(() => decode(names(mostRequestElements + 1))).toThrow(/more than 100000 elements/);
    const half = Array.from({ length: mostRequestElements / 2 }, (_, partition) => ({
      partition,
      fetchOffset: 0,
      partitionMaxBytes: 1,
    }));
    const topics = [
      { topic: 'a', partitions: half },
      { topic: 'b', partitions: half },
    ];
    const frame = encodeRequest(fetchApi, 12, 1, null, { maxWaitMs: 0, minBytes: 0, topics });
    expect(() => decodeRequest(fetchApi, 12, frame, 4)).toThrow(/more than 100000 elements/);
    expect(decode(names(1))).toHaveLength(1);
  });

  it('counts tagged fields among the elements, in headers too', () => {
    const frame = encodeRequest(metadataApi, 9, 1, null, { topics: null });
    const many = new Uint8Array(frame.length + 1_000_000);
    many.set(frame);
    // The last byte was the count of the body's tags, the fifteenth that of the header's.
    many.set([0x80, 0x80, 0x20], frame.length - 1);
    expect(() => decodeRequest(metadataApi, 9, many, 4)).toThrow(/more than 100000 elements/);
    many.set([0x80, 0x80, 0x20], 14);
    expect(() => decodeRequest(metadataApi, 9, many, 4)).toThrow(/tagged fields/);
  });

  it('takes any negative length for null, as Kafka does', () => {
    const decode = (version: number, bytes: number[]) =>
      decodeMessage(metadataApi.request, version, Uint8Array.from(bytes)).topics;
    expect(decode(1, [0xff, 0xff, 0xff, 0xfe])).toBeNull();
    expect(decode(9, [0xff, 0xff, 0xff, 0xff, 0x0f, 0, 0, 0, 0])).toBeNull();
    const named = (length: number[]): Uint8Array =>
      Uint8Array.from([0, 3, 0, 1, 0, 0, 0, 7, ...length, 0xff, 0xff, 0xff, 0xff]);
    expect(decodeRequest(metadataApi, 1, named([0xff, 0xfe])).clientId).toBeNull();
    expect(decodeRequest(metadataApi, 1, named([0x80, 0])).clientId).toBeNull();
    expect(() => decode(0, [0xff, 0xff, 0xff, 0xfe])).toThrow(MalformedError);
  });

  it('refuses strings longer than Kafka has them, also where a varint could say so', () => {
    const name = 'x'.repeat(32_768);
    const long = encodeMessage(metadataApi.request, 9, { topics: [{ name }] });
    expect(() => decodeMessage(metadataApi.request, 9, long)).toThrow(MalformedError);
    const fits = encodeMessage(metadataApi.request, 9, { topics: [{ name: name.slice(1) }] });
    expect(decodeMessage(metadataApi.request, 9, fits).topics?.[0]?.name).toHaveLength(32_767);
  });

  it('refuses null where the version has none', () => {
    const nullTopics = Uint8Array.of(0xff, 0xff, 0xff, 0xff);
    expect(() => decodeMessage(metadataApi.request, 0, nullTopics)).toThrow(MalformedError);
    expect(decodeMessage(metadataApi.request, 1, nullTopics).topics).toBeNull();
  });

  it('ignores bytes behind a request, and refuses them behind what our own kind writes', () => {
    const frame = encodeRequest(metadataApi, 1, 1, 'c', { topics: null });
    const longer = new Uint8Array(frame.length + 3);
    longer.set(frame);
    expect(decodeRequest(metadataApi, 1, longer, 4).body.topics).toBeNull();
    const message = longer.subarray(frame.length - 4);
    expect(() => decodeMessage(metadataApi.request, 1, message)).toThrow(MalformedError);
  });

  it('skips tagged fields that it does not know', () => {
    // topics null, three booleans, then tags 5 (two bytes) and 200 (none).
    const bytes = Uint8Array.of(0, 1, 0, 0, 2, 5, 2, 0xab, 0xcd, 0xc8, 0x01, 0);
    const body = decodeMessage(metadataApi.request, 9, bytes);
    expect(body).toMatchObject({ topics: null, allowAutoTopicCreation: true });
  });

  it('looks at the value of a tagged field that it knows, not at its size, as Kafka does', () => {
    const good = encodeMessage(fetchApi.request, 17, {
      replicaState: { replicaId: 1, replicaEpoch: 2 },
      maxWaitMs: 0,
      minBytes: 0,
      topics: [],
    });
    const size = good.length - 14;
    expect(good[size]).toBe(13);
    expect(decodeMessage(fetchApi.request, 17, good).replicaState.replicaEpoch).toBe(2);
    good[size] = 12;
    expect(decodeMessage(fetchApi.request, 17, good).replicaState.replicaEpoch).toBe(2);
  });

  it('gives views into the frame, not copies', () => {
    const records = Uint8Array.of(1, 2, 3);
    const partition = { partitionIndex: 0, errorCode: 0, highWatermark: 0, records };
    const bytes = encodeMessage(fetchApi.response, 12, {
      responses: [{ topic: 't', partitions: [partition] }],
    });
    const decoded = decodeMessage(fetchApi.response, 12, bytes).responses[0]?.partitions[0]
      ?.records;
    expect(decoded).toEqual(records);
    expect(decoded?.buffer).toBe(bytes.buffer);
  });

  it('is generated once per version', () => {
    expect(codecOf(fetchApi.request, 12)).toBe(codecOf(fetchApi.request, 12));
    expect(codecOf(fetchApi.request, 12)).not.toBe(codecOf(fetchApi.request, 13));
    expect(reader.bytes).toBeInstanceOf(Uint8Array);
  });
});
