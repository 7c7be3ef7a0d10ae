/**
 * Sources as functions. A file is read and compiled once for the life of this runtime; each process
 * calls the function anew with its own globals, and so gets its own instance of the module. The
 * globals of the simulated machine are parameters of an outer function, hence they stand in for
 * those of the runtime, and a module may still declare a name of theirs as its own.
 */
import { freeNames, type ModuleBody, moduleBody, rewrittenScript } from './module-syntax.ts';
import { readText } from './package-files.ts';
import { type Format, formatOf } from './resolve.ts';

export interface CompiledScript {
  readonly format: 'commonjs';
  /** Parameters: the globals by the names that `globals` lists. Gives the module's function. */
  readonly make: (...globals: unknown[]) => ScriptFunction;
  readonly globals: readonly string[];
}

export interface CompiledModule extends Omit<ModuleBody, 'code'> {
  readonly format: 'module';
  readonly make: (...globals: unknown[]) => ModuleFunction;
  readonly globals: readonly string[];
}

export interface CompiledJson {
  readonly format: 'json';
  readonly text: string;
}

export type Compiled = CompiledScript | CompiledModule | CompiledJson;

export type ScriptFunction = (...parameters: unknown[]) => void;
export type ModuleFunction = (
  define: (getters: Record<string, () => unknown>) => void,
  imports: readonly object[],
  dynamicImport: (specifier: unknown) => Promise<unknown>,
  meta: object,
  plain: (value: unknown) => unknown,
  begin: Promise<void> | undefined,
) => Iterator<void> | Promise<void>;

const scriptParameters = ['exports', 'require', 'module', '__filename', '__dirname', '__import'];
const moduleParameters = ['__export', '__imports', '__import', '__meta', '__plain', '__begin'];
/** Called indirectly, so that the source sees no scope but the global one. */
// biome-ignore lint/security/noGlobalEval: making functions of sources is what this file is for.
const evaluate = eval;
const cache = new Map<string, Compiled>();

/** The names of globals that the simulated machine has its own values for. */
export interface Shadowed {
  readonly names: readonly string[];
  /** Those of them that take long to make: only a module that really uses them gets them. */
  readonly costly: ReadonlySet<string>;
}

export function compile(path: string, shadowed: Shadowed): Compiled {
  let compiled = cache.get(path);
  if (compiled === undefined) {
    compiled = compileFile(path, shadowed);
    cache.set(path, compiled);
  }
  return compiled;
}

function compileFile(path: string, shadowed: Shadowed): Compiled {
  const source = readText(path);
  const format = formatOf(path);
  if (format === 'json') return { format, text: source };
  try {
    return (format === 'unsaid' ? formatByTrial(source) : format) === 'module'
      ? compileModule(path, source, shadowed)
      : compileScript(path, source, shadowed);
  } catch (error) {
    if (error instanceof SyntaxError) error.message += ` (in ${path})`;
    throw error;
  }
}

/** As Node does where no package.json says it: what only a module can be is one. */
function formatByTrial(source: string): Format {
  if (!/^\s*(import|export)\b|\bimport\.meta\b|^\s*await\b/m.test(source)) return 'commonjs';
  try {
    evaluate(`(function () { ${withoutHashbang(source)}\n})`);
    return 'commonjs';
  } catch {
    return 'module';
  }
}

function compileScript(path: string, source: string, shadowed: Shadowed): CompiledScript {
  const code = rewrittenScript(source) ?? source;
  const inner = `function (${scriptParameters.join(', ')}) { ${withoutHashbang(code)}\n}`;
  return { format: 'commonjs', ...wrap(path, inner, globalsIn(source, code, 'script', shadowed)) };
}

function compileModule(path: string, source: string, shadowed: Shadowed): CompiledModule {
  const { code, ...links } = moduleBody(source);
  const kind = links.isAsync ? 'async function ' : 'function* ';
  const inner = `${kind}(${moduleParameters.join(', ')}) { ${code}\n}`;
  return {
    format: 'module',
    ...links,
    ...wrap(path, inner, globalsIn(source, code, 'module', shadowed)),
  };
}

/** Only globals that the source names become parameters. */
function wrap<T>(
  path: string,
  inner: string,
  globals: readonly string[],
): { make: (...globals: unknown[]) => T; globals: readonly string[] } {
  const outer = `(function (${globals.join(', ')}) { return ${inner}; })\n//# sourceURL=${path}`;
  return { make: evaluate(outer) as (...globals: unknown[]) => T, globals };
}

/** `code`: what was made of the source. */
function globalsIn(
  source: string,
  code: string,
  sourceType: 'script' | 'module',
  { names, costly }: Shadowed,
): string[] {
  const named = names.filter((name) => code.includes(name));
  const plain = named.some((name) => costly.has(name)) ? withoutComments(source) : '';
  const hasCostly = named.some((name) => costly.has(name) && isWord(name, plain));
  const free = hasCostly ? freeNames(source, sourceType) : null;
  return named.filter((name) => !costly.has(name) || free?.has(name) === true);
}

/** Without those that have their lines for themselves: most of what is said of a name. */
const withoutComments = (source: string): string =>
  source.replace(/^[ \t]*(?:\/\*[\s\S]*?\*\/|\/\/[^\n]*)/gm, '');

const isWord = (name: string, source: string): boolean => new RegExp(`\\b${name}\\b`).test(source);

const withoutHashbang = (source: string): string =>
  source.startsWith('#!') ? `//${source}` : source;
