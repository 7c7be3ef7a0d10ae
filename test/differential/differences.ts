/** The facts of one case from both clusters, held against each other. */
import type { Facts } from './facts.ts';

/**
 * `message`: only the words of an error or of a documentation. `error`: an error code.
 * `connection`: answered or not, closed or not. `appended`: what a log holds or a topic is
 * afterwards. `field`: any other field.
 */
export type DifferenceKind = 'message' | 'error' | 'connection' | 'appended' | 'field';

export interface Difference {
  readonly kind: DifferenceKind;
  /** With names of elements, as in `topics[orders].partitions[0].errorCode`. */
  readonly path: string;
  readonly apache: string;
  readonly ours: string;
}

export const absent = '(absent)';

export function differencesOf(apache: Facts, ours: Facts): Difference[] {
  const found: Difference[] = [];
  const missing: string[] = [];
  for (const path of [...new Set([...apache.keys(), ...ours.keys()])]) {
    const [theirs, own] = [apache.get(path) ?? absent, ours.get(path) ?? absent];
    if (theirs === own || missing.some((parent) => path.startsWith(parent))) continue;
    // What lies within an element that one of them lacks says nothing more.
    if (theirs === absent || own === absent) missing.push(`${path}.`, `${path}[`);
    found.push({ kind: kindOf(path), path, apache: theirs, ours: own });
  }
  return found;
}

function kindOf(path: string): DifferenceKind {
  if (/(errorMessage|ErrorMessage|documentation)$/.test(path)) return 'message';
  if (/rrorCode$/.test(path)) return 'error';
  if (/^(step \d+ )?(connection|answers|answer \d+|undecodable)/.test(path)) return 'connection';
  return path.startsWith('afterwards') ? 'appended' : 'field';
}
