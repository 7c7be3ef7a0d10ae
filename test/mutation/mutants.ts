/**
 * All small edits of a source file that Stryker's mutators know, as text: where it stands, what
 * stands there, what to put in its place. Stryker's runtime is not used, its instrumenter only.
 */
import { Instrumenter, type InstrumenterOptions } from '@stryker-mutator/instrumenter';
import { meaningless } from './meaningless.ts';

export interface Mutant {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** Offsets in the file's text; the end is exclusive. */
  readonly start: number;
  readonly end: number;
  readonly mutator: string;
  readonly original: string;
  readonly replacement: string;
  /** The line on which it begins, without its indent. */
  readonly within: string;
  /** Names it by texts alone, so that edits elsewhere in the file leave it what it is. */
  readonly key: string;
}

const silent = new Proxy({}, { get: () => () => false }) as ConstructorParameters<
  typeof Instrumenter
>[0];

const options: InstrumenterOptions = {
  plugins: null,
  excludedMutations: [],
  ignorers: [meaningless],
  noHeader: true,
};

export async function mutantsOf(file: string, content: string): Promise<Mutant[]> {
  const instrumenter = new Instrumenter(silent);
  const { mutants } = await instrumenter.instrument(
    [{ name: file, mutate: true, content }],
    options,
  );
  const starts = lineStarts(content);
  const seen = new Map<string, number>();
  return mutants
    .filter(({ status }) => status !== 'Ignored')
    .map(({ location: { start: from, end: to }, mutatorName: mutator, replacement }) => {
      const start = starts[from.line]! + from.column;
      const end = starts[to.line]! + to.column;
      const within = content.slice(starts[from.line], starts[from.line + 1]).trim();
      const original = content.slice(start, end);
      const texts = JSON.stringify([file, mutator, within, original, replacement]);
      const times = (seen.get(texts) ?? 0) + 1;
      seen.set(texts, times);
      const key = times === 1 ? texts : `${texts}#${times}`;
      const line = from.line + 1;
      return { file, line, start, end, mutator, original, replacement: replacement!, within, key };
    });
}

/** Mutators whose replacement is an expression that binds as tightly as what stood there. */
const bindsByItself = new Set([
  'ArrayDeclaration',
  'ArrowFunction',
  'BlockStatement',
  'ConditionalExpression',
  'ObjectLiteral',
  'Regex',
  'StringLiteral',
]);

/** The file's text with this one edit. */
export function applied(
  content: string,
  { start, end, mutator, replacement }: Pick<Mutant, 'start' | 'end' | 'mutator' | 'replacement'>,
): string {
  const text = bindsByItself.has(mutator) ? replacement : `(${replacement})`;
  return content.slice(0, start) + text + content.slice(end);
}

function lineStarts(content: string): number[] {
  const starts = [0];
  for (let at = content.indexOf('\n'); at >= 0; at = content.indexOf('\n', at + 1)) {
    starts.push(at + 1);
  }
  return starts;
}
