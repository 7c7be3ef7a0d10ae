/**
 * Membership by KIP-848: the coordinator assigns, and one request says all: ConsumerGroupHeartbeat.
 * An assignment is taken over step by step: what is not in it any more is given up and reported,
 * then what is new is taken and reported. A topic whose name is not known yet waits, and makes
 * nothing else move (KAFKA-16198).
 */
import type { Micros, Uuid } from '../../../../base/ids.ts';
import { msToMicros } from '../../../../base/time.ts';
import {
  type ConsumerGroupHeartbeatResponse,
  consumerGroupHeartbeatApi,
} from '../../../protocol/apis/68-consumer-group-heartbeat.ts';
import { errorCode, isRetriable } from '../../../protocol/errors.ts';
import { ClientError } from '../../errors.ts';
import { notTimed } from '../../wake-timer.ts';
import { isCoordinatorError } from '../coordinator-errors.ts';
import { comparePartitions, type TopicPartition } from '../topic-partition.ts';
import type {
  MemberIdentity,
  MemberSettings,
  Membership,
  MemberWorld,
  TopicSelection,
} from './membership.ts';
import { Vigil } from './vigil.ts';

const leaveEpoch = -1;
/** A static member that will be back (KIP-345). */
const leaveForNowEpoch = -2;

interface OwnedPartition extends TopicPartition {
  readonly topicId: Uuid;
}

type AssignedTopics = readonly { readonly topicId: Uuid; readonly partitions: readonly number[] }[];

/** `out`: the next heartbeat joins. */
type Phase = 'out' | 'in' | 'leaving' | 'failed';

export class ConsumerMembership implements Membership {
  readonly #settings: MemberSettings;
  readonly #serverAssignor: string | null;
  readonly #world: MemberWorld;
  readonly #vigil: Vigil;
  #phase: Phase = 'out';
  #memberId: string;
  #epoch = 0;
  #owned: readonly OwnedPartition[] = [];
  /** The last assignment; null: none yet in this life as a member. */
  #target: AssignedTopics | null = null;
  #selection: TopicSelection | null = null;
  /** Nothing of what the coordinator was told counts: it is told all again. */
  #tellAll = true;
  #toldSelection: TopicSelection | null = null;
  #toldOwned: readonly OwnedPartition[] | null = null;
  /** The assignment is taken over. */
  #settled = false;
  #listener: object | null = null;
  #intervalUs: Micros;
  #heartbeatAtUs: Micros = 0;
  #out: object | null = null;
  #failures = 0;
  #retryAtUs: Micros = 0;
  #whenGone: (() => void)[] = [];
  #advancing = false;
  #again = false;

  constructor(settings: MemberSettings, serverAssignor: string | null, world: MemberWorld) {
    this.#settings = settings;
    this.#serverAssignor = serverAssignor;
    this.#world = world;
    this.#vigil = new Vigil(settings, world.nowUs());
    this.#memberId = world.newMemberId();
    this.#intervalUs = settings.heartbeatIntervalUs;
  }

  get identity(): MemberIdentity {
    const { instanceId } = this.#settings;
    const epoch = this.#phase === 'in' ? this.#epoch : -1;
    return { memberId: this.#memberId, epoch, instanceId };
  }

  get owned(): readonly TopicPartition[] {
    return this.#owned.map(named);
  }

  subscribe(selection: TopicSelection | null): void {
    if (this.#phase === 'failed' || sameSelection(selection, this.#selection)) return;
    if (this.#selection === null) this.#vigil.polled(this.#world.nowUs());
    this.#selection = selection;
    this.#advance();
  }

  metadataChanged(): void {
    this.#advance();
  }

  polled(): void {
    this.#vigil.polled(this.#world.nowUs());
    this.#advance();
  }

  waits(isWaiting: boolean): void {
    this.#vigil.waits(isWaiting, this.#world.nowUs());
    this.#advance();
  }

  commitRefused({ memberId }: MemberIdentity, code: number): void {
    if (memberId !== this.#memberId || this.#phase !== 'in') return;
    if (code === errorCode.unknownMemberId || code === errorCode.fencedMemberEpoch) this.#fenced();
    this.#advance();
  }

  leave(done: () => void): void {
    this.#whenGone.push(done);
    this.#selection = null;
    this.#advance();
  }

  wake(): void {
    this.#advance();
  }

  /** Takes all steps that are due; what a step's listeners ask for in between comes after it. */
  #advance(): void {
    this.#again = true;
    if (this.#advancing) return;
    this.#advancing = true;
    while (this.#again) {
      this.#again = false;
      this.#step();
    }
    this.#advancing = false;
  }

  #step(): void {
    const nowUs = this.#world.nowUs();
    if (this.#phase === 'in' && nowUs >= this.#vigil.pollDeadlineUs) this.#pollExpired();
    if (nowUs >= this.#sessionEndUs) {
      this.#world.coordinatorLost();
      this.#fenced();
    }
    if (this.#listener === null) this.#proceed();
    const dueUs = this.#heartbeatDueUs;
    if (nowUs >= dueUs) this.#heartbeat(nowUs);
    const wakeUs = Math.min(
      this.#phase === 'in' ? this.#vigil.pollDeadlineUs : notTimed,
      this.#sessionEndUs,
      nowUs >= dueUs ? notTimed : dueUs,
    );
    if (wakeUs > nowUs && wakeUs !== notTimed) this.#world.wakeAt(wakeUs);
  }

  get #sessionEndUs(): Micros {
    return this.#phase === 'in' ? this.#vigil.sessionEndUs : notTimed;
  }

  /** At once where the coordinator does not know all yet. */
  get #heartbeatDueUs(): Micros {
    if (this.#out !== null || this.#selection === null) return notTimed;
    if (this.#phase === 'out' && !this.#vigil.pollExpired) return this.#retryAtUs;
    if (this.#phase !== 'in') return notTimed;
    const hasNews =
      this.#tellAll || this.#toldSelection !== this.#selection || this.#toldOwned !== this.#owned;
    return hasNews ? this.#retryAtUs : Math.max(this.#heartbeatAtUs, this.#retryAtUs);
  }

  #proceed(): void {
    if (this.#phase === 'failed') this.#gone();
    else if (this.#selection !== null) this.#reconcile();
    else if (this.#owned.length > 0) this.#giveUp(this.#owned);
    else if (this.#phase === 'in' || this.#out !== null) this.#depart();
    else if (this.#phase === 'out') this.#gone();
  }

  /** One step towards the assignment: first to give up, then to take. */
  #reconcile(): void {
    if (this.#target === null || this.#settled) return;
    const assigned: OwnedPartition[] = [];
    const stillAssigned = new Set<string>();
    let waiting = false;
    for (const { topicId, partitions } of this.#target) {
      const topic = this.#nameOf(topicId);
      if (topic === null) waiting = true;
      for (const partition of partitions) {
        stillAssigned.add(`${topicId}:${partition}`);
        if (topic !== null) assigned.push({ topicId, topic, partition });
      }
    }
    const { rules } = this.#settings;
    const revoked = this.#owned.filter((each) => {
      const state = { stillAssigned: stillAssigned.has(idKeyOf(each)) };
      return waiting ? rules.revokesWhileWaitingForMetadata(state) : !state.stillAssigned;
    });
    if (revoked.length > 0) {
      this.#giveUp(revoked);
      return;
    }
    const mine = new Set(this.#owned.map(idKeyOf));
    const added = assigned.filter((each) => !mine.has(idKeyOf(each)));
    if (added.length > 0) this.#take(added);
    else this.#settled = !waiting;
  }

  /** What is owned keeps the name under which it was taken. */
  #nameOf(topicId: Uuid): string | null {
    const owned = this.#owned.find((each) => each.topicId === topicId);
    return owned?.topic ?? this.#world.topicName(topicId);
  }

  #giveUp(partitions: readonly OwnedPartition[]): void {
    this.#listen(
      (done) => this.#world.revoke(partitions.map(named), done),
      () => {
        const given = new Set(partitions.map(idKeyOf));
        this.#owned = this.#owned.filter((each) => !given.has(idKeyOf(each)));
      },
    );
  }

  #take(added: readonly OwnedPartition[]): void {
    this.#owned = [...this.#owned, ...added].sort(comparePartitions);
    this.#listen(
      (done) => this.#world.assign(added.map(named), done),
      () => {},
    );
  }

  #listen(ask: (done: () => void) => void, then: () => void): void {
    const listener = {};
    this.#listener = listener;
    ask(() => {
      if (this.#listener !== listener) return;
      this.#listener = null;
      then();
      this.#advance();
    });
  }

  #heartbeat(nowUs: Micros): void {
    const selection = this.#selection as TopicSelection;
    const joins = this.#phase === 'out';
    const all = joins || this.#tellAll;
    const { groupId, instanceId, rack, maxPollIntervalUs, requestTimeoutUs, sessionTimeoutUs } =
      this.#settings;
    const owned = this.#owned;
    const tellTopics = all || this.#toldSelection !== selection;
    const body = {
      groupId,
      memberId: this.#memberId,
      memberEpoch: this.#epoch,
      instanceId,
      rackId: all ? rack : null,
      rebalanceTimeoutMs: all ? maxPollIntervalUs / 1000 : -1,
      subscribedTopicNames: tellTopics ? selection.topics : null,
      subscribedTopicRegex: tellTopics ? (selection.pattern ?? (joins ? null : '')) : null,
      serverAssignor: all ? this.#serverAssignor : null,
      topicPartitions: all || owned !== this.#toldOwned ? grouped(owned) : null,
    };
    const out = {};
    this.#out = out;
    const timeoutUs = Math.min(requestTimeoutUs, Math.floor(sessionTimeoutUs / 3));
    this.#world.send(consumerGroupHeartbeatApi, body, { timeoutUs }, (response, failure) => {
      // What the coordinator knows is unclear until it has answered.
      if (this.#out !== out) return;
      this.#out = null;
      if (failure === 'unsupported-version') {
        this.#fail('the coordinator has no groups of KIP-848', errorCode.unsupportedVersion);
      } else if (response === null || response.errorCode !== errorCode.none) {
        this.#refused(response?.errorCode ?? errorCode.networkException);
      } else {
        this.#tellAll = false;
        this.#toldSelection = selection;
        this.#toldOwned = owned;
        this.#answered(response, joins, nowUs);
      }
      this.#advance();
    });
  }

  #answered(response: ConsumerGroupHeartbeatResponse, joined: boolean, sentUs: Micros): void {
    const nowUs = this.#world.nowUs();
    this.#failures = 0;
    this.#retryAtUs = 0;
    this.#phase = 'in';
    this.#memberId = response.memberId ?? this.#memberId;
    this.#epoch = response.memberEpoch;
    if (response.heartbeatIntervalMs > 0) {
      this.#intervalUs = msToMicros(response.heartbeatIntervalMs);
    }
    this.#heartbeatAtUs = sentUs + this.#intervalUs;
    if (joined) this.#vigil.begins(sentUs);
    this.#vigil.heard(sentUs, nowUs);
    if (response.assignment !== null) {
      this.#target = response.assignment.topicPartitions;
      this.#settled = false;
    }
  }

  #refused(code: number): void {
    switch (code) {
      case errorCode.fencedMemberEpoch:
      case errorCode.unknownMemberId:
        this.#fenced();
        // One that is refused as it joins has nothing new to say so soon.
        if (this.#failures++ > 0) this.#pause();
        return;
      case errorCode.unreleasedInstanceId:
        // A former life of this member: its session ends some time.
        this.#pause();
        return;
      default:
        this.#tellAll = true;
        if (isCoordinatorError(code)) this.#world.coordinatorLost();
        if (isCoordinatorError(code) || isRetriable(code)) this.#pause();
        else this.#fail('the group refuses this member', code);
    }
  }

  #pause(): void {
    this.#failures++;
    this.#retryAtUs = this.#world.nowUs() + this.#world.backoffUs(this.#failures);
  }

  /** The coordinator has given its partitions away, or may have: it loses all and joins anew. */
  #fenced(): void {
    this.#lose();
    this.#epoch = this.#settings.rules.epochAfterFencing(this.#epoch);
  }

  #lose(): void {
    const lost = this.#owned;
    this.#owned = [];
    this.#target = null;
    this.#listener = null;
    this.#out = null;
    this.#tellAll = true;
    if (this.#phase === 'in') this.#phase = 'out';
    if (lost.length > 0) this.#world.lose(lost.map(named));
  }

  #fail(what: string, code: number): void {
    this.#lose();
    this.#phase = 'failed';
    this.#world.fail(new ClientError('broker', what, 'failed', code));
  }

  #pollExpired(): void {
    this.#vigil.expirePoll();
    this.#sendLeave(() => {});
    this.#lose();
    this.#epoch = 0;
  }

  #depart(): void {
    this.#phase = 'leaving';
    this.#out = null;
    this.#sendLeave(() => {
      this.#phase = 'out';
      this.#advance();
    });
  }

  #gone(): void {
    this.#target = null;
    this.#epoch = 0;
    this.#tellAll = true;
    const callbacks = this.#whenGone;
    this.#whenGone = [];
    for (const callback of callbacks) callback();
  }

  #sendLeave(then: () => void): void {
    const { groupId, instanceId, requestTimeoutUs } = this.#settings;
    const memberEpoch = instanceId === null ? leaveEpoch : leaveForNowEpoch;
    const body = { groupId, memberId: this.#memberId, memberEpoch, instanceId };
    const options = { timeoutUs: requestTimeoutUs };
    this.#world.send(consumerGroupHeartbeatApi, body, options, then);
  }
}

function sameSelection(a: TopicSelection | null, b: TopicSelection | null): boolean {
  if (a === null || b === null) return a === b;
  return a.pattern === b.pattern && a.topics.join() === b.topics.join();
}

const named = ({ topic, partition }: OwnedPartition): TopicPartition => ({ topic, partition });

const idKeyOf = ({ topicId, partition }: OwnedPartition): string => `${topicId}:${partition}`;

function grouped(owned: readonly OwnedPartition[]): { topicId: Uuid; partitions: number[] }[] {
  const topics = new Map<Uuid, number[]>();
  for (const { topicId, partition } of owned) {
    const known = topics.get(topicId);
    if (known === undefined) topics.set(topicId, [partition]);
    else known.push(partition);
  }
  return [...topics].map(([topicId, partitions]) => ({ topicId, partitions }));
}
