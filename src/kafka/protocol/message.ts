/**
 * Whole requests and responses. Encoders give frames with their length prefix, ready to be
 * written; decoders take frames without it. Whatever the bytes are, a decoder throws nothing but
 * MalformedError. Bytes left behind a request are ignored, as Kafka does (librdkafka sends three
 * behind a Metadata request); behind an answer or a stored message they are malformed, for those
 * are written by our own kind. Bytes and records of a decoded body are views into the frame.
 */
import { asMalformed, codecOf, reader, writer } from './codec.ts';
import { MalformedError } from './malformed.ts';
import { mostRequestElements } from './message-reader.ts';
import type { Api, Message, RequestInput, RequestOf, ResponseInput, ResponseOf } from './schema.ts';

const lengthPrefixBytes = 4;
const apiVersionsKey = 18;

export interface RequestHeader {
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly correlationId: number;
}

/**
 * The frame of a request. Header version 1, or 2 with its tagged fields where the API is flexible.
 */
export function encodeRequest<A extends Api>(
  api: A,
  version: number,
  correlationId: number,
  clientId: string | null,
  body: RequestInput<A>,
): Uint8Array {
  const codec = codecOf(api.request, version);
  writer.begin();
  writer.reserve(14);
  const { view, position } = writer;
  view.setInt16(position + 4, api.key);
  view.setInt16(position + 6, version);
  view.setInt32(position + 8, correlationId);
  writer.position = position + 12;
  writer.string(clientId);
  if (version >= api.flexibleFrom) writer.int8(0);
  codec.encode(body);
  return framed();
}

/**
 * The frame of a response. Header version 0, or 1 with tagged fields; that of ApiVersions is
 * always 0.
 */
export function encodeResponse<A extends Api>(
  api: A,
  version: number,
  correlationId: number,
  body: ResponseInput<A>,
): Uint8Array {
  const codec = codecOf(api.response, version);
  writer.begin();
  writer.reserve(9);
  writer.view.setInt32(writer.position + 4, correlationId);
  writer.position += 8;
  if (version >= api.flexibleFrom && api.key !== apiVersionsKey) writer.int8(0);
  codec.encode(body);
  return framed();
}

function framed(): Uint8Array {
  writer.view.setInt32(writer.start, writer.length - lengthPrefixBytes);
  return writer.finish();
}

/** What every version of every request begins with; enough to tell how the rest is to be read. */
export function decodeRequestHeader(
  frame: Uint8Array,
  start = 0,
  end = frame.length,
): RequestHeader {
  if (end - start < 8) throw new MalformedError(`a request of ${end - start} bytes`);
  reader.reset(frame, start, end);
  return { apiKey: reader.int16(), apiVersion: reader.int16(), correlationId: reader.int32() };
}

/** Bytes of the part that `decodeRequestHeader` reads. */
const fixedHeaderBytes = 8;

/**
 * The whole request that lies in `frame` from `start` to `end`; its header told the API and the
 * version.
 */
export function decodeRequest<A extends Api>(
  api: A,
  version: number,
  frame: Uint8Array,
  start = 0,
  end = frame.length,
): { clientId: string | null; body: RequestOf<A> } {
  const codec = codecOf(api.request, version);
  try {
    const clientId = readHeaderTail(api, version, frame, start, end);
    return { clientId, body: codec.decode() as RequestOf<A> };
  } catch (error) {
    throw asMalformed(error);
  }
}

/**
 * What stands in a request's header behind its fixed part, which a request of an unknown version
 * has too: the client id, and from flexible versions on tagged fields.
 */
export function decodeHeaderTail(
  api: Api,
  version: number,
  frame: Uint8Array,
  start = 0,
  end = frame.length,
): string | null {
  try {
    return readHeaderTail(api, version, frame, start, end);
  } catch (error) {
    throw asMalformed(error);
  }
}

function readHeaderTail(
  api: Api,
  version: number,
  frame: Uint8Array,
  start: number,
  end: number,
): string | null {
  reader.reset(frame, start + fixedHeaderBytes, end, mostRequestElements);
  const length = reader.int16();
  const clientId = length < 0 ? null : reader.text(length);
  if (version >= api.flexibleFrom) skipTaggedFields();
  return clientId;
}

export function decodeResponse<A extends Api>(
  api: A,
  version: number,
  frame: Uint8Array,
  start = 0,
  end = frame.length,
): { correlationId: number; body: ResponseOf<A> } {
  const codec = codecOf(api.response, version);
  try {
    reader.reset(frame, start, end);
    const correlationId = reader.int32();
    if (version >= api.flexibleFrom && api.key !== apiVersionsKey) skipTaggedFields();
    const body = codec.decode() as ResponseOf<A>;
    expectEnd(api.response);
    return { correlationId, body };
  } catch (error) {
    throw asMalformed(error);
  }
}

/** The bytes of a message that stands alone. */
export function encodeMessage<In>(
  message: Message<unknown, In>,
  version: number,
  body: In,
): Uint8Array {
  writer.begin();
  codecOf(message, version).encode(body);
  return writer.finish().slice();
}

/** The same behind its version as an int16. */
export function encodeVersioned<In>(
  message: Message<unknown, In>,
  version: number,
  body: In,
): Uint8Array {
  writer.begin();
  writer.int16(version);
  codecOf(message, version).encode(body);
  return writer.finish().slice();
}

export function decodeMessage<Out>(
  message: Message<Out>,
  version: number,
  bytes: Uint8Array,
  start = 0,
): Out {
  const codec = codecOf(message, version);
  try {
    reader.reset(bytes, start, bytes.length);
    const body = codec.decode() as Out;
    expectEnd(message);
    return body;
  } catch (error) {
    throw asMalformed(error);
  }
}

function skipTaggedFields(): void {
  const many = reader.unsignedVarint() | 0;
  if (many > 0) reader.elementsLeft -= many;
  if (reader.elementsLeft < 0) throw new MalformedError(`${many} tagged fields`);
  for (let count = many; count > 0; count--) {
    reader.unsignedVarint();
    reader.take(reader.unsignedVarint());
  }
}

function expectEnd(message: Message): void {
  if (reader.remaining !== 0)
    throw new MalformedError(`${reader.remaining} bytes behind a ${message.name}`);
}
