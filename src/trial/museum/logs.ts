/** Exhibits of the log: epochs, sequences, failed disks, what a crash leaves behind. */
import { kafka14034 } from './clients.ts';
import { type Exhibit, together } from './exhibit.ts';

export const kip279Answer: Exhibit = {
  id: 'KIP-279-answer',
  until: '2.0',
  sentence: 'The answer about the end of an epoch does not say which epoch it found.',
  promise: 'replicas agree below the high watermark',
  rules: {
    log: {
      endOfEpoch: (epochs, epoch, logEnd) => {
        if (epoch < 0 || epochs.length === 0) return { leaderEpoch: -1, endOffset: -1 };
        const next = epochs.find((one) => one.epoch > epoch);
        return { leaderEpoch: epoch, endOffset: next?.startOffset ?? logEnd };
      },
    },
  },
};

export const kafka7415: Exhibit = {
  id: 'KAFKA-7415',
  until: '2.0.1',
  sentence: 'A new leader does not record where its epoch starts before it appends.',
  promise: 'replicas agree below the high watermark',
  rules: { log: { recordsEpochOfNewLeader: () => false } },
};

export const kafka10778: Exhibit = {
  id: 'KAFKA-10778',
  until: '2.8',
  sentence: 'Appends are accepted after an I/O error, until the log is taken offline.',
  promise: 'an acknowledged record stays',
  rules: { log: { acceptsAppend: () => true } },
};

export const kip98: Exhibit = {
  id: 'KIP-98',
  until: '0.11',
  sentence: 'Retries of a producer are taken for new records.',
  promise: 'each record of an idempotent producer stands once',
  rules: { log: { recognisesDuplicates: () => false, judgeSequence: () => 'in-order' } },
};

export const kip98Gap: Exhibit = {
  id: 'KIP-98-gap',
  until: '0.11',
  sentence: 'A batch is taken although one before it is missing.',
  promise: 'records of an idempotent producer stand in their order',
  rules: { log: { judgeSequence: () => 'in-order' } },
};

export const redpanda3039Broker: Exhibit = {
  id: 'Redpanda-3039-broker',
  until: 'Redpanda',
  sentence: 'A retry of what stands in the log is answered as out of order, not as a duplicate.',
  promise: 'a send of an idempotent producer is answered with success once all is well',
  rules: { log: { recognisesDuplicates: () => false } },
  coveredBy: 'KAFKA-14034',
};

export const redpanda3039: Exhibit = together(
  {
    id: 'Redpanda-3039',
    until: 'Redpanda',
    sentence:
      'A retry of what stands in the log is answered as out of order, and the client raises its ' +
      'epoch and sends it once more.',
    promise: 'each record of an idempotent producer stands once',
  },
  [redpanda3039Broker, kafka14034],
);

export const lavinmq387: Exhibit = {
  id: 'LavinMQ-387',
  until: 'LavinMQ',
  sentence: 'What a crash left at the end of a file, zeros too, is taken for records.',
  promise: 'what is acknowledged after a crash can be read',
  rules: { log: { recoveredSize: (_sound, fileBytes) => fileBytes } },
};

export const kafka9144: Exhibit = {
  id: 'KAFKA-9144',
  until: '2.4.1',
  sentence: "Markers do not count as a producer's activity, and its state expires early.",
  promise: 'an epoch that was fenced stays fenced',
  rules: {
    log: { lastActiveMs: (before, timestamp, isMarker) => (isMarker ? before : timestamp) },
  },
  unseen: {
    why: 'only transactions write markers, and no workload has transactions yet',
    test: 'test/kafka/log/producers.test.ts',
  },
};
