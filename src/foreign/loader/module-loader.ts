/**
 * The modules of one process. Compiled code is shared (compile.ts), instances are not: what a
 * module keeps belongs to this process and is gone with it. CommonJS runs when it is required;
 * modules are linked as a whole, then run in the order of their imports. Modules of the runtime
 * come from `builtin`, which gives the simulated ones.
 */
import { dirname, resolve as resolvePath } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type CompiledModule, type CompiledScript, compile, type Shadowed } from './compile.ts';
import { type Dependency, evaluate, type LinkedModule, showStars } from './linked-module.ts';
import { type Namespace, newNamespace, show, showExports } from './namespace.ts';
import { isFile, realPath } from './package-files.ts';
import { RefusedError } from './refused.ts';
import { packageAround, type Resolved, resolve } from './resolve.ts';

export interface LoaderOptions {
  /** The globals of this process that stand in for the runtime's, by name. */
  readonly globals: Readonly<Record<string, unknown>>;
  /** Names of globals that are made when they are first used. */
  readonly costly: ReadonlySet<string>;
  /** A module of the runtime; throws where there is none. */
  readonly builtin: (name: string) => unknown;
  /** What a module gets in place of what a specifier leads to; undefined: nothing else. */
  readonly given: (specifier: string, from: string) => unknown;
}

/** What CommonJS code knows as `module`. */
export interface ScriptModule {
  exports: unknown;
  id: string;
  readonly path: string;
  readonly filename: string;
  loaded: boolean;
  readonly children: ScriptModule[];
  readonly paths: string[];
  parent: ScriptModule | null;
  require: Require;
}

export interface Require {
  (specifier: string): unknown;
  resolve(specifier: string): string;
  readonly cache: Record<string, ScriptModule>;
  main: ScriptModule | undefined;
  readonly extensions: object;
}

const plain = (value: unknown): unknown => value;

export class ModuleLoader {
  readonly #options: LoaderOptions;
  readonly #scripts: Record<string, ScriptModule> = Object.create(null);
  readonly #modules = new Map<string, LinkedModule>();
  readonly #others = new Map<
    string,
    { readonly namespace: Namespace; readonly fill: () => void }
  >();
  readonly #shadowed: Shadowed;
  /** Folders of packages of which a module was loaded: their files may be read. */
  readonly packages = new Set<string>();
  #main: ScriptModule | undefined;

  constructor(options: LoaderOptions) {
    this.#options = options;
    this.#shadowed = { names: Object.keys(options.globals), costly: options.costly };
  }

  /** Runs a file as the process's entry. */
  async runMain(path: string): Promise<void> {
    const file = realPath(path);
    if (this.#compile(file).format === 'module') await this.#importFile(file);
    else this.#script(file, null, true);
  }

  /** `require` for the code of `file`. */
  requireFor(file: string, parent: ScriptModule | null = null): Require {
    const require = (specifier: string): unknown => this.#require(specifier, file, parent);
    return Object.assign(require, {
      resolve: (specifier: string) => nameOf(resolve(specifier, file, 'require')),
      cache: this.#scripts,
      main: this.#main,
      extensions: Object.create(null) as object,
    });
  }

  /** Node's createRequire: `from` is a path or a file URL. */
  createRequire(from: string | URL): Require {
    const text = String(from);
    return this.requireFor(text.startsWith('file:') ? fileURLToPath(text) : resolvePath(text));
  }

  async import(specifier: string, from: string): Promise<Namespace> {
    const given = this.#options.given(specifier, from);
    if (given !== undefined) return this.#filled(this.#given(specifier, given));
    const resolved = resolve(specifier, from, 'import');
    if (resolved.is === 'file') return this.#importFile(resolved.path);
    return this.#filled(this.#builtin(resolved.name));
  }

  async #importFile(path: string): Promise<Namespace> {
    if (this.#compile(path).format !== 'module') return this.#filled(this.#file(path));
    const module = this.#link(path);
    await evaluate(module);
    return module.namespace;
  }

  #filled({ namespace, fill }: { namespace: Namespace; fill: () => void }): Namespace {
    fill();
    return namespace;
  }

  #require(specifier: string, from: string, parent: ScriptModule | null): unknown {
    const given = this.#options.given(specifier, from);
    if (given !== undefined) return given;
    const resolved = resolve(specifier, from, 'require');
    if (resolved.is === 'builtin') return this.#options.builtin(resolved.name);
    const known = this.#scripts[resolved.path];
    if (known !== undefined) return known.exports;
    if (this.#compile(resolved.path).format !== 'module') {
      return this.#script(resolved.path, parent).exports;
    }
    const module = this.#link(resolved.path);
    if (module.isAsync) throw requiresAsync(resolved.path);
    void evaluate(module);
    if (module.state === 'failed') throw module.error;
    return 'module.exports' in module.namespace
      ? module.namespace['module.exports']
      : module.namespace;
  }

  #compile(path: string) {
    if (path.endsWith('.node')) {
      throw new RefusedError(
        `the native addon ${path}`,
        'use a package, or a setting of this one, that is JavaScript or WebAssembly only',
      );
    }
    const directory = packageAround(path)?.directory;
    this.packages.add(directory ?? dirname(path));
    return compile(path, this.#shadowed);
  }

  #script(path: string, parent: ScriptModule | null, isMain = false): ScriptModule {
    const known = this.#scripts[path];
    if (known !== undefined) return known;
    const compiled = this.#compile(path);
    const module = this.#newScript(path, parent, isMain);
    this.#scripts[path] = module;
    parent?.children.push(module);
    try {
      if (compiled.format === 'json') module.exports = JSON.parse(compiled.text);
      else this.#runScript(module, compiled as CompiledScript);
    } catch (error) {
      delete this.#scripts[path];
      throw error;
    }
    module.loaded = true;
    return module;
  }

  #newScript(path: string, parent: ScriptModule | null, isMain: boolean): ScriptModule {
    const module: Omit<ScriptModule, 'require'> & { require?: Require } = {
      exports: {},
      id: isMain ? '.' : path,
      path: dirname(path),
      filename: path,
      loaded: false,
      children: [],
      paths: [],
      parent,
    };
    const complete = module as ScriptModule;
    if (isMain) this.#main = complete;
    complete.require = this.requireFor(path, complete);
    return complete;
  }

  #runScript(module: ScriptModule, { make, globals }: CompiledScript): void {
    const { filename, require } = module;
    const load = (specifier: unknown) => this.import(String(specifier), filename);
    const run = make(...this.#values(globals));
    run.call(module.exports, module.exports, require, module, filename, module.path, load);
  }

  #values(names: readonly string[]): unknown[] {
    return names.map((name) => this.#options.globals[name]);
  }

  /** Makes a module's instance and those of all that it imports; nothing of them runs yet. */
  #link(path: string): LinkedModule {
    const known = this.#modules.get(path);
    if (known !== undefined) return known;
    const compiled = this.#compile(path) as CompiledModule;
    const module: LinkedModule = {
      path,
      compiled,
      namespace: newNamespace(),
      imports: [],
      dependencies: [],
      isAsync: compiled.isAsync,
      state: 'linked',
      run: null,
      done: null,
      error: null,
    };
    this.#modules.set(path, module);
    for (const specifier of compiled.imports) {
      const dependency = this.#dependency(specifier, path, module);
      module.dependencies.push(dependency);
      if (dependency.is === 'module' && dependency.module.isAsync) module.isAsync = true;
    }
    this.#instantiate(module);
    return module;
  }

  #dependency(specifier: string, from: string, importer: LinkedModule): Dependency {
    const given = this.#options.given(specifier, from);
    const resolved = given === undefined ? resolve(specifier, from, 'import') : null;
    if (resolved?.is === 'file' && this.#compile(resolved.path).format === 'module') {
      const module = this.#link(resolved.path);
      importer.imports.push(module.namespace);
      return { is: 'module', module };
    }
    const other = this.#other(specifier, given, resolved);
    importer.imports.push(other.namespace);
    return { is: 'other', fill: other.fill };
  }

  #other(specifier: string, given: unknown, resolved: Resolved | null) {
    if (resolved === null) return this.#given(specifier, given);
    return resolved.is === 'builtin' ? this.#builtin(resolved.name) : this.#file(resolved.path);
  }

  #given(specifier: string, exports: unknown) {
    return this.#lazy(`given ${specifier}`, () => exports);
  }

  #builtin(name: string) {
    return this.#lazy(`builtin ${name}`, () => this.#options.builtin(name));
  }

  #file(path: string) {
    return this.#lazy(`file ${path}`, () => this.#script(path, null).exports);
  }

  /** A module that is no ECMAScript module: its namespace is filled when it has run. */
  #lazy(key: string, load: () => unknown) {
    let other = this.#others.get(key);
    if (other === undefined) {
      const namespace = newNamespace();
      let isFilled = false;
      const fill = (): void => {
        if (isFilled) return;
        showExports(namespace, load());
        isFilled = true;
      };
      other = { namespace, fill };
      this.#others.set(key, other);
    }
    return other;
  }

  /** Runs the first half of the body, which hands over the getters of its exports. */
  #instantiate(module: LinkedModule): void {
    const { compiled, namespace, path } = module;
    const define = (getters: Record<string, () => unknown>): void => {
      for (const [name, get] of Object.entries(getters)) show(namespace, name, get);
    };
    const load = (specifier: unknown) => this.import(String(specifier), path);
    const body = compiled.make(...this.#values(compiled.globals));
    let begin = (): void => {};
    const gate = compiled.isAsync
      ? new Promise<void>((resolve) => {
          begin = resolve;
        })
      : undefined;
    const running = body(define, module.imports, load, this.#meta(path), plain, gate);
    if (running instanceof Promise) {
      // A failure is told by who waits for the module; until then it is nobody's.
      running.catch(() => {});
      module.run = () => {
        begin();
        return running;
      };
    } else {
      (running as Iterator<void>).next();
      module.run = () => void (running as Iterator<void>).next();
    }
    showStars(module);
  }

  #meta(path: string): object {
    const toUrl = (resolved: Resolved): string =>
      resolved.is === 'file' ? pathToFileURL(resolved.path).href : `node:${resolved.name}`;
    return {
      url: pathToFileURL(path).href,
      filename: path,
      dirname: dirname(path),
      resolve: (specifier: string) => toUrl(resolve(specifier, path, 'import')),
    };
  }
}

const nameOf = (resolved: Resolved): string =>
  resolved.is === 'file' ? resolved.path : resolved.name;

function requiresAsync(path: string): Error {
  const message = `require() cannot be used on a module with top-level await: ${path}`;
  return Object.assign(new Error(message), { code: 'ERR_REQUIRE_ASYNC_MODULE' });
}

/** Whether a file may be an entry; names it absolutely. */
export function entryPath(entry: string | URL): string {
  const text = String(entry);
  const path = text.startsWith('file:') ? fileURLToPath(text) : resolvePath(text);
  if (!isFile(path)) throw new Error(`the entry ${path} is not a file`);
  return path;
}
