import { describe, expect, it } from 'vitest';
import { PartitionQueue } from '../../../../src/kafka/client/produce/partition-queue.ts';
import { ProducerBatch } from '../../../../src/kafka/client/produce/producer-batch.ts';
import type { Identity } from '../../../../src/kafka/client/produce/producer-identity.ts';
import { resolveProducerSettings } from '../../../../src/kafka/client/produce/producer-types.ts';
import { type ClientRules, clientRules } from '../../../../src/kafka/client/rules.ts';
import { notTimed } from '../../../../src/kafka/client/wake-timer.ts';
import { estimateRecordSize } from '../../../../src/kafka/records/builder.ts';
import { wrongRulesOf } from '../../../trial/museum/wrong-rules-of.ts';

/** A queue whose producer has id 7 and raises its epoch when asked to. */
class QueueLab {
  readonly identity = { current: { id: 7, epoch: 0 } as Identity | null, ensure() {}, renew };
  readonly queue: PartitionQueue;
  #order = 0;

  constructor(wrong: Partial<ClientRules> = {}) {
    const settings = resolveProducerSettings({ lingerMs: 0 });
    const rules = { ...clientRules, ...wrong };
    this.queue = new PartitionQueue('t', 0, settings, rules, this.identity);
  }

  /** A lab whose producer the leader knows: its sequence 0 is acknowledged. */
  static known(): QueueLab {
    const lab = new QueueLab();
    lab.acknowledge(lab.send());
    return lab;
  }

  /** Adds a batch of so many records and puts it into a request. */
  send(records = 1): ProducerBatch {
    this.add(records);
    expect(this.due()).toBe(true);
    return this.queue.take(0);
  }

  add(records = 1): void {
    const batch = new ProducerBatch(this.queue, ++this.#order, 0, 1000);
    const record = { timestamp: 0, key: null, value: null, headers: [] };
    const sizeBytes = estimateRecordSize(record);
    for (let i = 0; i < records; i++) batch.add(record, sizeBytes, () => {});
    this.queue.fresh.push(batch);
  }

  acknowledge(batch: ProducerBatch): void {
    this.queue.returned(batch);
    this.queue.acknowledged(batch);
  }

  due(): boolean {
    return this.queue.dueUs(0, 0, 0) <= 0;
  }
}

function renew(this: { current: Identity | null }, stale: Identity): void {
  if (this.current === stale) this.current = { id: stale.id, epoch: stale.epoch + 1 };
}

const numbersOf = ({ producerEpoch, baseSequence }: ProducerBatch) => [producerEpoch, baseSequence];

describe('batches of a partition under way', () => {
  it('are at most five', () => {
    const lab = QueueLab.known();
    for (let i = 0; i < 5; i++) lab.send();
    lab.add();
    expect(lab.queue.dueUs(0, 0, 0)).toBe(notTimed);
    lab.acknowledge(lab.queue.underWay[0]!);
    expect(lab.due()).toBe(true);
  });

  it('are sent again only from the first on, one at a time', () => {
    const lab = QueueLab.known();
    const [first, second] = [lab.send(), lab.send()];
    lab.queue.returned(second);
    expect(lab.due()).toBe(false);
    lab.queue.returned(first);
    expect(lab.due()).toBe(true);
    expect(lab.queue.take(0)).toBe(first);
    expect(lab.due()).toBe(false);
    lab.acknowledge(first);
    expect(lab.queue.take(0)).toBe(second);
    expect(numbersOf(second)).toEqual([0, 2]);
  });
});

describe('the first batch of a partition', () => {
  it('travels alone until it is acknowledged (KAFKA-14359)', () => {
    const lab = new QueueLab();
    const first = lab.send();
    lab.add();
    expect(lab.due()).toBe(false);
    lab.acknowledge(first);
    expect(lab.due()).toBe(true);
  });

  it('could be overtaken if it did not, and could then never be written', () => {
    const lab = new QueueLab(wrongRulesOf('KAFKA-14359-together', 'client'));
    const [refused, accepted] = [lab.send(), lab.send()];
    lab.queue.returned(refused);
    lab.acknowledge(accepted);
    expect(lab.queue.take(0)).toBe(refused);
    lab.queue.returned(refused);
    expect(lab.queue.missingBefore(refused)).toBe('overtaken');
  });

  it('travels alone under a new epoch too', () => {
    const lab = QueueLab.known();
    const lost = lab.send();
    lab.queue.returned(lost);
    lab.queue.givenUp(lost);
    const first = lab.send();
    expect(numbersOf(first)).toEqual([1, 0]);
    lab.add();
    expect(lab.due()).toBe(false);
    lab.acknowledge(first);
    expect(lab.due()).toBe(true);
  });
});

describe('a batch that was overtaken', () => {
  it('is never numbered anew: it would stand behind what was sent later', () => {
    const lab = QueueLab.known();
    const [refused, accepted] = [lab.send(), lab.send()];
    lab.queue.returned(refused);
    expect(lab.queue.missingBefore(refused)).toBe('wait');
    lab.acknowledge(accepted);
    lab.queue.resolveGap();
    expect(numbersOf(refused)).toEqual([0, 1]);
    expect(lab.queue.take(0)).toBe(refused);
    lab.queue.returned(refused);
    expect(lab.queue.missingBefore(refused)).toBe('overtaken');
    lab.queue.givenUp(refused);
    lab.queue.resolveGap();
    expect(numbersOf(lab.send())).toEqual([0, 3]);
  });

  it('nor where what came behind it was given up in doubt', () => {
    const lab = QueueLab.known();
    const [refused, doubtful] = [lab.send(), lab.send()];
    for (const batch of [refused, doubtful]) lab.queue.returned(batch);
    doubtful.mayBeWritten = true;
    lab.queue.givenUp(doubtful);
    lab.queue.resolveGap();
    expect(numbersOf(refused)).toEqual([0, 1]);
    expect(lab.queue.missingBefore(refused)).toBe('overtaken');
  });
});

describe('a batch that was too large', () => {
  it('gives its place and its numbers to its pieces', () => {
    const lab = QueueLab.known();
    const [large, next] = [lab.send(5), lab.send()];
    lab.queue.returned(large);
    const pieces = large.split();
    lab.queue.replace(large, pieces);
    expect(lab.queue.underWay).toEqual([...pieces, next]);
    expect(pieces.map((piece) => piece.records.length)).toEqual([2, 2, 1]);
    expect(pieces.map(numbersOf)).toEqual([
      [0, 1],
      [0, 3],
      [0, 5],
    ]);
    expect(numbersOf(next)).toEqual([0, 6]);
  });

  it('leaves its pieces in doubt where it may have been written', () => {
    const lab = new QueueLab();
    const large = lab.send(2);
    large.mayBeWritten = true;
    expect(large.split().map((piece) => piece.mayBeWritten)).toEqual([true, true]);
  });
});

describe('a batch that is given up', () => {
  it('makes the partition begin a new epoch before anything else is sent', () => {
    const lab = new QueueLab();
    const lost = lab.send(3);
    lab.queue.returned(lost);
    lab.queue.givenUp(lost);
    expect(numbersOf(lab.send())).toEqual([1, 0]);
  });

  it('holds all up while its request is out', () => {
    const lab = new QueueLab();
    const lost = lab.send();
    lab.queue.givenUp(lost);
    lab.add();
    expect(lab.due()).toBe(false);
    lab.queue.returned(lost);
    expect(lab.due()).toBe(true);
  });

  it('was written after all when what came behind it was taken: then nothing changes', () => {
    const lab = QueueLab.known();
    const [lost, next] = [lab.send(2), lab.send(3)];
    lab.queue.returned(lost);
    lab.queue.givenUp(lost);
    lab.acknowledge(next);
    expect(numbersOf(lab.send())).toEqual([0, 6]);
  });

  it('before it was ever numbered leaves no gap', () => {
    const lab = new QueueLab();
    lab.add();
    lab.queue.givenUp(lab.queue.fresh[0]!);
    expect(numbersOf(lab.send())).toEqual([0, 0]);
  });
});

describe('a gap', () => {
  it('numbers anew what is certainly not written, in order', () => {
    const lab = QueueLab.known();
    const [lost, second, third] = [lab.send(), lab.send(2), lab.send(4)];
    for (const batch of [lost, second, third]) lab.queue.returned(batch);
    lab.queue.givenUp(lost);
    lab.queue.resolveGap();
    expect([numbersOf(second), numbersOf(third)]).toEqual([
      [1, 0],
      [1, 2],
    ]);
  });

  it('waits while one of them may be written', () => {
    const lab = QueueLab.known();
    const [lost, second] = [lab.send(), lab.send()];
    for (const batch of [lost, second]) lab.queue.returned(batch);
    second.mayBeWritten = true;
    lab.queue.givenUp(lost);
    lab.queue.resolveGap();
    expect(numbersOf(second)).toEqual([0, 2]);
    lab.queue.givenUp(second);
    lab.queue.resolveGap();
    expect(numbersOf(lab.send())).toEqual([1, 0]);
  });

  it('waits for a new producer id where the epochs are used up', () => {
    const lab = new QueueLab();
    lab.identity.renew = () => {
      lab.identity.current = null;
    };
    const lost = lab.send();
    lab.queue.returned(lost);
    lab.queue.givenUp(lost);
    lab.add();
    expect(lab.due()).toBe(false);
    lab.identity.current = { id: 8, epoch: 0 };
    lab.identity.renew = () => {};
    expect(lab.due()).toBe(true);
    const next = lab.queue.take(0);
    expect([next.producerId, next.baseSequence]).toEqual([8, 0]);
  });
});

it('sequences begin again at 0 behind 2^31 − 1', () => {
  expect(clientRules.sequenceAfter(2_147_483_646, 1)).toBe(2_147_483_647);
  expect(clientRules.sequenceAfter(2_147_483_647, 1)).toBe(0);
  expect(clientRules.sequenceAfter(2_147_483_646, 5)).toBe(3);
  const wrong = wrongRulesOf('sequence-without-end', 'client');
  expect(wrong.sequenceAfter?.(2_147_483_647, 1)).toBe(2_147_483_648);
});
