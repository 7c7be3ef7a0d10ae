/** Records of a trace in words, one line each. */
import type { TraceRecord } from '../trial/trace/record.ts';
import { observationInWords } from '../trial/words.ts';

/** Event, virtual seconds, machine and what happened, with tabs between them. */
export function traceLine(record: TraceRecord): string {
  const { event, atUs, machine } = record;
  return `${event}\t${(atUs / 1_000_000).toFixed(6)}\t${machine}\t${traceInWords(record)}`;
}

export function traceInWords(record: TraceRecord): string {
  switch (record.is) {
    case 'event':
      return record.what;
    case 'process':
      return record.detail === undefined ? record.change : `${record.change} ${record.detail}`;
    case 'disk':
      return diskInWords(record);
    case 'rpc':
      return rpcInWords(record);
    case 'observation':
      return observationInWords(record.observation);
    case 'fault':
      return faultInWords(record);
    case 'log':
      return `${record.level}: ${record.message}`;
    case 'note':
      return `${record.label}: ${record.detail}`;
  }
}

type Of<Is extends TraceRecord['is']> = Extract<TraceRecord, { is: Is }>;

function diskInWords({ call, path, position, bytes, to, error }: Of<'disk'>): string {
  const size = bytes === undefined ? '' : ` ${bytes} bytes`;
  const where = position === undefined ? '' : ` at ${position}`;
  const target = to === undefined ? '' : ` to ${to}`;
  const failure = error === undefined ? '' : `: ${error}`;
  return `${call} ${path === '' ? '/' : path}${size}${where}${target}${failure}`;
}

/** `asks b2:9092 Fetch v17 #12`, `answers … : NOT_LEADER_OR_FOLLOWER`. */
function rpcInWords(record: Of<'rpc'>): string {
  const { step, peer, api, version, correlationId, errors, failure } = record;
  const verb = verbs[step];
  const outcome = failure ?? errors.join(', ');
  const told = outcome === '' ? '' : `: ${outcome}`;
  return `${verb} ${peer} ${api} v${version} #${correlationId}${told}`;
}

const verbs = {
  asked: 'asks',
  received: 'is asked by',
  answered: 'answers',
  heard: 'is answered by',
  failed: 'gets no answer from',
} as const;

function faultInWords({ step, kind, target, machines, durationMs, withheld }: Of<'fault'>): string {
  const whom = machines === undefined ? '' : ` (${machines.join(', ')})`;
  const howLong = durationMs === undefined ? '' : ` for ${durationMs} ms`;
  const why = withheld === undefined ? '' : `: ${withheld}`;
  return `fault ${step}: ${kind} on ${target}${whom}${howLong}${why}`;
}
