/**
 * Producer ids for idempotent producers, out of blocks that the controller hands out (KIP-730): an
 * id is given to one producer in the life of the cluster; what is left of a block when the process
 * ends is never used.
 */
import type { BrokerEpoch, Micros, NodeId, ProducerId } from '../../base/ids.ts';
import { allocateProducerIdsApi } from '../protocol/apis/67-allocate-producer-ids.ts';
import { errorCode } from '../protocol/errors.ts';
import type { ControllerChannel } from './controller-channel.ts';

/** `code` is `none` with an id, else a retriable error. */
export type OnProducerId = (code: number, id: ProducerId) => void;

export class ProducerIds {
  readonly #channel: ControllerChannel;
  readonly #nodeId: NodeId;
  readonly #brokerEpoch: () => BrokerEpoch;
  readonly #expiresInUs: Micros;
  #next: ProducerId = 0;
  #end: ProducerId = 0;
  /** Those who wait for the block that is being asked for. */
  #waiting: OnProducerId[] = [];

  constructor(
    channel: ControllerChannel,
    nodeId: NodeId,
    brokerEpoch: () => BrokerEpoch,
    expiresInUs: Micros,
  ) {
    this.#channel = channel;
    this.#nodeId = nodeId;
    this.#brokerEpoch = brokerEpoch;
    this.#expiresInUs = expiresInUs;
  }

  take(onProducerId: OnProducerId): void {
    if (this.#next < this.#end) {
      onProducerId(errorCode.none, this.#next++);
      return;
    }
    this.#waiting.push(onProducerId);
    if (this.#waiting.length === 1) this.#allocate();
  }

  #allocate(): void {
    const request = { brokerId: this.#nodeId, brokerEpoch: this.#brokerEpoch() };
    this.#channel.send(allocateProducerIdsApi, 0, request, this.#expiresInUs, (response) => {
      const waiting = this.#waiting;
      this.#waiting = [];
      if (response === null || response.errorCode !== errorCode.none) {
        // As Kafka does, whatever kept the block from us: the client may ask again.
        for (const refuse of waiting) refuse(errorCode.coordinatorLoadInProgress, -1);
        return;
      }
      this.#next = response.producerIdStart;
      this.#end = response.producerIdStart + response.producerIdLen;
      for (const one of waiting) this.take(one);
    });
  }
}
