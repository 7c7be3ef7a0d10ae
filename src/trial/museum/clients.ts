/** Exhibits of the client: sequences, epochs, what an answer says. */
import { clientRules } from '../../kafka/client/rules.ts';
import type { Exhibit } from './exhibit.ts';

export const kafka12152: Exhibit = {
  id: 'KAFKA-12152',
  until: '2.7.1',
  sentence: 'A raised epoch leaves the old sequence numbers on partitions that were idle.',
  promise: 'a send of an idempotent producer is answered with success once all is well',
  rules: { client: { sequenceAfterEpochBump: (nextSequence) => nextSequence } },
};

export const kafka8710: Exhibit = {
  id: 'KIP-360',
  until: '2.5',
  sentence: 'A producer whose state the brokers have lost never gets through again.',
  promise: 'a send of an idempotent producer is answered with success once all is well',
  rules: { client: { mayRenumber: () => false } },
};

export const kafka14034: Exhibit = {
  id: 'KAFKA-14034',
  until: '3.3',
  sentence: 'A producer numbers its batches anew while some of them are under way.',
  promise: 'each record of an idempotent producer stands once',
  rules: { client: { mayRenumber: () => true } },
};

export const kafka12257: Exhibit = {
  id: 'KAFKA-12257',
  until: '3.2',
  sentence: 'A client holds the epochs of a deleted topic against the one that has its name now.',
  promise: 'a client finds the leader of a topic that was created again',
  rules: {
    client: {
      isOutdatedLeader: (offer) => clientRules.isOutdatedLeader({ ...offer, sameTopicId: true }),
    },
  },
};
