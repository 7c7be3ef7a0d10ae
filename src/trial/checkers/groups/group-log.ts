/**
 * What coordinators have shown of one group, as the newest record of each kind has it: records count
 * by their place in the log, whoever tells them and when. Beside that, when each member was one.
 */
import type { Micros } from '../../../base/ids.ts';
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

export class GroupLog {
  readonly group: string;
  coordinator: string;
  readonly offsets = new Map<string, SeenOf<'offset-committed'>>();
  generation: SeenOf<'group-generation'> | null = null;
  epoch: SeenOf<'group-epoch'> | null = null;
  targets: SeenOf<'targets-set'> | null = null;
  /** Of a group whose broker assigns. */
  readonly subscribed = new Map<string, SeenOf<'member-subscribed'>>();
  readonly assigned = new Map<string, SeenOf<'member-assigned'>>();
  readonly targetOf = new Map<string, SeenOf<'member-target'>>();
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
    if (kind === 'member-subscribed') return this.subscribed;
    return kind === 'member-target' ? this.targetOf : this.assigned;
  }

  #setGeneration(seen: SeenOf<'group-generation'>): void {
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
    if (spans === undefined) this.#spans.set(memberId, [span]);
    else if ((spans.at(-1)?.untilUs ?? 0) < never) spans.push(span);
  }

  #leaves(memberId: string, atUs: Micros): void {
    const last = this.#spans.get(memberId)?.at(-1);
    if (last !== undefined && last.untilUs === never) last.untilUs = atUs;
  }
}

const never = Number.POSITIVE_INFINITY;
