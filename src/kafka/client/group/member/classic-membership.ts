/**
 * Membership by the classic protocol: join, sync, heartbeat, leave. Eager, it gives up all before
 * it joins; cooperative, it keeps what it owns, gives up what a generation takes from it, and joins
 * again. While a join waits at the coordinator a cooperative member goes on with heartbeats: what
 * it owns is its own only as long as it hears that its coordinator lives.
 */
import type { Micros } from '../../../../base/ids.ts';
import { type JoinGroupResponse, joinGroupApi } from '../../../protocol/apis/11-join-group.ts';
import { heartbeatApi } from '../../../protocol/apis/12-heartbeat.ts';
import { leaveGroupApi } from '../../../protocol/apis/13-leave-group.ts';
import { type SyncGroupResponse, syncGroupApi } from '../../../protocol/apis/14-sync-group.ts';
import { errorCode, isRetriable } from '../../../protocol/errors.ts';
import { MalformedError } from '../../../protocol/malformed.ts';
import { ClientError } from '../../errors.ts';
import { notTimed } from '../../wake-timer.ts';
import type { Assignor, RebalanceProtocol } from '../assign/assignor.ts';
import { decodeAssignment, encodeSubscription } from '../consumer-protocol.ts';
import { isCoordinatorError } from '../coordinator-errors.ts';
import {
  groupedByTopic,
  keyOf,
  sortedPartitions,
  type TopicPartition,
  ungrouped,
} from '../topic-partition.ts';
import { encodedAssignments, type Leadership, leadershipOf } from './leading.ts';
import type {
  MemberIdentity,
  MemberSettings,
  Membership,
  MemberWorld,
  SendFailure,
  TopicSelection,
} from './membership.ts';
import { Vigil } from './vigil.ts';

const protocolType = 'consumer';
/** A join is answered within the rebalance timeout; this much more is allowed for. */
const joinGraceUs: Micros = 5_000_000;

/** `out`: no request to join is under way. */
type Phase = 'out' | 'joining' | 'syncing' | 'stable' | 'leaving' | 'failed';

export class ClassicMembership implements Membership {
  readonly #settings: MemberSettings;
  readonly #assignors: readonly Assignor[];
  readonly #protocol: RebalanceProtocol;
  readonly #world: MemberWorld;
  readonly #vigil: Vigil;
  #phase: Phase = 'out';
  #memberId = '';
  #generation = -1;
  /** The generation whose assignment this member has got. */
  #assignedGeneration = -1;
  #owned: readonly TopicPartition[] = [];
  #topics: readonly string[] | null = null;
  #joinedTopics: readonly string[] = [];
  #rejoin = false;
  /** Rises when what is under way no longer counts. */
  #attempt = 0;
  /** A listener is at work; another object with each. */
  #listener: object | null = null;
  /** The leader's: waits for metadata of these. */
  #toAssign: { readonly leadership: Leadership; readonly untilUs: Micros } | null = null;
  /** The leader's: what its assignment was made for. */
  #assignedFor: ReadonlyMap<string, number> | null = null;
  #failures = 0;
  #retryAtUs: Micros = 0;
  #heartbeatAtUs: Micros = 0;
  #heartbeatOut = false;
  #whenGone: (() => void)[] = [];
  #advancing = false;
  #again = false;

  constructor(settings: MemberSettings, assignors: readonly Assignor[], world: MemberWorld) {
    this.#settings = settings;
    this.#assignors = assignors;
    const cooperative = assignors.every(({ protocol }) => protocol === 'cooperative');
    this.#protocol = cooperative ? 'cooperative' : 'eager';
    this.#world = world;
    this.#vigil = new Vigil(settings, world.nowUs());
  }

  get identity(): MemberIdentity {
    const { instanceId } = this.#settings;
    return { memberId: this.#memberId, epoch: this.#generation, instanceId };
  }

  get owned(): readonly TopicPartition[] {
    return this.#owned;
  }

  subscribe(selection: TopicSelection | null): void {
    const topics = selection === null ? null : [...selection.topics].sort();
    if (this.#phase === 'failed' || sameTopics(topics, this.#topics)) return;
    if (this.#topics === null) this.#vigil.polled(this.#world.nowUs());
    this.#topics = topics;
    if (this.#phase === 'stable') this.#rejoin = true;
    this.#advance();
  }

  metadataChanged(): void {
    const counts = this.#assignedFor;
    if (counts !== null && this.#phase === 'stable') {
      for (const [topic, count] of counts) {
        const known = this.#world.partitionCount(topic);
        if (known !== null && known !== count) this.#rejoin = true;
      }
    }
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

  commitRefused({ memberId, epoch }: MemberIdentity, code: number): void {
    if (memberId !== this.#memberId || epoch !== this.#generation) return;
    if (this.#phase === 'stable' && code === errorCode.rebalanceInProgress) this.#rejoin = true;
    else if (this.#phase === 'stable' || code === errorCode.unknownMemberId) this.#refused(code);
    this.#advance();
  }

  leave(done: () => void): void {
    this.#whenGone.push(done);
    this.#topics = null;
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
    if (this.#isIn && nowUs >= this.#vigil.pollDeadlineUs) this.#pollExpired();
    if (nowUs >= this.#sessionEndUs) {
      this.#world.coordinatorLost();
      this.#lose(true);
    }
    if (this.#toAssign !== null) this.#share(nowUs);
    const mayGoOn = !this.#vigil.pollExpired || this.#topics === null;
    if (this.#listener === null && mayGoOn) this.#proceed(nowUs);
    if (nowUs >= this.#heartbeatDueUs) this.#heartbeat(nowUs);
    const wakeUs = Math.min(
      this.#isIn ? this.#vigil.pollDeadlineUs : notTimed,
      this.#sessionEndUs,
      this.#heartbeatDueUs,
      this.#toAssign?.untilUs ?? notTimed,
      this.#phase === 'out' && this.#retryAtUs > nowUs ? this.#retryAtUs : notTimed,
    );
    if (wakeUs > nowUs && wakeUs !== notTimed) this.#world.wakeAt(wakeUs);
  }

  /** The group knows this member, or will. */
  get #isIn(): boolean {
    return this.#memberId !== '' || this.#phase === 'joining';
  }

  get #sessionEndUs(): Micros {
    const counts = this.#owned.length > 0 || this.#phase === 'syncing' || this.#phase === 'stable';
    return counts ? this.#vigil.sessionEndUs : notTimed;
  }

  get #heartbeatDueUs(): Micros {
    const inGeneration = this.#phase === 'syncing' || this.#phase === 'stable';
    const joins = this.#phase === 'joining' && this.#memberId !== '';
    const due =
      !this.#heartbeatOut &&
      !this.#vigil.pollExpired &&
      this.#phase !== 'leaving' &&
      (inGeneration || joins || this.#owned.length > 0);
    return due ? this.#heartbeatAtUs : notTimed;
  }

  /** What is next: to give up, to join, to leave. */
  #proceed(nowUs: Micros): void {
    if (this.#phase === 'failed') {
      this.#gone();
      return;
    }
    if (this.#topics === null) {
      if (this.#owned.length > 0) this.#giveUp(this.#owned);
      else if (this.#phase !== 'leaving') this.#depart();
      return;
    }
    if (this.#phase !== 'out' && !(this.#phase === 'stable' && this.#rejoin)) return;
    const topics = this.#topics;
    const toGiveUp =
      this.#protocol === 'eager'
        ? this.#owned
        : this.#owned.filter(({ topic }) => !topics.includes(topic));
    if (toGiveUp.length > 0) this.#giveUp(toGiveUp);
    else if (nowUs >= this.#retryAtUs) this.#join(nowUs, topics);
  }

  #giveUp(partitions: readonly TopicPartition[], then?: () => void): void {
    const listener = {};
    this.#listener = listener;
    this.#world.revoke(partitions, () => {
      if (this.#listener !== listener) return;
      this.#listener = null;
      const given = new Set(partitions.map(keyOf));
      this.#owned = this.#owned.filter((each) => !given.has(keyOf(each)));
      then?.();
      this.#advance();
    });
  }

  #take(added: readonly TopicPartition[]): void {
    this.#owned = sortedPartitions([...this.#owned, ...added]);
    const listener = {};
    this.#listener = listener;
    this.#world.assign(added, () => {
      if (this.#listener !== listener) return;
      this.#listener = null;
      this.#advance();
    });
  }

  #join(nowUs: Micros, topics: readonly string[]): void {
    this.#phase = 'joining';
    this.#rejoin = false;
    if (this.#owned.length === 0) {
      this.#heartbeatAtUs = nowUs + this.#settings.heartbeatIntervalUs;
    }
    this.#joinedTopics = topics;
    this.#assignedFor = null;
    const attempt = ++this.#attempt;
    const { groupId, instanceId, sessionTimeoutUs, maxPollIntervalUs } = this.#settings;
    const body = {
      groupId,
      sessionTimeoutMs: sessionTimeoutUs / 1000,
      rebalanceTimeoutMs: maxPollIntervalUs / 1000,
      memberId: this.#memberId,
      groupInstanceId: instanceId,
      protocolType,
      protocols: this.#assignors.map((assignor) => this.#protocolOf(assignor, topics)),
    };
    const timeoutUs = maxPollIntervalUs + joinGraceUs;
    const options = { timeoutUs, mayWait: true };
    this.#world.send(joinGroupApi, body, options, (response, failure) => {
      if (attempt !== this.#attempt) return;
      if (response === null) this.#unanswered(failure);
      else this.#joined(response, nowUs);
      this.#advance();
    });
  }

  #protocolOf(assignor: Assignor, topics: readonly string[]) {
    const generation = this.#settings.rules.claimedGeneration({
      joined: this.#generation,
      assigned: this.#assignedGeneration,
    });
    const claim = { owned: this.#owned, generation };
    const metadata = encodeSubscription({
      topics,
      userData: assignor.userData(claim),
      ownedPartitions: groupedByTopic(claim.owned),
      generation,
      rack: this.#settings.rack,
    });
    return { name: assignor.name, metadata };
  }

  #joined(response: JoinGroupResponse, sentUs: Micros): void {
    const code = response.errorCode;
    if (code === errorCode.memberIdRequired) {
      this.#memberId = response.memberId;
      this.#phase = 'out';
      return;
    }
    if (code !== errorCode.none) {
      this.#refused(code);
      return;
    }
    const nowUs = this.#world.nowUs();
    this.#memberId = response.memberId;
    this.#generation = response.generationId;
    this.#phase = 'syncing';
    this.#failures = 0;
    // With something to lose only what was heard on the way counts.
    if (this.#owned.length > 0) this.#vigil.heard(sentUs, nowUs);
    else this.#vigil.begins(nowUs);
    this.#heartbeatAtUs = nowUs + this.#settings.heartbeatIntervalUs;
    const { protocolName } = response;
    const assignor = this.#assignors.find(({ name }) => name === protocolName);
    if (assignor === undefined) {
      this.#fail(`the group has chosen an assignor that is not ours: ${protocolName}`, 0);
    } else if (response.leader === response.memberId && !response.skipAssignment) {
      const untilUs = nowUs + Math.floor(this.#settings.sessionTimeoutUs / 2);
      this.#toAssign = { leadership: leadershipOf(assignor, response), untilUs };
    } else {
      // A leader that came back shares nothing out, but watches over its topics (KIP-814).
      if (response.leader === response.memberId) {
        const { topics } = leadershipOf(assignor, response);
        this.#assignedFor = new Map(topics.map((each) => [each, this.#countOf(each)]));
      }
      this.#sync(assignor.name, []);
    }
  }

  #countOf(topic: string): number {
    return this.#world.partitionCount(topic) ?? 0;
  }

  /** Shares out once all topics are known; what is not known in time, nobody gets. */
  #share(nowUs: Micros): void {
    if (this.#toAssign === null) return;
    const { leadership, untilUs } = this.#toAssign;
    const counts = new Map<string, number>();
    let allKnown = true;
    for (const topic of leadership.topics) {
      const count = this.#world.partitionCount(topic);
      if (count === null) allKnown = false;
      counts.set(topic, count ?? 0);
    }
    if (!allKnown && nowUs < untilUs) return;
    this.#toAssign = null;
    this.#assignedFor = counts;
    const { rules } = this.#settings;
    this.#sync(leadership.assignor.name, encodedAssignments(leadership, counts, rules));
  }

  #sync(protocolName: string, assignments: { memberId: string; assignment: Uint8Array }[]): void {
    const attempt = this.#attempt;
    const sentUs = this.#world.nowUs();
    const { groupId, instanceId, maxPollIntervalUs } = this.#settings;
    const body = {
      groupId,
      generationId: this.#generation,
      memberId: this.#memberId,
      groupInstanceId: instanceId,
      protocolType,
      protocolName,
      assignments,
    };
    const options = { timeoutUs: maxPollIntervalUs + joinGraceUs, mayWait: true };
    this.#world.send(syncGroupApi, body, options, (response, failure) => {
      if (attempt !== this.#attempt) return;
      if (response === null) this.#unanswered(failure);
      else this.#synced(response, sentUs);
      this.#advance();
    });
  }

  #synced(response: SyncGroupResponse, sentUs: Micros): void {
    if (response.errorCode !== errorCode.none) {
      this.#refused(response.errorCode);
      return;
    }
    let assigned: TopicPartition[];
    try {
      assigned = ungrouped(decodeAssignment(response.assignment).partitions);
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error;
      this.#fail(`the leader's assignment cannot be read: ${error.message}`, 0);
      return;
    }
    this.#vigil.heard(sentUs, this.#world.nowUs());
    this.#phase = 'stable';
    this.#assignedGeneration = this.#generation;
    if (!sameTopics(this.#joinedTopics, this.#topics)) this.#rejoin = true;
    const mine = new Set(this.#owned.map(keyOf));
    const theirs = new Set(assigned.map(keyOf));
    const added = assigned.filter((each) => !mine.has(keyOf(each)));
    const revoked = this.#owned.filter((each) => !theirs.has(keyOf(each)));
    if (revoked.length === 0) {
      this.#take(added);
      return;
    }
    // What is given up now others can have in the next round only.
    this.#rejoin = true;
    this.#giveUp(revoked, () => this.#take(added));
  }

  #heartbeat(nowUs: Micros): void {
    this.#heartbeatOut = true;
    this.#heartbeatAtUs = nowUs + this.#settings.heartbeatIntervalUs;
    const { groupId, instanceId, sessionTimeoutUs, requestTimeoutUs } = this.#settings;
    const memberId = this.#memberId;
    const generationId = this.#generation;
    const body = { groupId, generationId, memberId, groupInstanceId: instanceId };
    const timeoutUs = Math.min(requestTimeoutUs, Math.floor(sessionTimeoutUs / 3));
    this.#world.send(heartbeatApi, body, { timeoutUs }, (response) => {
      this.#heartbeatOut = false;
      if (memberId !== this.#memberId || this.#phase === 'leaving') return;
      const code = response?.errorCode ?? errorCode.networkException;
      if (code === errorCode.none || code === errorCode.rebalanceInProgress) {
        this.#vigil.heard(nowUs, this.#world.nowUs());
        if (code !== errorCode.none && this.#phase === 'stable') this.#rejoin = true;
      } else if (isCoordinatorError(code)) {
        // What waits at a coordinator that is gone may wait for ever.
        if (this.#phase === 'joining' || this.#phase === 'syncing') this.#retry();
        else this.#world.coordinatorLost();
      } else if (generationId === this.#generation && !isRetriable(code)) {
        // While a join is out the group may have gone on to the generation that its answer names.
        const isOld = code === errorCode.illegalGeneration && this.#phase === 'joining';
        if (!isOld) this.#refused(code);
      }
      this.#advance();
    });
  }

  /** What an error says about the member; it joins again where it may. */
  #refused(code: number): void {
    switch (code) {
      case errorCode.unknownMemberId:
        this.#lose(false);
        return;
      case errorCode.illegalGeneration:
        this.#lose(true);
        return;
      case errorCode.rebalanceInProgress:
        this.#toOut();
        return;
      default:
        if (isCoordinatorError(code) || isRetriable(code)) this.#retry();
        else this.#fail('the group refuses this member', code);
    }
  }

  #unanswered(failure: SendFailure | null): void {
    if (failure === 'unsupported-version') {
      this.#fail('the coordinator has no classic groups', errorCode.unsupportedVersion);
    } else {
      this.#retry();
    }
  }

  /** Joins again after a pause; what is owned stays so, within the session. */
  #retry(): void {
    this.#world.coordinatorLost();
    this.#failures++;
    this.#retryAtUs = this.#world.nowUs() + this.#world.backoffUs(this.#failures);
    this.#toOut();
  }

  #toOut(): void {
    this.#attempt++;
    this.#toAssign = null;
    if (this.#phase !== 'leaving') this.#phase = 'out';
  }

  /** All that is owned is lost, at once. */
  #lose(keepMemberId: boolean): void {
    const lost = this.#owned;
    this.#owned = [];
    this.#listener = null;
    this.#generation = -1;
    this.#assignedGeneration = -1;
    if (!keepMemberId) this.#memberId = '';
    this.#toOut();
    if (lost.length > 0) this.#world.lose(lost);
  }

  #fail(what: string, code: number): void {
    this.#lose(false);
    this.#phase = 'failed';
    this.#world.fail(new ClientError('broker', what, 'failed', code));
  }

  /** The application does not poll: others shall have the partitions (KIP-62). */
  #pollExpired(): void {
    this.#vigil.expirePoll();
    // A static member only stops to show itself (KIP-345); its session ends by itself.
    if (this.#settings.instanceId !== null) return;
    if (this.#memberId !== '') this.#sendLeave(() => {});
    this.#lose(false);
  }

  #depart(): void {
    const isKnown = this.#memberId !== '';
    this.#toOut();
    if (!isKnown || this.#settings.instanceId !== null) {
      this.#gone();
      return;
    }
    this.#phase = 'leaving';
    this.#sendLeave(() => {
      this.#phase = 'out';
      this.#gone();
      this.#advance();
    });
  }

  #gone(): void {
    if (this.#phase !== 'failed') this.#phase = 'out';
    this.#generation = -1;
    this.#assignedGeneration = -1;
    if (this.#settings.instanceId === null) this.#memberId = '';
    const callbacks = this.#whenGone;
    this.#whenGone = [];
    for (const callback of callbacks) callback();
  }

  #sendLeave(then: () => void): void {
    const { groupId, requestTimeoutUs } = this.#settings;
    const memberId = this.#memberId;
    const body = { groupId, memberId, members: [{ memberId, groupInstanceId: null }] };
    this.#world.send(leaveGroupApi, body, { timeoutUs: requestTimeoutUs }, then);
  }
}

function sameTopics(a: readonly string[] | null, b: readonly string[] | null): boolean {
  if (a === null || b === null) return a === b;
  return a.length === b.length && a.every((topic, at) => topic === b[at]);
}
