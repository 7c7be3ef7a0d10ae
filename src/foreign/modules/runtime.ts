/** The runtime's own modules, for those of the simulated machine that are made of them. */
import { defineLazily } from '../process/globals.ts';
import { namesOfPassed } from './node-names.ts';

type Members = Record<string, unknown>;

/** The module itself; null where the runtime has none of this name. */
export function runtimeModule(name: string): Members | null {
  return (process.getBuiltinModule(`node:${name}`) as Members | undefined) ?? null;
}

/**
 * A copy of what Node 20 has there, so that what a package puts there stays in its process, and
 * that it finds the same on every runtime.
 */
export function copyOf(name: string, without: (key: string) => boolean = () => false): Members {
  const module = runtimeModule(name);
  const copy: Members = {};
  if (module === null) return copy;
  for (const key of namesOfPassed[name] ?? Object.keys(module)) {
    const descriptor = Object.getOwnPropertyDescriptor(module, key);
    if (descriptor === undefined || without(key)) continue;
    if (descriptor.get !== undefined) defineLazily(copy, key, () => module[key]);
    else copy[key] = descriptor.value;
  }
  return copy;
}
