/**
 * Who wants to hear which partitions of a topic this broker leads: coordinators keep the state of
 * the partitions that they lead. Each change is told once, in the order in which roles change, in
 * the event in which the replica takes its role; a listener does what takes time in later events.
 */
import type { LeaderEpoch } from '../../base/ids.ts';
import type { Partition } from './partition.ts';

export interface LeadershipListener {
  /** This broker leads the partition in a new epoch; also where it led it in the one before. */
  gained(index: number, leaderEpoch: LeaderEpoch): void;
  /** It leads it no more: another does, nobody does, or the replica goes away. */
  lost(index: number): void;
}

export class Leaderships {
  readonly #listeners = new Map<string, LeadershipListener[]>();

  subscribe(topic: string, listener: LeadershipListener): void {
    const listeners = this.#listeners.get(topic);
    if (listeners === undefined) this.#listeners.set(topic, [listener]);
    else listeners.push(listener);
  }

  gained({ topic, index, leaderEpoch }: Partition): void {
    for (const one of this.#listeners.get(topic) ?? []) one.gained(index, leaderEpoch);
  }

  lost({ topic, index }: Partition): void {
    for (const one of this.#listeners.get(topic) ?? []) one.lost(index);
  }
}
