import type { Offset } from '../../../base/ids.ts';
import { type BatchFact, sameBatch } from '../replica-log.ts';
import type { StoredLog } from './storage.ts';

export interface WrongBytes {
  readonly offset: Offset;
  readonly problem: string;
  /** What was appended there, and what stands there; null for nothing. */
  readonly own: BatchFact | null;
  readonly found: BatchFact | null;
}

/**
 * The first place from `start` on in which the files of a log hold something else than `own`, what
 * was appended to it, up to `end`; null where there is none. `mayBe` lets other batches pass.
 */
export function wrongBytes(
  stored: StoredLog,
  own: readonly BatchFact[],
  { start, end }: { readonly start: Offset; readonly end: Offset },
  mayBe: (batch: BatchFact) => boolean = () => false,
): WrongBytes | null {
  const found = stored.batches.filter(({ lastOffset }) => lastOffset >= start);
  let i = own.findIndex(({ lastOffset }) => lastOffset >= start);
  if (i < 0) i = own.length;
  let next = Math.max(start, own[i]?.baseOffset ?? start);
  for (const batch of found) {
    const { baseOffset: offset, lastOffset } = batch;
    if (!batch.isSound) {
      return { offset, problem: 'its checksum is not that of its bytes', own: null, found: batch };
    }
    while (i < own.length && own[i]!.lastOffset < offset) i++;
    const expected = own[i] ?? null;
    const isGap = offset > next && (own[i - 1]?.lastOffset ?? next - 1) >= next;
    if (isGap) {
      const problem = `offsets ${next} to ${offset - 1} are missing`;
      return { offset: next, problem, own: own[i - 1] ?? null, found: batch };
    }
    const isOwn = expected !== null && sameBatch(expected, batch);
    if (!isOwn && !mayBe(batch)) {
      return { offset, problem: 'this was never appended here', own: expected, found: batch };
    }
    next = lastOffset + 1;
  }
  if (stored.brokenAt !== null) {
    const problem = `no whole batch stands at ${stored.brokenAt}`;
    return { offset: next, problem, own: own[i] ?? null, found: null };
  }
  if (found.length > 0 ? next === end : next >= end || i === own.length) return null;
  const problem = `they end at ${next}, the log at ${end}`;
  return { offset: Math.min(next, end), problem, own: own[i] ?? null, found: null };
}
