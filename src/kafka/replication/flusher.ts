/**
 * When a replica's log is made durable beyond what replication asks for: flush.messages and
 * flush.ms. While a flush for flush.messages runs, what it covers and what came behind it is held
 * back: the leader neither answers for it nor counts it for the high watermark, and a follower does
 * not fetch on, for a fetch tells the leader that it has all below. By default nothing is held
 * back, and nothing is flushed but a cut: a power loss must not bring back what was cut off.
 */
import type { Offset } from '../../base/ids.ts';
import { msToMicros } from '../../base/time.ts';
import type { Host } from '../../host/host.ts';
import type { Timer } from '../../host/timers.ts';
import type { TopicSettings } from '../config.ts';
import { passLater } from '../points.ts';
import type { ReplicationRules } from './rules.ts';

/** What of a log a flusher needs. */
export interface Flushable {
  readonly logEndOffset: Offset;
  readonly recoveryPoint: Offset;
  flush(): Promise<void>;
}

export interface FlusherOptions {
  readonly host: Host;
  readonly log: Flushable;
  readonly rules: ReplicationRules;
  /** Resolves when the log's directory itself is durable; without it no flush means anything. */
  readonly directory: Promise<void>;
  readonly settings: () => TopicSettings;
  /** A flush has ended and what was held back may be looked at again. */
  readonly onFlushed: () => void;
  readonly onError: (error: unknown) => void;
}

const never = Number.MAX_SAFE_INTEGER;

export class Flusher {
  readonly #options: FlusherOptions;
  #held: Offset | null = null;
  #flushing: Promise<void> | null = null;
  #timer: Timer | null = null;
  /** The lowest cut that a power loss may still undo, and how many there have been. */
  #lowestCut: Offset | null = null;
  #cuts = 0;

  constructor(options: FlusherOptions) {
    this.#options = options;
  }

  /** Where the log ends for all that others are told. */
  get end(): Offset {
    const { log, rules } = this.#options;
    return rules.toldEnd(this.#held, log.logEndOffset);
  }

  /**
   * Up to where the log stays as it is even if power is lost now, as far as cuts are concerned. No
   * high watermark above may be written down: it would vouch for what was cut off.
   */
  get lastingEnd(): Offset {
    return this.#lowestCut ?? this.#options.log.logEndOffset;
  }

  /** The flush for which others have to wait; null when there is none. */
  get pending(): Promise<void> | null {
    return this.#held === null ? null : this.#flushing;
  }

  afterAppend(): void {
    const { flushMessages, flushMs } = this.#options.settings();
    if (flushMessages !== never) this.#holdIfDue(flushMessages);
    if (flushMs !== never) this.#arm(flushMs);
  }

  /** What was cut off is not waited for; that it is gone is made durable. */
  afterTruncation(): void {
    const { log, directory, onError } = this.#options;
    const end = log.logEndOffset;
    if (this.#held !== null) this.#held = Math.min(this.#held, end);
    this.#lowestCut = Math.min(this.#lowestCut ?? end, end);
    const cut = ++this.#cuts;
    directory
      .then(() => log.flush())
      .then(() => {
        if (this.#cuts === cut) this.#lowestCut = null;
      })
      .catch(onError);
  }

  close(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#held = null;
  }

  #holdIfDue(flushMessages: number): void {
    const { log, rules } = this.#options;
    if (this.#held !== null || log.logEndOffset - log.recoveryPoint < flushMessages) return;
    if (rules.waitsForFlush()) this.#held = log.recoveryPoint;
    this.#flush();
  }

  #arm(flushMs: number): void {
    if (this.#timer !== null) return;
    this.#timer = this.#options.host.timers.after(msToMicros(flushMs), () => {
      this.#timer = null;
      this.#flush();
    });
  }

  #flush(): void {
    const { directory, host, log, onError, onFlushed } = this.#options;
    const flushing = directory
      .then(() => log.flush())
      .then(() =>
        passLater(host, 'flush-finished', () => {
          if (this.#flushing === flushing) this.#flushing = null;
          if (this.#held !== null) {
            this.#held = null;
            this.#holdIfDue(this.#options.settings().flushMessages);
          }
          onFlushed();
        }),
      );
    this.#flushing = flushing;
    flushing.catch(onError);
  }
}
