import { type ControllerRules, kafkaControllerRules } from '../controller/rules.ts';
import { type ClassicRules, kafkaClassicRules } from '../group/classic/rules.ts';
import { type ConsumerRules, kafkaConsumerRules } from '../group/consumer/rules.ts';
import { type GroupRules, kafkaGroupRules } from '../group/rules.ts';
import { kafkaLogRules, type LogRules } from '../log/rules.ts';
import { kafkaRaftRules, type RaftRules } from '../raft/rules.ts';
import { kafkaReplicationRules, type ReplicationRules } from '../replication/rules.ts';
import { type BrokerRules, kafkaBrokerRules } from './rules.ts';

/** The decisions that history got wrong at first, by room: what a node is given to go by. */
export interface NodeRules {
  readonly raft: RaftRules;
  readonly controller: ControllerRules;
  readonly replication: ReplicationRules;
  /** Of partitions' logs; the metadata log is never cut or cleaned by them. */
  readonly log: LogRules;
  readonly broker: BrokerRules;
  readonly group: GroupRules;
  readonly classic: ClassicRules;
  readonly consumer: ConsumerRules;
}

export const kafkaNodeRules: NodeRules = {
  raft: kafkaRaftRules,
  controller: kafkaControllerRules,
  replication: kafkaReplicationRules,
  log: kafkaLogRules,
  broker: kafkaBrokerRules,
  group: kafkaGroupRules,
  classic: kafkaClassicRules,
  consumer: kafkaConsumerRules,
};
