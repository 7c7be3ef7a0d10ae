/** Histories of one group, written line by line, and what its coordinators show of it. */
import type { GroupObservation, MemberShare } from '../../../src/kafka/observation.ts';
import { Judge } from '../../../src/trial/checkers/judge.ts';
import type { OwnershipChange, Stay } from '../../../src/trial/history/groups.ts';
import { History } from '../../../src/trial/history/history.ts';
import { appended, guarantees, propertiesOf } from './scenes.ts';

const group = 'billing';
const coordinator = '__consumer_offsets-1';

type Told = GroupObservation extends infer O
  ? O extends { at: number }
    ? Omit<O, 'node' | 'coordinator' | 'leaderEpoch' | 'at' | 'group' | 'found'>
    : never
  : never;

export const expiredAge = {
  nowMs: 10_000,
  retentionMs: 5_000,
  commitTimestamp: 1_000,
  expireTimestamp: -1,
  group: 'empty',
  emptySince: 2_000,
  isSubscribed: null,
} as const;

export const share = (
  memberId: string,
  assigned: readonly string[],
  others: Partial<MemberShare> = {},
): MemberShare => ({
  memberId,
  instanceId: null,
  sessionTimeoutMs: 10_000,
  rebalanceTimeoutMs: 10_000,
  topics: ['orders'],
  owned: [],
  ownedSince: -1,
  assigned,
  ...others,
});

export const parts = (...indexes: number[]): string[] => indexes.map((each) => `orders-${each}`);

export class GroupScene {
  readonly history = new History();
  readonly judge = new Judge([1, 2, 3], guarantees());
  leaderEpoch = 0;
  #nowUs = 0;
  #at = 0;

  get nowUs(): number {
    return this.#nowUs;
  }

  pass(ms: number): this {
    this.#nowUs += ms * 1000;
    return this;
  }

  /** A record that is replicated at the next place of the coordinators' partition. */
  told(told: Told, at = this.#at++): number {
    this.#observe({ ...told, at, group, found: false } as GroupObservation);
    return at;
  }

  /** The next coordinator finds these records at these places, and serves. */
  loads(found: readonly (readonly [at: number, told: Told])[]): this {
    this.leaderEpoch++;
    for (const [at, told] of found)
      this.#observe({ ...told, at, group, found: true } as GroupObservation);
    this.#observe({ kind: 'groups-loaded', end: this.#at, groups: 1 } as GroupObservation);
    return this;
  }

  offset(offset: number, by: { memberId?: string; generation?: number } = {}): number {
    return this.told(this.offsetTold(offset, by));
  }

  offsetTold(offset: number, { memberId = '', generation = -1 } = {}): Told {
    const partition = 'orders-0';
    return { kind: 'offset-committed', partition, offset, memberId, generation, removal: null };
  }

  generation(generation: number, protocol: string, ...shares: readonly MemberShare[]): number {
    const members = shares.map(({ memberId }) => memberId);
    return this.told({ kind: 'group-generation', generation, members, protocol, shares });
  }

  stay(by: string): Stay {
    return this.history.groups.begin(
      {
        group,
        by,
        protocol: 'classic',
        assignors: ['range'],
        instanceId: null,
        sessionTimeoutUs: 10_000_000,
        createdUs: this.#tick(),
      },
      { atUs: this.#nowUs, topics: ['orders'], pattern: null },
    );
  }

  owns(
    stay: Stay,
    memberId: string,
    does: OwnershipChange['does'] = 'assigned',
    partition = 'orders-0',
  ): void {
    const signature = { memberId, epoch: 1 };
    const partitions = [partition];
    this.history.groups.owns({ stay: stay.id, does, atUs: this.#tick(), signature, partitions });
  }

  begins(stay: Stay, committed: number | null): void {
    const position = committed ?? -1;
    const start = { stay: stay.id, atUs: this.#tick(), partition: 'orders-0' };
    this.history.groups.start({ ...start, committed, position });
  }

  /** Hands over records whose values are their offsets. */
  reads(stay: Stay, ...offsets: readonly number[]): void {
    this.history.poll({
      consumer: 1 + stay.id,
      stay: stay.id,
      session: 0,
      phase: 'workload',
      partition: 'orders-0',
      atUs: this.#tick(),
      offsets,
      values: offsets,
    });
  }

  /** A commit that is acknowledged; `isReplicated`: and that the coordinator shows. */
  commits(stay: Stay, offset: number, isReplicated = true): void {
    const { groups } = this.history;
    const offsets = [{ partition: 'orders-0', offset }];
    const signature = { memberId: 'a', epoch: 1 };
    const invokedUs = this.#tick();
    const commit = groups.invokeCommit({ stay: stay.id, invokedUs, signature, offsets });
    if (isReplicated) this.offset(offset);
    groups.complete(commit, 'ok', this.#tick());
  }

  /** So many records were acknowledged and stand on the only replica. */
  records(count: number): void {
    for (let offset = 0; offset < count; offset++) {
      const send = this.history.invokeSend({
        producer: 0,
        incarnation: 0,
        topic: 'orders',
        key: null,
        acks: 'all',
        invokedUs: this.#tick(),
      });
      this.history.acknowledge(send, this.#tick(), 'orders-0', offset);
      this.judge.observe(appended(1, offset, 0), this.#nowUs);
    }
  }

  /** Properties that are broken. */
  broken(): string[] {
    this.history.poll({
      consumer: 0,
      stay: null,
      session: 0,
      phase: 'final',
      partition: 'orders-0',
      atUs: this.#tick(),
      offsets: this.history.sends.map(({ offset }) => offset),
      values: this.history.sends.map(({ value }) => value),
    });
    return propertiesOf(this.judge.conclude(this.history, () => true, this.#tick()));
  }

  #tick(): number {
    this.#nowUs += 1000;
    return this.#nowUs;
  }

  #observe(observation: GroupObservation): void {
    const { leaderEpoch } = this;
    const node = 1 + (leaderEpoch % 3);
    const seen = { ...observation, node, coordinator, leaderEpoch } as GroupObservation;
    this.judge.observe(seen, this.#tick());
  }
}
