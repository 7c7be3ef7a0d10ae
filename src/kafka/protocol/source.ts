/**
 * What the generators of encoders and decoders share: lines and locals of the source they write,
 * and what a schema's field means in one version.
 */
import type { Field, Fields, FieldType } from './schema.ts';

export class Source {
  readonly #lines: string[] = [];
  #locals = 0;

  line(text: string): void {
    this.#lines.push(text);
  }

  /** A name that is not yet taken. */
  local(): string {
    return `x${this.#locals++}`;
  }

  toString(): string {
    return this.#lines.join('\n');
  }
}

const sizes: { readonly [T in FieldType]: number } = {
  bool: 1,
  int8: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  int64: 8,
  float64: 8,
  uuid: 16,
  string: 0,
  bytes: 0,
  records: 0,
  array: 0,
  struct: 0,
};

/** Bytes of a type whose size never varies, else 0. */
export const fixedSize = (type: FieldType): number => sizes[type];

export const inVersion = (field: Field, version: number): boolean =>
  field.since <= version && version <= field.until;

export const nullableIn = (field: Field, version: number): boolean =>
  field.nullableSince <= version;

/** The fields that stand in this version in the order of the wire, without the tagged ones. */
export function ordinaryFields(fields: Fields, version: number): [string, Field][] {
  return Object.entries(fields).filter(([, field]) => field.tag < 0 && inVersion(field, version));
}

/** The tagged fields of this version, by rising tag. */
export function taggedFields(fields: Fields, version: number): [string, Field][] {
  return Object.entries(fields)
    .filter(([, field]) => field.tag >= 0 && inVersion(field, version))
    .sort(([, left], [, right]) => left.tag - right.tag);
}

/**
 * The default as an expression, for decoders and encoders alike. A struct that is not given is
 * undefined.
 */
export function literal(field: Field): string {
  switch (field.type) {
    case 'array':
      return field.default === null ? 'null' : '[]';
    case 'struct':
      return field.nullableSince < 0x7fff && field.default === null ? 'null' : 'undefined';
    case 'bytes':
    case 'records':
      return field.nullableSince < 0x7fff ? 'null' : 'h.noBytes';
    default:
      return JSON.stringify(field.default);
  }
}

/** An expression that tells if `x`, of a tagged field, is its default and so need not be sent. */
export function isUnset(field: Field, x: string): string {
  switch (field.type) {
    case 'array':
      return field.default === null ? `${x} === null` : `${x} !== null && ${x}.length === 0`;
    case 'bytes':
    case 'records':
      return field.nullableSince < 0x7fff ? `${x} === null` : `${x}.length === 0`;
    case 'struct': {
      if (literal(field) === 'null') return `${x} === null`;
      const unset = Object.entries(field.fields ?? {}).map(
        ([name, inner]) => `(${x}.${name} === undefined || ${isUnset(inner, `${x}.${name}`)})`,
      );
      return `${x} === undefined || (${unset.join(' && ')})`;
    }
    default:
      return `${x} === ${literal(field)}`;
  }
}
