import { mark } from '../base/mark.ts';
import type { Connection, ConnectionHandler } from '../host/network.ts';
import type { SimConnection } from './connection.ts';
import type { SimProcess } from './incarnation.ts';

/** Ports that are given to those who ask for none. */
const firstPort = 32_768;
const lastPort = 60_999;

/** A machine as the network knows it: whether it answers at all, who listens, which ends it has. */
export class SimNode {
  readonly name: string;
  powered = false;
  readonly listeners = new Map<number, SimListener>();
  readonly ends = new Set<SimConnection>();
  /** Ends that are gone, for which bytes came while the machine had no power. */
  readonly unanswered = new Set<SimConnection>();
  offSince = 0;
  /** Answers that are to be lost; mostly none. */
  readonly answerLosses = new Set<AnswerLoss>();
  #nextPort = lastPort;

  constructor(name: string) {
    this.name = name;
  }

  freePort(): number {
    do {
      this.#nextPort = this.#nextPort === lastPort ? firstPort : this.#nextPort + 1;
    } while (this.listeners.has(this.#nextPort));
    return this.#nextPort;
  }

  /** Whether what this end is about to write is an answer that is to be lost. */
  losesAnswer({ port, out }: SimConnection): boolean {
    if (!this.listeners.has(port)) return false;
    for (const loss of this.answerLosses) {
      if (loss.left === 0 || !loss.peers.has(out.to)) continue;
      mark('answer-lost');
      loss.left--;
      loss.lost++;
      return true;
    }
    return false;
  }

  /**
   * The process is gone. A living system resets its connections, but still sends what was closed in
   * order; without power everything falls silent. Returns how many connections ended.
   */
  endProcess(silent: boolean): number {
    this.listeners.clear();
    let ended = 0;
    for (const end of [...this.ends]) {
      if (end.state === 'closing' && !silent) continue;
      end.abandon(!silent);
      ended++;
    }
    return ended;
  }
}

/**
 * The next so many answers to these machines are lost after the work was done: in place of the
 * answer's first byte both ends get a reset, as when a middlebox has forgotten the connection.
 */
export interface AnswerLoss {
  readonly peers: ReadonlySet<string>;
  left: number;
  lost: number;
}

export interface SimListener {
  readonly owner: SimProcess;
  readonly port: number;
  readonly accept: (connection: Connection) => ConnectionHandler;
}
