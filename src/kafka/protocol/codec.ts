/**
 * Encoders and decoders, generated once per message and version when they are first used. They
 * work on the one writer and the one reader below: encoding and decoding are synchronous and never
 * nest.
 */
import { AssertionError, assert } from '../../base/assert.ts';
import {
  BoundsError,
  ByteReader,
  readInt64,
  unsignedVarintSize,
  writeInt64,
} from '../../base/bytes.ts';
import { decodeText } from '../../base/text.ts';
import { decodeUuid, encodeUuid } from '../../base/uuid.ts';
import { decoderSource } from './decoder-source.ts';
import { encoderSource } from './encoder-source.ts';
import { FrameWriter } from './frame-writer.ts';
import { MalformedError } from './malformed.ts';
import { MessageReader, mostRequestElements } from './message-reader.ts';
import type { Message, MessageCodec } from './schema.ts';

export const writer = new FrameWriter();
export const reader = new MessageReader(new Uint8Array(0));

export function codecOf(message: Message, version: number): MessageCodec {
  return message.compiled[version] ?? compile(message, version);
}

function compile(message: Message, version: number): MessageCodec {
  const { name, minVersion, maxVersion, fields } = message;
  assert(version >= minVersion && version <= maxVersion, `${name} has no version ${version}`);
  const flexible = version >= message.flexibleFrom;
  const encoder = new Function('w', 'h', encoderSource(name, fields, version, flexible));
  const decoder = new Function('r', 'h', decoderSource(fields, version, flexible));
  const codec: MessageCodec = {
    encode: encoder(writer, encoderHelpers) as MessageCodec['encode'],
    decode: decoder(reader, decoderHelpers) as MessageCodec['decode'],
  };
  message.compiled[version] = codec;
  return codec;
}

const noBytes = new Uint8Array(0);

const encoderHelpers = {
  noBytes,
  writeInt64,
  encodeUuid,
  bad(path: string, value: unknown): never {
    throw new AssertionError(`${path} cannot be ${String(value)}`);
  },
  missing(path: string): never {
    throw new AssertionError(`${path} must be given in this version`);
  },
  /**
   * Writes the size of what begins at `at` into the byte before it, moving it if the size needs
   * more.
   */
  sizeBefore(w: FrameWriter, at: number): void {
    const size = w.position - at;
    if (size < 0x80) {
      w.bytes[at - 1] = size;
      return;
    }
    const fromStart = at - w.start;
    const sizeBytes = unsignedVarintSize(size);
    w.reserve(sizeBytes);
    const valueAt = w.start + fromStart;
    w.bytes.copyWithin(valueAt + sizeBytes - 1, valueAt, valueAt + size);
    w.position = valueAt - 1;
    w.unsignedVarint(size);
    w.position += size;
  },
};

const decoderHelpers = {
  noBytes,
  readInt64,
  decodeUuid,
  text: decodeText,
  readFloat64: (bytes: Uint8Array, at: number): number => new ByteReader(bytes, at).float64(),
  ended: (at: number): MalformedError =>
    new MalformedError(`the message goes on beyond its end, at ${at}`),
  malformed: (what: string, at: number): MalformedError => new MalformedError(`${what} at ${at}`),
  tooMany: (at: number): MalformedError =>
    new MalformedError(`more than ${mostRequestElements} elements, at ${at}`),
};

/** Runs a decoder, or anything else on `reader`, and makes its complaint a MalformedError. */
export function asMalformed(error: unknown): unknown {
  return error instanceof BoundsError ? new MalformedError(error.message) : error;
}
