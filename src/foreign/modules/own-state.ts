/**
 * Modules that show the process itself: node:process, node:console, node:module, node:perf_hooks.
 */
import { builtinNames } from '../loader/builtin-names.ts';
import { RefusedError } from '../loader/refused.ts';
import type { MakeModule } from './context.ts';
import { refusedCall } from './refusals.ts';

export const makeProcess: MakeModule = ({ process }) => process;
export const makeConsole: MakeModule = ({ globals }) => globals.console;

export const makeModule: MakeModule = ({ loader }) => {
  const hook = (name: string) => (): never => {
    throw new RefusedError(
      `node:module.${name}`,
      'modules of a simulated process are loaded as they are',
    );
  };
  class Module {}
  return Object.assign(Module, {
    Module,
    builtinModules: [...builtinNames],
    isBuiltin: (name: string) => builtinNames.has(name.replace(/^node:/, '')),
    createRequire: (from: string | URL) => loader.createRequire(from),
    _cache: loader.createRequire('/').cache,
    _extensions: {},
    register: hook('register'),
    registerHooks: hook('registerHooks'),
    syncBuiltinESMExports() {},
    enableCompileCache() {},
    findSourceMap: () => undefined,
  });
};

export const makePerformanceHooks: MakeModule = ({ globals }) => {
  const { performance } = globals as { performance: object };
  class PerformanceObserver {
    static supportedEntryTypes: string[] = [];
    observe(): void {}
    disconnect(): void {}
    takeRecords(): unknown[] {
      return [];
    }
  }
  return {
    performance,
    PerformanceObserver,
    constants: {},
    monitorEventLoopDelay: refusedCall('perf_hooks', 'monitorEventLoopDelay'),
    createHistogram: refusedCall('perf_hooks', 'createHistogram'),
  };
};

interface Mark {
  readonly name: string;
  readonly entryType: string;
  readonly startTime: number;
  readonly duration: number;
  readonly detail: unknown;
}

/** The global `performance`. */
export function simulatedPerformance(nowMs: () => number, timeOrigin: number): object {
  let entries: Mark[] = [];
  const add = (entry: Mark): Mark => {
    entries.push(entry);
    return entry;
  };
  const startOf = (name: unknown, otherwise: number): number =>
    entries.findLast((entry) => entry.name === name)?.startTime ?? otherwise;
  return {
    timeOrigin,
    now: nowMs,
    mark(name: string, { startTime = nowMs(), detail = null } = {}) {
      return add({ name, entryType: 'mark', startTime, duration: 0, detail });
    },
    measure(name: string, start?: unknown, end?: unknown) {
      const startTime = startOf(start, 0);
      const duration = startOf(end, nowMs()) - startTime;
      return add({ name, entryType: 'measure', startTime, duration, detail: null });
    },
    clearMarks(name?: string) {
      entries = entries.filter(
        (entry) => entry.entryType !== 'mark' || (name !== undefined && entry.name !== name),
      );
    },
    clearMeasures(name?: string) {
      entries = entries.filter(
        (entry) => entry.entryType !== 'measure' || (name !== undefined && entry.name !== name),
      );
    },
    getEntries: () => [...entries],
    getEntriesByName: (name: string) => entries.filter((entry) => entry.name === name),
    getEntriesByType: (type: string) => entries.filter((entry) => entry.entryType === type),
    eventLoopUtilization: () => ({ idle: 0, active: 0, utilization: 0 }),
    timerify: <T>(run: T): T => run,
    markResourceTiming() {},
    setResourceTimingBufferSize() {},
    clearResourceTimings() {},
    toJSON: () => ({ timeOrigin }),
  };
}
