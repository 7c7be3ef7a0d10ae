/** node:timers and node:timers/promises, and the promises that util.promisify makes of timers. */
import { promisify } from 'node:util';
import { Timeout } from '../process/timers.ts';
import { codedError, type MakeModule, type ModuleContext } from './context.ts';

interface WaitOptions {
  readonly signal?: AbortSignal;
  readonly ref?: boolean;
}

export function globalTimers({ timers }: Pick<ModuleContext, 'timers'>): Record<string, unknown> {
  const waiting = promisesOf(timers);
  const { setTimeout, setInterval, setImmediate, clearTimeout, clearImmediate } = timers;
  const withPromise = (set: object, promise: unknown) =>
    Object.defineProperty(set, promisify.custom, { value: promise, configurable: true });
  return {
    setTimeout: withPromise(setTimeout, waiting.setTimeout),
    setInterval,
    setImmediate: withPromise(setImmediate, waiting.setImmediate),
    clearTimeout,
    clearInterval: clearTimeout,
    clearImmediate,
  };
}

export const makeTimers: MakeModule = ({ timers, globals, module }) => ({
  setTimeout: timers.setTimeout,
  setInterval: timers.setInterval,
  setImmediate: timers.setImmediate,
  clearTimeout: globals.clearTimeout,
  clearInterval: globals.clearInterval,
  clearImmediate: globals.clearImmediate,
  promises: module('timers/promises'),
  // The old interface; a few packages still look for it.
  enroll() {},
  unenroll: (timer: unknown) => timers.clearTimeout(timer),
  active: (timer: unknown) => void (timer instanceof Timeout && timer.refresh()),
});

export const makeTimersPromises: MakeModule = ({ timers }) => promisesOf(timers);

function promisesOf(timers: ModuleContext['timers']) {
  const wait = <T>(set: (done: () => void) => Cancellable, value: T, options: WaitOptions = {}) =>
    new Promise<T>((resolve, reject) => {
      const { signal } = options;
      if (signal?.aborted) {
        reject(abortError(signal));
        return;
      }
      const pending = set(() => {
        signal?.removeEventListener('abort', onAbort);
        resolve(value);
      });
      if (options.ref === false) pending.unref();
      const onAbort = (): void => {
        pending.cancel();
        reject(abortError(signal as AbortSignal));
      };
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  const after = (delayMs: unknown) => (done: () => void) => {
    const timer = timers.setTimeout(done, delayMs);
    return { unref: () => void timer.unref(), cancel: () => timers.clearTimeout(timer) };
  };
  const atOnce = (done: () => void) => {
    const immediate = timers.setImmediate(done);
    return { unref: () => void immediate.unref(), cancel: () => timers.clearImmediate(immediate) };
  };
  return {
    setTimeout: <T>(delayMs?: number, value?: T, options?: WaitOptions) =>
      wait(after(delayMs), value, options),
    setImmediate: <T>(value?: T, options?: WaitOptions) => wait(atOnce, value, options),
    async *setInterval<T>(delayMs?: number, value?: T, options?: WaitOptions) {
      for (;;) yield await wait(after(delayMs), value, options);
    },
    scheduler: {
      wait: (delayMs: number, options?: WaitOptions) => wait(after(delayMs), undefined, options),
      yield: () => wait(atOnce, undefined),
    },
  };
}

interface Cancellable {
  unref(): void;
  cancel(): void;
}

export function abortError(signal: AbortSignal): Error {
  const error = codedError('ABORT_ERR', 'The operation was aborted', { cause: signal.reason });
  error.name = 'AbortError';
  return error;
}
