/**
 * What a setting is, whoever it belongs to: a name, a kind of value, a default, a sentence about
 * it. Ids are those of Kafka's protocol (KIP-226, KIP-569).
 */

/** Kinds of values, as DescribeConfigs tells them. */
export const configType = {
  boolean: 1,
  string: 2,
  int: 3,
  short: 4,
  long: 5,
  double: 6,
  list: 7,
} as const;

/** Where a value comes from. */
export const configSource = {
  topic: 1,
  dynamicBroker: 2,
  dynamicDefault: 3,
  staticBroker: 4,
  default: 5,
  clientMetrics: 7,
  group: 8,
} as const;

/** What settings belong to. */
export const configResource = {
  topic: 2,
  broker: 4,
  brokerLogger: 8,
  clientMetrics: 16,
  group: 32,
} as const;

/** A value in its one form, or why the text is none, for the peer to read. */
export type ReadValue = { readonly text: string } | { readonly problem: string };

export interface ConfigKind {
  readonly type: number;
  /** The bounds in words, for documentation. */
  readonly values: string;
  readonly read: (text: string) => ReadValue;
}

export interface ConfigDef {
  /** Kafka's dotted name. */
  readonly name: string;
  readonly kind: ConfigKind;
  /** The default in its one form; null where Kafka has none. */
  readonly fallback: string | null;
  readonly about: string;
  /** Why the value changes nothing in this cluster; null where it does its work. */
  readonly idle: string | null;
}

export const byName = <D extends ConfigDef>(defs: readonly D[]): ReadonlyMap<string, D> =>
  new Map(defs.map((def) => [def.name, def]));

/** Why a setting may not have this value; null where it may. */
export function valueProblem({ name, kind }: ConfigDef, value: string): string | null {
  const read = kind.read(value);
  return 'text' in read
    ? null
    : `Invalid value ${value} for configuration ${name}: ${read.problem}`;
}

/** A value in its one form; as it is where it was never a valid one. */
export function canonical({ kind }: ConfigDef, value: string): string {
  const read = kind.read(value);
  return 'text' in read ? read.text : value;
}
