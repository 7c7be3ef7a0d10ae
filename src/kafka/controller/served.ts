/**
 * The requests a controller serves: for each API key how it is decided, what the decision does to
 * the tenure's soft state once its records are appended, and how it is refused as a whole.
 */
import type { Micros, Offset } from '../../base/ids.ts';
import { isCoordinatorClient } from '../metadata/internal-topics.ts';
import { createTopicsApi } from '../protocol/apis/19-create-topics.ts';
import { deleteTopicsApi } from '../protocol/apis/20-delete-topics.ts';
import { alterConfigsApi } from '../protocol/apis/33-alter-configs.ts';
import { createPartitionsApi } from '../protocol/apis/37-create-partitions.ts';
import { electLeadersApi } from '../protocol/apis/43-elect-leaders.ts';
import { incrementalAlterConfigsApi } from '../protocol/apis/44-incremental-alter-configs.ts';
import { alterPartitionReassignmentsApi } from '../protocol/apis/45-alter-partition-reassignments.ts';
import { alterPartitionApi } from '../protocol/apis/56-alter-partition.ts';
import {
  type BrokerRegistrationRequest,
  brokerRegistrationApi,
} from '../protocol/apis/62-broker-registration.ts';
import {
  type BrokerHeartbeatRequest,
  brokerHeartbeatApi,
} from '../protocol/apis/63-broker-heartbeat.ts';
import { unregisterBrokerApi } from '../protocol/apis/64-unregister-broker.ts';
import { allocateProducerIdsApi } from '../protocol/apis/67-allocate-producer-ids.ts';
import { errorCode } from '../protocol/errors.ts';
import type { Api, RequestOf, ResponseInput } from '../protocol/schema.ts';
import type { Request } from '../rpc/contract.ts';
import { refusedElections, refusedReassignments } from '../rpc/error-answers.ts';
import { type ServedApi, serve } from '../rpc/served-api.ts';
import type { Session } from '../rpc/session.ts';
import { alterConfigs, replaceConfigs } from './alter-configs.ts';
import { alterPartition } from './alter-partition.ts';
import { alterReassignments } from './alter-reassignments.ts';
import { createPartitions } from './create-partitions.ts';
import { createTopics } from './create-topics.ts';
import type { Decision } from './decision.ts';
import { deleteTopics, wantedTopics } from './delete-topics.ts';
import { electLeaders } from './elect-leaders.ts';
import { brokerHeartbeat } from './heartbeat.ts';
import { allocateProducerIds } from './producer-ids.ts';
import { registerBroker } from './register-broker.ts';
import type { Tenure } from './tenure.ts';
import { unregister } from './unregister-broker.ts';

/** What a request is decided with, beside its body. */
export interface Arrival {
  readonly version: number;
  readonly session: Session;
  readonly nowUs: Micros;
  /** Where the next record of the log will stand. */
  readonly nextOffset: Offset;
}

export interface Outcome<Response> extends Decision<Response> {
  /**
   * Runs once the records, if any, are appended; `lastOffset` is the end of what the tenure
   * appended.
   */
  readonly appended?: (lastOffset: Offset) => void;
}

export interface Decisions<A extends Api> {
  decide(tenure: Tenure, body: RequestOf<A>, arrival: Arrival): Outcome<ResponseInput<A>>;
  refuse(code: number, body: RequestOf<A>, version: number): ResponseInput<A>;
}

/** Decides a request while its node leads, and answers it when the decision is committed. */
export interface Decider {
  decide<A extends Api>(request: Request<A>, by: Decisions<A>): void;
}

function register(tenure: Tenure, body: BrokerRegistrationRequest, { nowUs, nextOffset }: Arrival) {
  const { sessions } = tenure;
  const decision = registerBroker(
    {
      image: tenure.image,
      settings: tenure.settings,
      rules: tenure.rules,
      clusterId: tenure.clusterId,
      nextOffset,
      hasLiveSession: (broker) => sessions.isValid(broker, nowUs),
    },
    body,
  );
  const appended = (): void => {
    if (decision.response.errorCode !== errorCode.none) return;
    const fenced = tenure.image.brokers.get(body.brokerId)?.fenced ?? true;
    const metadataOffset = sessions.session(body.brokerId)?.metadataOffset ?? -1;
    sessions.touch(body.brokerId, fenced, metadataOffset, nowUs);
  };
  return { ...decision, appended };
}

function heartbeat(tenure: Tenure, body: BrokerHeartbeatRequest, { nowUs }: Arrival) {
  const { sessions } = tenure;
  const { next, records, response } = brokerHeartbeat(
    {
      image: tenure.image,
      settings: tenure.settings,
      rules: tenure.rules,
      controlledShutdownOffset: sessions.session(body.brokerId)?.controlledShutdownOffset ?? -1,
      lowestActiveOffset: sessions.lowestActiveOffset(),
    },
    body,
  );
  const appended = (lastOffset: Offset): void => {
    if (next === null) return;
    sessions.touch(body.brokerId, response.isFenced, body.currentMetadataOffset, nowUs);
    if (next === 'controlled-shutdown') sessions.beginControlledShutdown(body.brokerId, lastOffset);
  };
  return { records, response, appended };
}

const decided = <A extends Api>(
  api: A,
  versions: readonly [min: number, max: number],
  decide: Decisions<A>['decide'],
  refuse: Decisions<A>['refuse'],
): ServedApi<Decider> => {
  const by: Decisions<A> = { decide, refuse };
  return serve(api, versions, (decider: Decider, request: Request<A>) =>
    decider.decide(request, by),
  );
};

const refusedResources = (
  code: number,
  resources: readonly { readonly resourceType: number; readonly resourceName: string }[],
) => ({
  throttleTimeMs: 0,
  responses: resources.map(({ resourceType, resourceName }) => ({
    errorCode: code,
    errorMessage: null,
    resourceType,
    resourceName,
  })),
});

/** APIs of the controller listener that the controller decides. */
export const decidedApis: readonly ServedApi<Decider>[] = [
  decided(brokerRegistrationApi, [0, 4], register, (code) => ({
    throttleTimeMs: 0,
    errorCode: code,
  })),
  decided(brokerHeartbeatApi, [0, 1], heartbeat, (code) => ({
    throttleTimeMs: 0,
    errorCode: code,
    shouldShutDown: false,
  })),
  decided(
    alterPartitionApi,
    [2, 3],
    (tenure, body, { version }) => alterPartition(tenure, version, body),
    (code) => ({ throttleTimeMs: 0, errorCode: code, topics: [] }),
  ),
  decided(
    allocateProducerIdsApi,
    [0, 0],
    (tenure, body) => {
      const { records, response, nextProducerId } = allocateProducerIds(
        tenure,
        body,
        tenure.nextProducerId,
      );
      const appended = (): void => {
        tenure.nextProducerId = nextProducerId;
      };
      return { records, response, appended };
    },
    (code) => ({ throttleTimeMs: 0, errorCode: code, producerIdStart: 0, producerIdLen: 0 }),
  ),
  decided(
    unregisterBrokerApi,
    [0, 0],
    (tenure, body) => {
      const decision = unregister(tenure, body);
      return { ...decision, appended: () => tenure.sessions.remove(body.brokerId) };
    },
    (code) => ({ throttleTimeMs: 0, errorCode: code, errorMessage: null }),
  ),
  decided(
    createTopicsApi,
    [2, 7],
    (tenure, body, { session }) =>
      createTopics(tenure, body, isCoordinatorClient(session.clientId) ? 'coordinator' : 'client'),
    (code, body) => ({
      topics: body.topics.map(({ name }) => ({
        name,
        errorCode: code,
        errorMessage: null,
        configs: [],
      })),
    }),
  ),
  decided(
    deleteTopicsApi,
    [1, 6],
    (tenure, body, { version }) => deleteTopics(tenure, version, body),
    (code, body, version) => ({
      responses: wantedTopics(version, body).map((wanted) => ({ ...wanted, errorCode: code })),
    }),
  ),
  decided(
    createPartitionsApi,
    [0, 3],
    (tenure, body) => createPartitions(tenure, body),
    (code, body) => ({
      throttleTimeMs: 0,
      results: body.topics.map(({ name }) => ({ name, errorCode: code })),
    }),
  ),
  decided(
    electLeadersApi,
    [0, 2],
    (tenure, body) => electLeaders(tenure, body),
    (code, body) => refusedElections(body, code),
  ),
  decided(
    alterPartitionReassignmentsApi,
    [0, 1],
    (tenure, body) => alterReassignments(tenure, body),
    (code, body) => refusedReassignments(body, code),
  ),
  decided(
    incrementalAlterConfigsApi,
    [0, 1],
    (tenure, body) => alterConfigs(tenure, body),
    (code, body) => refusedResources(code, body.resources),
  ),
  decided(
    alterConfigsApi,
    [0, 2],
    (tenure, body) => replaceConfigs(tenure, body),
    (code, body) => refusedResources(code, body.resources),
  ),
];
