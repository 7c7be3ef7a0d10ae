import { closeSync, openSync, writeSync } from 'node:fs';
import type { TraceEntry, TraceSink } from '../sim/trace.ts';

export interface TraceFile extends TraceSink {
  close(): void;
}

/** Event, virtual seconds, machine and what happened, with tabs between them. */
export function traceLine({ event, time, machine, what }: TraceEntry): string {
  return `${event}\t${(time / 1_000_000).toFixed(6)}\t${machine}\t${what}`;
}

/** Writes every entry as a line. Throws what the file system throws. */
export function openTraceFile(path: string): TraceFile {
  const handle = openSync(path, 'w');
  const waiting: string[] = [];
  const flush = (): void => {
    if (waiting.length > 0) writeSync(handle, `${waiting.splice(0).join('\n')}\n`);
  };
  return {
    write(entry) {
      if (waiting.push(traceLine(entry)) >= 1000) flush();
    },
    close() {
      flush();
      closeSync(handle);
    },
  };
}
