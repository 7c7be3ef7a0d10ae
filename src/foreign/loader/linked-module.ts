/**
 * An ECMAScript module as one process has it: linked to what it imports, then run once, after that.
 */
import type { CompiledModule } from './compile.ts';
import { type Namespace, show } from './namespace.ts';

export interface LinkedModule {
  readonly path: string;
  readonly compiled: CompiledModule;
  readonly namespace: Namespace;
  readonly imports: Namespace[];
  readonly dependencies: Dependency[];
  isAsync: boolean;
  state: 'linked' | 'running' | 'done' | 'failed';
  /** The second half of the body, behind its `yield`. */
  run: (() => undefined | Promise<void>) | null;
  done: Promise<void> | null;
  error: unknown;
}

export type Dependency =
  | { readonly is: 'module'; readonly module: LinkedModule }
  | { readonly is: 'other'; readonly fill: () => void };

/** Names that the module exports by `export *`, where it has none of its own. */
export function showStars({ compiled, dependencies, namespace, imports }: LinkedModule): void {
  for (const specifier of compiled.stars) {
    const index = compiled.imports.indexOf(specifier);
    const dependency = dependencies[index] as Dependency;
    const from = imports[index] as Namespace;
    const names =
      dependency.is === 'module'
        ? namesOf(dependency.module, new Set())
        : filledNames(from, dependency.fill);
    for (const name of names) {
      if (name !== 'default' && !(name in namespace)) show(namespace, name, () => from[name]);
    }
  }
}

function filledNames(namespace: Namespace, fill: () => void): Iterable<string> {
  fill();
  return Object.keys(namespace);
}

/** All names of a module, also while those that it takes over by `export *` are being linked. */
function namesOf(
  { compiled, dependencies, imports }: LinkedModule,
  seen: Set<string>,
): Set<string> {
  const names = new Set(compiled.exportNames);
  for (const specifier of compiled.stars) {
    const index = compiled.imports.indexOf(specifier);
    const dependency = dependencies[index];
    if (dependency?.is === 'other') {
      for (const name of filledNames(imports[index] as Namespace, dependency.fill)) names.add(name);
    } else if (dependency !== undefined && !seen.has(dependency.module.path)) {
      seen.add(dependency.module.path);
      for (const name of namesOf(dependency.module, seen)) names.add(name);
    }
  }
  return names;
}

/**
 * Settles when the module and all before it have run; at once where none of them awaits. Modules
 * that wait for this one in turn are not waited for.
 */
export function evaluate(
  module: LinkedModule,
  waiting: readonly LinkedModule[] = [],
): Promise<void> | null {
  if (module.state === 'done') return null;
  if (module.state === 'running') return waiting.includes(module) ? null : module.done;
  if (module.state === 'failed') throw module.error;
  module.state = 'running';
  const behind = [...waiting, module];
  if (module.isAsync) {
    module.done = evaluateInTurn(module, behind);
    return module.done;
  }
  try {
    for (const dependency of module.dependencies) begin(dependency, behind);
    module.run?.();
    module.state = 'done';
  } catch (error) {
    module.state = 'failed';
    module.error = error;
    throw error;
  }
  return null;
}

async function evaluateInTurn(
  module: LinkedModule,
  behind: readonly LinkedModule[],
): Promise<void> {
  try {
    for (const dependency of module.dependencies) await begin(dependency, behind);
    await module.run?.();
    module.state = 'done';
  } catch (error) {
    module.state = 'failed';
    module.error = error;
    throw error;
  }
}

function begin(dependency: Dependency, behind: readonly LinkedModule[]): Promise<void> | null {
  if (dependency.is === 'module') return evaluate(dependency.module, behind);
  dependency.fill();
  return null;
}
