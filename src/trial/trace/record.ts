/**
 * A trace as records: one JSON value a line, the first says which version this is. What is added
 * later, a field or a sort of record, leaves the version as it is; what changes its meaning or goes
 * raises it.
 */
import * as z from 'zod';
import { diskErrorCodes } from '../../host/disk.ts';
import { diskCalls, eventKindNames, processChanges, type TraceEntry } from '../../sim/trace.ts';
import { faultKindNames } from '../faults/registry.ts';

export const traceVersion = 1;

export const traceHeaderSchema = z.strictObject({
  is: z.literal('trace'),
  version: z.literal(traceVersion),
  scenario: z.string(),
  seed: z.string(),
});

export type TraceHeader = z.output<typeof traceHeaderSchema>;

/** Where in the trial it happened. */
const place = {
  /** Number of the kernel's event in which it happened, from 1. */
  event: z.int().min(0),
  /** Virtual microseconds since the trial began. */
  atUs: z.int().min(0),
  /** The machine it concerns; empty for the world itself. */
  machine: z.string(),
};

const count = z.int().min(0);

/** An event of the kernel begins: a timer fires, bytes arrive, a disk answers. */
const eventSchema = z.strictObject({
  ...place,
  is: z.literal('event'),
  kind: z.enum(eventKindNames),
  what: z.string(),
});

/** A machine's process starts, ends, or stands still. */
const processSchema = z.strictObject({
  ...place,
  is: z.literal('process'),
  change: z.enum(processChanges),
  detail: z.string().optional(),
});

/** A process uses its disk. `sync` is asked for, `synced` answered, in a later event. */
const diskSchema = z.strictObject({
  ...place,
  is: z.literal('disk'),
  call: z.enum(diskCalls),
  path: z.string(),
  position: count.optional(),
  bytes: count.optional(),
  to: z.string().optional(),
  error: z.enum(diskErrorCodes).optional(),
});

/** A request, from either side of its connection. */
const rpcSchema = z.strictObject({
  ...place,
  is: z.literal('rpc'),
  step: z.enum(['asked', 'received', 'answered', 'heard', 'failed']),
  /** The other end, `host:port`. */
  peer: z.string(),
  api: z.string(),
  version: count,
  correlationId: count,
  /** Names of the error codes in the answer, each once. */
  errors: z.array(z.string()),
  /** Why no answer will come; null otherwise. */
  failure: z
    .enum(['refused', 'connect-timeout', 'disconnected', 'timeout', 'malformed', 'closed'])
    .nullable(),
});

/** The cluster shows something: leaders, followers, votes, high watermarks, appends. */
const observationSchema = z.strictObject({
  ...place,
  is: z.literal('observation'),
  observation: z.looseObject({ kind: z.string(), node: z.int() }),
});

const faultSchema = z.strictObject({
  ...place,
  is: z.literal('fault'),
  step: z.enum(['strikes', 'ends', 'withheld']),
  /** Its place in the plan. */
  id: count,
  kind: z.enum(faultKindNames),
  target: z.string(),
  machines: z.array(z.string()).optional(),
  durationMs: count.optional(),
  withheld: z.string().optional(),
});

/** A process says something to its operator. */
const logSchema = z.strictObject({
  ...place,
  is: z.literal('log'),
  level: z.enum(['debug', 'info', 'warn', 'error']),
  message: z.string(),
});

/** The trial itself has noted something. */
const noteSchema = z.strictObject({
  ...place,
  is: z.literal('note'),
  label: z.string(),
  detail: z.string(),
});

export const traceRecordSchema = z.discriminatedUnion('is', [
  eventSchema,
  processSchema,
  diskSchema,
  rpcSchema,
  observationSchema,
  faultSchema,
  logSchema,
  noteSchema,
]);

export type TraceRecord = z.output<typeof traceRecordSchema>;
export type TraceSort = TraceRecord['is'];

/** Sorts of record, with what each is about. */
export const traceSorts: Readonly<Record<TraceSort, string>> = {
  event: 'an event of the kernel begins: a timer, bytes that arrive, a disk that answers',
  process: 'a machine starts, loses or freezes its process',
  disk: 'a process reads, writes or syncs a file',
  rpc: 'a request or answer, from either side of its connection',
  observation: 'the cluster shows a leader, a follower, a vote, a high watermark, an append',
  fault: 'a fault strikes, ends, or is withheld',
  log: 'a process says something to its operator',
  note: 'the trial has noted something',
};

export function recordOf(entry: TraceEntry): TraceRecord {
  const { time: atUs, event, machine, ...fact } = entry;
  const told = fact.is === 'told' ? fact.about : fact;
  return { event, atUs, machine, ...told } as TraceRecord;
}
