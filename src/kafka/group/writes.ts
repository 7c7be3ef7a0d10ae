/**
 * What a coordinator has appended, or tried to, and is not answered for. Each write is settled
 * once: when it is committed or has failed, when its time is up, or when the coordinator resigns.
 * What was not committed in time may be later: the log's answer still counts for what is
 * remembered.
 */
import type { Micros } from '../../base/ids.ts';
import type { Host } from '../../host/host.ts';
import type { Timer } from '../../host/timers.ts';
import { errorCode } from '../protocol/errors.ts';

export type Settle = (code: number) => void;

interface Waiting {
  readonly settle: Settle;
  readonly deadlineUs: Micros;
}

export class Writes {
  readonly #host: Host;
  readonly #timeoutUs: Micros;
  /** In the order of their deadlines. */
  readonly #waiting = new Set<Waiting>();
  #timer: Timer | null = null;

  constructor(host: Host, timeoutUs: Micros) {
    this.#host = host;
    this.#timeoutUs = timeoutUs;
  }

  /** Gives the settling of one write, to be called as often as one likes. */
  begin(settle: Settle): Settle {
    const deadlineUs = this.#host.clock.monotonicUs() + this.#timeoutUs;
    const waiting = { settle, deadlineUs };
    this.#waiting.add(waiting);
    if (this.#timer === null) this.#arm(this.#timeoutUs);
    return (code) => {
      if (this.#waiting.delete(waiting)) settle(code);
    };
  }

  /** The coordinator is none any more. */
  close(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#settleAll(errorCode.notLeaderOrFollower, Number.POSITIVE_INFINITY);
  }

  #arm(delayUs: Micros): void {
    this.#timer = this.#host.timers.after(delayUs, () => {
      this.#timer = null;
      this.#settleAll(errorCode.requestTimedOut, this.#host.clock.monotonicUs());
      const [first] = this.#waiting;
      if (first === undefined || this.#timer !== null) return;
      this.#arm(first.deadlineUs - this.#host.clock.monotonicUs());
    });
  }

  #settleAll(code: number, untilUs: Micros): void {
    for (const waiting of [...this.#waiting]) {
      if (waiting.deadlineUs > untilUs) return;
      if (this.#waiting.delete(waiting)) waiting.settle(code);
    }
  }
}
