/**
 * The topic in which groups are kept: made when the first group is asked for, by the settings of
 * the broker that was asked. As in Kafka it gets as many replicas as it is to have, or it is not
 * made: until enough brokers live, coordinators are not available.
 */
import type { Micros } from '../../base/ids.ts';
import { microsToMs } from '../../base/time.ts';
import type { Host } from '../../host/host.ts';
import type { NodeSettings } from '../config.ts';
import { offsetsTopic } from '../metadata/internal-topics.ts';
import { createTopicsApi } from '../protocol/apis/19-create-topics.ts';
import { errorCode, errorName } from '../protocol/errors.ts';
import type { Api, RequestInput, ResponseOf } from '../protocol/schema.ts';

/** The way to the active controller, for the coordinators' own requests. */
export interface ControllerRequests {
  send<A extends Api>(
    api: A,
    version: number,
    body: RequestInput<A>,
    expiresInUs: Micros,
    onResponse: (response: ResponseOf<A> | null) => void,
  ): void;
}

export class OffsetsTopic {
  readonly #host: Host;
  readonly #settings: NodeSettings;
  readonly #controller: ControllerRequests;
  readonly #expiresInUs: Micros;
  #isUnderWay = false;
  /** Why it could not be made the last time, so that it is said once. */
  #why = '';

  constructor(
    host: Host,
    settings: NodeSettings,
    controller: ControllerRequests,
    expiresInUs: Micros,
  ) {
    this.#host = host;
    this.#settings = settings;
    this.#controller = controller;
    this.#expiresInUs = expiresInUs;
  }

  /** Asks for it to be made; who needs it asks again. One request is under way at a time. */
  create(): void {
    if (this.#isUnderWay) return;
    this.#isUnderWay = true;
    const { offsetsTopicNumPartitions, offsetsTopicReplicationFactor, offsetsTopicSegmentBytes } =
      this.#settings;
    const topic = {
      name: offsetsTopic,
      numPartitions: offsetsTopicNumPartitions,
      replicationFactor: offsetsTopicReplicationFactor,
      assignments: [],
      configs: [
        { name: 'cleanup.policy', value: 'compact' },
        { name: 'compression.type', value: 'producer' },
        { name: 'segment.bytes', value: String(offsetsTopicSegmentBytes) },
      ],
    };
    const timeoutMs = microsToMs(this.#expiresInUs);
    const body = { topics: [topic], timeoutMs, validateOnly: false };
    this.#controller.send(createTopicsApi, 7, body, this.#expiresInUs, (response) => {
      this.#isUnderWay = false;
      const answer = response?.topics[0];
      if (answer === undefined) return;
      const { errorCode: code, errorMessage } = answer;
      if (code === errorCode.none || code === errorCode.topicAlreadyExists) return;
      const why = errorMessage ?? errorName(code);
      if (why === this.#why) return;
      this.#why = why;
      this.#host.log('warn', `${offsetsTopic} was not created, and no group can work: ${why}`);
    });
  }
}
