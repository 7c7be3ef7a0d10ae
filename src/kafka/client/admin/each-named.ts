import { errorCode, isRetriable } from '../../protocol/errors.ts';
import { ClientError, type Outcome } from '../errors.ts';
import type { AdminCall } from './admin-call.ts';

/** What the brokers answered for one of the things that a call is about. */
export interface NamedResult {
  readonly name: string | null;
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

/**
 * Asks until each thing is done. `doneBefore` is the error that a repeated request gets when an
 * earlier one, whose answer was lost, was carried out.
 */
export async function eachNamed<T extends { readonly name: string }>(
  call: AdminCall,
  things: readonly T[],
  what: string,
  doneBefore: number,
  ask: (remaining: readonly T[]) => Promise<readonly NamedResult[] | null>,
): Promise<void> {
  let remaining = things;
  let firstError: ClientError | null = null;
  for (;;) {
    const wasMaybeDone = call.maybeDone;
    const results = (await ask(remaining)) ?? [];
    for (const { name, errorCode: code, errorMessage } of results) {
      const done = code === errorCode.none || (wasMaybeDone && code === doneBefore);
      if (!done && repeats(code)) {
        call.lastCode = code;
        call.doubt();
        continue;
      }
      remaining = remaining.filter((thing) => thing.name !== name);
      if (done) continue;
      const detail = errorMessage === null ? '' : `: ${errorMessage}`;
      firstError ??= new ClientError('broker', `${what} ${name}${detail}`, outcomeOf(code), code);
    }
    if (remaining.length === 0) break;
    await call.pause();
  }
  if (firstError !== null) throw firstError;
}

/** An unknown topic stays unknown, though Kafka counts the error among those that may pass. */
function repeats(code: number): boolean {
  return isRetriable(code) && code !== errorCode.unknownTopicOrPartition;
}

/** What threw on its way may have come far. */
const outcomeOf = (code: number): Outcome =>
  code === errorCode.unknownServerError ? 'unknown' : 'failed';
