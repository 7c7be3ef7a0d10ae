/**
 * Edits that cannot mean anything by construction, since no decision of the cluster reads what
 * they change, and that are therefore never drawn:
 *  - calls of `log(…)`: lines for an operator, which nothing else reads;
 *  - calls of `mark(…)`: names that only a search counts;
 *  - texts in an error's constructor, a `throw`, the message of `assert` and `unreachable`: words
 *    for people. What is thrown, when, and with which code is kept, and so is what is asserted;
 *  - texts with a blank in them: prose, such as the message beside an error code in an answer.
 */
import type { Ignorer } from '@stryker-mutator/api/ignore';

/** As much of a node of Babel's tree as is looked at here. */
export interface Node {
  readonly type: string;
  readonly value?: unknown;
  readonly name?: string;
  readonly callee?: Node;
  readonly property?: Node;
  readonly id?: Node;
  readonly arguments?: readonly Node[];
  readonly quasis?: readonly { readonly value: { readonly raw: string } }[];
}

interface Path {
  readonly node: Node;
  readonly parentPath: Path | null;
}

export const meaningless: Ignorer = {
  shouldIgnore(at) {
    const path = at as Path;
    const { node } = path;
    if (node.type === 'CallExpression' && ['log', 'mark'].includes(calledName(node))) {
      return 'for operators and searches';
    }
    if (node.type !== 'StringLiteral' && node.type !== 'TemplateLiteral') return undefined;
    return hasBlank(node) || isForPeople(path) ? 'words for people' : undefined;
  },
};

/** `log` of `log(…)`, `host.log(…)` and `this.#log(…)`; of a longer way only its end. */
function calledName({ callee }: Node): string {
  if (callee === undefined) return '';
  if (callee.name !== undefined) return callee.name;
  const property = callee.property;
  return property?.name ?? property?.id?.name ?? '';
}

function hasBlank({ value, quasis }: Node): boolean {
  if (typeof value === 'string') return value.includes(' ');
  return quasis?.some(({ value: { raw } }) => raw.includes(' ')) ?? false;
}

/** Whether the text goes into an error, or says what an assertion expects. */
function isForPeople(path: Path): boolean {
  let below = path;
  for (let above = path.parentPath; above !== null; above = above.parentPath) {
    const { node } = above;
    if (node.type === 'ThrowStatement') return true;
    if (node.type === 'NewExpression' && calledName(node).endsWith('Error')) return true;
    if (node.type === 'CallExpression') {
      const name = calledName(node);
      const position = node.arguments?.indexOf(below.node) ?? -1;
      if ((name === 'assert' || name === 'unreachable') && position === 1) return true;
    }
    if (node.type.endsWith('Statement') || node.type.includes('Function')) return false;
    below = above;
  }
  return false;
}
