/**
 * Asks a broker's handlers as a client would: through the codec both ways, but without a
 * connection.
 */
import type { NodeId } from '../../../src/base/ids.ts';
import { zeroUuid } from '../../../src/base/ids.ts';
import type { Host } from '../../../src/host/host.ts';
import { immediatePoints } from '../../../src/host/points.ts';
import { brokerApis } from '../../../src/kafka/broker/apis.ts';
import type { BrokerContext } from '../../../src/kafka/broker/context.ts';
import { FetchSessions } from '../../../src/kafka/broker/fetch-sessions.ts';
import { defaultNodeSettings, type NodeConfig } from '../../../src/kafka/config.ts';
import { MetadataImage } from '../../../src/kafka/metadata/image.ts';
import { registerBrokerRecord } from '../../../src/kafka/metadata/records/00-register-broker.ts';
import { topicRecord } from '../../../src/kafka/metadata/records/02-topic.ts';
import { partitionRecord } from '../../../src/kafka/metadata/records/03-partition.ts';
import { configRecord } from '../../../src/kafka/metadata/records/04-config.ts';
import {
  decodeRecord,
  encodeRecord,
  type MetadataRecord,
} from '../../../src/kafka/metadata/records.ts';
import {
  decodeRequest,
  decodeResponse,
  encodeRequest,
  encodeResponse,
} from '../../../src/kafka/protocol/message.ts';
import type {
  Api,
  RequestInput,
  ResponseInput,
  ResponseOf,
} from '../../../src/kafka/protocol/schema.ts';
import type { Request } from '../../../src/kafka/rpc/contract.ts';
import { ConnectionSession } from '../../../src/kafka/rpc/session.ts';

export const clusterId = 'ordeal-test-cluster-id';
export const ordersId = 'aaaaaaaaaaaaaaaaaaaaaA';
export const emptyId = 'bbbbbbbbbbbbbbbbbbbbbA';

export const configOf = (nodeId: NodeId): NodeConfig => ({
  nodeId,
  roles: { broker: true, controller: true },
  clusterId,
  rack: null,
  advertisedHost: `m${nodeId}`,
  brokerPort: 9092,
  controllerPort: 9093,
  voters: [1, 2, 3].map((id) => ({ nodeId: id, host: `m${id}`, port: 9093 })),
  dataDirectory: 'data',
  settings: { ...defaultNodeSettings, autoCreateTopicsEnable: false },
});

export type Outcome<A extends Api> =
  | { readonly kind: 'answer'; readonly body: ResponseOf<A> }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'disconnected' }
  | { readonly kind: 'pending' };

/** What comes back for one request; `pending` where nothing has yet, and then into `later`. */
export function ask<A extends Api>(
  context: BrokerContext,
  api: A,
  version: number,
  body: RequestInput<A>,
  later: (outcome: Outcome<A>) => void = () => {},
): Outcome<A> {
  let outcome: Outcome<A> = { kind: 'pending' };
  let returned = false;
  const settle = (value: Outcome<A>): void => {
    if (outcome.kind !== 'pending') throw new Error('answered twice');
    outcome = value;
    if (returned) later(value);
  };
  const frame = encodeRequest(api, version, 7, 'test', body).slice(4);
  const request: Request<A> = {
    api,
    version,
    correlationId: 7,
    body: decodeRequest(api, version, frame).body,
    session: new ConnectionSession('broker-1', 'broker', 'test:1'),
    respond: (answer: ResponseInput<A>) => {
      const bytes = encodeResponse(api, version, 7, answer).slice(4);
      settle({ kind: 'answer', body: decodeResponse(api, version, bytes).body });
    },
    respondNothing: () => settle({ kind: 'nothing' }),
    disconnect: () => settle({ kind: 'disconnected' }),
    guard: (callback) => callback,
  };
  const served = brokerApis(context).find((one) => one.api.key === api.key);
  if (served === undefined) throw new Error(`${api.name} is not served`);
  served.handle(request as unknown as Request);
  returned = true;
  return outcome;
}

/** The answer's body, where there is to be one at once. */
export function answerTo<A extends Api>(
  context: BrokerContext,
  api: A,
  version: number,
  body: RequestInput<A>,
): ResponseOf<A> {
  const outcome = ask(context, api, version, body);
  if (outcome.kind !== 'answer') throw new Error(`no answer but ${outcome.kind}`);
  return outcome.body;
}

/** A context in which only what a test gives can be used. */
export function contextWith(parts: Partial<BrokerContext>): BrokerContext {
  const unused = (part: string): never =>
    new Proxy(
      {},
      {
        get: () => {
          throw new Error(`${part} is not to be used here`);
        },
      },
    ) as never;
  return {
    host: fakeHost,
    config: configOf(1),
    image: new MetadataImage(),
    replicas: unused('replicas'),
    fetchSessions: new FetchSessions({ slots: 10, nowUs: () => 0, draw: () => 6 }),
    forwarder: unused('forwarder'),
    producerIds: unused('producerIds'),
    groups: unused('groups'),
    autoCreation: unused('autoCreation'),
    ...parts,
  };
}

const fakeHost = {
  machine: 'm1',
  random: { stream: () => ({ next: () => 0, int: () => 0 }) },
  points: immediatePoints,
} as unknown as Host;

export class ImageBuilder {
  readonly image = new MetadataImage();
  #offset = 0;

  broker(id: NodeId, fenced = false): this {
    return this.#apply(
      'register-broker',
      registerBrokerRecord.encode(3, {
        brokerId: id,
        incarnationId: zeroUuid,
        brokerEpoch: this.#offset,
        endPoints: [{ name: 'PLAINTEXT', host: `m${id}`, port: 9092, securityProtocol: 0 }],
        features: [],
        rack: `r${id}`,
        fenced,
      }),
    );
  }

  topic(name: string, id: string): this {
    return this.#apply('topic', topicRecord.encode(0, { name, topicId: id }));
  }

  partition(
    topicId: string,
    index: number,
    replicas: NodeId[],
    leader: NodeId,
    isr = replicas,
  ): this {
    return this.#apply(
      'partition',
      partitionRecord.encode(2, {
        partitionId: index,
        topicId,
        replicas,
        isr,
        removingReplicas: [],
        addingReplicas: [],
        leader,
        leaderEpoch: 5,
        partitionEpoch: 9,
        eligibleLeaderReplicas: replicas.filter((replica) => !isr.includes(replica)),
      }),
    );
  }

  config(topic: string, name: string, value: string): this {
    return this.#apply(
      'config',
      configRecord.encode(0, { resourceType: 2, resourceName: topic, name, value }),
    );
  }

  #apply(type: MetadataRecord['type'], bytes: Uint8Array): this {
    const record = decodeRecord(bytes);
    if (record.type !== type) throw new Error(`${record.type} is not ${type}`);
    this.image.apply(decodeRecord(encodeRecord(record)), this.#offset++);
    return this;
  }
}

/**
 * Brokers 1, 2 and fenced 3; `orders` with a led, a leaderless and a shrunk partition; `nothing`
 * without any.
 */
export const smallImage = (): MetadataImage =>
  new ImageBuilder()
    .broker(1)
    .broker(2)
    .broker(3, true)
    .topic('orders', ordersId)
    .partition(ordersId, 0, [1, 2], 1)
    .partition(ordersId, 1, [2, 1], -1)
    .partition(ordersId, 2, [2, 3], 2, [2])
    .topic('nothing', emptyId)
    .config('orders', 'min.insync.replicas', '2').image;
