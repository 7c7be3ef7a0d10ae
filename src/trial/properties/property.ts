/**
 * The contract of a property: what a trial may find broken. One object each, listed in
 * `registry.ts`; the sentence is what users read, and `say` tells one case of it.
 */
import type { MarkName } from '../../kafka/marks.ts';
import type { Pledge } from '../guarantees/guarantees.ts';

/** The facts of one case, as plain data. */
export type About = Readonly<Record<string, Fact>>;
export type Fact = string | number | boolean | null | readonly (string | number)[];

export interface Property<Case extends About = About, Name extends string = string> {
  readonly name: Name;
  /** What it means that it is broken, in one sentence. */
  readonly sentence: string;
  /**
   * When a trial puts it at risk: what must have come before it can break. Whoever checks it says
   * so by `atRisk`, or the client or node by the mark that `riskMark` names.
   */
  readonly risk: string;
  readonly riskMark?: MarkName;
  /** When it is owed. */
  readonly pledge: Pledge;
  /**
   * Properties of which it may be a mere consequence: broken in the same partition, they are the
   * cause that is told, and this one with it.
   */
  readonly follows?: readonly string[];
  say(about: Case): string;
}

export function property<const Name extends string, Case extends About>(
  one: Property<Case, Name>,
): Property<Case, Name> {
  return one;
}

/** Shorthands for what follows from a loss or a repetition of records. */
export const fromLoss = ['acked-not-lost', 'lost-write'] as const;
