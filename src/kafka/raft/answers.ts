/** Answers, which all carry the epoch and leader as this replica knows them. */
import type { Offset } from '../../base/ids.ts';
import { errorCode } from '../protocol/errors.ts';
import type { RaftCore } from './core.ts';
import type { EpochEnd, FetchResponse, RaftRequest, RaftResponse } from './messages.ts';
import { noRecords } from './messages.ts';

/** An answer that says no more than the error. */
export function errorAnswer(core: RaftCore, kind: RaftRequest['kind'], code: number): RaftResponse {
  const { epoch, leaderId } = core;
  if (kind === 'fetch') return fetchAnswer(core, code);
  if (kind === 'vote') return { kind, errorCode: code, epoch, leaderId, granted: false };
  return { kind, errorCode: code, epoch, leaderId };
}

export function voteAnswer(core: RaftCore, granted: boolean): RaftResponse {
  return {
    kind: 'vote',
    errorCode: errorCode.none,
    epoch: core.epoch,
    leaderId: core.leaderId,
    granted,
  };
}

export function fetchAnswer(
  core: RaftCore,
  code: number,
  highWatermark: Offset = -1,
  diverging: EpochEnd | null = null,
  records: Uint8Array = noRecords,
): FetchResponse {
  return {
    kind: 'fetch',
    errorCode: code,
    epoch: core.epoch,
    leaderId: core.leaderId,
    highWatermark,
    logStartOffset: core.log.startOffset,
    diverging,
    records,
  };
}
