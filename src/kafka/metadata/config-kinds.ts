/**
 * Kinds of values, each with what Kafka's parser takes for one, its bounds, and its one written
 * form: digits without a plus, `true`, lists without spaces, Java's way with doubles.
 */
import { type ConfigKind, configType, type ReadValue } from './config-def.ts';

const longMax = 9_223_372_036_854_775_807n;
const intMax = 2_147_483_647n;
const shortMax = 32_767n;

const problem = (text: string): ReadValue => ({ problem: text });

function whole(
  type: number,
  called: string,
  limit: bigint,
  min: bigint = -limit - 1n,
  max: bigint = limit,
): ConfigKind {
  const bounds = [
    min > -limit - 1n ? `at least ${min}` : '',
    max < limit ? `at most ${max}` : '',
  ].filter((bound) => bound !== '');
  return {
    type,
    values: bounds.length === 0 ? 'any' : bounds.join(', '),
    read(text) {
      const digits = text.trim();
      if (!/^[+-]?[0-9]{1,40}$/.test(digits)) return problem(`Not a number of type ${called}`);
      const value = BigInt(digits.replace('+', ''));
      if (value > limit || value < -limit - 1n) return problem(`Not a number of type ${called}`);
      if (value < min) return problem(`Value must be at least ${min}`);
      if (value > max) return problem(`Value must be no more than ${max}`);
      return { text: String(value) };
    },
  };
}

export const int = (min?: number, max?: number): ConfigKind =>
  whole(configType.int, 'INT', intMax, bound(min), bound(max));

export const long = (min?: number, max?: number): ConfigKind =>
  whole(configType.long, 'LONG', longMax, bound(min), bound(max));

export const short = (min?: number, max?: number): ConfigKind =>
  whole(configType.short, 'SHORT', shortMax, bound(min), bound(max));

const bound = (value: number | undefined): bigint | undefined =>
  value === undefined ? undefined : BigInt(value);

export const boolean: ConfigKind = {
  type: configType.boolean,
  values: 'true, false',
  read(text) {
    const lower = text.trim().toLowerCase();
    return lower === 'true' || lower === 'false'
      ? { text: lower }
      : problem('Expected value to be either true or false');
  },
};

export const anyText: ConfigKind = {
  type: configType.string,
  values: 'any',
  read: (text) => ({ text: text.trim() }),
};

export const oneOf = (...values: readonly string[]): ConfigKind => ({
  type: configType.string,
  values: values.join(', '),
  read(text) {
    const value = text.trim();
    return values.includes(value)
      ? { text: value }
      : problem(`String must be one of: ${values.join(', ')}`);
  },
});

/** Entries between commas; `check` says what is wrong with the list, null where nothing is. */
export const list = (
  values: string,
  check: (entries: readonly string[]) => string | null,
): ConfigKind => ({
  type: configType.list,
  values,
  read(text) {
    const trimmed = text.trim();
    const entries = trimmed === '' ? [] : trimmed.split(',').map((entry) => entry.trim());
    const wrong = check(entries);
    return wrong === null ? { text: entries.join(',') } : problem(wrong);
  },
});

export const listOf = (...values: readonly string[]): ConfigKind =>
  list(`list of ${values.join(', ')}`, (entries) =>
    entries.every((entry) => values.includes(entry))
      ? null
      : `String must be one of: ${values.join(', ')}`,
  );

/** A decimal fraction from 0 to 1. */
export const ratio: ConfigKind = {
  type: configType.double,
  values: 'from 0 to 1',
  read(text) {
    const digits = text.trim().replace(/[dDfF]$/, '');
    if (!/^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,4})?$/.test(digits)) {
      return problem('Not a number of type DOUBLE');
    }
    const value = Number(digits);
    if (value < 0) return problem('Value must be at least 0');
    if (value > 1) return problem('Value must be no more than 1');
    return { text: javaText(value) };
  },
};

/** A double from 0 to 1 as Java writes it: `1.0`, `0.5`, `1.2E-4`. */
function javaText(value: number): string {
  if (value === 0 || value === 1) return `${Math.abs(value)}.0`;
  if (value >= 0.001) return String(value);
  const [mantissa = '', exponent] = value.toExponential().split('e');
  return `${mantissa.includes('.') ? mantissa : `${mantissa}.0`}E${exponent}`;
}
