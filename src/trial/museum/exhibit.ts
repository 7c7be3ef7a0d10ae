/**
 * The contract of an exhibit: a decision that Kafka once got wrong, as rules to put in place of the
 * right ones. An exhibit is an object, listed in `registry.ts`; a trial of it is an ordinary trial
 * of a stock scenario, on a cluster (or with clients) that decides as Kafka once did.
 */

import type { NodeRules } from '../../kafka/broker/node-rules.ts';
import { type BrokerRules, kafkaBrokerRules } from '../../kafka/broker/rules.ts';
import { type ClientRules, clientRules } from '../../kafka/client/rules.ts';
import { type ControllerRules, kafkaControllerRules } from '../../kafka/controller/rules.ts';
import { type ClassicRules, kafkaClassicRules } from '../../kafka/group/classic/rules.ts';
import { type ConsumerRules, kafkaConsumerRules } from '../../kafka/group/consumer/rules.ts';
import { type GroupRules, kafkaGroupRules } from '../../kafka/group/rules.ts';
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
  readonly group?: Partial<GroupRules>;
  readonly classic?: Partial<ClassicRules>;
  readonly consumer?: Partial<ConsumerRules>;
  readonly client?: Partial<ClientRules>;
}

export interface Exhibit {
  /** The KIP or KAFKA id by which it is known; a suffix tells halves of one apart. */
  readonly id: string;
  /** Up to which version Kafka decided so; or whose rule it was. */
  readonly until: string;
  /** What went wrong, in one sentence. */
  readonly sentence: string;
  /** What its users were promised and did not get. */
  readonly promise: string;
  readonly rules: WrongRules;
  /**
   * Defence in depth: the exhibit whose rule, while it is right, makes up for this wrong one.
   * Another exhibit has both wrong.
   */
  readonly coveredBy?: string;
  /** The exhibits of which this one is made: their wrong rules at once. */
  readonly together?: readonly string[];
  /**
   * Why no trial can see it, and which test shows it instead; absent where one can. The test takes
   * these very rules, and fails where they decide nothing otherwise than the right ones.
   */
  readonly unseen?: { readonly why: string; readonly test: string };
}

/** Several exhibits' wrong rules at once, of which one covers the other. */
export function together(
  facts: Omit<Exhibit, 'rules' | 'together'>,
  parts: readonly Exhibit[],
): Exhibit {
  const rules: Record<string, object> = {};
  for (const part of parts) {
    for (const [room, wrong] of Object.entries(part.rules)) {
      rules[room] = { ...rules[room], ...wrong };
    }
  }
  return { ...facts, rules, together: parts.map(({ id }) => id) };
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
      group: { ...kafkaGroupRules, ...wrong.group },
      classic: { ...kafkaClassicRules, ...wrong.classic },
      consumer: { ...kafkaConsumerRules, ...wrong.consumer },
    },
    clients: { ...clientRules, ...wrong.client },
  };
}
