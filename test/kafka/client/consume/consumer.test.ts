import { describe, expect, it } from 'vitest';
import type { KafkaClient } from '../../../../src/kafka/client/client.ts';
import type { Consumer } from '../../../../src/kafka/client/consume/consumer.ts';
import type {
  Assignment,
  ConsumerOptions,
  PositionReset,
  Truncation,
} from '../../../../src/kafka/client/consume/consumer-types.ts';
import type { ClientOptions } from '../../../../src/kafka/client/settings.ts';
import { fetchApi } from '../../../../src/kafka/protocol/apis/01-fetch.ts';
import { offsetForLeaderEpochApi } from '../../../../src/kafka/protocol/apis/23-offset-for-leader-epoch.ts';
import { buildBatch } from '../../../../src/kafka/records/builder.ts';
import { FakeCluster } from '../fake-cluster.ts';

const text = new TextDecoder();

function batch(...values: string[]): Uint8Array {
  const encoder = new TextEncoder();
  const records = values.map((value) => {
    return { timestamp: 1, key: null, value: encoder.encode(value), headers: [] };
  });
  return buildBatch({ records });
}

class ConsumerLab {
  readonly cluster: FakeCluster;
  readonly read: string[] = [];
  readonly errors: string[] = [];
  readonly truncations: Truncation[] = [];
  readonly resets: PositionReset[] = [];
  #consumer: Consumer | null = null;

  constructor(nodes = 1, partitions = 1) {
    this.cluster = new FakeCluster(nodes);
    this.cluster.addTopic('t', partitions);
  }

  get consumer(): Consumer {
    if (this.#consumer === null) throw new Error('the client has not started');
    return this.#consumer;
  }

  write(partition: number, ...values: string[]): void {
    const { log, epoch } = this.cluster.partition('t', partition);
    log.append(batch(...values), epoch);
    this.cluster.appended();
  }

  async open(
    assignments: readonly Assignment[],
    options: ConsumerOptions = {},
    clientOptions: Partial<ClientOptions> = {},
  ): Promise<void> {
    await this.cluster.client((client: KafkaClient) => {
      this.#consumer = client.consumer({
        onRecords: (_topic, partition, records) => {
          for (const { offset, value } of records) {
            this.read.push(`${partition}@${offset}=${text.decode(value ?? undefined)}`);
          }
        },
        onError: (error) => this.errors.push(error.kind),
        onTruncation: (truncation) => this.truncations.push(truncation),
        onReset: (reset) => this.resets.push(reset),
        ...options,
      });
      this.consumer.assign(assignments);
    }, clientOptions);
  }
}

const fromStart = [{ topic: 't', partition: 0, from: 'earliest' }] as const;

describe('a pause', () => {
  it('holds a partition back while others go on, and resuming leaves nothing out', async () => {
    const lab = new ConsumerLab(1, 2);
    await lab.open([0, 1].map((partition) => ({ topic: 't', partition, from: 0 })));
    lab.write(0, 'a');
    lab.write(1, 'b');
    await lab.cluster.runFor(1000);
    lab.consumer.pause([{ topic: 't', partition: 0 }]);
    lab.write(0, 'c');
    lab.write(1, 'd');
    await lab.cluster.runFor(2000);
    expect(lab.read).toEqual(['0@0=a', '1@0=b', '1@1=d']);
    lab.consumer.resume([{ topic: 't', partition: 0 }]);
    lab.write(0, 'e');
    await lab.cluster.runFor(1000);
    expect(lab.read.slice(3)).toEqual(['0@1=c', '0@2=e']);
  });

  it('of a partition whose records were about to be handed over keeps them for later', async () => {
    const lab = new ConsumerLab(1, 2);
    const read: string[] = [];
    lab.write(0, 'a');
    lab.write(1, 'b');
    await lab.open(
      [0, 1].map((partition) => ({ topic: 't', partition, from: 0 })),
      {
        onRecords: (topic, partition, records) => {
          if (read.length === 0) lab.consumer.pause([{ topic, partition: 1 - partition }]);
          read.push(`${partition}@${records[0]?.offset}`);
        },
      },
    );
    await lab.cluster.runFor(1000);
    expect(read).toEqual(['0@0']);
    lab.consumer.resume([{ topic: 't', partition: 1 }]);
    await lab.cluster.runFor(1000);
    expect(read).toEqual(['0@0', '1@0']);
  });

  it('leaves what waits to be polled waiting', async () => {
    const lab = new ConsumerLab();
    lab.write(0, 'a');
    const client: { consumer?: Consumer } = {};
    await lab.cluster.client((kafka) => {
      client.consumer = kafka.consumer();
      client.consumer.assign(fromStart);
    });
    await lab.cluster.runFor(1000);
    client.consumer!.pause([{ topic: 't', partition: 0 }]);
    expect(client.consumer!.poll()).toEqual([]);
    client.consumer!.resume([{ topic: 't', partition: 0 }]);
    expect(client.consumer!.poll()).toMatchObject([{ offset: 0 }]);
  });
});

describe('reading', () => {
  it('gives what is there and then what comes', async () => {
    const lab = new ConsumerLab();
    lab.write(0, 'a', 'b');
    await lab.open(fromStart);
    await lab.cluster.runFor(100);
    expect(lab.read).toEqual(['0@0=a', '0@1=b']);
    lab.write(0, 'c');
    await lab.cluster.runFor(10);
    expect(lab.read.at(-1)).toBe('0@2=c');
    expect(lab.consumer.position('t', 0)).toBe(3);
    expect(lab.consumer.highWatermark('t', 0)).toBe(3);
  });

  it('begins at the end by default', async () => {
    const lab = new ConsumerLab();
    lab.write(0, 'a');
    await lab.open([{ topic: 't', partition: 0 }]);
    await lab.cluster.runFor(100);
    lab.write(0, 'b');
    await lab.cluster.runFor(10);
    expect(lab.read).toEqual(['0@1=b']);
  });

  it('trims a batch that begins below the position', async () => {
    const lab = new ConsumerLab();
    lab.write(0, 'a', 'b', 'c');
    await lab.open([{ topic: 't', partition: 0, from: 2 }]);
    await lab.cluster.runFor(100);
    expect(lab.read).toEqual(['0@2=c']);
  });

  it('asks for all partitions of a leader in one fetch, and waits at the broker when there is nothing', async () => {
    const lab = new ConsumerLab(1, 3);
    await lab.open([0, 1, 2].map((partition) => ({ topic: 't', partition, from: 0 })));
    await lab.cluster.runFor(5000);
    const fetches = lab.cluster.seen(fetchApi);
    expect(fetches.length).toBeLessThanOrEqual(11);
    expect(fetches[0]?.body.topics[0]?.partitions).toHaveLength(3);
  });

  it('has the next fetch on its way when records are handed over', async () => {
    const lab = new ConsumerLab();
    lab.write(0, 'a');
    const link = lab.cluster.world.network.link('client', 'b0');
    let sentAtDelivery = 0;
    await lab.open(fromStart, {
      onRecords: () => {
        sentAtDelivery = link.segments;
      },
    });
    await lab.cluster.runFor(100);
    const offsets = lab.cluster
      .seen(fetchApi)
      .map(({ body }) => body.topics[0]?.partitions[0]?.fetchOffset);
    expect(offsets).toEqual([0, 1]);
    expect(sentAtDelivery).toBe(link.segments);
  });

  it('by polling fetches no more of a partition until its records are taken', async () => {
    const lab = new ConsumerLab();
    lab.write(0, 'a', 'b');
    lab.write(0, 'c');
    await lab.cluster.client((client) => {
      const consumer = client.consumer();
      consumer.assign(fromStart);
      Object.assign(lab, { polled: consumer });
    });
    const { polled } = lab as unknown as { polled: Consumer };
    let woken = 0;
    polled.waitForRecords(() => woken++);
    await lab.cluster.runFor(3000);
    expect([woken, lab.cluster.seen(fetchApi).length]).toEqual([1, 1]);
    const first = polled.poll(1);
    expect(first.map(({ offset }) => offset)).toEqual([0]);
    expect(polled.position('t', 0)).toBe(1);
    await lab.cluster.runFor(1000);
    expect(lab.cluster.seen(fetchApi)).toHaveLength(1);
    expect(polled.poll().map(({ offset }) => offset)).toEqual([1, 2]);
    await lab.cluster.runFor(100);
    expect(lab.cluster.seen(fetchApi)).toHaveLength(2);
    expect(polled.poll()).toEqual([]);
  });

  it('goes elsewhere after a seek, and what was fetched before is void', async () => {
    const lab = new ConsumerLab();
    lab.write(0, 'a', 'b', 'c');
    await lab.open(fromStart);
    await lab.cluster.runFor(100);
    lab.consumer.seek('t', 0, 1);
    await lab.cluster.runFor(600);
    expect(lab.read).toEqual(['0@0=a', '0@1=b', '0@2=c', '0@1=b', '0@2=c']);
  });

  it('stops on records that are damaged', async () => {
    const lab = new ConsumerLab();
    lab.write(0, 'a');
    lab.cluster.log('t', 0).batches[0]!.bytes[65]! ^= 1;
    await lab.open(fromStart);
    await lab.cluster.runFor(100);
    expect([lab.read, lab.errors]).toEqual([[], ['corrupt-records']]);
  });
});

describe('an offset outside of the log', () => {
  it.each([
    ['earliest', '0@5=f'],
    ['latest', '0@6=g'],
  ] as const)('is reset to %s', async (autoOffsetReset, firstRead) => {
    const lab = new ConsumerLab();
    const { log } = lab.cluster.partition('t', 0);
    log.start = 5;
    lab.write(0, 'f');
    await lab.open([{ topic: 't', partition: 0, from: 2 }], { autoOffsetReset });
    await lab.cluster.runFor(100);
    lab.write(0, 'g');
    await lab.cluster.runFor(100);
    expect(lab.read[0]).toBe(firstRead);
    expect(lab.resets).toMatchObject([{ reason: 'out-of-range', from: 2 }]);
  });

  it('is an error without a policy, until a seek', async () => {
    const lab = new ConsumerLab();
    lab.write(0, 'a');
    const options = { autoOffsetReset: 'none' } as const;
    await lab.open([{ topic: 't', partition: 0, from: 9 }], options);
    await lab.cluster.runFor(2000);
    expect([lab.read, lab.errors]).toEqual([[], ['offset-out-of-range']]);
    lab.consumer.seek('t', 0, 0);
    await lab.cluster.runFor(100);
    expect(lab.read).toEqual(['0@0=a']);
  });
});

describe('a new leader', () => {
  it('is followed and asked whether its log agrees', async () => {
    const lab = new ConsumerLab(2);
    lab.write(0, 'a');
    await lab.open(fromStart);
    await lab.cluster.runFor(100);
    lab.cluster.moveLeader('t', 0, 1);
    lab.write(0, 'b');
    await lab.cluster.runFor(3000);
    expect(lab.read).toEqual(['0@0=a', '0@1=b']);
    expect(lab.cluster.seen(offsetForLeaderEpochApi)).toHaveLength(1);
    expect([lab.truncations, lab.resets]).toEqual([[], []]);
    expect(lab.cluster.requests.at(-1)?.node).toBe(1);
  });

  it('with a shorter log of the epoch read means truncation: reported, and read on from there', async () => {
    const lab = new ConsumerLab(2);
    lab.write(0, 'a');
    lab.write(0, 'b');
    await lab.open(fromStart);
    await lab.cluster.runFor(100);
    lab.cluster.log('t', 0).truncate(1);
    lab.cluster.moveLeader('t', 0, 1);
    lab.write(0, 'B');
    await lab.cluster.runFor(3000);
    expect(lab.truncations).toEqual([
      { topic: 't', partition: 0, position: 2, positionEpoch: 0, divergentOffset: 1 },
    ]);
    expect(lab.resets).toMatchObject([{ reason: 'truncated', from: 2, to: 1 }]);
    expect(lab.read).toEqual(['0@0=a', '0@1=b', '0@1=B']);
  });

  it('and truncation without a reset policy stops the partition', async () => {
    const lab = new ConsumerLab(2);
    lab.write(0, 'a');
    lab.write(0, 'b');
    await lab.open(fromStart, { autoOffsetReset: 'none' });
    await lab.cluster.runFor(100);
    lab.cluster.log('t', 0).truncate(1);
    lab.cluster.moveLeader('t', 0, 1);
    await lab.cluster.runFor(3000);
    expect(lab.errors).toEqual(['log-truncated']);
  });

  it('is read from as soon as it is known, though a fetch hangs at the old one', async () => {
    const lab = new ConsumerLab(2);
    lab.write(0, 'a');
    await lab.open(fromStart, {}, { metadataMaxAgeMs: 1000 });
    await lab.cluster.runFor(100);
    lab.cluster.intercept = (request, node) => node === 0 && request.api.key === fetchApi.key;
    await lab.cluster.runFor(600);
    lab.cluster.moveLeader('t', 0, 1);
    lab.write(0, 'b');
    await lab.cluster.runFor(2000);
    expect(lab.read).toEqual(['0@0=a', '0@1=b']);
  });

  it('is found when the old one is silent', async () => {
    const lab = new ConsumerLab(3);
    lab.write(0, 'a');
    await lab.open(fromStart);
    await lab.cluster.runFor(100);
    lab.cluster.world.machine('b0').powerLoss();
    lab.cluster.moveLeader('t', 0, 1);
    lab.write(0, 'b');
    await lab.cluster.runFor(45_000);
    expect(lab.read).toEqual(['0@0=a', '0@1=b']);
  });
});

describe('a topic made again under its name', () => {
  it('is read by its new id, without the old epochs (KAFKA-12257)', async () => {
    const lab = new ConsumerLab();
    lab.cluster.partition('t', 0).epoch = 7;
    lab.write(0, 'a');
    const changes: unknown[] = [];
    await lab.open(fromStart, { onTopicChange: (...change) => changes.push(change) });
    await lab.cluster.runFor(100);
    lab.cluster.addTopic('t', 1, 'AAAAAAAAAAAAAAAAAAAAAg');
    lab.write(0, 'x', 'y');
    await lab.cluster.runFor(5000);
    expect(changes).toEqual([['t', 0, 'AAAAAAAAAAAAAAAAAAAAAg']]);
    expect(lab.read).toEqual(['0@0=a', '0@1=y']);
    expect(lab.truncations).toEqual([]);
    expect(lab.cluster.seen(offsetForLeaderEpochApi)).toEqual([]);
  });
});
