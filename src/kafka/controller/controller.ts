/**
 * The active controller's driver. While this node leads the metadata quorum it decides requests one
 * after another on a working image that runs ahead of what is committed, appends the records of
 * each decision as one batch, and answers when all that the decision wrote or read is committed.
 * Losing the leadership it answers NOT_CONTROLLER to all that wait and forgets the working image:
 * what it appended may be lost, or may yet be committed. Two timers, both only while active: the
 * first session that may end, and the check of preferred leaders.
 */

import { assert } from '../../base/assert.ts';
import type { LeaderEpoch, Micros, Offset } from '../../base/ids.ts';
import { mark } from '../../base/mark.ts';
import { secondsToMicros } from '../../base/time.ts';
import type { Host } from '../../host/host.ts';
import type { Timer } from '../../host/timers.ts';
import type { NodeConfig } from '../config.ts';
import type { MetadataImage } from '../metadata/image.ts';
import { encodeRecord, type MetadataRecord } from '../metadata/records.ts';
import { errorCode } from '../protocol/errors.ts';
import type { Api } from '../protocol/schema.ts';
import type { Request } from '../rpc/contract.ts';
import { bootstrapRecords } from './bootstrap.ts';
import { balanceLeaders, fenceBroker } from './fencing.ts';
import { type ControllerRules, kafkaControllerRules } from './rules.ts';
import type { Decider, Decisions } from './served.ts';
import { Tenure } from './tenure.ts';

/** What the controller needs of the quorum. */
export interface ControllerLog {
  /**
   * Appends values as one batch; the offset of the last, or null when this node does not lead any
   * more.
   */
  append(records: readonly Uint8Array[]): Offset | null;
  readonly logEndOffset: Offset;
}

export interface ControllerOptions {
  readonly host: Host;
  readonly config: NodeConfig;
  /** Asked for when first needed: quorum and controller know each other. */
  readonly quorum: () => ControllerLog;
  /** The node's committed image; up to date whenever `onLeading` is called. */
  readonly image: MetadataImage;
  readonly rules?: ControllerRules;
}

/** A request that was decided and waits for `offset` to be committed. */
interface Waiting {
  readonly offset: Offset;
  readonly answer: () => void;
  readonly refuse: () => void;
}

/** At most so many leaders are moved by one check of preferred leaders. */
const maxElectionsPerCheck = 1000;

export class Controller implements Decider {
  readonly #host: Host;
  readonly #config: NodeConfig;
  readonly #quorum: () => ControllerLog;
  readonly #image: MetadataImage;
  readonly #rules: ControllerRules;
  #tenure: Tenure | null = null;
  #committedOffset: Offset = -1;
  /** In order of offsets; `#answered` of them, at the front, are answered. */
  #waiting: Waiting[] = [];
  #answered = 0;
  #sessionTimer: Timer | null = null;
  #balanceTimer: Timer | null = null;

  constructor(options: ControllerOptions) {
    this.#host = options.host;
    this.#config = options.config;
    this.#quorum = options.quorum;
    this.#image = options.image;
    this.#rules = options.rules ?? kafkaControllerRules;
  }

  get isActive(): boolean {
    return this.#tenure !== null;
  }

  decide<A extends Api>(request: Request<A>, by: Decisions<A>): void {
    const { body, session, version } = request;
    const refuse = (): void => request.respond(by.refuse(errorCode.notController, body, version));
    const tenure = this.#tenure;
    if (tenure === null) {
      refuse();
      return;
    }
    const outcome = by.decide(tenure, body, {
      version,
      session,
      nowUs: this.#nowUs(),
      nextOffset: this.#quorum().logEndOffset,
    });
    if (!this.#write(tenure, outcome.records)) {
      refuse();
      return;
    }
    outcome.appended?.(tenure.lastOffset);
    this.#armSessionTimer(tenure);
    this.#answer({
      offset: tenure.lastOffset,
      answer: () => request.respond(outcome.response),
      refuse,
    });
  }

  onLeading(epoch: LeaderEpoch): void {
    this.onNotLeading();
    const random = this.#host.random.stream('controller');
    const tenure = new Tenure(
      this.#image.clone(),
      this.#config,
      this.#rules,
      random,
      this.#nowUs(),
    );
    this.#tenure = tenure;
    this.#host.log('info', `active controller of epoch ${epoch}`);
    if (!this.#write(tenure, bootstrapRecords(tenure.image))) return;
    this.#armSessionTimer(tenure);
    this.#armBalanceTimer(tenure);
  }

  onNotLeading(): void {
    if (this.#tenure === null) return;
    this.#tenure = null;
    this.#sessionTimer?.cancel();
    this.#sessionTimer = null;
    this.#balanceTimer?.cancel();
    this.#balanceTimer = null;
    const waiting = this.#waiting.slice(this.#answered);
    this.#waiting = [];
    this.#answered = 0;
    for (const { refuse } of waiting) refuse();
  }

  /** Everything up to and including `lastOffset` is committed. */
  onCommitted(lastOffset: Offset): void {
    this.#committedOffset = Math.max(this.#committedOffset, lastOffset);
    let next = this.#waiting[this.#answered];
    while (next !== undefined && next.offset <= this.#committedOffset) {
      this.#answered += 1;
      next.answer();
      next = this.#waiting[this.#answered];
    }
    if (this.#answered === 0 || this.#answered < this.#waiting.length) return;
    this.#waiting = [];
    this.#answered = 0;
  }

  /**
   * Appends and applies records, all or none. False when this node turns out not to lead any more.
   */
  #write(tenure: Tenure, records: readonly MetadataRecord[]): boolean {
    if (records.length === 0) return true;
    const quorum = this.#quorum();
    const baseOffset = quorum.logEndOffset;
    const lastOffset = quorum.append(records.map(encodeRecord));
    if (lastOffset === null || this.#tenure !== tenure) {
      this.onNotLeading();
      return false;
    }
    assert(
      lastOffset === baseOffset + records.length - 1,
      'a batch of records stands where the log ended',
    );
    tenure.apply(records, baseOffset);
    return true;
  }

  #answer(waiting: Waiting): void {
    if (waiting.offset <= this.#committedOffset) waiting.answer();
    else this.#waiting.push(waiting);
  }

  /** Deadlines only move on, so a timer that runs is never too late. */
  #armSessionTimer(tenure: Tenure): void {
    if (this.#sessionTimer !== null) return;
    const deadlineUs = tenure.sessions.nextDeadlineUs();
    if (deadlineUs < 0) return;
    const delayUs = Math.max(0, deadlineUs - this.#nowUs());
    this.#sessionTimer = this.#host.timers.after(delayUs, () => {
      this.#sessionTimer = null;
      this.#fenceSilent(tenure);
    });
  }

  /** Each broker in a batch of its own, so that each is fenced with the one before in view. */
  #fenceSilent(tenure: Tenure): void {
    const nowUs = this.#nowUs();
    for (;;) {
      const silent = tenure.sessions.findStale(nowUs);
      if (silent < 0) break;
      const broker = tenure.image.brokers.get(silent);
      assert(broker !== undefined, 'only registered brokers have sessions');
      mark('session-ended');
      this.#host.log('info', `fencing broker ${silent}: its session timed out`);
      if (!this.#write(tenure, fenceBroker(tenure, broker))) return;
      tenure.sessions.fence(silent);
    }
    this.#armSessionTimer(tenure);
  }

  #armBalanceTimer(tenure: Tenure): void {
    const { autoLeaderRebalanceEnable, leaderImbalanceCheckIntervalSeconds } =
      this.#config.settings;
    if (!autoLeaderRebalanceEnable) return;
    const delayUs = secondsToMicros(leaderImbalanceCheckIntervalSeconds);
    this.#balanceTimer = this.#host.timers.after(delayUs, () => {
      if (!this.#write(tenure, balanceLeaders(tenure, maxElectionsPerCheck))) return;
      this.#armBalanceTimer(tenure);
    });
  }

  #nowUs(): Micros {
    return this.#host.clock.monotonicUs();
  }
}
