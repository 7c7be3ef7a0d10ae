/** Exhibits of the controller: who may lead, who stays eligible, who is whom. */
import { noNode } from '../../base/ids.ts';
import type { Exhibit } from './exhibit.ts';

export const unclean: Exhibit = {
  id: 'KAFKA-4623',
  until: '0.11',
  sentence: 'Any live replica may lead when no better one is left, without being asked to.',
  promise: 'a committed record stays',
  rules: { controller: { mayElectUncleanly: () => true } },
};

export const kip966Elr: Exhibit = {
  id: 'KIP-966',
  until: '4.0',
  sentence: 'The last member of the ISR stays in it whatever it lost, and nobody else is eligible.',
  promise: 'a committed record outlives one lost page cache',
  rules: {
    controller: {
      inSyncReplicas: (partition, targetIsr) => ({
        isr: targetIsr.length > 0 ? targetIsr : partition.isr,
        elr: [],
      }),
    },
  },
};

export const kip966Unclean: Exhibit = {
  id: 'KIP-966-unclean',
  until: '4.0',
  sentence: 'A replica that returns from an unclean shutdown stays eligible.',
  promise: 'a committed record outlives one lost page cache',
  rules: {
    controller: {
      inSyncReplicas(partition, targetIsr, minIsr) {
        if (targetIsr.length >= minIsr) return { isr: targetIsr, elr: [] };
        const before = [...partition.isr, ...partition.elr];
        const elr = partition.replicas.filter(
          (replica) => before.includes(replica) && !targetIsr.includes(replica),
        );
        return { isr: targetIsr, elr };
      },
    },
  },
};

export const kafka18635: Exhibit = {
  id: 'KAFKA-18635',
  until: '4.0',
  sentence: 'The controller does not notice that a broker comes back from an unclean shutdown.',
  promise: 'a committed record outlives one lost page cache',
  rules: { controller: { wasShutDownCleanly: (former) => former !== undefined } },
};

export const kafka18635Broker: Exhibit = {
  id: 'KAFKA-18635-broker',
  until: '4.0',
  sentence: 'A broker claims to continue its former life, whether it shut down cleanly or not.',
  promise: 'a committed record outlives one lost page cache',
  rules: { broker: { previousBrokerEpoch: (_clean, markedEpoch) => markedEpoch } },
};

export const kip903Controller: Exhibit = {
  id: 'KIP-903',
  until: '3.5',
  sentence: 'A delayed change of the ISR admits a broker that has restarted with an empty disk.',
  promise: 'whoever may be elected holds all that was committed',
  rules: { controller: { isSameBroker: () => true } },
};

export const kip841Lead: Exhibit = {
  id: 'KIP-841-lead',
  until: '3.3',
  sentence: 'Fenced and stopping brokers are elected.',
  promise: 'a partition that has a live candidate is led',
  rules: { controller: { mayLead: () => true } },
};

export const kafka19522: Exhibit = {
  id: 'KAFKA-19522',
  until: '4.1',
  sentence: 'The last known leader is elected while it is fenced.',
  promise: 'a partition that has a live candidate is led',
  rules: {
    controller: {
      lastKnownLeader: (partition) =>
        partition.lastKnownElr.length === 1 ? partition.lastKnownElr[0]! : noNode,
    },
  },
};

export const kafka20310: Exhibit = {
  id: 'KAFKA-20310',
  until: '4.3',
  sentence: 'A block of producer ids is given out without being written to the log.',
  promise: 'each producer id is given to one producer',
  rules: { controller: { recordsProducerIds: () => false } },
};
