/**
 * What happens between a membership and its application when partitions come and go. Listeners run
 * only while the application is in the consumer (it polls, waits for records, or closes), so that
 * what it was handed before has been dealt with. Only a loss is told at once.
 *
 * To give up: reading stops first, then what was handed out is committed, then the application is
 * told (KAFKA-14196). A loss ends whatever of this is under way.
 */

import type { Micros } from '../../../base/ids.ts';
import { mark } from '../../../base/mark.ts';
import type { Committer } from './committer.ts';
import type { GroupConsumerOptions, GroupSettings, RebalanceListener } from './group-types.ts';
import type { OffsetToCommit } from './offset-requests.ts';
import type { TopicPartition } from './topic-partition.ts';

export interface RebalancingParts {
  readonly options: GroupConsumerOptions;
  readonly settings: GroupSettings;
  readonly committer: Committer;
  /** The application is in the consumer now. */
  readonly isInside: () => boolean;
  readonly later: (callback: () => void) => void;
  readonly failed: (error: unknown, what: string) => void;
  /** Those of these that the application was told of. */
  readonly known: (partitions: readonly TopicPartition[]) => TopicPartition[];
  /** Stops reading these, whose positions remain. */
  readonly hold: (partitions: readonly TopicPartition[]) => void;
  /** What there is to commit of these. */
  readonly positions: (partitions: readonly TopicPartition[]) => OffsetToCommit[];
  readonly committed: (offsets: readonly OffsetToCommit[]) => void;
  readonly added: (partitions: readonly TopicPartition[]) => void;
  /** The application knows of them: where it has not sought, they begin where they should. */
  readonly told: (partitions: readonly TopicPartition[]) => void;
  /** They have no owner here any more. */
  readonly dropped: (partitions: readonly TopicPartition[]) => void;
  /** A listener has begun or ended. */
  readonly changed: () => void;
  /** A commit before a revocation takes no longer. */
  readonly commitTimeoutUs: () => Micros;
}

export class Rebalancing {
  readonly #parts: RebalancingParts;
  /** Waits until the application is inside. */
  #pending: (() => void) | null = null;
  /** At work; another object each time. */
  #running: object | null = null;
  #commits = false;

  constructor(parts: RebalancingParts) {
    this.#parts = parts;
  }

  /** Nothing may be handed over now. */
  get isBusy(): boolean {
    if (this.#running === null) return false;
    const { rules } = this.#parts.settings.member;
    return !(this.#commits && rules.readsWhileRevoking());
  }

  /** Runs what waits, if the application is inside. */
  run(): void {
    while (this.#pending !== null && this.#running === null && this.#parts.isInside()) {
      const pending = this.#pending;
      this.#pending = null;
      pending();
    }
  }

  revoke(partitions: readonly TopicPartition[], done: () => void): void {
    const { settings, hold } = this.#parts;
    if (!settings.member.rules.readsWhileRevoking()) hold(partitions);
    this.#wait(() => this.#revoke(partitions, done));
  }

  assign(added: readonly TopicPartition[], done: () => void): void {
    this.#wait(() => {
      this.#parts.added(added);
      const running = this.#begin();
      const { onAssigned } = this.#parts.options;
      this.#tell(running, onAssigned, added, 'onAssigned', () => {
        this.#parts.told(added);
        done();
      });
    });
  }

  lose(partitions: readonly TopicPartition[]): void {
    this.#pending = null;
    this.#running = null;
    this.#commits = false;
    const { committer, dropped, known, options, changed } = this.#parts;
    const told = known(partitions);
    if (told.length > 0) mark('partitions-lost');
    dropped(partitions);
    committer.abandon('the member was lost');
    this.#tell(null, options.onLost, told, 'onLost', () => {});
    changed();
  }

  /** Nothing is told any more. */
  close(): void {
    this.#pending = null;
    this.#running = {};
  }

  #wait(pending: () => void): void {
    this.#pending = pending;
    this.#parts.later(() => this.run());
  }

  #begin(): object {
    const running = {};
    this.#running = running;
    return running;
  }

  #revoke(partitions: readonly TopicPartition[], done: () => void): void {
    const { settings, committer, options } = this.#parts;
    const running = this.#begin();
    this.#commits = true;
    if (settings.autoCommit) this.#commit(partitions);
    committer.whenIdle(() => {
      if (this.#running !== running) return;
      this.#commits = false;
      this.#parts.hold(partitions);
      this.#tell(running, options.onRevoked, partitions, 'onRevoked', () => {
        this.#parts.dropped(partitions);
        done();
      });
    });
  }

  #commit(partitions: readonly TopicPartition[]): void {
    const { committer, positions, committed, commitTimeoutUs, failed } = this.#parts;
    const offsets = positions(partitions);
    if (offsets.length === 0) return;
    committer.commit(offsets, commitTimeoutUs(), (error) => {
      if (error === null) committed(offsets);
      else failed(error, 'the commit before a revocation');
    });
  }

  /** `done` runs when the listener has returned and what it promised has come. */
  #tell(
    running: object | null,
    listener: RebalanceListener | undefined,
    partitions: readonly TopicPartition[],
    what: string,
    done: () => void,
  ): void {
    const end = (): void => {
      if (running !== null && this.#running !== running) return;
      if (running !== null) this.#running = null;
      done();
      this.#parts.changed();
    };
    let promise: Promise<void> | undefined;
    if (partitions.length > 0) {
      try {
        const returned = listener?.(partitions);
        if (returned instanceof Promise) promise = returned;
      } catch (error) {
        this.#parts.failed(error, what);
      }
    }
    if (promise === undefined) {
      end();
      return;
    }
    promise.then(end, (error: unknown) => {
      this.#parts.failed(error, what);
      end();
    });
  }
}
