/**
 * Subscription by pattern. It has to match a whole topic name. What could take exponential time is
 * refused, so that a pattern costs little whatever topics there are: repetitions within repeated
 * groups, back references, look-around. A name is matched once.
 */
import { ClientError } from '../errors.ts';

const maxLength = 1024;

export class TopicPattern {
  readonly source: string;
  readonly #regex: RegExp;
  readonly #known = new Map<string, boolean>();

  /** Throws a ClientError that says what is wrong with the pattern. */
  constructor(source: string) {
    const problem = problemOf(source);
    if (problem !== null) {
      throw new ClientError('invalid-argument', `the pattern ${source.slice(0, 80)} ${problem}`);
    }
    this.source = source;
    this.#regex = new RegExp(`^(?:${source})$`, 'u');
  }

  matches(topic: string): boolean {
    let found = this.#known.get(topic);
    if (found === undefined) {
      found = this.#regex.test(topic);
      this.#known.set(topic, found);
    }
    return found;
  }
}

function problemOf(source: string): string | null {
  if (source === '') return 'is empty';
  if (source.length > maxLength) return `is longer than ${maxLength} characters`;
  try {
    new RegExp(`^(?:${source})$`, 'u');
  } catch (error) {
    return `is no regular expression: ${(error as Error).message}`;
  }
  if (/\(\?(?:[=!]|<[=!])/.test(source)) return 'looks ahead or behind';
  if (/\\(?:[1-9]|k<)/.test(source)) return 'refers back';
  if (repeatsRepetitions(source)) return 'repeats a group that holds a repetition';
  return null;
}

/** Whether a group with `*`, `+`, `{…}` or alternatives inside is itself repeated. */
function repeatsRepetitions(source: string): boolean {
  const tokens = source.match(/\\.|\[(?:\\.|[^\]\\])*\]|\{[\d,]*\}|./gsu) ?? [];
  const groups: boolean[] = [];
  let closed = false;
  for (const token of tokens) {
    const repeats = token === '*' || token === '+' || token.startsWith('{');
    if (repeats && closed) return true;
    closed = false;
    if (token === '(') groups.push(false);
    else if (token === ')') {
      const inner = groups.pop() ?? false;
      closed = inner;
      if (inner && groups.length > 0) groups[groups.length - 1] = true;
    } else if ((repeats || token === '|') && groups.length > 0) groups[groups.length - 1] = true;
  }
  return false;
}
