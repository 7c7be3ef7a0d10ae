/** Exhibits of the client: sequences, epochs, what an answer says. */
import { clientRules } from '../../kafka/client/rules.ts';
import { type Exhibit, together } from './exhibit.ts';

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

export const firstBatchesTogether: Exhibit = {
  id: 'KAFKA-14359-together',
  until: "Java's client",
  sentence:
    'The first batches of a producer travel together, so that a later one may be accepted though ' +
    'the first was refused, by a leader that does not know the producer.',
  promise: 'a send of an idempotent producer is answered with success once all is well',
  rules: { client: { firstBatchTravelsAlone: () => false } },
  coveredBy: 'KAFKA-14359-renumbered',
  unseen: {
    why: 'a batch that was overtaken is given up: its send fails, and order is kept',
    test: 'test/kafka/client/produce/partition-queue.test.ts',
  },
};

export const overtakenRenumbered: Exhibit = {
  id: 'KAFKA-14359-renumbered',
  until: 'made for the museum',
  sentence: 'A batch that was overtaken is numbered anew and stands behind what was sent after it.',
  promise: 'records of an idempotent producer stand in their order',
  rules: { client: { isOvertaken: () => false } },
  coveredBy: 'KAFKA-14359-together',
};

export const kafka14359: Exhibit = together(
  {
    id: 'KAFKA-14359',
    until: 'made for the museum',
    sentence:
      'The first batches of a producer travel together, and one that was overtaken is numbered anew.',
    promise: 'records of an idempotent producer stand in their order',
  },
  [firstBatchesTogether, overtakenRenumbered],
);

export const failedInDoubt: Exhibit = {
  id: 'failed-in-doubt',
  until: 'made for the museum',
  sentence: 'A client takes each error for a refusal, though the record may have been written.',
  promise: 'a send that failed stands nowhere',
  rules: { client: { attemptOutcome: () => 'not-written' } },
};

export const lostIsRefused: Exhibit = {
  id: 'lost-is-refused',
  until: 'made for the museum',
  sentence: 'A client takes a request that was never answered for one that never arrived.',
  promise: 'a send that failed stands nowhere, and each record of an idempotent producer once',
  rules: { client: { outcomeWithoutAnswer: () => 'not-written' } },
};

export const sequenceBeyondItsSpace: Exhibit = {
  id: 'sequence-without-end',
  until: 'made for the museum',
  sentence: 'Sequence numbers do not begin again at 0 behind 2147483647.',
  promise: 'a send of an idempotent producer is answered with success once all is well',
  rules: { client: { sequenceAfter: (sequence, count) => sequence + count } },
  unseen: {
    why: 'it takes 2,147,483,648 records of one producer to one partition',
    test: 'test/kafka/client/produce/partition-queue.test.ts',
  },
};
