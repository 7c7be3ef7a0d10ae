/**
 * What a member watches of itself: whether its application still polls, and when its session is
 * over as far as it can tell. It has heard from the coordinator when a request was answered, as of
 * the time at which it was sent.
 */

import type { Micros } from '../../../../base/ids.ts';
import { mark } from '../../../../base/mark.ts';
import { notTimed } from '../../wake-timer.ts';
import type { MemberSettings } from './membership.ts';

export class Vigil {
  readonly #settings: MemberSettings;
  #polledUs: Micros;
  #waits = false;
  #heardUs: Micros = 0;
  /** The application took too long; it is out until it polls again. */
  pollExpired = false;

  constructor(settings: MemberSettings, nowUs: Micros) {
    this.#settings = settings;
    this.#polledUs = nowUs;
  }

  polled(nowUs: Micros): void {
    this.#polledUs = nowUs;
    this.pollExpired = false;
  }

  waits(isWaiting: boolean, nowUs: Micros): void {
    this.#waits = isWaiting;
    this.polled(nowUs);
  }

  /** The application took too long. */
  expirePoll(): void {
    mark('poll-overdue');
    this.pollExpired = true;
  }

  get pollDeadlineUs(): Micros {
    if (this.#waits || this.pollExpired) return notTimed;
    return this.#polledUs + this.#settings.maxPollIntervalUs;
  }

  /** An answer has come, of a request sent at `sentUs`. */
  heard(sentUs: Micros, answeredUs: Micros): void {
    const startUs = this.#settings.rules.sessionStart({ sentUs, answeredUs });
    if (startUs > this.#heardUs) this.#heardUs = startUs;
  }

  /** A session begins: the coordinator has just let this member in. */
  begins(nowUs: Micros): void {
    this.#heardUs = nowUs;
  }

  get sessionEndUs(): Micros {
    return this.#heardUs + this.#settings.sessionTimeoutUs;
  }
}
