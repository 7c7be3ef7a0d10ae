import type { Micros } from '../../base/ids.ts';
import { microsPerMs } from '../../base/time.ts';
import type { Send } from '../history/history.ts';
import type { Place } from './version-order.ts';

/** `t=12.408 s`: virtual time since the trial began. */
export const at = (us: Micros): string => `t=${(us / microsPerMs / 1000).toFixed(3)} s`;

/** One line about a send, for evidence. Lines of evidence that have a time begin with it. */
export function describeSend(send: Send): string {
  const sent = `${at(send.invokedUs)}  p${send.producer} sent value ${send.value}`;
  if (send.outcome === 'ok') {
    const where = send.offset < 0 ? '' : ` as ${send.partition} offset ${send.offset}`;
    return `${sent}, acknowledged at ${at(send.completedUs)}${where}`;
  }
  return `${sent}: ${send.outcome}${send.error === null ? '' : ` (${send.error})`}`;
}

export const describePlace = (place: Place): string =>
  `${at(place.atUs)}  it was read at ${place.partition} offset ${place.offset}`;
