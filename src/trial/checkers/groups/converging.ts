/**
 * `group-converges`: when the cluster is whole again each partition that members of a group read
 * comes to have one owner, and the group has as many members as there are.
 *
 * The bound follows from the group's time-outs: who died is missed within a session, who has to
 * join again does so within a rebalance, a question that got lost is asked again after as long; all
 * of that may come twice, once more for a member that learns of new topics.
 */
import type { Micros } from '../../../base/ids.ts';
import { msToMicros, secondsToMicros } from '../../../base/time.ts';
import { type GroupHistory, type Stay, subscriptionOf } from '../../history/groups.ts';
import type { Beliefs } from './beliefs.ts';
import type { GroupLogs } from './group-logs.ts';

export interface GroupObstacle {
  readonly group: string;
  readonly obstacle: string;
}

/** The first thing that keeps a group from being at rest; null where there is none. */
export function obstacleToRest(
  history: GroupHistory,
  {
    beliefs,
    logs,
    partitionsOf,
  }: {
    readonly beliefs: Beliefs;
    readonly logs: GroupLogs;
    /** Of a topic of that name that is there now. */
    readonly partitionsOf: (topic: string) => readonly string[];
  },
): GroupObstacle | null {
  for (const [group, stays] of liveStays(history)) {
    const topics = new Set(stays.flatMap((stay) => [...(subscriptionOf(stay)?.topics ?? [])]));
    for (const topic of topics) {
      for (const partition of partitionsOf(topic)) {
        const owners = beliefs.of(group, partition).map(({ stay }) => stay.by);
        if (owners.length === 1) continue;
        const who = owners.length === 0 ? 'nobody' : owners.join(' and ');
        return { group, obstacle: `${partition} is owned by ${who}` };
      }
    }
    const members = logs.find(group)?.members().length ?? 0;
    const wanted = stays.length;
    if (members !== wanted && topics.size > 0)
      return { group, obstacle: `it has ${members} members, and ${wanted} consumers live` };
  }
  return null;
}

/** Members that live and read something, by group. */
function liveStays({ stays }: GroupHistory): ReadonlyMap<string, readonly Stay[]> {
  const live = new Map<string, Stay[]>();
  for (const stay of stays) {
    if (stay.ended !== null || subscriptionOf(stay) === null) continue;
    const known = live.get(stay.group);
    if (known === undefined) live.set(stay.group, [stay]);
    else known.push(stay);
  }
  return live;
}

/**
 * How long that may take: twice all time-outs and the time after which members look for new
 * partitions, and half a minute for the network.
 */
export function restWithinUs(
  history: GroupHistory,
  logs: GroupLogs,
  metadataMaxAgeMs: number,
): Micros {
  let sessionUs = 0;
  for (const { sessionTimeoutUs } of history.stays)
    sessionUs = Math.max(sessionUs, sessionTimeoutUs);
  let rebalanceMs = 0;
  for (const log of logs.all) {
    for (const { observation } of log.subscribed.values())
      rebalanceMs = Math.max(rebalanceMs, observation.rebalanceTimeoutMs);
    for (const { rebalanceTimeoutMs } of log.generation?.observation.shares ?? [])
      rebalanceMs = Math.max(rebalanceMs, rebalanceTimeoutMs);
  }
  const timeOutsUs = sessionUs + msToMicros(rebalanceMs + metadataMaxAgeMs);
  return 2 * timeOutsUs + secondsToMicros(30);
}
