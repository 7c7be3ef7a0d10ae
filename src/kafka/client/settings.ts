import type { Micros } from '../../base/ids.ts';
import { msToMicros } from '../../base/time.ts';
import type { Host } from '../../host/host.ts';
import type { Address } from '../../host/network.ts';
import type { RandomStream } from '../../host/random.ts';
import type { Backoff } from './backoff.ts';
import { type ClientRules, clientRules } from './rules.ts';

/** Durations in milliseconds, under Kafka's names; defaults are Kafka's. */
export interface ClientOptions {
  readonly host: Host;
  readonly clientId: string;
  /** Brokers to ask first; the others are learned from them. */
  readonly bootstrap: readonly Address[];
  readonly requestTimeoutMs?: number;
  readonly connectTimeoutMs?: number;
  readonly metadataMaxAgeMs?: number;
  /**
   * Bound of one Metadata request, shorter than others' so that a silent broker is soon passed
   * over.
   */
  readonly metadataTimeoutMs?: number;
  readonly retryBackoffMs?: number;
  readonly retryBackoffMaxMs?: number;
  readonly reconnectBackoffMs?: number;
  readonly reconnectBackoffMaxMs?: number;
  readonly rules?: ClientRules;
}

/** The options with defaults filled in, shared by all parts of one client. */
export interface ClientSettings {
  readonly host: Host;
  readonly clientId: string;
  readonly bootstrap: readonly Address[];
  readonly random: RandomStream;
  readonly rules: ClientRules;
  readonly requestTimeoutUs: Micros;
  readonly connectTimeoutUs: Micros;
  readonly metadataMaxAgeUs: Micros;
  readonly metadataTimeoutUs: Micros;
  readonly retryBackoff: Backoff;
  readonly reconnectBackoff: Backoff;
}

export function resolveSettings(options: ClientOptions): ClientSettings {
  return {
    host: options.host,
    clientId: options.clientId,
    bootstrap: options.bootstrap,
    random: options.host.random.stream(`client/${options.clientId}`),
    rules: options.rules ?? clientRules,
    requestTimeoutUs: msToMicros(options.requestTimeoutMs ?? 30_000),
    connectTimeoutUs: msToMicros(options.connectTimeoutMs ?? 10_000),
    metadataMaxAgeUs: msToMicros(options.metadataMaxAgeMs ?? 300_000),
    metadataTimeoutUs: msToMicros(options.metadataTimeoutMs ?? 5000),
    retryBackoff: {
      initialUs: msToMicros(options.retryBackoffMs ?? 100),
      maxUs: msToMicros(options.retryBackoffMaxMs ?? 1000),
    },
    reconnectBackoff: {
      initialUs: msToMicros(options.reconnectBackoffMs ?? 50),
      maxUs: msToMicros(options.reconnectBackoffMaxMs ?? 1000),
    },
  };
}
