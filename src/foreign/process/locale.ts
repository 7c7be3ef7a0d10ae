/**
 * How texts are ordered for people, the same on every runtime: by letters, then accents, then case,
 * small letters first; as `localeCompare` does in most languages. The engine's own depends on its
 * tables.
 */
interface CompareOptions {
  readonly numeric?: boolean;
  readonly sensitivity?: 'base' | 'accent' | 'case' | 'variant';
}

const marks = /\p{M}/gu;
const piece = /\d+|\D+/g;

/** Stands in for `text.localeCompare(other)`; anything but a text has a method of its own. */
export function localeCompare(text: unknown, other: unknown, ...given: unknown[]): unknown {
  if (typeof text !== 'string' && !(text instanceof String)) {
    const own = text as { localeCompare(...values: unknown[]): unknown };
    return own.localeCompare(other, ...given);
  }
  const [, options = {}] = given as [unknown, CompareOptions?];
  return compareTexts(String(text), String(other), options);
}

function compareTexts(text: string, other: string, options: CompareOptions): number {
  const { numeric = false, sensitivity = 'variant' } = options;
  const bases = compare(baseOf(text), baseOf(other), numeric);
  if (bases !== 0 || sensitivity === 'base') return bases;
  if (sensitivity !== 'case') {
    const accents = compare(accentsOf(text), accentsOf(other), numeric);
    if (accents !== 0 || sensitivity === 'accent') return accents;
  }
  // Small letters come before capital ones, whose codes are lower.
  return order(other, text);
}

const accentsOf = (text: string): string => text.normalize('NFD').toLowerCase();
const baseOf = (text: string): string => accentsOf(text).replace(marks, '');

function compare(text: string, other: string, isNumeric: boolean): number {
  if (!isNumeric) return order(text, other);
  const [ours, theirs] = [text.match(piece) ?? [], other.match(piece) ?? []];
  for (let index = 0; index < Math.max(ours.length, theirs.length); index++) {
    const [a = '', b = ''] = [ours[index], theirs[index]];
    const areNumbers = /^\d/.test(a) && /^\d/.test(b);
    const result = areNumbers ? Math.sign(Number(a) - Number(b)) : order(a, b);
    if (result !== 0) return result;
  }
  return 0;
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
