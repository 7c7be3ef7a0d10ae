/**
 * What a follower does with the answer to a fetch: append, or cut back to where its log and the
 * leader's agree, and raise its high watermark as far as its own log reaches (KIP-595).
 */

import type { Micros } from '../../base/ids.ts';
import { mark } from '../../base/mark.ts';
import { errorCode } from '../protocol/errors.ts';
import type { RaftCore } from './core.ts';
import { truncationOffset } from './fetch-position.ts';
import type { EpochEnd, FetchResponse } from './messages.ts';
import type { Follower } from './roles.ts';

/** False where the answer was of no use, so that the next fetch backs off. */
export function takeFetch(core: RaftCore, response: FetchResponse, nowUs: Micros): boolean {
  const { role } = core;
  if (role.name !== 'follower' || response.errorCode !== errorCode.none) return false;
  if (response.diverging !== null) {
    if (!truncate(core, response.diverging)) return false;
  } else {
    if (response.records.length > 0) {
      if (!core.log.appendAsFollower(response.records, core.epoch)) return false;
      core.flush();
    }
    role.leaderHighWatermark = response.highWatermark;
    followHighWatermark(core, role);
  }
  role.hasFetched = true;
  role.fetchDeadlineUs = nowUs + core.timing.fetchTimeoutUs;
  return true;
}

/** Ours is the leader's, but never beyond what we hold. */
export function followHighWatermark(core: RaftCore, follower: Follower): void {
  const highWatermark = Math.min(follower.leaderHighWatermark, core.countedOffset);
  if (highWatermark <= core.highWatermark) return;
  core.highWatermark = highWatermark;
  core.emit({ kind: 'committed', highWatermark, epoch: core.epoch, isLeader: false });
}

function truncate(core: RaftCore, diverging: EpochEnd): boolean {
  const to = truncationOffset(core.log, diverging);
  if (!core.rules.mayTruncate(to, core.highWatermark)) {
    mark('metadata-cut-refused');
    const leader = `leader ${core.leaderId} of epoch ${core.epoch}`;
    const reason = `${leader} asks to truncate the metadata log to ${to}`;
    core.emit({
      kind: 'halt',
      reason: `${reason}, below the high watermark ${core.highWatermark}`,
    });
    return false;
  }
  mark('metadata-log-cut');
  core.log.truncateTo(to, core.highWatermark);
  core.durableOffset = Math.min(core.durableOffset, to);
  core.highWatermark = Math.min(core.highWatermark, to);
  core.flushCut();
  return true;
}
