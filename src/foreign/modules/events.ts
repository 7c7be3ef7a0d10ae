/**
 * node:events: the package `events`, which follows Node's, with what Node has added since:
 * iteration, waiting with a signal, the monitor of errors.
 */
import type { ModuleContext } from './context.ts';

type Listener = (...values: unknown[]) => void;

interface Emitter {
  on(name: string | symbol, listener: Listener): this;
  once(name: string | symbol, listener: Listener): this;
  off(name: string | symbol, listener: Listener): this;
  emit(name: string | symbol, ...values: unknown[]): boolean;
  listeners(name: string | symbol): Listener[];
  listenerCount(name: string | symbol): number;
  setMaxListeners(count: number): this;
}

interface EmitterClass {
  new (): Emitter;
  prototype: Emitter;
  defaultMaxListeners: number;
  [key: string]: unknown;
}

const errorMonitor = Symbol('events.errorMonitor');

export function makeEvents({ own, globals }: ModuleContext): unknown {
  const EventEmitter = own('events/') as EmitterClass;
  const { emit } = EventEmitter.prototype;
  EventEmitter.prototype.emit = function (this: Emitter, name, ...values) {
    if (name === 'error' && this.listenerCount(errorMonitor) > 0) {
      emit.call(this, errorMonitor, ...values);
    }
    return emit.call(this, name, ...values);
  };
  const abortError = (signal: AbortSignal): Error => {
    const error = new Error('The operation was aborted', { cause: signal.reason });
    return Object.assign(error, { name: 'AbortError', code: 'ABORT_ERR' });
  };
  return Object.assign(EventEmitter, {
    EventEmitter,
    errorMonitor,
    captureRejectionSymbol: Symbol.for('nodejs.rejection'),
    captureRejections: false,
    usingDomains: false,
    once: onceOf(abortError),
    on: iterationOf(abortError),
    getEventListeners: (emitter: Emitter, name: string) => emitter.listeners?.(name) ?? [],
    getMaxListeners: (emitter: { getMaxListeners?(): number }) =>
      emitter.getMaxListeners?.() ?? EventEmitter.defaultMaxListeners,
    setMaxListeners(count = EventEmitter.defaultMaxListeners, ...emitters: Emitter[]) {
      if (emitters.length === 0) EventEmitter.defaultMaxListeners = count;
      for (const emitter of emitters) emitter.setMaxListeners?.(count);
    },
    listenerCount: (emitter: Emitter, name: string) => emitter.listenerCount(name),
    addAbortListener(signal: AbortSignal, listener: Listener) {
      const enqueue = globals.queueMicrotask as (task: () => void) => void;
      if (signal.aborted) enqueue(() => listener());
      else signal.addEventListener('abort', listener, { once: true });
      return { [Symbol.dispose]: () => signal.removeEventListener('abort', listener) };
    },
    EventEmitterAsyncResource: class extends EventEmitter {},
  });
}

interface Waiting {
  readonly signal?: AbortSignal;
}

/** `once`: a promise of the next event's values; rejects with an error that comes first. */
function onceOf(abortError: (signal: AbortSignal) => Error) {
  return (emitter: Emitter | EventTarget, name: string, { signal }: Waiting = {}) =>
    new Promise<unknown>((resolve, reject) => {
      if (signal?.aborted) return reject(abortError(signal));
      if (emitter instanceof EventTarget) {
        return emitter.addEventListener(name, (event) => resolve([event]), { once: true });
      }
      const end = (): void => {
        emitter.off(name, onEvent);
        emitter.off('error', onError);
        signal?.removeEventListener('abort', onAbort);
      };
      const onEvent = (...values: unknown[]): void => {
        end();
        resolve(values);
      };
      const onError = (error: unknown): void => {
        end();
        reject(error);
      };
      const onAbort = (): void => {
        end();
        reject(abortError(signal as AbortSignal));
      };
      emitter.on(name, onEvent);
      if (name !== 'error') emitter.on('error', onError);
      signal?.addEventListener('abort', onAbort, { once: true });
    });
}

interface IterationOptions extends Waiting {
  readonly close?: readonly string[];
}

/** `on`: an endless iteration over events. */
function iterationOf(abortError: (signal: AbortSignal) => Error) {
  return (emitter: Emitter, name: string, { signal, close = [] }: IterationOptions = {}) => {
    if (signal?.aborted) throw abortError(signal);
    const values: unknown[][] = [];
    const waiting: { resolve: (result: unknown) => void; reject: (error: unknown) => void }[] = [];
    let failure: { error: unknown } | null = null;
    let hasEnded = false;
    const onEvent = (...got: unknown[]): void => {
      const next = waiting.shift();
      if (next === undefined) values.push(got);
      else next.resolve({ value: got, done: false });
    };
    const onError = (error: unknown): void => {
      const next = waiting.shift();
      if (next === undefined) failure = { error };
      else next.reject(error);
      end();
    };
    const end = (): void => {
      hasEnded = true;
      emitter.off(name, onEvent);
      emitter.off('error', onError);
      for (const { resolve } of waiting.splice(0)) resolve({ value: undefined, done: true });
    };
    emitter.on(name, onEvent);
    if (name !== 'error') emitter.on('error', onError);
    for (const ending of close) emitter.once(ending, end);
    signal?.addEventListener('abort', () => onError(abortError(signal)), { once: true });
    return {
      next(): Promise<unknown> {
        const value = values.shift();
        if (value !== undefined) return Promise.resolve({ value, done: false });
        if (failure !== null) {
          const { error } = failure;
          failure = null;
          return Promise.reject(error);
        }
        if (hasEnded) return Promise.resolve({ value: undefined, done: true });
        return new Promise((resolve, reject) => void waiting.push({ resolve, reject }));
      },
      return(): Promise<unknown> {
        end();
        return Promise.resolve({ value: undefined, done: true });
      },
      throw(error: unknown): Promise<unknown> {
        end();
        return Promise.reject(error);
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  };
}
