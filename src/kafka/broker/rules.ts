/**
 * Decisions of a broker process that Kafka once got wrong, each a small pure function that can be
 * swapped. KAFKA ids are those of Kafka's issue tracker.
 */
import type { BrokerEpoch } from '../../base/ids.ts';
import type { Finding } from './clean-shutdown.ts';

/** What became of the logs in this process, as it comes to the end of a shutdown. */
export interface ShutdownOutcome {
  /** All logs were opened and recovered without an error. */
  readonly recovered: boolean;
  /** All logs were flushed and closed without an error. */
  readonly closed: boolean;
}

export interface BrokerRules {
  /**
   * Redpanda 9711: the mark of the last shutdown goes before anything is changed; one that outlives
   * its shutdown would vouch for what came later.
   */
  removesMarkAtStart(): boolean;
  /** Redpanda 9711: what contradicts a mark, so that it does not count: all that was found. */
  contradictions(findings: readonly Finding[]): readonly Finding[];
  /**
   * KAFKA-13773: a disk that failed in recovery must not leave a mark that skips the next recovery.
   */
  mayMarkCleanShutdown(outcome: ShutdownOutcome): boolean;
  /**
   * KAFKA-18635, KIP-966: the epoch that a registration claims to continue. Anything but −1 asserts
   * that this replica lost nothing since.
   */
  previousBrokerEpoch(clean: boolean, markedEpoch: BrokerEpoch): BrokerEpoch;
}

export const kafkaBrokerRules: BrokerRules = {
  removesMarkAtStart: () => true,
  contradictions: (findings) => findings,
  mayMarkCleanShutdown: (outcome) => outcome.recovered && outcome.closed,
  previousBrokerEpoch: (clean, markedEpoch) => (clean ? markedEpoch : -1),
};
