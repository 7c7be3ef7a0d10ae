/** Exhibits of the log: epochs, sequences, failed disks, marks of clean shutdown. */
import type { Exhibit } from './exhibit.ts';

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

export const kafka13773: Exhibit = {
  id: 'KAFKA-13773',
  until: '3.2.1',
  sentence: 'A disk that fails in recovery still leaves the mark of a clean shutdown.',
  promise: 'an unclean shutdown is known as one',
  rules: { broker: { mayMarkCleanShutdown: () => true }, log: { closesCleanly: () => true } },
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
