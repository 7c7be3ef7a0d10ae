/** What the comparison of all cases came to. */
import { type Difference, differencesOf } from './differences.ts';
import { type Explanation, explanationOf } from './explained.ts';
import type { Facts } from './facts.ts';

export type Verdict = 'agrees' | 'message only' | 'explained' | 'unexplained';

export interface Judged {
  readonly group: string;
  readonly name: string;
  readonly verdict: Verdict;
  /** Without the words of messages, unless they are all there is. */
  readonly unexplained: readonly Difference[];
  readonly explained: readonly (readonly [Difference, Explanation])[];
  readonly messages: readonly Difference[];
}

export function judge(group: string, name: string, apache: Facts, ours: Facts): Judged {
  const differences = differencesOf(apache, ours);
  const messages = differences.filter(({ kind }) => kind === 'message');
  const unexplained: Difference[] = [];
  const explained: [Difference, Explanation][] = [];
  for (const difference of differences) {
    if (difference.kind === 'message') continue;
    const explanation = explanationOf(name, difference);
    if (explanation === undefined) unexplained.push(difference);
    else explained.push([difference, explanation]);
  }
  const verdict =
    unexplained.length > 0
      ? 'unexplained'
      : explained.length > 0
        ? 'explained'
        : messages.length > 0
          ? 'message only'
          : 'agrees';
  return { group, name, verdict, unexplained, explained, messages };
}

export function countOf(judged: readonly Judged[], verdict: Verdict): number {
  return judged.filter((each) => each.verdict === verdict).length;
}
