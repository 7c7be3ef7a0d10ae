import type { BrokerEpoch, Uuid } from '../../base/ids.ts';
import type { Host } from '../../host/host.ts';
import type { NodeConfig } from '../config.ts';
import type { Observe } from '../observation.ts';
import type { Completions } from './completions.ts';
import type { BrokersView, IsrProposal } from './leader-state.ts';
import type { Leaderships } from './leaderships.ts';
import type { Partition } from './partition.ts';
import type { ReplicationRules } from './rules.ts';

/** What all partitions of a broker share. */
export interface PartitionEnvironment {
  readonly host: Host;
  readonly config: NodeConfig;
  readonly rules: ReplicationRules;
  readonly observe: Observe;
  readonly completions: Completions;
  readonly leaderships: Leaderships;
  readonly brokers: () => BrokersView;
  readonly brokerEpoch: () => BrokerEpoch;
  readonly propose: (partition: Partition, proposal: IsrProposal) => void;
  /**
   * A log was cut below its high watermark, as only unclean elections do: checkpoints are out of
   * date.
   */
  readonly onCommittedCut: () => void;
  readonly onError: (error: unknown) => void;
}

export interface PartitionIdentity {
  readonly topicId: Uuid;
  readonly topic: string;
  readonly index: number;
}
