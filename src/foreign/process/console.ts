/** `console`: lines for the output of the process, without colours. */
import { formatWithOptions, inspect } from 'node:util';
import type { Output, Realm } from './realm.ts';

type Print = (...values: unknown[]) => void;

interface Target {
  readonly print: (stream: Output, text: string) => void;
  readonly nowMs: () => number;
}

export function simulatedConsole(realm: Realm, nowMs: () => number): Record<string, unknown> {
  const target: Target = { print: (stream, text) => realm.output(stream, text), nowMs };
  return { ...consoleOn(target), Console: consoleClass(nowMs) };
}

/** Console on streams of the caller's own. */
function consoleClass(nowMs: () => number): unknown {
  type Stream = { write(text: string): unknown };
  return function Console(first: Stream | { stdout: Stream; stderr?: Stream }, second?: Stream) {
    const out = 'stdout' in first ? first.stdout : first;
    const err = ('stdout' in first ? first.stderr : second) ?? out;
    const print = (stream: Output, text: string) =>
      void (stream === 'stdout' ? out : err).write(text);
    return consoleOn({ print, nowMs });
  };
}

function consoleOn({ print, nowMs }: Target): Record<string, Print> {
  const counts = new Map<string, number>();
  const timers = new Map<string, number>();
  let indent = '';
  const line = (stream: Output): Print => {
    return (...values) => {
      const text = formatWithOptions({ colors: false }, ...values);
      print(stream, `${indent}${text.replaceAll('\n', `\n${indent}`)}\n`);
    };
  };
  const [out, err] = [line('stdout'), line('stderr')];
  const told = (label: string, ...more: unknown[]): void => {
    const since = timers.get(label);
    if (since !== undefined) out(`${label}: ${nowMs() - since}ms`, ...more);
  };
  return {
    log: out,
    info: out,
    debug: out,
    dirxml: out,
    error: err,
    warn: err,
    trace: (...values) => err('Trace:', ...values),
    dir: (value, options) => out(inspect(value, { customInspect: false, ...(options as object) })),
    table: (value) => out(inspect(value)),
    assert(condition, ...values) {
      if (!condition) err('Assertion failed', ...values);
    },
    group(...values) {
      if (values.length > 0) out(...values);
      indent += '  ';
    },
    groupCollapsed(...values) {
      if (values.length > 0) out(...values);
      indent += '  ';
    },
    groupEnd: () => {
      indent = indent.slice(2);
    },
    count(label = 'default') {
      const count = (counts.get(String(label)) ?? 0) + 1;
      counts.set(String(label), count);
      out(`${label}: ${count}`);
    },
    countReset: (label = 'default') => void counts.delete(String(label)),
    time: (label = 'default') => void timers.set(String(label), nowMs()),
    timeLog: (label = 'default', ...values) => told(String(label), ...values),
    timeEnd(label = 'default') {
      told(String(label));
      timers.delete(String(label));
    },
    clear() {},
  };
}
