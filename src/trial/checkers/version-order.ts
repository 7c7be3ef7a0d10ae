/**
 * Which value stands at which offset of a partition, as readers saw it. Built once from the whole
 * history and shared by the checkers of the client's side; time and memory are linear in the
 * history.
 */
import type { Micros, Offset } from '../../base/ids.ts';
import { atRisk } from '../../base/mark.ts';
import type { History, Poll } from '../history/history.ts';
import { consistentRead } from '../properties/clients.ts';

export interface SeenRecord {
  readonly value: number;
  readonly consumer: number;
  readonly atUs: Micros;
}

export interface PartitionOrder {
  readonly partition: string;
  /** The first read of each offset. */
  readonly byOffset: Map<Offset, SeenRecord>;
  /** Largest offset that anyone read; −1 if none. */
  highestRead: Offset;
}

/** A place where a value was read. */
export interface Place {
  readonly partition: string;
  readonly offset: Offset;
  readonly atUs: Micros;
}

/** A later read that saw another value at an offset than the first one did. */
export interface Conflict {
  readonly partition: string;
  readonly offset: Offset;
  readonly first: SeenRecord;
  readonly later: SeenRecord;
}

export interface VersionOrder {
  readonly partitions: ReadonlyMap<string, PartitionOrder>;
  /** The first place of each value that was read, by value. */
  readonly placeOf: readonly (Place | undefined)[];
  /** Values read at a second place, once for each further place. */
  readonly furtherPlaces: readonly { readonly value: number; readonly place: Place }[];
  readonly conflicts: readonly Conflict[];
}

export function versionOrder(history: History): VersionOrder {
  const partitions = new Map<string, PartitionOrder>();
  const placeOf: (Place | undefined)[] = new Array(history.sends.length);
  const furtherPlaces: { value: number; place: Place }[] = [];
  const conflicts: Conflict[] = [];

  const see = (order: PartitionOrder, poll: Poll, offset: Offset, value: number): void => {
    const known = order.byOffset.get(offset);
    if (known !== undefined) atRisk(consistentRead);
    if (known !== undefined && known.value === value) return;
    const seen = { value, consumer: poll.consumer, atUs: poll.atUs };
    if (known === undefined) order.byOffset.set(offset, seen);
    else conflicts.push({ partition: poll.partition, offset, first: known, later: seen });
    if (offset > order.highestRead) order.highestRead = offset;
    const place = { partition: poll.partition, offset, atUs: poll.atUs };
    if (placeOf[value] === undefined) placeOf[value] = place;
    else if (!samePlace(placeOf[value], place)) furtherPlaces.push({ value, place });
  };

  for (const poll of history.polls) {
    let order = partitions.get(poll.partition);
    if (order === undefined) {
      order = { partition: poll.partition, byOffset: new Map(), highestRead: -1 };
      partitions.set(poll.partition, order);
    }
    for (let i = 0; i < poll.offsets.length; i++) {
      see(order, poll, poll.offsets[i]!, poll.values[i]!);
    }
  }
  return { partitions, placeOf, furtherPlaces, conflicts };
}

function samePlace(a: Place, b: Place): boolean {
  return a.offset === b.offset && a.partition === b.partition;
}
