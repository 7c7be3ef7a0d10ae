/**
 * Arbitrary messages, made from the schema tables themselves. A field that the version lacks has
 * its default, so that what goes in is what must come out.
 */
import * as fc from 'fast-check';
import { apis } from '../../../src/kafka/protocol/apis.ts';
import type { Api, Field, Fields, Message } from '../../../src/kafka/protocol/schema.ts';

export interface MessageVersion {
  readonly label: string;
  readonly api: Api;
  readonly message: Message;
  readonly version: number;
}

/** Every request and response in every version. */
export const messageVersions: readonly MessageVersion[] = apis.flatMap((api) =>
  [api.request, api.response].flatMap((message) =>
    Array.from({ length: api.maxVersion - api.minVersion + 1 }, (_, i) => {
      const version = api.minVersion + i;
      return { label: `${message.name} v${version}`, api, message, version };
    }),
  ),
);

const uuidArbitrary = fc
  .uint8Array({ minLength: 16, maxLength: 16 })
  .map((bytes) => Buffer.from(bytes).toString('base64url'));

function scalarArbitrary(field: Field): fc.Arbitrary<unknown> {
  switch (field.type) {
    case 'bool':
      return fc.boolean();
    case 'int8':
      return fc.integer({ min: -0x80, max: 0x7f });
    case 'int16':
      return fc.integer({ min: -0x8000, max: 0x7fff });
    case 'uint16':
      return fc.integer({ min: 0, max: 0xffff });
    case 'int32':
      return fc.integer();
    case 'int64':
      return fc.maxSafeInteger();
    case 'float64':
      return fc.double();
    case 'uuid':
      return uuidArbitrary;
    case 'string':
      return fc.oneof(
        { weight: 8, arbitrary: fc.string({ unit: 'grapheme', maxLength: 12 }) },
        { weight: 1, arbitrary: fc.string({ minLength: 120, maxLength: 140, size: 'max' }) },
      );
    default:
      return fc.uint8Array({ maxLength: 200 });
  }
}

function valueArbitrary(field: Field, version: number): fc.Arbitrary<unknown> {
  if (field.type === 'struct') return fieldsArbitrary(field.fields ?? {}, version);
  if (field.element === null) return scalarArbitrary(field);
  return fc.array(valueArbitrary(field.element, version), { maxLength: 4 });
}

function fieldArbitrary(field: Field, version: number): fc.Arbitrary<unknown> {
  if (version < field.since || version > field.until) return fc.constant(absentValue(field));
  const value = valueArbitrary(field, version);
  const withNull = version >= field.nullableSince ? fc.option(value, { freq: 4 }) : value;
  if (field.tag < 0) return withNull;
  return fc.oneof(withNull, fc.constant(absentValue(field)));
}

export function fieldsArbitrary(
  fields: Fields,
  version: number,
): fc.Arbitrary<Record<string, unknown>> {
  const entries = Object.entries(fields).map(([name, field]) => [
    name,
    fieldArbitrary(field, version),
  ]);
  return fc.record(Object.fromEntries(entries) as Record<string, fc.Arbitrary<unknown>>, {
    noNullPrototype: true,
  });
}

/** What decoding gives for a field that did not come. */
export function absentValue(field: Field): unknown {
  if (field.type === 'struct')
    return field.default === null ? null : defaultsOf(field.fields ?? {});
  return field.default;
}

export function defaultsOf(fields: Fields): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [name, absentValue(field)]),
  );
}
