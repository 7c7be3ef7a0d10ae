import { describe, expect, it } from 'vitest';
import { produceApi } from '../../../../src/kafka/protocol/apis/00-produce.ts';
import { initProducerIdApi } from '../../../../src/kafka/protocol/apis/22-init-producer-id.ts';
import { errorCode } from '../../../../src/kafka/protocol/errors.ts';
import { baseSequence, producerEpoch, recordCount } from '../../../../src/kafka/records/batch.ts';
import type { Request } from '../../../../src/kafka/rpc/contract.ts';
import { isRequestOf } from '../../../../src/kafka/rpc/request.ts';
import type { FakeCluster } from '../fake-cluster.ts';
import { ProducerLab } from './producer-lab.ts';

type Produce = Request<typeof produceApi>;

const batchOf = (request: Produce): Uint8Array =>
  request.body.topicData[0]?.partitionData[0]?.records ?? new Uint8Array();

/** Deals with the first produce requests in turn; later ones go their normal way. */
function script(
  cluster: FakeCluster,
  ...steps: ((request: Produce, node: number) => void)[]
): void {
  let at = 0;
  cluster.intercept = (request, node) => {
    if (!isRequestOf(request, produceApi)) return false;
    const step = steps[at++];
    step?.(request, node);
    return step !== undefined;
  };
}

/** The leader's log no longer holds what the producers wrote last. */
function loseState(cluster: FakeCluster): void {
  for (const state of cluster.log('t', 0).producers.values()) state.nextSequence = 77;
}

describe('batches', () => {
  it('gather what comes within the linger time', async () => {
    const lab = await ProducerLab.open({ lingerMs: 20 });
    await lab.warmUp();
    for (let i = 0; i < 10; i++) lab.send(`v${i}`, { partition: 0 });
    await lab.cluster.runFor(15);
    expect(lab.cluster.seen(produceApi)).toHaveLength(1);
    await lab.cluster.runFor(10);
    const requests = lab.cluster.seen(produceApi);
    expect(requests).toHaveLength(2);
    expect(recordCount(batchOf(requests[1]!))).toBe(10);
    expect(lab.outcomes.slice(1)).toEqual(Array.from({ length: 10 }, (_, i) => `ok ${i + 1}`));
  });

  it('leave at once when they are full', async () => {
    const lab = await ProducerLab.open({ lingerMs: 1000, batchBytes: 500 });
    await lab.warmUp();
    for (let i = 0; i < 8; i++) lab.send('x'.repeat(100), { partition: 0 });
    await lab.cluster.runFor(10);
    const counts = lab.cluster
      .seen(produceApi)
      .slice(1)
      .map((each) => recordCount(batchOf(each)));
    expect(counts.every((count) => count <= 4)).toBe(true);
    expect(counts.length).toBeGreaterThanOrEqual(2);
  });

  it('are flushed without linger', async () => {
    const lab = await ProducerLab.open({ lingerMs: 10_000 });
    await lab.warmUp();
    lab.send('a', { partition: 0 });
    let flushed = false;
    await lab.use((producer) => producer.flush(() => (flushed = true)));
    await lab.cluster.runFor(10);
    expect(flushed).toBe(true);
    expect(lab.outcomes[1]).toBe('ok 1');
  });

  it('of several partitions of one leader share a request', async () => {
    const lab = await ProducerLab.open({}, { partitions: 3 });
    await lab.warmUp();
    for (const partition of [0, 1, 2]) lab.send('a', { partition });
    await lab.cluster.runFor(10);
    const last = lab.cluster.seen(produceApi).at(-1)!;
    expect(last.body.topicData[0]?.partitionData.map(({ index }) => index)).toEqual([0, 1, 2]);
  });

  it('are bounded in all: beyond the buffer a send fails', async () => {
    const lab = await ProducerLab.open({ bufferBytes: 1000, lingerMs: 100 });
    for (let i = 0; i < 5; i++) lab.send('x'.repeat(300), { partition: 0 });
    await lab.cluster.runFor(300);
    expect(lab.outcomes.filter((each) => each === 'failed buffer-full')).toHaveLength(3);
    expect(lab.outcomes.filter((each) => each.startsWith('ok'))).toHaveLength(2);
    expect(lab.producer.bufferedBytes).toBe(0);
  });

  it('never hold a record larger than a request', async () => {
    const lab = await ProducerLab.open({ maxRequestBytes: 1000 });
    lab.send('x'.repeat(2000), { partition: 0 });
    await lab.cluster.runFor(10);
    expect(lab.outcomes).toEqual(['failed record-too-large']);
  });
});

describe('the outcome of a send', () => {
  it('is failed when the only attempt was refused before the append', async () => {
    const lab = await ProducerLab.open({ idempotent: false, retries: 0 });
    script(lab.cluster, (request) => lab.cluster.refuse(request, errorCode.notEnoughReplicas));
    lab.send('a', { partition: 0 });
    await lab.cluster.runFor(100);
    expect(lab.outcomes).toEqual(['failed broker NOT_ENOUGH_REPLICAS']);
  });

  it.each([
    'notEnoughReplicasAfterAppend',
    'requestTimedOut',
    'notLeaderOrFollower',
    'kafkaStorageError',
  ] as const)('is unknown after %s with acks=all', async (name) => {
    const lab = await ProducerLab.open({ idempotent: false, retries: 0 });
    script(lab.cluster, (request) => lab.cluster.refuse(request, errorCode[name]));
    lab.send('a', { partition: 0 });
    await lab.cluster.runFor(100);
    expect(lab.outcomes[0]).toMatch(/^unknown broker/);
  });

  it('is failed after NOT_LEADER_OR_FOLLOWER with acks=1, which is answered before the append', async () => {
    const lab = await ProducerLab.open({ acks: 1, retries: 0 });
    script(lab.cluster, (request) => lab.cluster.refuse(request, errorCode.notLeaderOrFollower));
    lab.send('a', { partition: 0 });
    await lab.cluster.runFor(100);
    expect(lab.outcomes[0]).toBe('failed broker NOT_LEADER_OR_FOLLOWER');
  });

  it('is unknown when the connection broke behind it', async () => {
    const lab = await ProducerLab.open({ idempotent: false, retries: 0 });
    script(lab.cluster, (request) => request.disconnect());
    lab.send('a', { partition: 0 });
    await lab.cluster.runFor(100);
    expect(lab.outcomes).toEqual(['unknown disconnected']);
  });

  it('stays unknown when a later attempt is refused for good', async () => {
    const lab = await ProducerLab.open({ idempotent: false });
    script(
      lab.cluster,
      (request) => request.disconnect(),
      (request) => lab.cluster.refuse(request, errorCode.messageTooLarge),
    );
    lab.send('a', { partition: 0 });
    await lab.cluster.runFor(2000);
    expect(lab.outcomes).toEqual(['unknown broker MESSAGE_TOO_LARGE']);
  });

  it('is ok when a later attempt succeeds', async () => {
    const lab = await ProducerLab.open({});
    script(lab.cluster, (request) => request.disconnect());
    lab.send('a', { partition: 0 });
    await lab.cluster.runFor(2000);
    expect(lab.outcomes).toEqual(['ok 0']);
  });

  it('is failed when it expires without ever being sent', async () => {
    const lab = await ProducerLab.open({ deliveryTimeoutMs: 2000, requestTimeoutMs: 1000 });
    lab.cluster.partition('t', 0).leader = -1;
    lab.send('a', { partition: 0 });
    await lab.cluster.runFor(3000);
    expect(lab.outcomes).toEqual(['failed timeout']);
  });

  it('is unknown when it expires while an answer is awaited', async () => {
    const lab = await ProducerLab.open({ deliveryTimeoutMs: 2000, requestTimeoutMs: 1900 });
    script(
      lab.cluster,
      () => {},
      () => {},
      () => {},
    );
    lab.send('a', { partition: 0 });
    await lab.cluster.runFor(3000);
    expect(lab.outcomes).toEqual(['unknown timeout']);
  });

  it('tells the code for a topic that nobody knows', async () => {
    const lab = await ProducerLab.open({ maxBlockMs: 3000 });
    lab.send('a', { topic: 'nowhere' });
    await lab.cluster.runFor(4000);
    expect(lab.outcomes).toEqual(['failed timeout UNKNOWN_TOPIC_OR_PARTITION']);
  });

  it('has no offset with acks=0', async () => {
    const lab = await ProducerLab.open({ acks: 0 });
    lab.send('a', { partition: 0 });
    await lab.cluster.runFor(100);
    expect(lab.outcomes).toEqual(['ok -1']);
    expect(lab.cluster.log('t', 0).values).toEqual(['a']);
  });
});

describe('idempotence', () => {
  it('numbers records per partition from 0', async () => {
    const lab = await ProducerLab.open({}, { partitions: 2 });
    for (const value of ['a', 'b', 'c']) {
      lab.send(value, { partition: 0 });
      lab.send(value, { partition: 1 });
      await lab.cluster.runFor(50);
    }
    const sequences = lab.cluster.seen(produceApi).map((each) => baseSequence(batchOf(each)));
    expect(sequences).toEqual([0, 1, 2]);
    expect(lab.cluster.seen(initProducerIdApi)).toHaveLength(1);
  });

  it('makes one record of a batch whose answer was lost', async () => {
    const lab = await ProducerLab.open({});
    script(lab.cluster, (request, node) => {
      lab.cluster.produce(request, node, false);
      request.disconnect();
    });
    lab.send('a', { partition: 0 });
    await lab.cluster.runFor(2000);
    expect(lab.cluster.log('t', 0).values).toEqual(['a']);
    expect(lab.outcomes).toEqual(['ok 0']);
  });

  it('without it the same makes two', async () => {
    const lab = await ProducerLab.open({ idempotent: false });
    script(lab.cluster, (request, node) => {
      lab.cluster.produce(request, node, false);
      request.disconnect();
    });
    lab.send('a', { partition: 0 });
    await lab.cluster.runFor(2000);
    expect(lab.cluster.log('t', 0).values).toEqual(['a', 'a']);
  });

  it('takes DUPLICATE_SEQUENCE_NUMBER as success without an offset', async () => {
    const lab = await ProducerLab.open({});
    script(lab.cluster, (request) =>
      lab.cluster.refuse(request, errorCode.duplicateSequenceNumber),
    );
    lab.send('a', { partition: 0 });
    await lab.cluster.runFor(100);
    expect(lab.outcomes).toEqual(['ok -1']);
  });

  it('keeps order through retries of several batches in flight', async () => {
    const lab = await ProducerLab.open({ lingerMs: 0 });
    await lab.warmUp();
    script(lab.cluster, (request) => lab.cluster.refuse(request, errorCode.notEnoughReplicas));
    for (const value of ['a', 'b', 'c', 'd']) {
      lab.send(value, { partition: 0 });
      await lab.cluster.runFor(0.5);
    }
    await lab.cluster.runFor(5000);
    expect(lab.cluster.log('t', 0).values).toEqual(['warm', 'a', 'b', 'c', 'd']);
    expect(lab.outcomes.slice(1)).toEqual(['ok 1', 'ok 2', 'ok 3', 'ok 4']);
  });

  it('never has more than five batches of a partition in doubt', async () => {
    const lab = await ProducerLab.open({ lingerMs: 0 });
    await lab.warmUp();
    const held: Produce[] = [];
    lab.cluster.intercept = (request) => isRequestOf(request, produceApi) && held.push(request) > 0;
    for (let i = 0; i < 9; i++) {
      lab.send(`v${i}`, { partition: 0 });
      await lab.cluster.runFor(2);
    }
    // The fake answers a connection's requests in turn, so only the first is held there.
    expect(held).toHaveLength(1);
    lab.cluster.intercept = () => false;
    lab.cluster.produce(held[0]!, 0);
    await lab.cluster.runFor(100);
    const sizes = lab.cluster
      .seen(produceApi)
      .slice(1)
      .map((each) => recordCount(batchOf(each)));
    expect(sizes.slice(0, 6)).toEqual([1, 1, 1, 1, 1, 4]);
  });

  it('begins a new epoch from 0 behind a batch that was refused for good', async () => {
    const lab = await ProducerLab.open({ lingerMs: 0 });
    await lab.warmUp();
    script(lab.cluster, (request) => lab.cluster.refuse(request, errorCode.messageTooLarge));
    for (const value of ['a', 'b', 'c']) {
      lab.send(value, { partition: 0 });
      await lab.cluster.runFor(0.5);
    }
    await lab.cluster.runFor(3000);
    expect(lab.outcomes.slice(1)).toEqual(['failed broker MESSAGE_TOO_LARGE', 'ok 1', 'ok 2']);
    const last = batchOf(lab.cluster.seen(produceApi).at(-1)!);
    expect([producerEpoch(last), baseSequence(last)]).toEqual([1, 1]);
    expect(lab.cluster.seen(initProducerIdApi)).toHaveLength(1);
  });

  it('begins anew when the leader has lost its state, if nothing sent can be there (KIP-360)', async () => {
    const lab = await ProducerLab.open({ lingerMs: 0 });
    await lab.warmUp();
    loseState(lab.cluster);
    lab.send('a', { partition: 0 });
    await lab.cluster.runFor(1000);
    expect(lab.outcomes[1]).toBe('ok 1');
    const last = batchOf(lab.cluster.seen(produceApi).at(-1)!);
    expect([producerEpoch(last), baseSequence(last)]).toEqual([1, 0]);
  });

  it('gives up a batch that was overtaken at a leader that had forgotten the producer', async () => {
    const lab = await ProducerLab.open({ lingerMs: 0 });
    await lab.warmUp();
    script(lab.cluster, (request) => {
      lab.cluster.log('t', 0).producers.clear();
      lab.cluster.refuse(request, errorCode.notEnoughReplicas);
    });
    for (const value of ['a', 'b']) {
      lab.send(value, { partition: 0 });
      await lab.cluster.runFor(0.5);
    }
    await lab.cluster.runFor(1000);
    lab.send('c', { partition: 0 });
    await lab.cluster.runFor(1000);
    const refused = 'failed broker OUT_OF_ORDER_SEQUENCE_NUMBER';
    expect(lab.outcomes.slice(1)).toEqual([refused, 'ok 1', 'ok 2']);
    expect(lab.cluster.log('t', 0).values).toEqual(['warm', 'b', 'c']);
  });

  it('does not renumber a batch that may be written: it stays unknown, later ones go on', async () => {
    const lab = await ProducerLab.open({
      lingerMs: 0,
      deliveryTimeoutMs: 4000,
      requestTimeoutMs: 1000,
    });
    await lab.warmUp();
    script(lab.cluster, (request) => {
      loseState(lab.cluster);
      request.disconnect();
    });
    lab.send('a', { partition: 0 });
    await lab.cluster.runFor(3000);
    lab.send('b', { partition: 0 });
    await lab.cluster.runFor(5000);
    expect(lab.outcomes.slice(1)).toEqual(['unknown timeout OUT_OF_ORDER_SEQUENCE_NUMBER', 'ok 1']);
    expect(lab.cluster.log('t', 0).values).toEqual(['warm', 'b']);
  });

  it('has right sequences behind a batch that expired', async () => {
    const lab = await ProducerLab.open({
      lingerMs: 0,
      deliveryTimeoutMs: 3000,
      requestTimeoutMs: 1000,
    });
    await lab.warmUp();
    script(
      lab.cluster,
      ...Array.from({ length: 20 }, () => (request: Produce) => request.disconnect()),
    );
    lab.send('a', { partition: 0 });
    await lab.cluster.runFor(3500);
    lab.cluster.intercept = () => false;
    lab.send('b', { partition: 0 });
    lab.send('c', { partition: 0 });
    await lab.cluster.runFor(3000);
    expect(lab.outcomes.slice(1)).toEqual(['unknown timeout', 'ok 1', 'ok 2']);
    expect(lab.cluster.log('t', 0).values).toEqual(['warm', 'b', 'c']);
  });

  it('takes idle partitions along to a new epoch with sequence 0 (KAFKA-12152)', async () => {
    const lab = await ProducerLab.open({ lingerMs: 0 }, { partitions: 2 });
    lab.send('p', { partition: 0 });
    lab.send('q', { partition: 1 });
    await lab.cluster.runFor(100);
    loseState(lab.cluster);
    lab.send('a', { partition: 0 });
    await lab.cluster.runFor(1000);
    lab.send('b', { partition: 1 });
    await lab.cluster.runFor(1000);
    expect(lab.outcomes.every((each) => each.startsWith('ok'))).toBe(true);
    expect(lab.cluster.log('t', 1).values).toEqual(['q', 'b']);
    const last = batchOf(lab.cluster.seen(produceApi).at(-1)!);
    expect([producerEpoch(last), baseSequence(last)]).toEqual([1, 0]);
  });

  it('does not go with fewer acks or more requests in flight', async () => {
    await expect(ProducerLab.open({ idempotent: true, acks: 1 })).rejects.toThrow(/acks all/);
    await expect(ProducerLab.open({ idempotent: true, maxInFlight: 6 })).rejects.toThrow(
      /at most 5/,
    );
  });
});

describe('a batch that its broker finds too large', () => {
  const noMoreThan = (lab: ProducerLab, records: number) => {
    lab.cluster.intercept = (request) => {
      if (!isRequestOf(request, produceApi)) return false;
      if (recordCount(batchOf(request)) <= records) return false;
      lab.cluster.refuse(request, errorCode.messageTooLarge);
      return true;
    };
  };

  it.each([true, false])('goes on in pieces, once and in order (idempotent: %s)', async (on) => {
    const lab = await ProducerLab.open({ idempotent: on, maxInFlight: on ? 5 : 1 });
    await lab.warmUp();
    noMoreThan(lab, 2);
    const values = Array.from({ length: 11 }, (_, at) => `v${at}`);
    for (const value of values) lab.send(value, { partition: 0 });
    await lab.cluster.runFor(6);
    lab.send('next', { partition: 0 });
    await lab.cluster.runFor(3000);
    expect(lab.outcomes).toEqual(Array.from({ length: 13 }, (_, at) => `ok ${at}`));
    expect(lab.cluster.log('t', 0).values).toEqual(['warm', ...values, 'next']);
    expect(lab.producer.bufferedBytes).toBe(0);
    const epochs = lab.cluster.seen(produceApi).map((each) => producerEpoch(batchOf(each)));
    expect(new Set(epochs)).toEqual(new Set([on ? 0 : -1]));
  });

  it('fails where it is a single record, and what it was sent with does not', async () => {
    const lab = await ProducerLab.open({});
    lab.cluster.intercept = (request) => {
      if (!isRequestOf(request, produceApi) || batchOf(request).length < 200) return false;
      lab.cluster.refuse(request, errorCode.messageTooLarge);
      return true;
    };
    for (const value of ['a', 'b', 'x'.repeat(200), 'c']) lab.send(value, { partition: 0 });
    await lab.cluster.runFor(3000);
    expect(lab.outcomes).toEqual(['ok 0', 'ok 1', 'failed broker MESSAGE_TOO_LARGE', 'ok 2']);
    expect(lab.cluster.log('t', 0).values).toEqual(['a', 'b', 'c']);
  });

  it('stays unknown where an earlier attempt may have been written', async () => {
    const lab = await ProducerLab.open({ deliveryTimeoutMs: 3000, requestTimeoutMs: 1000 });
    await lab.warmUp();
    script(
      lab.cluster,
      (request) => {
        lab.cluster.produce(request, 0, false);
        request.disconnect();
      },
      (request) => lab.cluster.refuse(request, errorCode.messageTooLarge),
    );
    for (const value of ['a', 'b']) lab.send(value, { partition: 0 });
    await lab.cluster.runFor(4000);
    lab.send('c', { partition: 0 });
    await lab.cluster.runFor(3000);
    expect(lab.outcomes.slice(1).map((each) => each.split(' ')[0])).toEqual([
      'unknown',
      'unknown',
      'ok',
    ]);
    expect(lab.cluster.log('t', 0).values).toEqual(['warm', 'a', 'b', 'c']);
  });
});

describe('a change of leader', () => {
  it('is followed', async () => {
    const lab = await ProducerLab.open({}, { nodes: 2 });
    await lab.warmUp();
    lab.cluster.moveLeader('t', 0, 1);
    lab.send('a', { partition: 0 });
    await lab.cluster.runFor(2000);
    expect(lab.outcomes[1]).toBe('ok 1');
    expect(lab.cluster.requests.at(-1)?.node).toBe(1);
  });

  it('is followed when the old leader has lost its power', async () => {
    const lab = await ProducerLab.open({ requestTimeoutMs: 2000 }, { nodes: 3 });
    await lab.warmUp();
    lab.cluster.world.machine('b0').powerLoss();
    lab.cluster.moveLeader('t', 0, 1);
    lab.send('a', { partition: 0 });
    await lab.cluster.runFor(30_000);
    expect(lab.outcomes[1]).toBe('ok 1');
  });
});

describe('closing', () => {
  it('delivers what is held', async () => {
    const lab = await ProducerLab.open({ lingerMs: 10_000 });
    lab.send('a', { partition: 0 });
    let closed = false;
    await lab.use((producer) => producer.close(() => (closed = true)));
    await lab.cluster.runFor(100);
    expect([closed, lab.outcomes]).toEqual([true, ['ok 0']]);
    lab.send('b', { partition: 0 });
    await lab.cluster.runFor(10);
    expect(lab.outcomes[1]).toBe('failed closed');
  });

  it('by force tells what may have been written', async () => {
    const lab = await ProducerLab.open({ lingerMs: 0 });
    await lab.warmUp();
    script(lab.cluster, () => {});
    lab.send('a', { partition: 0 });
    await lab.cluster.runFor(5);
    lab.send('b', { topic: 'nowhere' });
    await lab.use((producer) => producer.abort());
    expect(lab.outcomes.slice(1).sort()).toEqual(['failed closed', 'unknown closed']);
  });
});
