import { describe, expect, it } from 'vitest';
import type { Observation } from '../../../src/kafka/observation.ts';
import { Parting } from '../../../src/trial/coverage/parting.ts';

const where = (node: number) => ({ node, topicId: 't' as never, partition: 'orders-0' });

const appended = (node: number, offset: number, leaderEpoch: number) =>
  ({
    kind: 'batch-appended',
    ...where(node),
    baseOffset: offset,
    lastOffset: offset,
    leaderEpoch,
    crc: 1,
  }) as unknown as Observation;
const leads = (node: number) =>
  ({ kind: 'leader-started', ...where(node) }) as unknown as Observation;
const committed = (highWatermark: number) =>
  ({
    kind: 'high-watermark',
    role: 'leader',
    ...where(1),
    highWatermark,
  }) as unknown as Observation;
const cut = (node: number, to: number) =>
  ({ kind: 'log-truncated', ...where(node), to }) as unknown as Observation;

const told = (...observations: Observation[]): (string | null)[] => {
  const parting = new Parting();
  return observations.map((one) => parting.observe(one)).filter((one) => one !== null);
};

describe('how far logs have parted', () => {
  it('is not told of logs that agree', () => {
    expect(told(appended(1, 0, 1), appended(2, 0, 1), committed(1), leads(2))).toEqual([]);
  });

  it('is told by epochs that are open, and by replicas that have others', () => {
    expect(told(appended(1, 0, 1), appended(2, 0, 2), appended(2, 1, 3), leads(2))).toEqual([
      'leads: 2 open epochs, 1 parted',
    ]);
  });

  it('is over where the parted end is cut off, or is committed', () => {
    expect(
      told(appended(1, 0, 1), appended(1, 1, 2), appended(2, 0, 1), cut(1, 1), leads(2)),
    ).toEqual(['cut: 2 open epochs, 1 parted', 'leads: 1 open epochs, 0 parted']);
    expect(told(appended(1, 0, 1), appended(1, 1, 2), committed(2), leads(1))).toEqual([]);
  });
});
