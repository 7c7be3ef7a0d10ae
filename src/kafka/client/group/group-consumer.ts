/**
 * A consumer of a group. The application polls and gets records of the partitions it owns at
 * present; while it is inside the consumer (it polls, waits for records, or closes) it is told of
 * partitions that come and go, and of a loss at once. Positions are committed up to what was handed
 * out before the poll that commits them, so that nothing is passed over that was not dealt with.
 *
 * Membership decides (`member/`), `Rebalancing` talks to the application, `Committer` to the
 * coordinator, and the consumer by assignment reads.
 */
import type { LeaderEpoch, Micros, Offset } from '../../../base/ids.ts';
import { microsToMs, msToMicros } from '../../../base/time.ts';
import type { Timer } from '../../../host/timers.ts';
import type { Api, RequestInput } from '../../protocol/schema.ts';
import { backoffDelayUs } from '../backoff.ts';
import type { ClientParts } from '../client-parts.ts';
import { Consumer } from '../consume/consumer.ts';
import type { ConsumedRecord, SeekTarget } from '../consume/consumer-types.ts';
import { ClientError } from '../errors.ts';
import { WakeTimer } from '../wake-timer.ts';
import { AutoCommit } from './auto-commit.ts';
import { Committer, type OnCommitted } from './committer.ts';
import { CoordinatorLink } from './coordinator-link.ts';
import {
  type GroupConsumerOptions,
  type GroupSettings,
  resolveGroupSettings,
} from './group-types.ts';
import { ClassicMembership } from './member/classic-membership.ts';
import { ConsumerMembership } from './member/consumer-membership.ts';
import { newMemberId } from './member/member-id.ts';
import type { MemberIdentity, Membership, MemberWorld } from './member/membership.ts';
import type { CommittedOffset, OffsetToCommit } from './offset-requests.ts';
import { Rebalancing } from './rebalancing.ts';
import { StartingPoints } from './starting-points.ts';
import { type TopicPartition, within, without } from './topic-partition.ts';
import { TopicView } from './topic-view.ts';

const defaultCloseTimeoutMs = 30_000;

export class GroupConsumer {
  readonly #client: ClientParts;
  readonly #options: GroupConsumerOptions;
  readonly #settings: GroupSettings;
  readonly #view: TopicView;
  readonly #link: CoordinatorLink;
  readonly #reader: Consumer;
  readonly #committer: Committer;
  readonly #autoCommit: AutoCommit;
  readonly #startingPoints: StartingPoints;
  readonly #rebalancing: Rebalancing;
  readonly #membership: Membership;
  readonly #wake: WakeTimer;
  readonly #unlisten: () => void;
  /** Handed to the reader at present. */
  #assigned: readonly TopicPartition[] = [];
  #polls = false;
  #waiter: (() => void) | null = null;
  #readerWaits = false;
  #closing: Promise<void> | null = null;
  #closesByUs: Micros = 0;
  #ended = false;

  constructor(client: ClientParts, options: GroupConsumerOptions) {
    this.#client = client;
    this.#options = options;
    const settings = resolveGroupSettings(options, client.settings);
    this.#settings = settings;
    this.#view = new TopicView(client, settings.protocol === 'consumer');
    this.#link = new CoordinatorLink(client, options.groupId);
    this.#reader = new Consumer(client, options);
    this.#committer = new Committer({
      settings: client.settings,
      link: this.#link,
      groupId: options.groupId,
      identity: () => this.#membership.identity,
      refused: (identity, code) => this.#membership.commitRefused(identity, code),
      asked: options.onCommit,
    });
    this.#autoCommit = new AutoCommit(this.#reader, settings, client.settings.rules);
    this.#startingPoints = new StartingPoints({
      settings: client.settings,
      reset: options.autoOffsetReset ?? 'latest',
      committer: this.#committer,
      reader: this.#reader,
      failed: (error, { topic, partition }) => this.#failed(error, topic, partition),
      started: options.onStart,
      apiTimeoutUs: settings.apiTimeoutUs,
    });
    this.#rebalancing = this.#makeRebalancing();
    this.#wake = new WakeTimer(client.settings.host, () => this.#woken());
    const world = this.#makeWorld();
    this.#membership =
      settings.protocol === 'classic'
        ? new ClassicMembership(settings.member, settings.assignors, world)
        : new ConsumerMembership(settings.member, settings.remoteAssignor, world);
    this.#unlisten = client.updater.listen(() => this.#metadataChanged());
  }

  /** As what the group knows this consumer: it signs its commits so. */
  get member(): MemberIdentity {
    return this.#membership.identity;
  }

  /** Replaces the subscription. */
  subscribe(topics: readonly string[]): void {
    this.#mustBeOpen();
    this.#view.select(topics);
    this.#membership.subscribe(this.#view.selection());
  }

  /** Topics whose whole name matches, also those that come later. See `topic-pattern.ts`. */
  subscribePattern(pattern: string): void {
    this.#mustBeOpen();
    this.#view.selectByPattern(pattern);
    const selection = this.#view.selection();
    if (selection !== null) this.#membership.subscribe(selection);
  }

  /** Gives up all and leaves the group. */
  unsubscribe(): void {
    this.#mustBeOpen();
    this.#view.clear();
    this.#membership.subscribe(null);
  }

  /** What it owns and reads. */
  assignment(): readonly TopicPartition[] {
    return this.#assigned;
  }

  /**
   * Records fetched so far, none if none wait; never waits itself. Rebalances go on in here, and
   * nothing is handed over while a listener is at work.
   */
  poll(maxRecords: number = this.#settings.maxPollRecords): ConsumedRecord[] {
    this.#mustBeOpen();
    this.#polls = true;
    this.#membership.polled();
    this.#rebalancing.run();
    this.#commitIfDue();
    this.#polls = false;
    return this.#rebalancing.isBusy || this.#ended ? [] : this.#reader.poll(maxRecords);
  }

  /**
   * `callback` runs once, in a later event, when records can be polled. Until then the application
   * counts as polling: it need not poll to stay in its group.
   */
  waitForRecords(callback: () => void): void {
    this.#mustBeOpen();
    if (this.#waiter !== null) {
      throw new ClientError('invalid-argument', 'one waits for records at a time');
    }
    this.#waiter = callback;
    this.#membership.waits(true);
    this.#rebalancing.run();
    this.#commitIfDue();
    this.#watchReader();
  }

  /** By default what was handed out so far; resolves when the coordinator has acknowledged it. */
  commit(offsets?: readonly OffsetToCommit[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.commitAsync(offsets, (error) => {
        if (error === null) resolve();
        else reject(error);
      });
    });
  }

  /** Commits reach the coordinator in the order of calls, and are called back in that order. */
  commitAsync(offsets: readonly OffsetToCommit[] | undefined, onCommitted: OnCommitted): void {
    this.#mustNotHaveEnded();
    // A process that stood still may have lost all meanwhile: it learns that first.
    this.#membership.wake();
    const what = offsets ?? this.#autoCommit.positions(this.#assigned);
    if (what.length === 0) {
      this.#later(() => onCommitted(null));
      return;
    }
    this.#committer.commit(what, this.#settings.apiTimeoutUs, (error) => {
      if (error === null) this.#autoCommit.committed(what);
      onCommitted(error);
    });
  }

  /** What the group has committed, whoever owns the partitions. */
  committed(partitions: readonly TopicPartition[]): Promise<readonly CommittedOffset[]> {
    this.#mustNotHaveEnded();
    return new Promise((resolve, reject) => {
      this.#committer.fetch(partitions, this.#settings.apiTimeoutUs, (offsets, error) => {
        if (offsets !== null) resolve(offsets);
        else reject(error);
      });
    });
  }

  /** The next offset to be handed out; null while it is not known yet. */
  position(topic: string, partition: number): Offset | null {
    return this.#reader.position(topic, partition);
  }

  seek(topic: string, partition: number, target: SeekTarget, epoch: LeaderEpoch = -1): void {
    this.#startingPoints.remove([{ topic, partition }]);
    this.#reader.seek(topic, partition, target, epoch);
  }

  pause(partitions: readonly TopicPartition[]): void {
    this.#reader.pause(partitions);
  }

  resume(partitions: readonly TopicPartition[]): void {
    this.#reader.resume(partitions);
  }

  paused(): TopicPartition[] {
    return this.#assigned.filter(({ topic, partition }) => this.#reader.isPaused(topic, partition));
  }

  /**
   * Commits what was handed out if it commits by itself, gives up all, leaves the group; a static
   * member keeps its place. Resolves within the time given, whatever the others do.
   */
  close(options: { readonly timeoutMs?: number } = {}): Promise<void> {
    if (this.#closing !== null) return this.#closing;
    const timeoutUs = msToMicros(options.timeoutMs ?? defaultCloseTimeoutMs);
    this.#closesByUs = this.#nowUs() + timeoutUs;
    this.#closing = new Promise((resolve) => {
      const { timers } = this.#client.settings.host;
      let timer: Timer | null = null;
      const end = (): void => {
        timer?.cancel();
        this.abort();
        resolve();
      };
      if (this.#ended) {
        end();
        return;
      }
      const { closeIsBounded } = this.#client.settings.rules;
      if (closeIsBounded()) timer = timers.after(timeoutUs, end);
      this.#membership.leave(() => this.#committer.whenIdle(end));
      this.#rebalancing.run();
    });
    return this.#closing;
  }

  /** Ends at once and tells nobody: the group finds out by itself. */
  abort(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#closing ??= Promise.resolve();
    this.#unlisten();
    this.#wake.close();
    this.#rebalancing.close();
    this.#startingPoints.close();
    this.#link.close();
    this.#committer.close();
    this.#reader.close();
    this.#assigned = [];
    this.#waiter = null;
  }

  #mustBeOpen(): void {
    if (this.#closing !== null) throw new ClientError('closed', 'the consumer is closed');
  }

  /** A listener may still commit while the consumer closes. */
  #mustNotHaveEnded(): void {
    if (this.#ended) throw new ClientError('closed', 'the consumer is closed');
  }

  #nowUs(): Micros {
    return this.#client.settings.host.clock.monotonicUs();
  }

  #later(callback: () => void): void {
    this.#client.settings.host.timers.after(0, () => {
      if (!this.#ended) callback();
    });
  }

  #woken(): void {
    if (this.#ended) return;
    this.#membership.wake();
    if (this.#waiter !== null) this.#commitIfDue();
  }

  #metadataChanged(): void {
    const selection = this.#view.selection();
    if (selection !== null && this.#closing === null) this.#membership.subscribe(selection);
    this.#membership.metadataChanged();
  }

  /** Commits by time only what was handed out before this poll. */
  #commitIfDue(): void {
    if (!this.#settings.autoCommit || this.#ended) return;
    const nowUs = this.#nowUs();
    // Asked in any case: what is due is due once, or the wake below would come again at once.
    const isDue = this.#autoCommit.isDue(nowUs);
    if (isDue && this.#committer.isIdle && this.#membership.identity.epoch >= 0) {
      const offsets = this.#autoCommit.positions(this.#assigned);
      if (offsets.length > 0) {
        this.#committer.commit(offsets, this.#settings.autoCommitIntervalUs, (error) => {
          if (error === null) this.#autoCommit.committed(offsets);
          else this.#log(error, 'a commit');
        });
      }
    }
    if (this.#waiter !== null) this.#wake.wakeAt(this.#autoCommit.dueUs(nowUs));
  }

  /** Wakes whoever waits once there is something to poll. */
  #watchReader(): void {
    if (this.#waiter === null || this.#readerWaits || this.#rebalancing.isBusy) return;
    this.#readerWaits = true;
    this.#reader.waitForRecords(() => {
      this.#readerWaits = false;
      const waiter = this.#waiter;
      if (waiter === null || this.#ended) return;
      if (this.#rebalancing.isBusy || !this.#reader.hasRecords) {
        this.#watchReader();
        return;
      }
      this.#waiter = null;
      this.#membership.waits(false);
      waiter();
    });
  }

  #assign(partitions: readonly TopicPartition[]): void {
    this.#assigned = partitions;
    this.#reader.assign(partitions.map((each) => ({ ...each, waits: true })));
  }

  #makeRebalancing(): Rebalancing {
    return new Rebalancing({
      options: this.#options,
      settings: this.#settings,
      committer: this.#committer,
      isInside: () => this.#polls || this.#waiter !== null || this.#closing !== null,
      later: (callback) => this.#later(callback),
      failed: (error, what) => this.#log(error, what),
      known: (partitions) => this.#stillAssigned(partitions),
      hold: (partitions) => this.#reader.hold(this.#stillAssigned(partitions)),
      positions: (partitions) => this.#autoCommit.positions(this.#stillAssigned(partitions)),
      committed: (offsets) => this.#autoCommit.committed(offsets),
      added: (partitions) => {
        this.#startingPoints.add(partitions);
        this.#autoCommit.forget(partitions);
        this.#assign(this.#membership.owned);
      },
      dropped: (partitions) => {
        this.#startingPoints.remove(partitions);
        this.#autoCommit.forget(partitions);
        this.#assign(without(this.#assigned, partitions));
      },
      told: (partitions) => this.#startingPoints.find(partitions),
      changed: () => {
        if (!this.#ended) this.#watchReader();
      },
      commitTimeoutUs: () => this.#commitTimeoutUs(),
    });
  }

  /** Before a revocation: others wait for it, and so may a close. */
  #commitTimeoutUs(): Micros {
    const { sessionTimeoutUs } = this.#settings.member;
    if (this.#closing === null) return sessionTimeoutUs;
    return Math.max(1, Math.floor((this.#closesByUs - this.#nowUs()) / 2));
  }

  #stillAssigned(partitions: readonly TopicPartition[]): TopicPartition[] {
    return within(this.#assigned, partitions);
  }

  #makeWorld(): MemberWorld {
    const { settings } = this.#client;
    return {
      nowUs: () => this.#nowUs(),
      backoffUs: (attempt) => backoffDelayUs(settings.retryBackoff, attempt, settings.random),
      wakeAt: (atUs) => this.#wake.wakeAt(atUs),
      newMemberId: () => newMemberId(settings.random),
      send: <A extends Api>(
        api: A,
        body: RequestInput<A>,
        options: Parameters<MemberWorld['send']>[2],
        onAnswer: Parameters<MemberWorld['send']>[3],
      ) =>
        this.#link.send(
          api,
          body,
          {
            timeoutUs: options.timeoutUs,
            lane: options.mayWait === true ? 'rebalances' : 'heartbeats',
          },
          (response, failure) => onAnswer(response, failure === 'not-sent' ? 'no-answer' : failure),
        ),
      coordinatorLost: () => this.#link.lost(),
      partitionCount: (topic) => this.#view.partitionCount(topic),
      topicName: (id) => this.#view.topicName(id),
      revoke: (partitions, done) => this.#rebalancing.revoke(partitions, done),
      assign: (added, done) => this.#rebalancing.assign(added, done),
      lose: (partitions) => this.#rebalancing.lose(partitions),
      fail: (error) => this.#failed(error, '', -1),
    };
  }

  #failed(error: ClientError, topic: string, partition: number): void {
    const { onError } = this.#options;
    if (onError !== undefined) onError(error, topic, partition);
    else this.#log(error, 'the group');
  }

  #log(error: unknown, what: string): void {
    const text = error instanceof Error ? error.message : String(error);
    const { groupId } = this.#options;
    const atMs = microsToMs(this.#nowUs());
    this.#client.settings.host.log('warn', `group ${groupId}: ${what}: ${text} (${atMs} ms)`);
  }
}
