/**
 * A broker's life as the controller sees it: registered, fenced until it has caught up with the
 * metadata, unfenced, drained of its leaderships, gone. One request is in flight at a time: a
 * registration until there is a broker epoch, heartbeats from then on. A broker asks to be unfenced
 * only after its node has said `readyToUnfence`, so nobody is led here before the node serves. The
 * epoch never changes within a process (a new registration needs a new incarnation).
 */

import type { BrokerEpoch, Micros, Offset, Uuid } from '../../base/ids.ts';
import { mark } from '../../base/mark.ts';
import { msToMicros } from '../../base/time.ts';
import type { Host } from '../../host/host.ts';
import type { Timer } from '../../host/timers.ts';
import type { NodeConfig } from '../config.ts';
import { randomUuid } from '../metadata/random-uuid.ts';
import { pass } from '../points.ts';
import { brokerRegistrationApi } from '../protocol/apis/62-broker-registration.ts';
import {
  type BrokerHeartbeatResponse,
  brokerHeartbeatApi,
} from '../protocol/apis/63-broker-heartbeat.ts';
import { errorCode, errorName } from '../protocol/errors.ts';
import type { ControllerChannel } from './controller-channel.ts';
import { registrationOf } from './registration.ts';

/**
 * `starting`: not caught up. `recovery`: caught up, still fenced. `running`: unfenced once.
 * `draining`: controlled shutdown asked for. `stopped`: says nothing any more.
 */
export type LifecycleState = 'starting' | 'recovery' | 'running' | 'draining' | 'stopped';

export interface LifecycleOptions {
  readonly host: Host;
  readonly config: NodeConfig;
  readonly channel: ControllerChannel;
  readonly directoryId: Uuid;
  /** Of the registration that this one continues after a clean shutdown; −1 otherwise. */
  readonly previousBrokerEpoch: () => BrokerEpoch;
  readonly currentMetadataOffset: () => Offset;
  /**
   * The controller finds this broker's metadata recent; the node makes ready, then calls
   * `readyToUnfence`.
   */
  readonly onCaughtUp: () => void;
  /** No registration within initial.broker.registration.timeout.ms. */
  readonly onRegistrationTimeout: () => void;
}

const startingIntervalUs: Micros = 10_000;
const firstDrainingIntervalUs: Micros = 50_000;
const firstBackoffUs: Micros = 100_000;

export class BrokerLifecycle {
  readonly #options: LifecycleOptions;
  readonly #host: Host;
  readonly #incarnationId: Uuid;
  readonly #heartbeatIntervalUs: Micros;
  readonly #expiresInUs: Micros;
  #state: LifecycleState = 'starting';
  #brokerEpoch: BrokerEpoch = -1;
  #isRegistered = false;
  #readyToUnfence = false;
  #inFlight = false;
  #sendAgainAtOnce = false;
  #backoffUs: Micros = firstBackoffUs;
  #timer: Timer | null = null;
  #registrationTimer: Timer | null = null;
  #onDrained: (() => void) | null = null;
  #drainingAnswers = 0;
  /** When draining began, or was last answered. */
  #answeredUs: Micros = 0;
  #saidDuplicate = false;

  constructor(options: LifecycleOptions) {
    const { host, config } = options;
    this.#options = options;
    this.#host = host;
    this.#incarnationId = randomUuid(host.random.stream('incarnation-id'));
    this.#heartbeatIntervalUs = msToMicros(config.settings.brokerHeartbeatIntervalMs);
    // Half a session, so that a controller that is gone costs no session (KAFKA-14392).
    this.#expiresInUs = Math.ceil(msToMicros(config.settings.brokerSessionTimeoutMs) / 2);
  }

  get state(): LifecycleState {
    return this.#state;
  }

  /** −1 until registered. */
  get brokerEpoch(): BrokerEpoch {
    return this.#brokerEpoch;
  }

  start(): void {
    const timeoutUs = msToMicros(this.#options.config.settings.initialBrokerRegistrationTimeoutMs);
    this.#registrationTimer = this.#host.timers.after(
      timeoutUs,
      this.#options.onRegistrationTimeout,
    );
    this.#communicate();
  }

  readyToUnfence(): void {
    this.#readyToUnfence = true;
    this.#schedule(0);
  }

  /**
   * Hands the leaderships over; `onDrained` runs once the controller lets go, or at once if nobody
   * is served.
   */
  drain(onDrained: () => void): void {
    if (this.#state !== 'running') {
      onDrained();
      return;
    }
    this.#state = 'draining';
    this.#onDrained = onDrained;
    this.#answeredUs = this.#host.clock.monotonicUs();
    this.#schedule(0);
  }

  stop(): void {
    this.#state = 'stopped';
    this.#timer?.cancel();
    this.#registrationTimer?.cancel();
  }

  #schedule(delayUs: Micros): void {
    this.#timer?.cancel();
    this.#timer = this.#host.timers.after(this.#sendAgainAtOnce ? 0 : delayUs, () =>
      this.#communicate(),
    );
    this.#sendAgainAtOnce = false;
  }

  #communicate(): void {
    if (this.#state === 'stopped') return;
    if (this.#inFlight) this.#sendAgainAtOnce = true;
    else if (!this.#isRegistered) this.#register();
    else this.#heartbeat();
  }

  #register(): void {
    this.#inFlight = true;
    const { config, channel, directoryId } = this.#options;
    // Only the first time is there a former life that may have ended cleanly.
    const previous = this.#brokerEpoch < 0 ? this.#options.previousBrokerEpoch() : -1;
    const request = registrationOf(config, this.#incarnationId, directoryId, previous);
    channel.send(brokerRegistrationApi, 4, request, this.#expiresInUs, (response) => {
      this.#inFlight = false;
      if (this.#state === 'stopped') return;
      if (response === null || response.errorCode !== errorCode.none) {
        this.#failed('registration', response?.errorCode ?? errorCode.requestTimedOut);
        return;
      }
      this.#brokerEpoch = response.brokerEpoch;
      this.#isRegistered = true;
      this.#backoffUs = firstBackoffUs;
      this.#registrationTimer?.cancel();
      this.#host.log(
        'info',
        `broker ${config.nodeId} registered with epoch ${response.brokerEpoch}`,
      );
      this.#schedule(0);
    });
  }

  #heartbeat(): void {
    this.#inFlight = true;
    const { config, channel, currentMetadataOffset } = this.#options;
    const request = {
      brokerId: config.nodeId,
      brokerEpoch: this.#brokerEpoch,
      currentMetadataOffset: currentMetadataOffset(),
      wantFence: !this.#readyToUnfence,
      wantShutDown: this.#state === 'draining',
    };
    channel.send(brokerHeartbeatApi, 1, request, this.#expiresInUs, (response) =>
      pass(this.#host, 'heartbeat-handled', () => this.#heartbeatEnded(response)),
    );
  }

  #heartbeatEnded(response: BrokerHeartbeatResponse | null): void {
    this.#inFlight = false;
    if (this.#state === 'stopped') return;
    if (response === null || response.errorCode !== errorCode.none) {
      if (response !== null && isAboutRegistration(response.errorCode)) {
        mark('registration-replaced');
        this.#isRegistered = false;
      }
      this.#failed('heartbeat', response?.errorCode ?? errorCode.requestTimedOut);
      return;
    }
    this.#backoffUs = firstBackoffUs;
    this.#answeredUs = this.#host.clock.monotonicUs();
    this.#answered(response);
  }

  #answered(response: BrokerHeartbeatResponse): void {
    switch (this.#state) {
      case 'starting':
        this.#schedule(startingIntervalUs);
        if (response.isCaughtUp) {
          this.#state = 'recovery';
          this.#options.onCaughtUp();
        }
        return;
      case 'recovery':
        if (!response.isFenced) this.#state = 'running';
        this.#schedule(this.#heartbeatIntervalUs);
        return;
      case 'running':
        this.#schedule(this.#heartbeatIntervalUs);
        return;
      case 'draining':
        this.#drainingAnswered(response);
        return;
      case 'stopped':
    }
  }

  #drainingAnswered(response: BrokerHeartbeatResponse): void {
    if (response.shouldShutDown) {
      this.stop();
      this.#onDrained?.();
      return;
    }
    // The first answer only takes note; where there is little to hand over the second one lets go.
    this.#drainingAnswers++;
    this.#schedule(
      this.#drainingAnswers === 1 ? firstDrainingIntervalUs : this.#heartbeatIntervalUs,
    );
  }

  /**
   * A broker that is short of a heartbeat is soon fenced, so the backoff stays within their
   * interval.
   */
  #failed(what: string, code: number): void {
    const { nodeId } = this.#options.config;
    if (this.#hasDrainedInVain()) {
      mark('drained-in-vain');
      this.#host.log('warn', `broker ${nodeId} goes, as no controller has answered for a session`);
      this.stop();
      this.#onDrained?.();
      return;
    }
    const isDuplicate = code === errorCode.duplicateBrokerRegistration;
    if (!isDuplicate || !this.#saidDuplicate) {
      const why = isDuplicate ? ': the session of its former process has to end first' : '';
      this.#host.log('warn', `broker ${nodeId}: ${what} failed: ${errorName(code)}${why}`);
    }
    this.#saidDuplicate = isDuplicate;
    const delayUs = this.#backoffUs;
    this.#backoffUs = Math.min(this.#heartbeatIntervalUs, delayUs * 2);
    this.#sendAgainAtOnce = false;
    this.#schedule(delayUs);
  }

  /**
   * Nobody can take the leaderships over without a controller; and if there is one that we cannot
   * reach, it has fenced us by now.
   */
  #hasDrainedInVain(): boolean {
    if (this.#state !== 'draining') return false;
    const sessionUs = msToMicros(this.#options.config.settings.brokerSessionTimeoutMs);
    return this.#host.clock.monotonicUs() - this.#answeredUs >= sessionUs;
  }
}

/**
 * The controller knows another registration of this broker, or none: a request of a former process
 * may arrive late and take the place of ours. Kafka's broker stays fenced for ever then.
 */
function isAboutRegistration(code: number): boolean {
  return code === errorCode.staleBrokerEpoch || code === errorCode.brokerIdNotRegistered;
}
