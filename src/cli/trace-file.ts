import { closeSync, openSync, writeSync } from 'node:fs';
import type { TraceEntry, TraceSink } from '../sim/trace.ts';
import { problemOf } from './problem.ts';

export interface TraceFile extends TraceSink {
  /** Why some of it is not in the file; null where all is. Twice is the same as once. */
  close(): string | null;
}

/** Event, virtual seconds, machine and what happened, with tabs between them. */
export function traceLine({ event, time, machine, what }: TraceEntry): string {
  return `${event}\t${(time / 1_000_000).toFixed(6)}\t${machine}\t${what}`;
}

/**
 * Writes every entry as a line. Throws what the file system throws when it is opened; what goes
 * wrong later is told at the end, for a trial does not depend on who watches it.
 */
export function openTraceFile(path: string): TraceFile {
  const handle = openSync(path, 'w');
  const waiting: string[] = [];
  let problem: string | null = null;
  let open = true;
  const attempt = (act: () => void): void => {
    try {
      if (problem === null) act();
    } catch (error) {
      problem = `--trace: ${path}: ${problemOf(error)}`;
    }
  };
  const flush = (): void => {
    const lines = waiting.splice(0);
    if (lines.length > 0) attempt(() => writeAll(handle, `${lines.join('\n')}\n`));
  };
  return {
    write(entry) {
      if (waiting.push(traceLine(entry)) >= 1000) flush();
    },
    close() {
      if (!open) return problem;
      open = false;
      flush();
      attempt(() => closeSync(handle));
      return problem;
    },
  };
}

/** A write to a disk that fills up, or to a pipe, may take less than it was given. */
function writeAll(handle: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let done = 0; done < bytes.length; ) done += writeSync(handle, bytes, done);
}
