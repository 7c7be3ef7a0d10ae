import { describe, expect, it } from 'vitest';
import type {
  ControllerChannel,
  OnControllerResponse,
} from '../../../src/kafka/broker/controller-channel.ts';
import { Forwarder } from '../../../src/kafka/broker/forwarder.ts';
import { isNotController } from '../../../src/kafka/broker/not-controller.ts';
import { ProducerIds } from '../../../src/kafka/broker/producer-ids.ts';
import { createTopicsApi } from '../../../src/kafka/protocol/apis/19-create-topics.ts';
import { deleteTopicsApi } from '../../../src/kafka/protocol/apis/20-delete-topics.ts';
import { initProducerIdApi } from '../../../src/kafka/protocol/apis/22-init-producer-id.ts';
import { createPartitionsApi } from '../../../src/kafka/protocol/apis/37-create-partitions.ts';
import { electLeadersApi } from '../../../src/kafka/protocol/apis/43-elect-leaders.ts';
import { incrementalAlterConfigsApi } from '../../../src/kafka/protocol/apis/44-incremental-alter-configs.ts';
import { alterPartitionReassignmentsApi } from '../../../src/kafka/protocol/apis/45-alter-partition-reassignments.ts';
import { describeQuorumApi } from '../../../src/kafka/protocol/apis/55-describe-quorum.ts';
import { errorCode } from '../../../src/kafka/protocol/errors.ts';
import type { Api } from '../../../src/kafka/protocol/schema.ts';
import { answerTo, ask, contextWith, ordersId } from './ask.ts';

interface Sent {
  readonly api: Api;
  readonly version: number;
  readonly body: unknown;
  readonly done: OnControllerResponse<Api>;
}

function aChannel() {
  const sent: Sent[] = [];
  const channel = {
    send: (
      api: Api,
      version: number,
      body: unknown,
      _us: number,
      done: OnControllerResponse<Api>,
    ) => void sent.push({ api, version, body, done }),
  } as unknown as ControllerChannel;
  return { sent, channel };
}

const topic = {
  name: 'orders',
  numPartitions: 3,
  replicationFactor: 2,
  assignments: [],
  configs: [],
};

describe('forwarding', () => {
  it('hands a request on as it came, in its version, and relays the answer', () => {
    const { sent, channel } = aChannel();
    const context = contextWith({ forwarder: new Forwarder(channel, 1000) });
    const answers: unknown[] = [];
    const outcome = ask(context, createTopicsApi, 5, { topics: [topic], timeoutMs: 9 }, (later) =>
      answers.push(later),
    );
    expect(outcome.kind).toBe('pending');
    expect(sent[0]).toMatchObject({
      version: 5,
      body: { topics: [topic], timeoutMs: 9, validateOnly: false },
    });
    sent[0]?.done(
      { topics: [{ name: 'orders', errorCode: 36, errorMessage: 'it exists', configs: null }] },
      null,
    );
    expect(answers).toMatchObject([
      {
        kind: 'answer',
        body: { topics: [{ name: 'orders', errorCode: 36, errorMessage: 'it exists' }] },
      },
    ]);
  });

  it('refuses all of a request when no controller answers in time', () => {
    const refused: [string, object][] = [];
    const expectRefusal = <A extends Api>(api: A, version: number, body: object): void => {
      const { sent, channel } = aChannel();
      const context = contextWith({ forwarder: new Forwarder(channel, 1000) });
      ask(context, api, version, body as never, (later) => {
        if (later.kind === 'answer') refused.push([api.name, later.body as object]);
      });
      sent[0]?.done(null, 'expired');
    };
    const code = errorCode.requestTimedOut;
    expectRefusal(createTopicsApi, 7, { topics: [topic], timeoutMs: 9 });
    expectRefusal(deleteTopicsApi, 5, { topicNames: ['orders'], timeoutMs: 9 });
    expectRefusal(deleteTopicsApi, 6, {
      topics: [{ name: null, topicId: ordersId }],
      timeoutMs: 9,
    });
    expectRefusal(createPartitionsApi, 3, {
      topics: [{ name: 'orders', count: 9, assignments: null }],
      timeoutMs: 9,
      validateOnly: false,
    });
    expectRefusal(electLeadersApi, 2, {
      topicPartitions: [{ topic: 'orders', partitions: [4] }],
      timeoutMs: 9,
    });
    expectRefusal(incrementalAlterConfigsApi, 1, {
      resources: [{ resourceType: 2, resourceName: 'orders', configs: [] }],
      validateOnly: false,
    });
    expectRefusal(alterPartitionReassignmentsApi, 1, {
      topics: [{ name: 'orders', partitions: [{ partitionIndex: 4, replicas: [1] }] }],
    });
    expectRefusal(describeQuorumApi, 2, { topics: [] });
    expect(refused).toMatchObject([
      ['CreateTopics', { topics: [{ name: 'orders', errorCode: code }] }],
      ['DeleteTopics', { responses: [{ name: 'orders', errorCode: code }] }],
      ['DeleteTopics', { responses: [{ topicId: ordersId, errorCode: code }] }],
      ['CreatePartitions', { results: [{ name: 'orders', errorCode: code }] }],
      [
        'ElectLeaders',
        {
          replicaElectionResults: [
            { topic: 'orders', partitionResult: [{ partitionId: 4, errorCode: code }] },
          ],
        },
      ],
      ['IncrementalAlterConfigs', { responses: [{ resourceName: 'orders', errorCode: code }] }],
      [
        'AlterPartitionReassignments',
        {
          errorCode: code,
          responses: [{ name: 'orders', partitions: [{ partitionIndex: 4, errorCode: code }] }],
        },
      ],
      ['DescribeQuorum', { errorCode: code }],
    ]);
  });

  it('knows a controller that is none by the place where each answer says so', () => {
    const code = errorCode.notController;
    expect(isNotController(19, { topics: [{ errorCode: code }] })).toBe(true);
    expect(isNotController(20, { responses: [{ errorCode: code }] })).toBe(true);
    expect(isNotController(37, { results: [{ errorCode: code }] })).toBe(true);
    const elections = [{ topic: 'orders', partitionResult: [{ errorCode: code }] }];
    expect(isNotController(43, { replicaElectionResults: elections })).toBe(true);
    expect(isNotController(43, { errorCode: code, replicaElectionResults: [] })).toBe(true);
    expect(isNotController(45, { errorCode: code })).toBe(true);
    expect(isNotController(63, { errorCode: code })).toBe(true);
    expect(isNotController(55, { errorCode: errorCode.notLeaderOrFollower })).toBe(true);
    expect(isNotController(56, { errorCode: errorCode.notLeaderOrFollower })).toBe(false);
    expect(isNotController(19, { topics: [{ errorCode: errorCode.topicAlreadyExists }] })).toBe(
      false,
    );
  });
});

describe('InitProducerId', () => {
  const aContext = () => {
    const { sent, channel } = aChannel();
    const context = contextWith({ producerIds: new ProducerIds(channel, 1, () => 70, 1000) });
    return { sent, context };
  };
  const body = { transactionalId: null, transactionTimeoutMs: 60_000 };

  it('gives out ids of one block after the other, each once', () => {
    const { sent, context } = aContext();
    const ids: number[] = [];
    for (let i = 0; i < 3; i++) {
      ask(context, initProducerIdApi, 4, body, (later) => {
        if (later.kind === 'answer') ids.push(later.body.producerId);
      });
    }
    expect(sent.map(({ body: asked }) => asked)).toEqual([{ brokerId: 1, brokerEpoch: 70 }]);
    sent[0]?.done({ errorCode: 0, producerIdStart: 1000, producerIdLen: 2 }, null);
    expect(ids).toEqual([1000, 1001]);
    sent[1]?.done({ errorCode: 0, producerIdStart: 5000, producerIdLen: 2 }, null);
    expect(ids).toEqual([1000, 1001, 5000]);
    expect(answerTo(context, initProducerIdApi, 4, body)).toMatchObject({
      errorCode: 0,
      producerId: 5001,
      producerEpoch: 0,
    });
  });

  it('has clients ask again while there is no block', () => {
    const { sent, context } = aContext();
    const codes: number[] = [];
    ask(context, initProducerIdApi, 4, body, (later) => {
      if (later.kind === 'answer') codes.push(later.body.errorCode);
    });
    sent[0]?.done(null, 'expired');
    expect(codes).toEqual([errorCode.coordinatorLoadInProgress]);
  });

  it('refuses transactional ids for good, and half an identity', () => {
    const { context } = aContext();
    expect(
      answerTo(context, initProducerIdApi, 4, { ...body, transactionalId: 'billing' }),
    ).toMatchObject({
      errorCode: errorCode.invalidRequest,
      producerId: -1,
      producerEpoch: -1,
    });
    expect(answerTo(context, initProducerIdApi, 4, { ...body, producerId: 5 }).errorCode).toBe(
      errorCode.invalidRequest,
    );
  });
});
