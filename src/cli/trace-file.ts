/** The file of a trace: JSON records, one a line, behind a header; written, and read again. */
import { closeSync, createReadStream, openSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { TraceSink } from '../sim/trace.ts';
import { explain } from '../trial/scenario/scenario.ts';
import {
  recordOf,
  type TraceHeader,
  type TraceRecord,
  traceHeaderSchema,
  traceRecordSchema,
} from '../trial/trace/record.ts';
import { UsageError } from './exit.ts';
import { problemOf } from './problem.ts';

export interface TraceFile extends TraceSink {
  /** Why some of it is not in the file; null where all is. Twice is the same as once. */
  close(): string | null;
}

/**
 * Writes every entry as a line. Throws what the file system throws when it is opened; what goes
 * wrong later is told at the end, for a trial does not depend on who watches it.
 */
export function openTraceFile(path: string, header: TraceHeader): TraceFile {
  const handle = openSync(path, 'w');
  const waiting: string[] = [JSON.stringify(header)];
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
      if (waiting.push(JSON.stringify(recordOf(entry))) >= 1000) flush();
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

/** The records of a file, in their order. Throws a UsageError that names file and line. */
export async function* readTraceFile(path: string): AsyncGenerator<TraceRecord> {
  const input = createReadStream(path, 'utf8');
  let number = 0;
  try {
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      number++;
      const schema = number === 1 ? traceHeaderSchema : traceRecordSchema;
      const value = parsed(line, `${path}: line ${number}`);
      const result = schema.safeParse(value);
      if (!result.success)
        throw new UsageError(`${path}: line ${number}: ${explain(result.error, value)}`);
      if (result.data.is !== 'trace') yield result.data;
    }
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${path}: ${(error as Error).message}`);
  } finally {
    input.destroy();
  }
  if (number === 0) throw new UsageError(`${path}: is empty, and no trace`);
}

function parsed(line: string, where: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new UsageError(`${where}: not JSON: ${(error as Error).message}`);
  }
}
