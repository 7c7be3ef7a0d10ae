/**
 * Who has coordinated groups, and from when to when. One that was cut off and deposed does not know
 * it: until it lets go of its groups it answers from memory, as in Kafka.
 */
import type { LeaderEpoch, Micros, NodeId } from '../../../base/ids.ts';
import { isOf, type Seen } from '../../history/seen.ts';

interface Reign {
  readonly node: NodeId;
  readonly boot: number;
  readonly leaderEpoch: LeaderEpoch;
  /** When another began to coordinate; infinite where none has. */
  followedUs: Micros;
  /** When it let go of its groups, or its process ended; infinite while it lasts. */
  untilUs: Micros;
}

const never = Number.POSITIVE_INFINITY;

export class Coordinators {
  /** By the coordinators' partition, as they began. */
  readonly #reigns = new Map<string, Reign[]>();
  readonly #boots = new Map<NodeId, number>();

  observe(seen: Seen): void {
    const { atUs, boot, observation } = seen;
    const { node } = observation;
    if ((this.#boots.get(node) ?? 0) < boot) {
      this.#boots.set(node, boot);
      this.#end((reign) => reign.node === node && reign.boot < boot, atUs);
    }
    if (isOf(seen, 'groups-loaded')) {
      const { coordinator, leaderEpoch } = seen.observation;
      const reign = { node, boot, leaderEpoch, followedUs: never, untilUs: never };
      const known = this.#reigns.get(coordinator);
      if (known === undefined) this.#reigns.set(coordinator, [reign]);
      else {
        for (const former of known) if (former.followedUs > atUs) former.followedUs = atUs;
        known.push(reign);
      }
    } else if (isOf(seen, 'groups-unloaded')) {
      const { coordinator, leaderEpoch } = seen.observation;
      const isIt = (reign: Reign): boolean => reign.leaderEpoch === leaderEpoch;
      this.#end(isIt, atUs, this.#reigns.get(coordinator));
    }
  }

  /** Until when one may have answered that had been followed by another by `atUs`; 0: none. */
  formerUntilUs(coordinator: string, atUs: Micros): Micros {
    let untilUs = 0;
    for (const reign of this.#reigns.get(coordinator) ?? []) {
      if (reign.followedUs <= atUs) untilUs = Math.max(untilUs, reign.untilUs);
    }
    return untilUs;
  }

  #end(
    isEnded: (reign: Reign) => boolean,
    atUs: Micros,
    among: Iterable<Reign> = [...this.#reigns.values()].flat(),
  ): void {
    for (const reign of among) {
      if (isEnded(reign) && reign.untilUs > atUs) reign.untilUs = atUs;
    }
  }
}
