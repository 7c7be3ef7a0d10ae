import { describe, expect, it } from 'vitest';
import { traceLine } from '../../src/report/trace.ts';
import { type TraceRecord, traceRecordSchema } from '../../src/trial/trace/record.ts';

const place = { event: 12, atUs: 1_500_001, machine: 'b1' };
const rpc = { ...place, is: 'rpc', peer: 'b2:9092', api: 'Fetch', version: 17 } as const;

const lines: readonly (readonly [TraceRecord, string])[] = [
  [{ ...place, is: 'event', kind: 'timer', what: 'timer' }, 'timer'],
  [{ ...place, is: 'process', change: 'power loss' }, 'power loss'],
  [{ ...place, is: 'process', change: 'exit', detail: '1: disk' }, 'exit 1: disk'],
  [
    { ...place, is: 'disk', call: 'write', path: 'orders-0/0.log', position: 61, bytes: 80 },
    'write orders-0/0.log 80 bytes at 61',
  ],
  [{ ...place, is: 'disk', call: 'synced', path: '', error: 'EIO' }, 'synced /: EIO'],
  [{ ...place, is: 'disk', call: 'rename', path: 'a', to: 'b' }, 'rename a to b'],
  [
    { ...rpc, step: 'asked', correlationId: 4, errors: [], failure: null },
    'asks b2:9092 Fetch v17 #4',
  ],
  [
    { ...rpc, step: 'heard', correlationId: 4, errors: ['FENCED_LEADER_EPOCH'], failure: null },
    'is answered by b2:9092 Fetch v17 #4: FENCED_LEADER_EPOCH',
  ],
  [
    { ...rpc, step: 'failed', correlationId: 5, errors: [], failure: 'timeout' },
    'gets no answer from b2:9092 Fetch v17 #5: timeout',
  ],
  [
    { ...place, is: 'observation', observation: { kind: 'log-deleted', node: 2 } },
    'node 2: log-deleted, ',
  ],
  [
    {
      ...place,
      is: 'fault',
      step: 'strikes',
      id: 0,
      kind: 'crash',
      target: 'controller',
      machines: ['b2'],
      durationMs: 300,
    },
    'fault strikes: crash on controller (b2) for 300 ms',
  ],
  [{ ...place, is: 'log', level: 'warn', message: 'it is late' }, 'warn: it is late'],
  [{ ...place, is: 'note', label: 'process ended', detail: 'b1' }, 'process ended: b1'],
];

describe('a record of a trace', () => {
  it('is a line with event, virtual seconds, machine and what happened', () => {
    for (const [record, words] of lines)
      expect(traceLine(record)).toBe(`12\t1.500001\tb1\t${words}`);
  });

  it('is what the schema says, and nothing else', () => {
    for (const [record] of lines) expect(traceRecordSchema.parse(record)).toEqual(record);
    const [timer] = lines[0]!;
    expect(traceRecordSchema.safeParse({ ...timer, more: 1 }).success).toBe(false);
    expect(traceRecordSchema.safeParse({ ...timer, kind: 'wish' }).success).toBe(false);
  });
});
