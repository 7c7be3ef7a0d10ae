/**
 * Who asked whom what, and what came of it: told to whoever listens, from both sides of each
 * connection. Nobody listens outside a traced or counted trial; then a request costs a comparison.
 * Listening changes nothing.
 */
import { errorCode, errorName } from '../protocol/errors.ts';
import type { RpcFailure } from './contract.ts';

/**
 * `asked`: handed to a channel, which may still wait for its connection. `received`: its turn has
 * come on the server. `answered`: the answer is written; also where the API has none, for acks=0.
 * `heard`: the answer has arrived. `failed`: none will.
 */
export type RpcStep = 'asked' | 'received' | 'answered' | 'heard' | 'failed';

export interface RpcEvent {
  readonly step: RpcStep;
  /** On which machine, and the other end of its connection. */
  readonly machine: string;
  readonly peer: string;
  readonly api: string;
  readonly version: number;
  /** Counted anew by each channel. */
  readonly correlationId: number;
  /** Names of the error codes in the answer, each once, without NONE. */
  readonly errors: readonly string[];
  readonly failure: RpcFailure | null;
}

export type OnRpc = (event: RpcEvent) => void;

let listener: OnRpc | null = null;

/** Has everything told from now on; returns what ends it. */
export function listenToRpc(onRpc: OnRpc): () => void {
  listener = onRpc;
  return () => {
    if (listener === onRpc) listener = null;
  };
}

/** One end of an exchange, as both sides know it. */
interface Exchange {
  readonly api: { readonly name: string };
  readonly version: number;
  readonly correlationId: number;
}

interface End {
  readonly machine: string;
  readonly peer: string;
}

/** `answer`: its body, searched for error codes only where somebody listens. */
export function tell(
  step: RpcStep,
  end: End,
  exchange: Exchange,
  answer: unknown = null,
  failure: RpcFailure | null = null,
): void {
  if (listener === null) return;
  const { machine, peer } = end;
  const { api, version, correlationId } = exchange;
  const errors = errorsIn(answer);
  listener({ step, machine, peer, api: api.name, version, correlationId, errors, failure });
}

/** All error codes of an answer, wherever its API has them, by name. */
function errorsIn(answer: unknown): readonly string[] {
  if (answer === null) return [];
  const found = new Set<number>();
  collect(answer, found);
  return [...found].sort((a, b) => a - b).map(errorName);
}

function collect(value: unknown, found: Set<number>): void {
  if (Array.isArray(value)) {
    for (const element of value) collect(element, found);
  } else if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)) {
    for (const [name, field] of Object.entries(value)) {
      if (name === 'errorCode' && field !== errorCode.none) found.add(field as number);
      else if (typeof field === 'object') collect(field, found);
    }
  }
}
