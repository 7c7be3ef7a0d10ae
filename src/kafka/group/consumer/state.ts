/**
 * A consumer group as its records have it, whatever order compaction left them in. A draft of it
 * takes further records without touching it: a step works on a draft, and what it put there is what
 * it appends.
 *
 * Invariant: `holders` has, for each partition that a member was given and has not let go, that
 * member.
 */
import type { Uuid } from '../../../base/ids.ts';
import type {
  ConsumerRecord,
  CurrentAssignment,
  Epoch,
  Partitions,
  ResolvedRegex,
  Subscription,
} from './contract.ts';
import { Layered } from './layered.ts';
import { each, keyOf, nothingHeld } from './partitions.ts';
import type { ConsumerRules } from './rules.ts';

export const awayEpoch: Epoch = -2;

const joining: CurrentAssignment = {
  epoch: 0,
  previousEpoch: -1,
  state: 'stable',
  assigned: nothingHeld,
  revoking: nothingHeld,
};

export class GroupState {
  readonly rules: ConsumerRules;
  readonly subscriptions: Layered<string, Subscription>;
  readonly currents: Layered<string, CurrentAssignment>;
  readonly targets: Layered<string, Partitions>;
  readonly regexes: Layered<string, ResolvedRegex>;
  /** Instance id of a static member to its member id. */
  readonly statics: Layered<string, string>;
  readonly holders: Layered<string, string>;
  epoch: Epoch = 0;
  metadataHash = 0;
  assignmentEpoch: Epoch = 0;
  hasEpoch = false;
  hasOldMetadata = false;
  hasAssignmentEpoch = false;

  constructor(rules: ConsumerRules, below: GroupState | null = null) {
    this.rules = rules;
    this.subscriptions = new Layered(below?.subscriptions);
    this.currents = new Layered(below?.currents);
    this.targets = new Layered(below?.targets);
    this.regexes = new Layered(below?.regexes);
    this.statics = new Layered(below?.statics);
    this.holders = new Layered(below?.holders);
    if (below === null) return;
    this.epoch = below.epoch;
    this.metadataHash = below.metadataHash;
    this.assignmentEpoch = below.assignmentEpoch;
    this.hasEpoch = below.hasEpoch;
    this.hasOldMetadata = below.hasOldMetadata;
    this.hasAssignmentEpoch = below.hasAssignmentEpoch;
  }

  draft(): Draft {
    return new Draft(this.rules, this);
  }

  get memberCount(): number {
    return this.subscriptions.size;
  }

  /** Nothing is kept of it. */
  get isGone(): boolean {
    const isBare = this.subscriptions.size === 0 && this.currents.size === 0;
    return isBare && !this.hasEpoch && this.targets.size === 0 && this.regexes.size === 0;
  }

  /** What a member has: nothing, in no epoch, of one that is not known to have anything. */
  currentOf(memberId: string): CurrentAssignment {
    return this.currents.get(memberId) ?? joining;
  }

  holderOf = (topicId: Uuid, partition: number): string | null =>
    this.holders.get(keyOf(topicId, partition)) ?? null;

  apply(record: ConsumerRecord): void {
    switch (record.kind) {
      case 'epoch':
        this.hasEpoch = record.value !== null;
        this.epoch = record.value?.epoch ?? 0;
        this.metadataHash = record.value?.metadataHash ?? 0;
        break;
      case 'old-metadata':
        this.hasOldMetadata = record.value !== null;
        break;
      case 'member':
        this.#setSubscription(record.memberId, record.value);
        break;
      case 'target-epoch':
        this.hasAssignmentEpoch = record.value !== null;
        this.assignmentEpoch = record.value ?? 0;
        break;
      case 'target':
        this.targets.put(record.memberId, record.value);
        break;
      case 'current':
        this.#setCurrent(record.memberId, record.value);
        break;
      case 'regex':
        this.regexes.put(record.regex, record.value);
        break;
    }
  }

  #setSubscription(memberId: string, value: Subscription | null): void {
    const before = this.subscriptions.get(memberId)?.instanceId ?? null;
    if (before !== null && this.statics.get(before) === memberId) this.statics.put(before, null);
    this.subscriptions.put(memberId, value);
    const instanceId = value?.instanceId ?? null;
    if (instanceId !== null) this.statics.put(instanceId, memberId);
  }

  #setCurrent(memberId: string, value: CurrentAssignment | null): void {
    const before = this.currentOf(memberId);
    const after = value ?? joining;
    for (const held of [after.assigned, after.revoking]) {
      for (const [topicId, partition] of each(held)) {
        this.holders.put(keyOf(topicId, partition), memberId);
      }
    }
    for (const [topicId, partition] of each(this.rules.released(before, after))) {
      const key = keyOf(topicId, partition);
      if (this.holders.get(key) === memberId) this.holders.put(key, null);
    }
    this.currents.put(memberId, value);
  }
}

/** What the running step makes of a group, and the records that say so. */
export class Draft extends GroupState {
  readonly records: ConsumerRecord[] = [];

  put(record: ConsumerRecord): void {
    this.records.push(record);
    this.apply(record);
  }
}
