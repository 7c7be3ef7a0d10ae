import type { Micros } from '../../base/ids.ts';
import { microsPerMs } from '../../base/time.ts';
import type { Send } from '../history/history.ts';
import type { Place } from './version-order.ts';

/** `t=12.408 s`: virtual time since the trial began. */
export const at = (us: Micros): string => `t=${(us / microsPerMs / 1000).toFixed(3)} s`;

/** One line about a send, for evidence. */
export function describeSend(send: Send): string {
  const sent = `value ${send.value}: sent by p${send.producer} at ${at(send.invokedUs)}`;
  if (send.outcome === 'ok') {
    const where = send.offset < 0 ? '' : ` as ${send.partition} offset ${send.offset}`;
    return `${sent}, acknowledged at ${at(send.completedUs)}${where}`;
  }
  return `${sent}, ${send.outcome}${send.error === null ? '' : ` (${send.error})`}`;
}

export const describePlace = (place: Place): string =>
  `read at ${place.partition} offset ${place.offset}, ${at(place.atUs)}`;
