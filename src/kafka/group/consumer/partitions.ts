/** Sets of partitions by topic id: what is in both, in one alone, in either. */
import type { Uuid } from '../../../base/ids.ts';
import type { Epoch, Held, Partitions } from './contract.ts';

type MutableHeld = Map<Uuid, Map<number, Epoch>>;

export const noPartitions: Partitions = new Map();
export const nothingHeld: Held = new Map();

/** One name for a partition of a topic. */
export const keyOf = (topicId: Uuid, partition: number): string => `${topicId}:${partition}`;

export function* each(held: Held): Generator<readonly [Uuid, number, Epoch]> {
  for (const [topicId, partitions] of held) {
    for (const [partition, epoch] of partitions) yield [topicId, partition, epoch];
  }
}

export const sizeOf = (held: Held): number => {
  let size = 0;
  for (const partitions of held.values()) size += partitions.size;
  return size;
};

export const epochIn = (held: Held, topicId: Uuid, partition: number): Epoch | null =>
  held.get(topicId)?.get(partition) ?? null;

/** All of `held` that `wanted` keeps; topics without any are left out. */
export function pick(
  held: Held,
  wanted: (topicId: Uuid, partition: number) => boolean,
): MutableHeld {
  const picked: MutableHeld = new Map();
  for (const [topicId, partition, epoch] of each(held)) {
    if (wanted(topicId, partition)) put(picked, topicId, partition, epoch);
  }
  return picked;
}

export function put(into: MutableHeld, topicId: Uuid, partition: number, epoch: Epoch): void {
  const partitions = into.get(topicId);
  if (partitions === undefined) into.set(topicId, new Map([[partition, epoch]]));
  else partitions.set(partition, epoch);
}

/** In `held` and not in `other`. */
export const except = (held: Held, other: Held): Held =>
  other.size === 0
    ? held
    : pick(held, (topicId, partition) => epochIn(other, topicId, partition) === null);

export function merged(first: Held, second: Held): Held {
  if (first.size === 0) return second;
  if (second.size === 0) return first;
  const all = pick(first, () => true);
  for (const [topicId, partition, epoch] of each(second)) put(all, topicId, partition, epoch);
  return all;
}

/** Each of `partitions` is in `held`. */
export function isWithin(partitions: Partitions, held: Held): boolean {
  for (const [topicId, indexes] of partitions) {
    const known = held.get(topicId);
    if (indexes.some((index) => known?.has(index) !== true)) return false;
  }
  return true;
}

/** One of `partitions` is in `held`. */
export function hasAny(partitions: Partitions, held: Held): boolean {
  for (const [topicId, indexes] of partitions) {
    const known = held.get(topicId);
    if (known !== undefined && indexes.some((index) => known.has(index))) return true;
  }
  return false;
}

export function partitionsOf(held: Held): Partitions {
  const all = new Map<Uuid, readonly number[]>();
  for (const [topicId, partitions] of held) all.set(topicId, ascending([...partitions.keys()]));
  return all;
}

export const ascending = (numbers: number[]): number[] => numbers.sort((a, b) => a - b);

export function samePartitions(one: Partitions, other: Partitions): boolean {
  if (one.size !== other.size) return false;
  for (const [topicId, indexes] of one) {
    const others = other.get(topicId);
    if (others?.length !== indexes.length) return false;
    if (indexes.some((index, at) => others[at] !== index)) return false;
  }
  return true;
}

/** The same partitions, whenever they were given. */
export function sameHeld(one: Held, other: Held): boolean {
  if (one.size !== other.size) return false;
  for (const [topicId, partitions] of one) {
    const others = other.get(topicId);
    if (others?.size !== partitions.size) return false;
    for (const partition of partitions.keys()) if (!others.has(partition)) return false;
  }
  return true;
}
