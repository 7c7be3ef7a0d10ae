/**
 * The members of one classic group, with what is counted about them: who has joined the running
 * rebalance, who has yet to sync, how many support each protocol. Every question of a rebalance is
 * answered from the counts, so that a thousand joins cost a thousand steps. Members keep the order
 * in which they came.
 */
import { assert } from '../../../base/assert.ts';
import type { JoinAnswer, JoinRequest, Protocol, Respond, SyncAnswer } from './contract.ts';

export interface Member {
  readonly memberId: string;
  readonly instanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  rebalanceTimeoutMs: number;
  sessionTimeoutMs: number;
  /** By preference; a name is there once. */
  protocols: readonly Protocol[];
  assignment: Uint8Array;
  /** Its first join is not answered yet: it knows no id by which it could heartbeat. */
  isNew: boolean;
  /** Waits for the end of the rebalance. Set by `Members` alone, which counts. */
  readonly join: Respond<JoinAnswer> | null;
  /** Waits for the leader's assignment. */
  sync: Respond<SyncAnswer> | null;
}

type Joinable = { -readonly [K in keyof Member]: Member[K] };

export const noBytes = new Uint8Array(0);

export function newMember(memberId: string, request: JoinRequest): Member {
  return {
    memberId,
    instanceId: request.instanceId,
    clientId: request.clientId,
    clientHost: request.clientHost,
    rebalanceTimeoutMs: request.rebalanceTimeoutMs,
    sessionTimeoutMs: request.sessionTimeoutMs,
    protocols: keptProtocols(request.protocols),
    assignment: noBytes,
    isNew: true,
    join: null,
    sync: null,
  };
}

/** The protocols of a request, out of its frame. */
export function keptProtocols(protocols: readonly Protocol[]): readonly Protocol[] {
  const byName = new Map<string, Protocol>();
  for (const { name, metadata } of protocols) {
    if (!byName.has(name)) byName.set(name, { name, metadata: metadata.slice() });
  }
  return [...byName.values()];
}

export class Members {
  readonly #byId = new Map<string, Member>();
  /** Instance id of a static member to its member id. */
  readonly #static = new Map<string, string>();
  /** Ids that were made and told, and have not joined yet (KIP-394). */
  readonly pending = new Set<string>();
  /** Members that have not synced in this generation. */
  readonly unsynced = new Set<string>();
  readonly #supporters = new Map<string, number>();
  #joined = 0;

  get size(): number {
    return this.#byId.size;
  }

  /** How many wait for the end of the rebalance. */
  get joined(): number {
    return this.#joined;
  }

  get(memberId: string): Member | undefined {
    return this.#byId.get(memberId);
  }

  has(memberId: string): boolean {
    return this.#byId.has(memberId);
  }

  staticId(instanceId: string): string | null {
    return this.#static.get(instanceId) ?? null;
  }

  values(): IterableIterator<Member> {
    return this.#byId.values();
  }

  add(member: Member): void {
    assert(!this.#byId.has(member.memberId), 'a member is added once');
    this.#byId.set(member.memberId, member);
    if (member.instanceId !== null) this.#static.set(member.instanceId, member.memberId);
    if (member.join !== null) this.#joined++;
    this.pending.delete(member.memberId);
    this.#count(member, 1);
  }

  remove(member: Member): void {
    if (!this.#byId.delete(member.memberId)) return;
    const { instanceId } = member;
    if (instanceId !== null && this.#static.get(instanceId) === member.memberId)
      this.#static.delete(instanceId);
    if (member.join !== null) this.#joined--;
    this.unsynced.delete(member.memberId);
    this.#count(member, -1);
  }

  /** The same member under another id; it keeps its place among those who have yet to sync. */
  rename(member: Member, memberId: string): Member {
    const wasUnsynced = this.unsynced.has(member.memberId);
    this.remove(member);
    const renamed = { ...member, memberId, isNew: false };
    this.add(renamed);
    if (wasUnsynced) this.unsynced.add(memberId);
    return renamed;
  }

  update(
    member: Member,
    protocols: readonly Protocol[],
    timeouts: Pick<Member, 'rebalanceTimeoutMs' | 'sessionTimeoutMs'>,
  ): void {
    this.#count(member, -1);
    member.protocols = protocols;
    this.#count(member, 1);
    member.rebalanceTimeoutMs = timeouts.rebalanceTimeoutMs;
    member.sessionTimeoutMs = timeouts.sessionTimeoutMs;
  }

  /** Lets a member wait, or not any more; gives who waited before. */
  setJoin(member: Member, respond: Respond<JoinAnswer> | null): Respond<JoinAnswer> | null {
    const before = member.join;
    this.#joined += Number(respond !== null) - Number(before !== null);
    (member as Joinable).join = respond;
    return before;
  }

  /** Whether one of these protocols is supported by every member. */
  supportOneOf(names: readonly Protocol[]): boolean {
    return names.some(({ name }) => (this.#supporters.get(name) ?? 0) === this.size);
  }

  /** Each member votes for the first of its protocols that all support; the most votes win. */
  chosenProtocol(): string {
    const votes = new Map<string, number>();
    for (const { protocols } of this.values()) {
      const vote = protocols.find(({ name }) => this.#supporters.get(name) === this.size);
      assert(vote !== undefined, 'members of a group have a protocol in common');
      votes.set(vote.name, (votes.get(vote.name) ?? 0) + 1);
    }
    let chosen = '';
    let most = 0;
    for (const [name, count] of votes) {
      if (count > most) [chosen, most] = [name, count];
    }
    return chosen;
  }

  maxRebalanceTimeoutMs(): number {
    let most = 0;
    for (const { rebalanceTimeoutMs } of this.values()) most = Math.max(most, rebalanceTimeoutMs);
    return most;
  }

  #count(member: Member, by: number): void {
    for (const { name } of member.protocols) {
      const count = (this.#supporters.get(name) ?? 0) + by;
      if (count === 0) this.#supporters.delete(name);
      else this.#supporters.set(name, count);
    }
  }
}

export function metadataOf(member: Member, protocol: string | null): Uint8Array {
  return member.protocols.find(({ name }) => name === protocol)?.metadata ?? noBytes;
}

export function hasSameProtocols(member: Member, protocols: readonly Protocol[]): boolean {
  const other = keptNames(protocols);
  return (
    other.length === member.protocols.length &&
    member.protocols.every(({ name, metadata }, i) => {
      const { name: otherName, metadata: otherMetadata } = other[i] as Protocol;
      return name === otherName && sameBytes(metadata, otherMetadata);
    })
  );
}

function keptNames(protocols: readonly Protocol[]): readonly Protocol[] {
  const seen = new Set<string>();
  return protocols.filter(({ name }) => !seen.has(name) && seen.add(name));
}

function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, i) => byte === right[i]);
}
