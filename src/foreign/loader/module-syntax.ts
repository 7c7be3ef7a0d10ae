/**
 * Turns an ECMAScript module into the body of a generator function, so that it can be run once per
 * process with its own globals. Before its first `yield` the body hands its exports over as getters
 * (functions are hoisted by then, so modules that import each other see them); behind it the
 * module's own code runs. An import is read through the namespace of its module each time, which
 * keeps bindings live. A module that awaits at its top level becomes an async function.
 */
import {
  type AnyNode,
  type CallExpression,
  type MemberExpression,
  type ModuleDeclaration,
  type Node,
  type Program,
  parse,
} from 'acorn';
import { analyze, type Reference, type Scope, type Variable } from 'eslint-scope';
import MagicString from 'magic-string';

export interface ModuleBody {
  readonly code: string;
  /** Static imports in the order in which they are evaluated. */
  readonly imports: readonly string[];
  /** The imports all of whose names are exported anew. */
  readonly stars: readonly string[];
  readonly exportNames: readonly string[];
  readonly isAsync: boolean;
}

const options = { ecmaVersion: 'latest', ranges: true } as const;
const own = { name: '__ordeal_', first: '__ordeal_default' };

export function parseModule(source: string): Program {
  return parse(source, { ...options, sourceType: 'module', allowHashBang: true });
}

export function moduleBody(source: string): ModuleBody {
  const program = parseModule(source);
  const text = new MagicString(source);
  if (source.startsWith('#!')) text.overwrite(0, 2, '//');
  const walk = new Walk(program);
  const imports = [...new Set(program.body.flatMap((node) => sourceOf(node) ?? []))];
  const scope = analyze(program as never, { ecmaVersion: 2024, sourceType: 'module' });
  const moduleScope = scope.scopes.find(({ type }) => type === 'module') as Scope;
  const bindings = importBindings(program, imports);
  for (const variable of moduleScope.variables) {
    const access = bindings.get(variable.name);
    if (access !== undefined) rewriteReferences(text, variable, access, walk);
  }
  const exported = new Map<string, string>();
  const stars: string[] = [];
  for (const node of program.body) rewriteStatement(text, node, { imports, exported, stars });
  rewriteCalls(text, walk);
  for (const [name, value] of exported) exported.set(name, bindings.get(value) ?? value);
  const isAsync = walk.awaitsAtTop;
  const head = [
    ...imports.map((_, index) => `const ${own.name}${index} = __imports[${index}];`),
    `__export({ ${[...exported].map(([name, value]) => getter(name, value)).join(', ')} });`,
    isAsync ? 'await __begin;' : 'yield;',
  ];
  text.prepend(`'use strict'; ${head.join(' ')} `);
  const exportNames = [...exported.keys()];
  return { code: text.toString(), imports, stars, exportNames, isAsync };
}

/** A script with what it asks of the engine led to the process; null where it asks nothing. */
export function rewrittenScript(source: string): string | null {
  if (!/\bimport\s*\(|\.localeCompare\b/.test(source)) return null;
  const flags = { sourceType: 'script', allowReturnOutsideFunction: true } as const;
  const program = parse(source, { ...options, ...flags, allowHashBang: true });
  const text = new MagicString(source);
  rewriteCalls(text, new Walk(program));
  return text.toString();
}

/** The names that a source takes from outside of itself. */
export function freeNames(source: string, sourceType: 'script' | 'module'): Set<string> {
  const flags = { sourceType, allowReturnOutsideFunction: true, allowHashBang: true } as const;
  const program = parse(source, { ...options, ...flags });
  const kind = sourceType === 'script' ? 'commonjs' : 'module';
  const { globalScope } = analyze(program as never, { ecmaVersion: 2024, sourceType: kind });
  return new Set(
    globalScope?.through.map(({ identifier }) => (identifier as { name: string }).name),
  );
}

const getter = (name: string, value: string): string => `${JSON.stringify(name)}: () => ${value}`;

/** Local names of imports, and how each is read. */
function importBindings(program: Program, imports: readonly string[]): Map<string, string> {
  const bindings = new Map<string, string>();
  for (const node of program.body) {
    if (node.type !== 'ImportDeclaration') continue;
    const from = `${own.name}${imports.indexOf(String(node.source.value))}`;
    for (const specifier of node.specifiers) {
      const { name } = specifier.local;
      if (specifier.type === 'ImportNamespaceSpecifier') bindings.set(name, from);
      else if (specifier.type === 'ImportDefaultSpecifier') bindings.set(name, `${from}.default`);
      else bindings.set(name, from + member(specifier.imported));
    }
  }
  return bindings;
}

type Name = { type: 'Identifier'; name: string } | { type: 'Literal'; value?: unknown };
const nameOf = (name: Name): string =>
  name.type === 'Identifier' ? name.name : String(name.value);
const member = (name: Name): string => `[${JSON.stringify(nameOf(name))}]`;

function rewriteReferences(
  text: MagicString,
  variable: Variable,
  access: string,
  walk: Walk,
): void {
  for (const reference of variable.references) {
    const node = (reference as Reference).identifier as unknown as Node;
    const parent = walk.parents.get(node.start);
    text.overwrite(node.start, node.end, replacement(access, variable.name, node, parent));
  }
}

/** A call through the namespace must not make it `this`: the function is taken out first. */
function replacement(access: string, name: string, node: Node, parent?: AnyNode): string {
  if (parent?.type === 'Property' && parent.shorthand) return `${name}: ${access}`;
  const isCalled = parent?.type === 'CallExpression' && parent.callee.start === node.start;
  const isTag = parent?.type === 'TaggedTemplateExpression' && parent.tag.start === node.start;
  return isCalled || isTag ? `__plain(${access})` : access;
}

interface Found {
  readonly imports: readonly string[];
  /** By exported name: the expression that reads it. */
  readonly exported: Map<string, string>;
  readonly stars: string[];
}

function sourceOf(node: Program['body'][number]): string | null {
  const isLink =
    node.type === 'ImportDeclaration' ||
    node.type === 'ExportAllDeclaration' ||
    node.type === 'ExportNamedDeclaration';
  return isLink && node.source ? String(node.source.value) : null;
}

function rewriteStatement(text: MagicString, node: Program['body'][number], found: Found): void {
  const source = sourceOf(node);
  const from = source === null ? '' : `${own.name}${found.imports.indexOf(source)}`;
  switch (node.type) {
    case 'ImportDeclaration':
      blank(text, node);
      break;
    case 'ExportAllDeclaration':
      if (node.exported) found.exported.set(nameOf(node.exported as Name), from);
      else found.stars.push(source as string);
      blank(text, node);
      break;
    case 'ExportNamedDeclaration':
      if (node.declaration) {
        for (const name of declaredNames(node.declaration)) found.exported.set(name, name);
        text.remove(node.start, node.declaration.start);
        break;
      }
      for (const { local, exported } of node.specifiers) {
        const value = source === null ? nameOf(local as Name) : from + member(local as Name);
        found.exported.set(nameOf(exported as Name), value);
      }
      blank(text, node);
      break;
    case 'ExportDefaultDeclaration':
      rewriteDefault(text, node, found);
  }
}

/** Takes a statement away and leaves its lines, so that later ones keep their numbers. */
function blank(text: MagicString, { start, end }: Node): void {
  const lines = text.original.slice(start, end).replace(/[^\n]+/g, '');
  text.overwrite(start, end, `;${lines}`);
}

function rewriteDefault(
  text: MagicString,
  node: Extract<ModuleDeclaration, { type: 'ExportDefaultDeclaration' }>,
  found: Found,
): void {
  const { declaration } = node;
  const isDeclaration =
    declaration.type === 'FunctionDeclaration' || declaration.type === 'ClassDeclaration';
  if (!isDeclaration) {
    text.overwrite(node.start, declaration.start, `const ${own.first} = `);
    found.exported.set('default', own.first);
    return;
  }
  text.remove(node.start, declaration.start);
  found.exported.set('default', declaration.id?.name ?? own.first);
  if (declaration.id) return;
  const { start, end } = declaration;
  const keyword = /^(async\s+)?(function\s*\*?|class)/.exec(text.original.slice(start, end));
  text.appendLeft(start + (keyword?.[0].length ?? 0), ` ${own.first} `);
}

function declaredNames(declaration: AnyNode): string[] {
  if (declaration.type === 'VariableDeclaration') {
    return declaration.declarations.flatMap(({ id }) => patternNames(id));
  }
  const { id } = declaration as { id?: { name: string } | null };
  return id ? [id.name] : [];
}

function patternNames(pattern: AnyNode): string[] {
  switch (pattern.type) {
    case 'Identifier':
      return [pattern.name];
    case 'ObjectPattern':
      return pattern.properties.flatMap((property) =>
        patternNames(property.type === 'Property' ? property.value : property.argument),
      );
    case 'ArrayPattern':
      return pattern.elements.flatMap((element) => (element ? patternNames(element) : []));
    case 'AssignmentPattern':
      return patternNames(pattern.left);
    case 'RestElement':
      return patternNames(pattern.argument);
    default:
      return [];
  }
}

/**
 * `import(…)` and `import.meta` become what the loader hands in, `a.localeCompare(b)` a function of the
 * process: the engine's own depends on its tables.
 */
function rewriteCalls(text: MagicString, walk: Walk): void {
  for (const node of walk.dynamicImports) {
    text.overwrite(node.start, node.start + 'import'.length, '__import');
  }
  for (const { start, property } of walk.comparisons) {
    const { original } = text;
    const [dot, bracket] = [
      original.lastIndexOf('.', property.start),
      original.indexOf('(', property.end),
    ];
    const isEmpty = /^\s*\)/.test(original.slice(bracket + 1));
    text.appendLeft(start, '__localeCompare(');
    text.overwrite(dot, bracket + 1, isEmpty ? '' : ', ');
  }
  for (const node of walk.metas) text.overwrite(node.start, node.end, '__meta');
}

/** One way through the tree, which notes what the rewriting needs. */
class Walk {
  /** By the place of an identifier: the node it stands in. */
  readonly parents = new Map<number, AnyNode>();
  readonly dynamicImports: Node[] = [];
  readonly metas: Node[] = [];
  /** Calls of localeCompare: where each begins, and its name. */
  readonly comparisons: { readonly start: number; readonly property: Node }[] = [];
  awaitsAtTop = false;

  constructor(program: Program) {
    this.#visit(program, 0);
  }

  #call(node: CallExpression): void {
    if (!isComparison(node)) return;
    const { property } = node.callee as MemberExpression;
    this.comparisons.push({ start: node.start, property });
  }

  #visit(node: AnyNode, functions: number): void {
    if (node.type === 'ImportExpression') this.dynamicImports.push(node);
    if (node.type === 'MetaProperty' && node.meta.name === 'import') this.metas.push(node);
    if (node.type === 'CallExpression') this.#call(node);
    const awaits =
      node.type === 'AwaitExpression' || (node.type === 'ForOfStatement' && node.await);
    if (awaits && functions === 0) this.awaitsAtTop = true;
    const inner = functions + (isFunction(node) ? 1 : 0);
    for (const value of Object.values(node)) {
      for (const child of Array.isArray(value) ? value : [value]) {
        if (!isNode(child)) continue;
        if (child.type === 'Identifier') this.parents.set(child.start, node);
        this.#visit(child, inner);
      }
    }
  }
}

function isComparison({ callee, optional }: CallExpression): boolean {
  if (callee.type !== 'MemberExpression' || callee.computed || optional || callee.optional) {
    return false;
  }
  return callee.property.type === 'Identifier' && callee.property.name === 'localeCompare';
}

const isFunction = ({ type }: AnyNode): boolean =>
  /Function|^PropertyDefinition$|^StaticBlock$/.test(type);

const isNode = (value: unknown): value is AnyNode =>
  typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';
