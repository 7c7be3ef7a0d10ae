/**
 * Records of the metadata log: tables like those of the API keys, all flexible. Their frame is
 * that of Kafka's metadata: unsigned varints for the frame version (1), the record's key and its
 * version, then the body. A reader looks at `recordHeader` first and picks the table by its key.
 */
import { asMalformed, codecOf, reader, writer } from './codec.ts';
import { MalformedError } from './malformed.ts';
import { decodeMessage } from './message.ts';
import type { Decoded, Encodable, Fields, Message } from './schema.ts';
import { defineMessage } from './schema.ts';

const frameVersion = 1;

export interface RecordSchema<Out = unknown, In = unknown> {
  readonly key: number;
  readonly name: string;
  readonly minVersion: number;
  readonly maxVersion: number;
  readonly message: Message<Out, In>;
  encode(version: number, value: In): Uint8Array;
  /** Throws a MalformedError on damage, on another record's key and on an unknown version. */
  decode(bytes: Uint8Array): Out;
}

export type RecordOf<R extends RecordSchema> = NonNullable<R['message']['__types']>['out'];
export type RecordInput<R extends RecordSchema> = NonNullable<R['message']['__types']>['in'];

export interface RecordDefinition<F extends Fields> {
  readonly key: number;
  readonly name: string;
  readonly versions: readonly [min: number, max: number];
  readonly fields: F;
}

export function defineRecord<const F extends Fields>(
  definition: RecordDefinition<F>,
): RecordSchema<Decoded<F>, Encodable<F>> {
  const { key, name, versions, fields } = definition;
  const message = defineMessage({ name, versions, flexibleFrom: 0, fields });
  return {
    key,
    name,
    minVersion: versions[0],
    maxVersion: versions[1],
    message,
    encode: (version, value) => encodeRecord(key, message, version, value),
    decode: (bytes) => decodeRecord(key, message, bytes),
  };
}

export interface RecordHeader {
  readonly key: number;
  readonly version: number;
  /** Where the body begins. */
  readonly bodyAt: number;
}

export function recordHeader(bytes: Uint8Array): RecordHeader {
  try {
    reader.reset(bytes, 0, bytes.length);
    const frame = reader.unsignedVarint();
    if (frame !== frameVersion)
      throw new MalformedError(`a metadata record of frame version ${frame}`);
    const key = reader.unsignedVarint();
    const version = reader.unsignedVarint();
    return { key, version, bodyAt: reader.position };
  } catch (error) {
    throw asMalformed(error);
  }
}

function encodeRecord<In>(
  key: number,
  message: Message<unknown, In>,
  version: number,
  value: In,
): Uint8Array {
  const codec = codecOf(message, version);
  writer.begin();
  writer.unsignedVarint(frameVersion);
  writer.unsignedVarint(key);
  writer.unsignedVarint(version);
  codec.encode(value);
  return writer.finish().slice();
}

function decodeRecord<Out>(key: number, message: Message<Out>, bytes: Uint8Array): Out {
  const header = recordHeader(bytes);
  if (header.key !== key)
    throw new MalformedError(`a record of key ${header.key} is no ${message.name}`);
  if (header.version < message.minVersion || header.version > message.maxVersion) {
    throw new MalformedError(`${message.name} has no version ${header.version}`);
  }
  return decodeMessage(message, header.version, bytes, header.bodyAt);
}
