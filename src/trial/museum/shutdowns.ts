/** Exhibits of a broker's start and stop: what the mark of a clean shutdown vouches for. */
import { type Exhibit, together } from './exhibit.ts';

export const kafka13773: Exhibit = {
  id: 'KAFKA-13773',
  until: '3.2.1',
  sentence: 'A disk that fails in recovery still leaves the mark of a clean shutdown.',
  promise: 'an unclean shutdown is known as one',
  rules: { broker: { mayMarkCleanShutdown: () => true }, log: { closesCleanly: () => true } },
};

export const redpanda9711Mark: Exhibit = {
  id: 'Redpanda-9711-mark',
  until: 'Redpanda',
  sentence: 'The mark of a clean shutdown is not removed when the next process starts.',
  promise: 'an unclean shutdown is known as one',
  rules: { broker: { removesMarkAtStart: () => false } },
  coveredBy: 'Redpanda-9711-files',
};

export const redpanda9711Files: Exhibit = {
  id: 'Redpanda-9711-files',
  until: 'Redpanda',
  sentence: 'The mark of a clean shutdown is believed, whatever the files say.',
  promise: 'an unclean shutdown is known as one',
  rules: { broker: { contradictions: () => [] } },
  coveredBy: 'Redpanda-9711-mark',
};

export const redpanda9711: Exhibit = together(
  {
    id: 'Redpanda-9711',
    until: 'Redpanda',
    sentence: 'After a clean shutdown, a start and a crash the old mark has recovery skipped.',
    promise: 'an unclean shutdown is known as one',
  },
  [redpanda9711Mark, redpanda9711Files],
);
