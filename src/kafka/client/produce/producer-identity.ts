/**
 * The producer id and epoch of an idempotent producer. The epoch is raised locally (KIP-360) until
 * it is used up; then a new id is asked for, as at the start. The id carries no transaction, so any
 * broker gives one.
 */

import type { ProducerEpoch, ProducerId } from '../../../base/ids.ts';
import { mark } from '../../../base/mark.ts';
import type { Timer } from '../../../host/timers.ts';
import { initProducerIdApi } from '../../protocol/apis/22-init-producer-id.ts';
import { errorCode, isRetriable } from '../../protocol/errors.ts';
import { backoffDelayUs } from '../backoff.ts';
import type { BrokerConnection } from '../connect/connection.ts';
import { ClientError } from '../errors.ts';
import type { ControlPlane } from '../metadata/control-plane.ts';
import type { ClientSettings } from '../settings.ts';

export interface Identity {
  readonly id: ProducerId;
  readonly epoch: ProducerEpoch;
}

const maxEpoch = 32_767;

export class ProducerIdentity {
  readonly #settings: ClientSettings;
  readonly #control: ControlPlane;
  readonly #onChange: () => void;
  #current: Identity | null = null;
  #asking = false;
  #attempts = 0;
  #timer: Timer | null = null;
  #closed = false;
  /** Set for good when brokers refuse to give an id. */
  error: ClientError | null = null;

  constructor(settings: ClientSettings, control: ControlPlane, onChange: () => void) {
    this.#settings = settings;
    this.#control = control;
    this.#onChange = onChange;
  }

  get current(): Identity | null {
    return this.#current;
  }

  /** Asks for an id where there is none; `onChange` follows. */
  ensure(): void {
    if (this.#current !== null || this.#asking || this.error !== null || this.#closed) return;
    this.#asking = true;
    this.#ask();
  }

  /** Leaves `stale` behind. Afterwards `current` is newer, or null until a new id has come. */
  renew(stale: Identity): void {
    if (this.#current !== stale) return;
    mark('producer-epoch-raised');
    this.#current = stale.epoch < maxEpoch ? { id: stale.id, epoch: stale.epoch + 1 } : null;
    this.ensure();
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
  }

  #ask(): void {
    this.#control.any((connection) => {
      if (this.#closed) return;
      if (connection === null) this.#again();
      else this.#send(connection);
    });
  }

  #send(connection: BrokerConnection): void {
    const version = connection.version(initProducerIdApi);
    if (version < 0) {
      const who = connection.address.host;
      this.#fail(new ClientError('unsupported-version', `${who} gives no producer ids we know`));
      return;
    }
    const body = { transactionalId: null, transactionTimeoutMs: 0x7fffffff };
    const timeoutUs = this.#settings.requestTimeoutUs;
    connection.send(initProducerIdApi, version, body, timeoutUs, (response) => {
      if (this.#closed) return;
      if (response === null) {
        connection.noteFailure();
        this.#again();
      } else if (response.errorCode === errorCode.none) {
        this.#asking = false;
        this.#attempts = 0;
        this.#current = { id: response.producerId, epoch: response.producerEpoch };
        this.#onChange();
      } else if (isRetriable(response.errorCode)) {
        this.#again();
      } else {
        const code = response.errorCode;
        this.#fail(new ClientError('broker', 'no producer id was given', 'failed', code));
      }
    });
  }

  #again(): void {
    this.#attempts++;
    const { retryBackoff, random, host } = this.#settings;
    const delayUs = backoffDelayUs(retryBackoff, this.#attempts, random);
    this.#timer = host.timers.after(delayUs, () => this.#ask());
  }

  #fail(error: ClientError): void {
    this.#asking = false;
    this.error = error;
    this.#onChange();
  }
}
