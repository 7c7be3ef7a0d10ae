import { describe, expect, it } from 'vitest';
import { secondsToMicros } from '../../../src/base/time.ts';
import { kafkaControllerRules } from '../../../src/kafka/controller/rules.ts';
import { decodeRecord } from '../../../src/kafka/metadata/records.ts';
import { createTopicsApi } from '../../../src/kafka/protocol/apis/19-create-topics.ts';
import { deleteTopicsApi } from '../../../src/kafka/protocol/apis/20-delete-topics.ts';
import { alterPartitionApi } from '../../../src/kafka/protocol/apis/56-alter-partition.ts';
import { brokerRegistrationApi } from '../../../src/kafka/protocol/apis/62-broker-registration.ts';
import { brokerHeartbeatApi } from '../../../src/kafka/protocol/apis/63-broker-heartbeat.ts';
import { unregisterBrokerApi } from '../../../src/kafka/protocol/apis/64-unregister-broker.ts';
import { allocateProducerIdsApi } from '../../../src/kafka/protocol/apis/67-allocate-producer-ids.ts';
import { errorCode } from '../../../src/kafka/protocol/errors.ts';
import { FakeNode } from './fake-node.ts';
import { incarnation } from './fixtures.ts';

const register = (node: FakeNode, id: number, process = 0) =>
  node.call(brokerRegistrationApi, {
    brokerId: id,
    clusterId: 'c1',
    incarnationId: incarnation(id, process),
    listeners: [{ name: 'PLAINTEXT', host: `b${id}`, port: 9092, securityProtocol: 0 }],
    features: [],
    rack: null,
    isMigratingZkBroker: false,
    logDirs: [],
    previousBrokerEpoch: -1,
  });

const beat = (
  node: FakeNode,
  id: number,
  look: { wantShutDown?: boolean; offset?: number; epoch?: number } = {},
) =>
  node.call(brokerHeartbeatApi, {
    brokerId: id,
    brokerEpoch: look.epoch ?? node.image.brokers.get(id)?.epoch ?? -1,
    currentMetadataOffset: look.offset ?? node.image.appliedOffset,
    wantFence: false,
    wantShutDown: look.wantShutDown ?? false,
    offlineLogDirs: [],
    cordonedLogDirs: null,
  });

const create = (node: FakeNode, name: string, numPartitions = 3) =>
  node.call(createTopicsApi, {
    topics: [{ name, numPartitions, replicationFactor: 3, assignments: [], configs: [] }],
    timeoutMs: 1000,
    validateOnly: false,
  });

const allocate = (node: FakeNode, id: number) =>
  node.call(allocateProducerIdsApi, {
    brokerId: id,
    brokerEpoch: node.image.brokers.get(id)?.epoch ?? -1,
  });

/** Three unfenced brokers, all committed. */
const running = (options: ConstructorParameters<typeof FakeNode>[0] = {}): FakeNode => {
  const node = new FakeNode(options).lead();
  for (const id of [1, 2, 3]) register(node, id);
  node.commit();
  for (const id of [1, 2, 3]) beat(node, id);
  return node.commit();
};

describe('the controller answers', () => {
  it('NOT_CONTROLLER while it does not lead, whatever is asked', () => {
    const node = new FakeNode();
    expect(register(node, 1).response?.errorCode).toBe(errorCode.notController);
    expect(beat(node, 1).response?.errorCode).toBe(errorCode.notController);
    expect(create(node, 'orders').response?.topics).toMatchObject([
      { name: 'orders', errorCode: errorCode.notController },
    ]);
    const deleted = node.call(
      deleteTopicsApi,
      { topics: [], topicNames: ['orders'], timeoutMs: 1 },
      5,
    );
    expect(deleted.response?.responses).toMatchObject([
      { name: 'orders', errorCode: errorCode.notController },
    ]);
  });

  it('once what a request wrote is committed, and not before', () => {
    const node = new FakeNode().lead();
    const call = register(node, 1);
    expect(call.response).toBeNull();
    node.commit();
    expect(call.response).toMatchObject({
      errorCode: errorCode.none,
      brokerEpoch: node.image.brokers.get(1)?.registrationOffset,
    });
  });

  it('by what is appended and not committed yet, and only once that is', () => {
    const node = running();
    const first = create(node, 'orders');
    const second = create(node, 'orders');
    expect([first.response, second.response]).toEqual([null, null]);
    node.commit();
    expect(first.response?.topics[0]?.errorCode).toBe(errorCode.none);
    expect(second.response?.topics[0]?.errorCode).toBe(errorCode.topicAlreadyExists);
  });

  it('at once where all that was read is committed', () => {
    const node = running();
    const appended = node.batches.length;
    expect(beat(node, 1).response).toMatchObject({ errorCode: errorCode.none, isFenced: false });
    expect(node.batches).toHaveLength(appended);
  });

  it('with one batch per request, and an image equal to the committed one', () => {
    const node = running();
    const before = node.batches.length;
    create(node, 'orders');
    expect(node.batches).toHaveLength(before + 1);
    expect(node.batches.at(-1)?.map((bytes) => decodeRecord(bytes).type)).toEqual([
      'topic',
      'partition',
      'partition',
      'partition',
    ]);
    node.commit();
    const leader = node.image.topicsByName.get('orders')?.partitions[0];
    if (leader === undefined) throw new Error('orders-0 is there');
    const altered = node.call(alterPartitionApi, {
      brokerId: leader.leader,
      brokerEpoch: node.image.brokers.get(leader.leader)?.epoch ?? -1,
      topics: [
        {
          topicId: leader.topicId,
          partitions: [
            {
              partitionIndex: 0,
              leaderEpoch: 0,
              partitionEpoch: 0,
              newIsr: [],
              leaderRecoveryState: 0,
              newIsrWithEpochs: [{ brokerId: leader.leader, brokerEpoch: -1 }],
            },
          ],
        },
      ],
    });
    node.commit();
    expect(altered.response?.topics[0]?.partitions[0]).toMatchObject({
      errorCode: 0,
      partitionEpoch: 1,
    });
    expect(node.image.topicsByName.get('orders')?.partitions[0]?.isr).toEqual([leader.leader]);
  });
});

describe('a controller that loses its leadership', () => {
  it('answers NOT_CONTROLLER to all that wait, forgets what was not committed, and stops its timers', () => {
    const node = running();
    const call = create(node, 'orders');
    node.lose();
    expect(call.response?.topics[0]?.errorCode).toBe(errorCode.notController);
    expect(node.timers).toBe(0);
    node.lead(2);
    const again = create(node, 'orders');
    node.commit();
    expect(again.response?.topics[0]?.errorCode).toBe(errorCode.none);
  });

  it('finds out by an append that is refused, and applies nothing', () => {
    const node = running();
    const waiting = create(node, 'orders');
    node.refuses = true;
    expect(create(node, 'more').response?.topics[0]?.errorCode).toBe(errorCode.notController);
    expect(waiting.response?.topics[0]?.errorCode).toBe(errorCode.notController);
    expect(node.controller.isActive).toBe(false);
    expect(node.timers).toBe(0);
  });

  it('does not answer a second time when the log goes on', () => {
    const node = running();
    create(node, 'orders');
    node.lose();
    expect(() => node.commit()).not.toThrow();
  });
});

describe('sessions', () => {
  const session = secondsToMicros(9);

  it('that end fence their brokers, each in its own batch, and nobody else', () => {
    const node = running();
    create(node, 'orders');
    node.commit();
    node.pass(session - 1);
    beat(node, 1);
    const before = node.batches.length;
    node.pass(2);
    expect(node.batches).toHaveLength(before + 2);
    node.commit();
    expect([1, 2, 3].map((id) => node.image.brokers.get(id)?.fenced)).toEqual([false, true, true]);
    for (const partition of node.image.topicsByName.get('orders')?.partitions ?? []) {
      expect(partition).toMatchObject({ isr: [1], leader: 1 });
    }
    node.pass(session);
    node.commit();
    expect(node.image.brokers.get(1)?.fenced).toBe(true);
  });

  it('begin anew with a new controller', () => {
    const node = running();
    node.pass(session - 1);
    node.lose().lead(2);
    node.pass(session - 1);
    expect(node.batches.at(-1)?.map((bytes) => decodeRecord(bytes).type)).not.toContain(
      'partition-change',
    );
    node.commit();
    expect([1, 2, 3].map((id) => node.image.brokers.get(id)?.fenced)).toEqual([
      false,
      false,
      false,
    ]);
    node.pass(2).commit();
    expect([1, 2, 3].map((id) => node.image.brokers.get(id)?.fenced)).toEqual([true, true, true]);
  });

  it('keep another process from taking the id until they end', () => {
    const node = running();
    const early = register(node, 1, 1);
    expect(early.response?.errorCode).toBe(errorCode.duplicateBrokerRegistration);
    node.pass(session + 1).commit();
    const late = register(node, 1, 1);
    node.commit();
    expect(late.response?.errorCode).toBe(errorCode.none);
    expect(beat(node, 1, { epoch: 0 }).response?.errorCode).toBe(errorCode.staleBrokerEpoch);
  });

  it('that ended are over once another process has registered, however late the timer', () => {
    const node = running();
    node.nowUs += session + 1;
    register(node, 1, 1);
    node.pass(0).commit();
    const fenced = node.batches
      .flat()
      .map(decodeRecord)
      .flatMap((record) =>
        record.type === 'broker-registration-change' && record.body.fenced > 0
          ? [record.body.brokerId]
          : [],
      );
    expect(fenced).toEqual([2, 3]);
  });

  it('of unregistered brokers are forgotten', () => {
    const node = running();
    const call = node.call(unregisterBrokerApi, { brokerId: 2 });
    node.commit();
    expect(call.response?.errorCode).toBe(errorCode.none);
    expect(node.call(unregisterBrokerApi, { brokerId: 2 }).response?.errorCode).toBe(
      errorCode.brokerIdNotRegistered,
    );
    expect(() => node.pass(session * 2)).not.toThrow();
  });
});

describe('controlled shutdown', () => {
  it('ends once the others have applied what moved the leaderships', () => {
    const node = running();
    create(node, 'orders');
    node.commit();
    const first = beat(node, 1, { wantShutDown: true });
    node.commit();
    expect(first.response).toMatchObject({ shouldShutDown: false, isFenced: false });
    const partitions = () => node.image.topicsByName.get('orders')?.partitions ?? [];
    expect(partitions().some(({ leader, isr }) => leader === 1 || isr.includes(1))).toBe(false);
    const moved = node.image.appliedOffset;
    beat(node, 2, { offset: moved });
    beat(node, 3, { offset: moved - 1 });
    expect(beat(node, 1, { wantShutDown: true }).response?.shouldShutDown).toBe(false);
    beat(node, 3, { offset: moved });
    const last = beat(node, 1, { wantShutDown: true });
    node.commit();
    expect(last.response).toMatchObject({ shouldShutDown: true, isFenced: true });
    expect(node.image.brokers.get(1)?.fenced).toBe(true);
  });
});

describe('preferred leaders', () => {
  const first = (node: FakeNode) => {
    const partition = node.image.topicsByName.get('orders')?.partitions[0];
    if (partition === undefined) throw new Error('orders-0 is there');
    return partition;
  };

  /**
   * The preferred leader of orders-0 falls silent, is fenced, comes back and joins the ISR again.
   */
  const depose = (node: FakeNode, preferred: number): void => {
    node.pass(secondsToMicros(9) - 1);
    for (const id of [1, 2, 3]) if (id !== preferred) beat(node, id);
    node.pass(2).commit();
    beat(node, preferred);
    node.commit();
    const { topicId, leader, leaderEpoch, partitionEpoch } = first(node);
    const newIsrWithEpochs = [1, 2, 3].map((brokerId) => ({ brokerId, brokerEpoch: -1 }));
    node.call(alterPartitionApi, {
      brokerId: leader,
      brokerEpoch: node.image.brokers.get(leader)?.epoch ?? -1,
      topics: [
        {
          topicId,
          partitions: [
            {
              partitionIndex: 0,
              leaderEpoch,
              partitionEpoch,
              newIsr: [],
              leaderRecoveryState: 0,
              newIsrWithEpochs,
            },
          ],
        },
      ],
    });
    node.commit();
  };

  const beatFor = (node: FakeNode, rounds: number): void => {
    for (let i = 0; i < rounds; i += 1) {
      node.pass(secondsToMicros(5));
      for (const id of [1, 2, 3]) beat(node, id);
      node.commit();
    }
  };

  it('get their partitions back at every interval, and not before', () => {
    const node = running();
    create(node, 'orders');
    node.commit();
    const preferred = first(node).leader;
    for (const round of [1, 2]) {
      depose(node, preferred);
      expect([round, first(node).leader]).not.toEqual([round, preferred]);
      beatFor(node, 50);
      expect([round, first(node).leader]).not.toEqual([round, preferred]);
      beatFor(node, 10);
      expect([round, first(node).leader]).toEqual([round, preferred]);
    }
  });

  it('wait for good where automatic balancing is off', () => {
    const node = running({ settings: { autoLeaderRebalanceEnable: false } });
    create(node, 'orders');
    node.commit();
    const preferred = first(node).leader;
    depose(node, preferred);
    beatFor(node, 70);
    expect(first(node).leader).not.toBe(preferred);
  });
});

describe('producer ids', () => {
  it('come in blocks of a thousand that follow one another, also before they are committed', () => {
    const node = running();
    const calls = [allocate(node, 1), allocate(node, 2)];
    expect(calls.map(({ response }) => response)).toEqual([null, null]);
    node.commit();
    expect(
      calls.map(({ response }) => [response?.producerIdStart, response?.producerIdLen]),
    ).toEqual([
      [0, 1000],
      [1000, 1000],
    ]);
    expect(
      node.call(allocateProducerIdsApi, { brokerId: 1, brokerEpoch: 0 }).response?.errorCode,
    ).toBe(errorCode.staleBrokerEpoch);
  });

  /** What the controller after a failover gives out first. */
  const afterFailover = (node: FakeNode): number | undefined => {
    allocate(node, 1);
    node.commit().lose().lead(2);
    const call = allocate(node, 1);
    node.commit();
    return call.response?.producerIdStart;
  };

  it('are never given out again after a failover, as they are in the log (KAFKA-20310)', () => {
    expect(afterFailover(running())).toBe(1000);
    expect(
      afterFailover(
        running({ rules: { ...kafkaControllerRules, recordsProducerIds: () => false } }),
      ),
    ).toBe(0);
  });
});

it('a new cluster’s log begins with its feature levels, written once', () => {
  const node = new FakeNode().lead();
  expect(node.batches[0]?.map((bytes) => decodeRecord(bytes).type)).toEqual([
    'feature-level',
    'feature-level',
  ]);
  node.commit().lose().lead(2);
  expect(node.batches).toHaveLength(1);
  expect(node.image.features.get('metadata.version')).toBe(25);
});
