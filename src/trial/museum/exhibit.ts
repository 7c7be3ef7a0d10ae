/**
 * The contract of an exhibit: a decision that Kafka once got wrong, as rules to put in place of the
 * right ones. An exhibit is an object, listed in `registry.ts`; a trial of it is an ordinary trial
 * of a stock scenario, on a cluster (or with clients) that decides as Kafka once did.
 */

import type { NodeRules } from '../../kafka/broker/node-rules.ts';
import { type BrokerRules, kafkaBrokerRules } from '../../kafka/broker/rules.ts';
import { type ClientRules, clientRules } from '../../kafka/client/rules.ts';
import { type ControllerRules, kafkaControllerRules } from '../../kafka/controller/rules.ts';
import { kafkaLogRules, type LogRules } from '../../kafka/log/rules.ts';
import { kafkaRaftRules, type RaftRules } from '../../kafka/raft/rules.ts';
import { kafkaReplicationRules, type ReplicationRules } from '../../kafka/replication/rules.ts';

/** Wrong rules by room; what is not named stays right. */
export interface WrongRules {
  readonly replication?: Partial<ReplicationRules>;
  readonly log?: Partial<LogRules>;
  readonly controller?: Partial<ControllerRules>;
  readonly raft?: Partial<RaftRules>;
  readonly broker?: Partial<BrokerRules>;
  readonly client?: Partial<ClientRules>;
}

export interface Exhibit {
  /** The KIP or KAFKA id by which it is known; a suffix tells halves of one apart. */
  readonly id: string;
  /** Up to which version Kafka decided so. */
  readonly until: string;
  /** What went wrong, in one sentence. */
  readonly sentence: string;
  /** What its users were promised and did not get. */
  readonly promise: string;
  readonly rules: WrongRules;
  /**
   * Why no trial can see it, and which test shows it instead; absent where one can. `covered` names
   * the exhibit that shows when this rule is wrong too (defence in depth).
   */
  readonly unseen?: { readonly why: string; readonly test: string };
}

/** The rules of nodes and clients with these in place of the right ones. */
export function swapped(wrong: WrongRules): { nodes: Partial<NodeRules>; clients: ClientRules } {
  return {
    nodes: {
      replication: { ...kafkaReplicationRules, ...wrong.replication },
      log: { ...kafkaLogRules, ...wrong.log },
      controller: { ...kafkaControllerRules, ...wrong.controller },
      raft: { ...kafkaRaftRules, ...wrong.raft },
      broker: { ...kafkaBrokerRules, ...wrong.broker },
    },
    clients: { ...clientRules, ...wrong.client },
  };
}
