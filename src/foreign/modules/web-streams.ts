/**
 * ReadableStream of a foreign process: the runtime's own, which also tells when it has closed. Node's
 * does so by a symbol that its streams know, and `finished` waits for; not every runtime has it.
 */
type Controller = Record<string | symbol, unknown>;
type Step = (value?: unknown) => unknown;
interface Source {
  start?: (controller: unknown) => unknown;
  pull?: (controller: unknown) => unknown;
  cancel?: (reason: unknown) => unknown;
}

const closedPromise = Symbol.for('nodejs.webstream.isClosedPromise');

type StreamClass = new (source: object, strategy: unknown) => object;

export function readableStreamClass(): unknown {
  const Real = ReadableStream as unknown as StreamClass;
  return class extends Real {
    constructor(source: Source = {}, strategy?: object) {
      const closed = deferred();
      const watched = watching(closed);
      const own: Source = {};
      if (source.start) own.start = (controller) => source.start?.(watched(controller));
      if (source.pull) own.pull = (controller) => source.pull?.(watched(controller));
      own.cancel = (reason) => {
        closed.resolve();
        return source.cancel?.(reason);
      };
      super({ ...source, ...own }, strategy);
      Object.defineProperty(this, closedPromise, { value: closed });
    }
  };
}

interface Deferred {
  readonly promise: Promise<void>;
  resolve(): void;
  reject(error: unknown): void;
}

function deferred(): Deferred {
  let settle = { resolve: (): void => {}, reject: (_error: unknown): void => {} };
  const promise = new Promise<void>((resolve, reject) => {
    settle = { resolve, reject };
  });
  promise.catch(() => {});
  return { promise, ...settle };
}

/** The controller, whose `close` and `error` are noticed. One for each, as callers compare them. */
function watching(closed: Deferred): (controller: unknown) => unknown {
  const known = new WeakMap<object, unknown>();
  return (given) => {
    const controller = given as Controller;
    const before = known.get(controller);
    if (before !== undefined) return before;
    const after: Record<string, Step> = {
      close: () => closed.resolve(),
      error: (error) => closed.reject(error),
    };
    const watched = new Proxy(controller, {
      get(target, key) {
        const value = Reflect.get(target, key, target);
        if (typeof value !== 'function') return value;
        return (...values: unknown[]): unknown => {
          const result = (value as (...given: unknown[]) => unknown).apply(target, values);
          after[key as string]?.(values[0]);
          return result;
        };
      },
    });
    known.set(controller, watched);
    return watched;
  };
}
