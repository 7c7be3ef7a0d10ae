/**
 * Where a specifier leads, as Node resolves it: relative paths, `exports` and `imports` of
 * packages, their `main`, folders with an index, endings that CommonJS leaves out.
 */
import { dirname, join, resolve as resolvePath } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exports as exportsOf, imports as importsOf } from 'resolve.exports';
import { builtinNames } from './builtin-names.ts';
import { isDirectory, isFile, readText, realPath } from './package-files.ts';

export type Way = 'require' | 'import';
export type Format = 'commonjs' | 'module' | 'json' | 'native';

/** A module of the runtime, by its name without `node:`, or a file. */
export type Resolved =
  | { readonly is: 'builtin'; readonly name: string }
  | { readonly is: 'file'; readonly path: string };

export interface PackageDescription {
  readonly directory: string;
  readonly name?: string;
  readonly main?: string;
  readonly type?: string;
  readonly exports?: unknown;
  readonly imports?: unknown;
}

const endings = ['', '.js', '.json', '.node', '.cjs', '.mjs'];
const packageName = /^(@[^/]+\/[^/]+|[^@/][^/]*)(\/.*)?$/;
const packages = new Map<string, PackageDescription | null>();
const resolutions = new Map<string, Resolved | null>();

/** Throws an error with Node's code when there is no such module. */
export function resolve(specifier: string, from: string, way: Way): Resolved {
  const key = `${way}\n${dirname(from)}\n${specifier}`;
  let resolved = resolutions.get(key);
  if (resolved === undefined) {
    resolved = look(specifier, from, way);
    resolutions.set(key, resolved);
  }
  if (resolved === null) throw notFound(specifier, from, way);
  return resolved;
}

export function formatOf(path: string): Format | 'unsaid' {
  if (path.endsWith('.mjs')) return 'module';
  if (path.endsWith('.cjs')) return 'commonjs';
  if (path.endsWith('.json')) return 'json';
  if (path.endsWith('.node')) return 'native';
  const type = packageAround(path)?.type;
  if (type === 'module' || type === 'commonjs') return type;
  return 'unsaid';
}

/** The nearest package.json above a file. */
export function packageAround(path: string): PackageDescription | null {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const found = packageAt(folder);
    if (found !== null) return found;
    if (folder === dirname(folder) || folder.endsWith('/node_modules')) return null;
  }
}

function look(specifier: string, from: string, way: Way): Resolved | null {
  if (specifier.startsWith('node:')) return { is: 'builtin', name: specifier.slice(5) };
  if (builtinNames.has(specifier)) return { is: 'builtin', name: specifier };
  if (specifier.startsWith('file:')) return asFile(fileURLToPath(specifier), way);
  if (/^(\.{1,2}(\/|$)|\/)/.test(specifier)) {
    return asFile(resolvePath(dirname(from), specifier), way, specifier.endsWith('/'));
  }
  if (specifier.startsWith('#')) return ownImport(specifier, from, way);
  return inPackages(specifier, from, way);
}

function ownImport(specifier: string, from: string, way: Way): Resolved | null {
  const own = packageAround(from);
  if (own?.imports === undefined) return null;
  let target: string | undefined;
  try {
    target = importsOf(own as never, specifier, conditions(way))?.[0];
  } catch {
    return null;
  }
  if (target === undefined) return null;
  if (target.startsWith('.')) return asFile(join(own.directory, target), 'import');
  return look(target, from, way);
}

function inPackages(specifier: string, from: string, way: Way): Resolved | null {
  const [, name, inside = ''] = packageName.exec(specifier) ?? [];
  if (name === undefined) return null;
  const own = packageAround(from);
  if (own?.name === name && own.exports !== undefined) return inPackage(own, inside, way);
  for (let folder = dirname(from); ; folder = dirname(folder)) {
    if (!folder.endsWith('/node_modules')) {
      const directory = join(folder, 'node_modules', name);
      if (isDirectory(directory)) {
        const described = packageAt(directory) ?? { directory };
        const found = inPackage(described, inside, way);
        if (found !== null) return found;
      }
    }
    if (folder === dirname(folder)) return null;
  }
}

/** `inside`: what follows the package's name, with its slash; empty: its main entry. */
function inPackage(described: PackageDescription, inside: string, way: Way): Resolved | null {
  const { directory } = described;
  if (described.exports !== undefined && described.exports !== null) {
    const target = exported(described, `.${inside}`, way);
    return target === null ? null : asFile(join(directory, target), 'import');
  }
  if (inside !== '') return asFile(join(directory, inside), 'require', inside.endsWith('/'));
  return asFolder(directory);
}

function exported(described: PackageDescription, entry: string, way: Way): string | null {
  try {
    return exportsOf(described as never, entry, conditions(way))?.[0] ?? null;
  } catch {
    // The library throws where the package does not export the entry.
    return null;
  }
}

const conditions = (way: Way) => ({
  unsafe: true,
  conditions: ['node', way, 'default'],
});

/** An import names its file in full; `require` leaves out endings and names folders. */
function asFile(path: string, way: Way, isFolder = false): Resolved | null {
  if (!isFolder) {
    for (const ending of way === 'import' ? [''] : endings) {
      if (isFile(path + ending)) return { is: 'file', path: realPath(path + ending) };
    }
  }
  return way === 'require' && isDirectory(path) ? asFolder(path) : null;
}

function asFolder(directory: string): Resolved | null {
  const main = packageAt(directory)?.main;
  if (main !== undefined && main !== '' && main !== '.') {
    const found = asFile(join(directory, main), 'require');
    if (found !== null) return found;
  }
  return asFile(join(directory, 'index'), 'require');
}

function packageAt(directory: string): PackageDescription | null {
  let described = packages.get(directory);
  if (described === undefined) {
    const path = join(directory, 'package.json');
    described = isFile(path) ? { ...(JSON.parse(readText(path)) as object), directory } : null;
    packages.set(directory, described);
  }
  return described;
}

function notFound(specifier: string, from: string, way: Way): Error {
  const message = `Cannot find module '${specifier}' imported from ${from}`;
  const code = way === 'require' ? 'MODULE_NOT_FOUND' : 'ERR_MODULE_NOT_FOUND';
  return Object.assign(new Error(message), { code });
}
