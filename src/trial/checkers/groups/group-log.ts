/**
 * What coordinators have shown of one group, as the newest record of each kind has it: records
 * count by their place in the log, whoever tells them and when. Beside that, when each member was
 * one.
 */
import type { Micros, Offset } from '../../../base/ids.ts';
import { isOf, type SeenOf } from '../../history/seen.ts';

/** Records of a coordinator's partition. */
export type KeptKind =
  | 'offset-committed'
  | 'group-generation'
  | 'group-epoch'
  | 'member-subscribed'
  | 'member-target'
  | 'member-assigned'
  | 'targets-set';

export type SeenKept = SeenOf<KeptKind>;

/** While it was a member, without a break. */
export interface Span {
  readonly fromUs: Micros;
  untilUs: Micros;
}

/** An offset that was told of, −1 where it was taken away, and its place in the log. */
export interface ToldOffset {
  readonly atUs: Micros;
  readonly at: Offset;
  readonly offset: Offset;
}

export class GroupLog {
  readonly group: string;
  coordinator: string;
  readonly offsets = new Map<string, SeenOf<'offset-committed'>>();
  /** Of each partition, all that was told of its offset, in time. */
  readonly #told = new Map<string, ToldOffset[]>();
  generation: SeenOf<'group-generation'> | null = null;
  /**
   * The generation is that of a group whose broker assigned until its last such member went: nobody
   * is in it, and its members are in the one before until they have joined.
   */
  isHandedDown = false;
  epoch: SeenOf<'group-epoch'> | null = null;
  targets: SeenOf<'targets-set'> | null = null;
  /** Of a group whose broker assigns. */
  readonly subscribed = new Map<string, SeenOf<'member-subscribed'>>();
  readonly assigned = new Map<string, SeenOf<'member-assigned'>>();
  readonly targetOf = new Map<string, SeenOf<'member-target'>>();
  /** Also of those that are members no more. */
  readonly #described = new Map<string, SeenOf<'member-subscribed'>>();
  readonly #spans = new Map<string, Span[]>();
  #classic: readonly string[] = [];

  constructor(group: string, coordinator: string) {
    this.group = group;
    this.coordinator = coordinator;
  }

  /** The record of its key before this one; null where there was none. */
  before(seen: SeenKept): SeenKept | null {
    if (isOf(seen, 'offset-committed')) return this.offsets.get(seen.observation.partition) ?? null;
    if (isOf(seen, 'group-generation')) return this.generation;
    if (isOf(seen, 'group-epoch')) return this.epoch;
    if (isOf(seen, 'targets-set')) return this.targets;
    const { kind, memberId } = (seen as SeenOf<'member-target'>).observation;
    return this.#ofMembers(kind).get(memberId) ?? null;
  }

  /** Takes it in as the newest of its key. */
  take(seen: SeenKept): void {
    if (isOf(seen, 'offset-committed')) this.offsets.set(seen.observation.partition, seen);
    else if (isOf(seen, 'group-generation')) this.#setGeneration(seen);
    else if (isOf(seen, 'group-epoch')) this.epoch = seen;
    else if (isOf(seen, 'targets-set')) this.targets = seen;
    else this.#setOfMember(seen as SeenOf<'member-assigned'>);
  }

  /** Partitions of which an offset was ever told. */
  get partitions(): Iterable<string> {
    return this.#told.keys();
  }

  /** Whether a generation that comes now is handed down. */
  handsDown(): boolean {
    const ended = this.epoch?.observation.epoch === -1 ? this.epoch.observation.at : -1;
    return ended > (this.generation?.observation.at ?? -1);
  }

  /** Whether or not it is the newest. */
  tell({ atUs, observation: { at, offset, partition } }: SeenOf<'offset-committed'>): void {
    const told = this.#told.get(partition);
    if (told === undefined) this.#told.set(partition, [{ atUs, at, offset }]);
    else told.push({ atUs, at, offset });
  }

  /** What was told of a partition's offset from one moment to the other, both included. */
  between(partition: string, fromUs: Micros, toUs: Micros): ToldOffset[] {
    const told = this.#told.get(partition) ?? [];
    const found: ToldOffset[] = [];
    for (let i = firstFrom(told, fromUs); i < told.length && told[i]!.atUs <= toUs; i++)
      found.push(told[i]!);
    return found;
  }

  /** The offset that was committed last by then; −1: none. */
  inForce(partition: string, atUs: Micros): Offset {
    const told = this.#told.get(partition) ?? [];
    let newest: ToldOffset | null = null;
    for (let i = firstFrom(told, atUs + 1) - 1; i >= 0; i--) {
      const each = told[i]!;
      if (newest === null || each.at > newest.at) newest = each;
      // Places rise but for what a former coordinator tells late, or a new one again.
      if (each.at < newest.at) break;
    }
    return newest?.offset ?? -1;
  }

  /** Members by the newest records, of either protocol. */
  members(): string[] {
    return [...this.#spans].flatMap(([memberId, spans]) =>
      spans.at(-1)?.untilUs === never ? [memberId] : [],
    );
  }

  /** Whether it was a member all the time from one moment to the other. */
  wasMember(memberId: string, fromUs: Micros, toUs: Micros): boolean {
    const spans = this.#spans.get(memberId) ?? [];
    return spans.some((span) => span.fromUs <= fromUs && span.untilUs > toUs);
  }

  /** When it was put out that was a member then; infinite where it has not been. */
  putOutUs(memberId: string, sinceUs: Micros): Micros {
    const spans = this.#spans.get(memberId) ?? [];
    return spans.find(({ untilUs }) => untilUs > sinceUs)?.untilUs ?? never;
  }

  #ofMembers(kind: string): ReadonlyMap<string, SeenKept> {
    if (kind === 'member-subscribed') return this.#described;
    return kind === 'member-target' ? this.targetOf : this.assigned;
  }

  #setGeneration(seen: SeenOf<'group-generation'>): void {
    this.isHandedDown = this.handsDown();
    this.generation = seen;
    const { members } = seen.observation;
    const now = new Set(members);
    for (const memberId of this.#classic) if (!now.has(memberId)) this.#leaves(memberId, seen.atUs);
    for (const memberId of members) this.#comes(memberId, seen.atUs);
    this.#classic = members;
  }

  #setOfMember(
    seen: SeenOf<'member-assigned'> | SeenOf<'member-subscribed'> | SeenOf<'member-target'>,
  ): void {
    const { atUs, observation } = seen;
    const { memberId } = observation;
    if (isOf(seen, 'member-target')) this.targetOf.set(memberId, seen);
    else if (isOf(seen, 'member-subscribed')) {
      this.#described.set(memberId, seen);
      if (seen.observation.isMember) this.subscribed.set(memberId, seen);
      else this.#gone(memberId, atUs);
    } else if (isOf(seen, 'member-assigned')) {
      this.assigned.set(memberId, seen);
      if (seen.observation.epoch >= 0) this.#comes(memberId, atUs);
      else this.#leaves(memberId, atUs);
    }
  }

  #gone(memberId: string, atUs: Micros): void {
    this.subscribed.delete(memberId);
    this.#leaves(memberId, atUs);
  }

  #comes(memberId: string, atUs: Micros): void {
    const spans = this.#spans.get(memberId);
    const span = { fromUs: atUs, untilUs: never };
    const last = spans?.at(-1);
    if (spans === undefined || last === undefined) this.#spans.set(memberId, [span]);
    // In one batch a group becomes one of the other protocol: its members go on.
    else if (last.untilUs === atUs) last.untilUs = never;
    else if (last.untilUs < never) spans.push(span);
  }

  #leaves(memberId: string, atUs: Micros): void {
    const last = this.#spans.get(memberId)?.at(-1);
    if (last !== undefined && last.untilUs === never) last.untilUs = atUs;
  }
}

const never = Number.POSITIVE_INFINITY;

/** The first that was told no earlier. */
function firstFrom(told: readonly ToldOffset[], fromUs: Micros): number {
  let low = 0;
  let high = told.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (told[middle]!.atUs < fromUs) low = middle + 1;
    else high = middle;
  }
  return low;
}
