/** What a module shows to those that import it: getters on an object without a prototype. */
export type Namespace = Record<string, unknown>;

const attributes = { enumerable: true, configurable: true } as const;

export function newNamespace(): Namespace {
  const namespace = Object.create(null) as Namespace;
  Object.defineProperty(namespace, Symbol.toStringTag, { value: 'Module' });
  return namespace;
}

export function show(namespace: Namespace, name: string, get: () => unknown): void {
  Object.defineProperty(namespace, name, { get, ...attributes });
}

/** A CommonJS module as imports see it: its exports as the default, its properties as names. */
export function showExports(namespace: Namespace, exports: unknown): void {
  show(namespace, 'default', () => exports);
  if ((typeof exports !== 'object' && typeof exports !== 'function') || exports === null) return;
  const object = exports as Record<string, unknown>;
  for (const name of Object.keys(object)) {
    if (name !== 'default') show(namespace, name, () => object[name]);
  }
}
