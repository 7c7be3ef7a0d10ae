/**
 * The controller's decisions that Kafka's history got wrong at first, one pure function each. They
 * are handed in, right by default, so that one can be swapped for its historical form.
 */
import type { BrokerEpoch, NodeId } from '../../base/ids.ts';
import { noNode } from '../../base/ids.ts';
import { type BrokerState, isActive, type PartitionState } from '../metadata/state.ts';

export interface InSyncReplicas {
  readonly isr: readonly NodeId[];
  readonly elr: readonly NodeId[];
}

export interface ControllerRules {
  /** May this broker lead (KIP-841)? */
  mayLead(broker: BrokerState): boolean;
  /** May this broker enter an ISR (KIP-841)? */
  mayJoinIsr(broker: BrokerState): boolean;
  /**
   * Is a member that a leader proposes the very broker process that the leader saw (KIP-903)?
   * `claimed` is the epoch that the leader saw, −1 where it could not say.
   */
  isSameBroker(broker: BrokerState, claimed: BrokerEpoch): boolean;
  /**
   * ISR and ELR once `targetIsr` is wanted (KIP-966). The ISR may empty. Below min ISR, who leaves
   * it stays eligible, as it holds everything below the high watermark; `unclean` came back from an
   * unclean shutdown and holds nothing for certain.
   */
  inSyncReplicas(
    partition: PartitionState,
    targetIsr: readonly NodeId[],
    minIsr: number,
    unclean: NodeId,
  ): InSyncReplicas;
  /** Did a broker that registers anew lose nothing since the registration before (KAFKA-18635)? */
  wasShutDownCleanly(former: BrokerState | undefined, previousBrokerEpoch: BrokerEpoch): boolean;
  /**
   * With ISR and ELR empty: the last leader where it is certain and lives (KAFKA-19522), else −1.
   */
  lastKnownLeader(partition: PartitionState, mayLead: (replica: NodeId) => boolean): NodeId;
  /** May any live replica lead when no better one is left (KAFKA-4623)? */
  mayElectUncleanly(settings: { readonly uncleanLeaderElectionEnable: boolean }): boolean;
  /** Is a block of producer ids written to the log before it is given out (KAFKA-20310)? */
  recordsProducerIds(): boolean;
}

export const kafkaControllerRules: ControllerRules = {
  mayLead: isActive,
  mayJoinIsr: isActive,
  isSameBroker: (broker, claimed) => claimed === -1 || claimed === broker.epoch,
  inSyncReplicas(partition, targetIsr, minIsr, unclean) {
    if (targetIsr.length >= minIsr) return { isr: targetIsr, elr: [] };
    const elr = partition.replicas.filter(
      (replica) =>
        (partition.isr.includes(replica) || partition.elr.includes(replica)) &&
        !targetIsr.includes(replica) &&
        replica !== unclean,
    );
    return { isr: targetIsr, elr };
  },
  wasShutDownCleanly: (former, previousBrokerEpoch) =>
    former !== undefined && former.epoch === previousBrokerEpoch,
  lastKnownLeader(partition, mayLead) {
    const [leader, ...others] = partition.lastKnownElr;
    return leader !== undefined && others.length === 0 && mayLead(leader) ? leader : noNode;
  },
  mayElectUncleanly: (settings) => settings.uncleanLeaderElectionEnable,
  recordsProducerIds: () => true,
};
