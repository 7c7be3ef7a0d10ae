/**
 * A member of a consumer group as a well-behaved client is one: it tells what changed, takes over
 * what it is assigned (gives up first, says so, then takes), and joins anew when it is fenced.
 */
import type {
  HeartbeatAnswer,
  HeartbeatRequest,
  Partitions,
} from '../../../../src/kafka/group/consumer/contract.ts';
import { errorCode } from '../../../../src/kafka/protocol/errors.ts';
import type { Lab } from './lab.ts';

export interface ProcessOptions {
  readonly instanceId?: string | null;
  readonly topics?: readonly string[];
  readonly regex?: string | null;
  readonly assignor?: string | null;
  readonly memberId?: string;
  readonly rebalanceTimeoutMs?: number;
}

export class Process {
  readonly name: string;
  readonly #lab: Lab;
  memberId: string;
  instanceId: string | null;
  topics: readonly string[];
  regex: string | null;
  assignor: string | null;
  rebalanceTimeoutMs: number;
  epoch = 0;
  /** As `t:0`. */
  owned = new Set<string>();
  target: Partitions | null = null;
  /** Does not give up what it is to, as a consumer in a long callback does not. */
  holdsOn = false;
  #toldOwned = '';
  #tellsAll = true;
  /** A request is under way. */
  isAsking = false;
  /** Counts its lives as a member: what an earlier one asked is none of its business. */
  life = 0;

  constructor(lab: Lab, name: string, options: ProcessOptions = {}) {
    this.#lab = lab;
    this.name = name;
    this.memberId = options.memberId ?? name;
    this.instanceId = options.instanceId ?? null;
    this.topics = options.topics ?? ['t'];
    this.regex = options.regex ?? null;
    this.assignor = options.assignor ?? null;
    this.rebalanceTimeoutMs = options.rebalanceTimeoutMs ?? 60_000;
  }

  /** The partitions it owns, in order. */
  get ownedNames(): readonly string[] {
    return [...this.owned].sort();
  }

  heartbeat(
    answered: (answer: HeartbeatAnswer) => void = () => {},
    isLost = false,
    changed: Partial<HeartbeatRequest> = {},
  ): void {
    this.isAsking = true;
    const request = { ...this.request(), ...changed };
    this.#toldOwned = this.ownedNames.join();
    this.#tellsAll = false;
    const { life } = this;
    const respond = this.#lab.asked((answer: HeartbeatAnswer) => {
      if (life !== this.life) return;
      this.isAsking = false;
      if (isLost) this.#tellsAll = true;
      else this.#hear(answer);
      answered(answer);
    });
    this.#lab.step({ kind: 'heartbeat', request, respond });
  }

  leave(answered: (answer: HeartbeatAnswer) => void = () => {}, memberEpoch = -1): void {
    const { instanceId, memberId } = this;
    this.forget();
    const respond = this.#lab.asked(answered);
    const request = { ...nothingNew, memberId, memberEpoch, instanceId, clientId: this.name };
    this.#lab.step({ kind: 'heartbeat', request, respond });
  }

  /** The process begins anew, or was fenced: it owns nothing, and will join. */
  forget(): void {
    this.life++;
    this.isAsking = false;
    this.epoch = 0;
    this.owned = new Set();
    this.target = null;
    this.#tellsAll = true;
  }

  request(): HeartbeatRequest {
    const all = this.epoch === 0 || this.#tellsAll;
    const isNews = this.ownedNames.join() !== this.#toldOwned;
    return {
      ...nothingNew,
      bringsId: this.memberId !== '',
      memberId: this.memberId,
      memberEpoch: this.epoch,
      clientId: this.name,
      instanceId: this.instanceId,
      rebalanceTimeoutMs: all ? this.rebalanceTimeoutMs : -1,
      topics: all ? this.topics : null,
      regex: all ? (this.regex ?? '') : null,
      serverAssignor: all ? this.assignor : null,
      owned: all || isNews ? this.#ownedById() : null,
    };
  }

  /** It will tell of its changed subscription. */
  subscribe(topics: readonly string[], regex: string | null = null): void {
    this.topics = topics;
    this.regex = regex;
    this.#tellsAll = true;
  }

  #hear({ assignment, errorCode: code, memberEpoch, memberId }: HeartbeatAnswer): void {
    if (code === errorCode.fencedMemberEpoch || code === errorCode.unknownMemberId) this.forget();
    if (code !== errorCode.none || memberId === null) {
      this.#tellsAll = true;
      return;
    }
    this.memberId = memberId;
    this.epoch = memberEpoch;
    if (assignment !== null) this.target = assignment;
    if (!this.holdsOn) this.takeOver();
  }

  /** One step: what is to go goes, and only when nothing was left to give up new ones are taken. */
  takeOver(): void {
    if (this.target === null) return;
    const wanted = new Set<string>();
    for (const [topicId, partitions] of this.target) {
      for (const partition of partitions) wanted.add(`${topicId}/${partition}`);
    }
    const kept = [...this.owned].filter((each) => wanted.has(each));
    this.owned = kept.length < this.owned.size ? new Set(kept) : wanted;
  }

  #ownedById(): Partitions {
    const all = new Map<string, number[]>();
    for (const each of this.ownedNames) {
      const [topicId = '', partition] = each.split('/');
      all.set(topicId, [...(all.get(topicId) ?? []), Number(partition)]);
    }
    return all as unknown as Partitions;
  }
}

const nothingNew: Omit<HeartbeatRequest, 'memberId' | 'memberEpoch' | 'clientId'> = {
  bringsId: true,
  instanceId: null,
  rackId: null,
  rebalanceTimeoutMs: -1,
  topics: null,
  regex: null,
  serverAssignor: null,
  owned: null,
  clientHost: '/10.0.0.1',
};
