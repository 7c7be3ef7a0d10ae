/**
 * The language in which messages are written down: one table per API key, from which come the
 * encoder and the decoder of every version (`codec.ts`) and the TypeScript types.
 * A field stands in the versions `since..until`, all of the message's where neither is given. In
 * versions without it the encoder leaves it out and the decoder gives its default, so a decoded
 * body always has every field. What an encoder is given may omit a field that has a `default`, a
 * `tag` or a bounded range. A 64-bit integer is a safe JavaScript number; one from the wire beyond
 * ±(2^53 − 1) saturates. Bytes and records are views into the frame they came in.
 */
import type { Uuid } from '../../base/ids.ts';
import { zeroUuid } from '../../base/ids.ts';

export type ScalarType =
  | 'bool'
  | 'int8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'int64'
  | 'float64'
  | 'string'
  | 'uuid'
  | 'bytes'
  | 'records';
export type FieldType = ScalarType | 'array' | 'struct';

export interface FieldOptions<T> {
  /** First and last version with this field. */
  readonly since?: number;
  readonly until?: number;
  /** May be null: in all versions, or from this one on. */
  readonly nullable?: boolean | number;
  /**
   * Stands for a field that is not given or that the version lacks; else zero, empty or the zero
   * uuid.
   */
  readonly default?: T | null;
  /** Number of a tagged field (KIP-482): it is sent only where it differs from its default. */
  readonly tag?: number;
}

/**
 * One field. `__types` exists for the compiler alone: decoded type, encoder's type, may it be left
 * out.
 */
export interface Field<Out = unknown, In = unknown, Optional extends boolean = boolean> {
  readonly type: FieldType;
  /** Of arrays: what they hold. */
  readonly element: Field | null;
  /** Of structs: their fields, in the order of the wire. */
  readonly fields: Fields | null;
  readonly since: number;
  readonly until: number;
  /** First version in which null is allowed; `noVersion` where it never is. */
  readonly nullableSince: number;
  readonly default: unknown;
  /** Tag number, −1 of an ordinary field. */
  readonly tag: number;
  /** An encoder may leave it out. */
  readonly optional: boolean;
  readonly __types?: { readonly out: Out; readonly in: In; readonly optional: Optional };
}

export type Fields = { readonly [name: string]: Field };

/** Larger than every version. */
export const noVersion = 0x7fff;

type TypesOf<F extends Field> = NonNullable<F['__types']>;
type OptionalKeys<F extends Fields> = {
  [K in keyof F]: TypesOf<F[K]>['optional'] extends true ? K : never;
}[keyof F];

/** What decoding gives for these fields. */
export type Decoded<F extends Fields> = { readonly [K in keyof F]: TypesOf<F[K]>['out'] };
/** What an encoder takes for these fields. */
export type Encodable<F extends Fields> = {
  readonly [K in Exclude<keyof F, OptionalKeys<F>>]: TypesOf<F[K]>['in'];
} & {
  readonly [K in OptionalKeys<F>]?: TypesOf<F[K]>['in'] | undefined;
};

type OrNull<T, O> = 'nullable' extends keyof O ? T | null : T;
type IsOptional<O> = keyof O & ('since' | 'until' | 'default' | 'tag') extends never ? false : true;
type Scalar<T, O> = Field<OrNull<T, O>, OrNull<T, O>, IsOptional<O>>;

const zeroOf: { readonly [T in FieldType]: unknown } = {
  bool: false,
  int8: 0,
  int16: 0,
  uint16: 0,
  int32: 0,
  int64: 0,
  float64: 0,
  string: '',
  uuid: zeroUuid,
  bytes: null,
  records: null,
  array: [],
  struct: {},
};

function makeField<F extends Field>(
  type: FieldType,
  options: FieldOptions<unknown> | undefined,
  element: Field | null,
  fields: Fields | null,
): F {
  const nullable = options?.nullable ?? false;
  const field: Field = {
    type,
    element,
    fields,
    since: options?.since ?? 0,
    until: options?.until ?? noVersion,
    nullableSince: typeof nullable === 'number' ? nullable : nullable ? 0 : noVersion,
    default: options?.default === undefined ? zeroOf[type] : options.default,
    tag: options?.tag ?? -1,
    optional: ['since', 'until', 'default', 'tag'].some((key) => Object.hasOwn(options ?? {}, key)),
  };
  return field as F;
}

type ScalarMaker<T> = <const O extends FieldOptions<T> = Record<never, never>>(
  options?: O,
) => Scalar<T, O>;

function scalarMaker<T>(type: ScalarType): ScalarMaker<T> {
  return (options) => makeField(type, options, null, null);
}

export const bool = scalarMaker<boolean>('bool');
export const int8 = scalarMaker<number>('int8');
export const int16 = scalarMaker<number>('int16');
export const uint16 = scalarMaker<number>('uint16');
export const int32 = scalarMaker<number>('int32');
export const int64 = scalarMaker<number>('int64');
export const float64 = scalarMaker<number>('float64');
export const string = scalarMaker<string>('string');
export const uuid = scalarMaker<Uuid>('uuid');
export const bytes = scalarMaker<Uint8Array>('bytes');
/** Record batches: on the wire as `bytes`, named for what they hold. */
export const records = scalarMaker<Uint8Array>('records');

/**
 * A struct. Where it is nullable a byte tells if it is there; where it is tagged, absent means its
 * defaults.
 */
export function struct<
  const F extends Fields,
  const O extends FieldOptions<null> = Record<never, never>,
>(fields: F, options?: O): Field<OrNull<Decoded<F>, O>, OrNull<Encodable<F>, O>, IsOptional<O>> {
  return makeField('struct', options, null, fields);
}

/** An array of scalars. */
export function arrayOf<
  Out,
  In,
  const O extends FieldOptions<readonly never[]> = Record<never, never>,
>(
  element: Field<Out, In, boolean>,
  options?: O,
): Field<OrNull<Out[], O>, OrNull<readonly In[], O>, IsOptional<O>> {
  return makeField('array', options, element, null);
}

/** An array of structs. */
export function arrayOfStructs<
  const F extends Fields,
  const O extends FieldOptions<readonly never[]> = Record<never, never>,
>(
  fields: F,
  options?: O,
): Field<OrNull<Decoded<F>[], O>, OrNull<readonly Encodable<F>[], O>, IsOptional<O>> {
  return makeField('array', options, makeField('struct', undefined, null, fields), null);
}

/**
 * One message: its fields and versions. `compiled` is filled by `codec.ts` as versions are first
 * used.
 */
export interface Message<Out = unknown, In = unknown> {
  readonly name: string;
  readonly fields: Fields;
  readonly minVersion: number;
  readonly maxVersion: number;
  /** First version with compact lengths and tagged fields (KIP-482). */
  readonly flexibleFrom: number;
  readonly compiled: (MessageCodec | undefined)[];
  readonly __types?: { readonly out: Out; readonly in: In };
}

/** Generated code of one message in one version; see `codec.ts`. */
export interface MessageCodec {
  readonly encode: (body: unknown) => void;
  readonly decode: () => unknown;
}

export interface MessageDefinition<F extends Fields> {
  readonly name: string;
  readonly versions: readonly [min: number, max: number];
  readonly flexibleFrom: number;
  readonly fields: F;
}

/** A message that stands alone, as the value of a control record does. */
export function defineMessage<const F extends Fields>(
  definition: MessageDefinition<F>,
): Message<Decoded<F>, Encodable<F>> {
  const [minVersion, maxVersion] = definition.versions;
  const { name, fields, flexibleFrom } = definition;
  return { name, fields, minVersion, maxVersion, flexibleFrom, compiled: [] };
}

/** One API key: a request and its response, in the same versions. */
export interface Api<Req = unknown, ReqIn = unknown, Res = unknown, ResIn = unknown> {
  readonly key: number;
  readonly name: string;
  /** Versions that can be encoded and decoded. */
  readonly minVersion: number;
  readonly maxVersion: number;
  /** First version to advertise; lower than `minVersion` where old clients need to see it. */
  readonly advertisedFrom: number;
  readonly flexibleFrom: number;
  readonly request: Message<Req, ReqIn>;
  readonly response: Message<Res, ResIn>;
}

export type RequestOf<A extends Api> = NonNullable<A['request']['__types']>['out'];
export type RequestInput<A extends Api> = NonNullable<A['request']['__types']>['in'];
export type ResponseOf<A extends Api> = NonNullable<A['response']['__types']>['out'];
export type ResponseInput<A extends Api> = NonNullable<A['response']['__types']>['in'];

export interface ApiDefinition<Req extends Fields, Res extends Fields> {
  readonly key: number;
  readonly name: string;
  readonly versions: readonly [min: number, max: number];
  readonly advertisedFrom?: number;
  readonly flexibleFrom: number;
  readonly request: Req;
  readonly response: Res;
}

export function defineApi<const Req extends Fields, const Res extends Fields>(
  definition: ApiDefinition<Req, Res>,
): Api<Decoded<Req>, Encodable<Req>, Decoded<Res>, Encodable<Res>> {
  const { key, name, versions, flexibleFrom } = definition;
  return {
    key,
    name,
    minVersion: versions[0],
    maxVersion: versions[1],
    advertisedFrom: definition.advertisedFrom ?? versions[0],
    flexibleFrom,
    request: defineMessage({
      name: `${name}Request`,
      versions,
      flexibleFrom,
      fields: definition.request,
    }),
    response: defineMessage({
      name: `${name}Response`,
      versions,
      flexibleFrom,
      fields: definition.response,
    }),
  };
}
