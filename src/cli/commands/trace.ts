/** `ordeal trace`: the records of a trace in words, as many of them as are wanted. */
import { traceLine } from '../../report/trace.ts';
import { type TraceRecord, type TraceSort, traceSorts } from '../../trial/trace/record.ts';
import { exitCode, UsageError } from '../exit.ts';
import { readTraceFile } from '../trace-file.ts';

export interface TraceFlags {
  readonly only?: string;
  readonly machine?: string;
  readonly from?: string;
  readonly to?: string;
}

type Wanted = (record: TraceRecord) => boolean;

/** Prints and returns the exit code. Throws a UsageError. */
export async function trace(file: string, flags: TraceFlags): Promise<number> {
  const isWanted = wanted(flags);
  let waiting: string[] = [];
  for await (const record of readTraceFile(file)) {
    if (!isWanted(record)) continue;
    if (waiting.push(traceLine(record)) < 1000) continue;
    await say(waiting);
    waiting = [];
  }
  await say(waiting);
  return exitCode.ok;
}

/** Waits until whoever reads has room; it may have gone. */
async function say(lines: readonly string[]): Promise<void> {
  const { stdout } = process;
  if (lines.length === 0 || stdout.destroyed || stdout.write(`${lines.join('\n')}\n`)) return;
  await new Promise<void>((resolve) => {
    for (const event of ['drain', 'close']) stdout.once(event, () => resolve());
  });
}

function wanted({ only, machine, from, to }: TraceFlags): Wanted {
  const sorts = only === undefined ? null : only.split(',').map(sortOf);
  const [fromUs, toUs] = [timeOf(from, '--from', 0), timeOf(to, '--to', Number.POSITIVE_INFINITY)];
  return (record) =>
    (sorts === null || sorts.includes(record.is)) &&
    (machine === undefined || record.machine === machine || isAbout(record, machine)) &&
    record.atUs >= fromUs &&
    record.atUs <= toUs;
}

/** A fault concerns the machines that it strikes. */
const isAbout = (record: TraceRecord, machine: string): boolean =>
  record.is === 'fault' && record.machines?.includes(machine) === true;

function sortOf(text: string): TraceSort {
  if (Object.hasOwn(traceSorts, text)) return text as TraceSort;
  const known = Object.keys(traceSorts).join(', ');
  throw new UsageError(`--only: "${text}" is no sort of record: one of ${known}`);
}

function timeOf(text: string | undefined, flag: string, otherwise: number): number {
  if (text === undefined) return otherwise;
  if (!/^\d{1,6}(\.\d{1,6})?$/.test(text))
    throw new UsageError(`${flag}: "${text}" is no time: give virtual seconds, such as 12.4`);
  return Number(text) * 1_000_000;
}
