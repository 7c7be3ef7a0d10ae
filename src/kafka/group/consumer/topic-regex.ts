/**
 * Subscription by pattern (KIP-848 has RE2's patterns, and so has this): it has to match a whole
 * name, and costs time that is linear in it, whatever the pattern. What is matched against is
 * bounded by the names there are; the pattern itself by its length.
 */
import { RE2JS } from 're2js';

const maxLength = 256;

/** The topics whose name matches, ascending; or, as a text, why there is no such pattern. */
export function matchingTopics(pattern: string, names: Iterable<string>): string[] | string {
  const regex = compiled(pattern);
  if (typeof regex === 'string') return regex;
  const found: string[] = [];
  for (const name of names) if (regex.matches(name)) found.push(name);
  return found.sort();
}

export function patternProblem(pattern: string): string | null {
  const regex = compiled(pattern);
  return typeof regex === 'string' ? regex : null;
}

function compiled(pattern: string): RE2JS | string {
  if (pattern.length > maxLength) return `the pattern is longer than ${maxLength} characters`;
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
