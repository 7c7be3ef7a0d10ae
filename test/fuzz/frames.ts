/**
 * Frames that hurt: valid requests of every API and version, made from the schema tables with the
 * values that are at the edges of things, most of them then mutated. The same seed gives the same
 * frames. What is never made is a request that a cluster without an authorizer must obey to its
 * harm: quorum and registration requests name another cluster, brokers that are told to leave do
 * not exist.
 */
import type { RandomStream } from '../../src/host/random.ts';
import { apis } from '../../src/kafka/protocol/apis.ts';
import { encodeRequest } from '../../src/kafka/protocol/message.ts';
import type { Api, Field, Fields } from '../../src/kafka/protocol/schema.ts';
import { buildBatch } from '../../src/kafka/records/builder.ts';
import { defaultsOf } from '../kafka/protocol/arbitraries.ts';
import { mutate } from './mutations.ts';

export interface Frame {
  readonly api: Api;
  readonly version: number;
  /** With its length prefix. */
  readonly bytes: Uint8Array;
}

/** The topics that frames name, beside impossible ones. */
export const fuzzTopics: readonly string[] = Array.from({ length: 12 }, (_, i) => `fuzz-${i}`);

const mutatedPerMille = 800;

export class FrameSource {
  readonly #random: RandomStream;
  /** Topic ids that a run has seen. */
  topicIds: readonly string[] = [];

  constructor(random: RandomStream) {
    this.#random = random;
  }

  /** Nearly always of the APIs that a listener serves; which are those of `served`. */
  next(served: readonly Api[] = apis): Frame {
    const random = this.#random;
    const from = random.int(20) === 0 ? apis : served;
    const api = from[random.int(from.length)]!;
    const version = api.minVersion + random.int(api.maxVersion - api.minVersion + 1);
    const body = this.#fields(api.request.fields, version, 0);
    const clientId = random.int(10) === 0 ? null : 'fuzz';
    const bytes = encodeRequest(api, version, random.int(0x7fffffff), clientId, {
      ...body,
      ...this.#harmless(api.name),
    }).slice();
    return {
      api,
      version,
      bytes: random.int(1000) < mutatedPerMille ? mutate(random, bytes) : bytes,
    };
  }

  #harmless(api: string): Record<string, unknown> {
    const clusterId = 'another-cluster-altogether';
    const brokerId = 1_234_567_890;
    const brokerEpoch = 0x1f_0000_1234_5678;
    switch (api) {
      case 'Vote':
      case 'BeginQuorumEpoch':
      case 'EndQuorumEpoch':
      case 'Fetch':
        return { clusterId };
      case 'BrokerRegistration':
        return { clusterId, brokerId };
      case 'BrokerHeartbeat':
      case 'UnregisterBroker':
      case 'AllocateProducerIds':
      case 'AlterPartition':
        return { brokerId, brokerEpoch };
      default:
        return {};
    }
  }

  #fields(fields: Fields, version: number, depth: number): Record<string, unknown> {
    const body = defaultsOf(fields);
    for (const [name, field] of Object.entries(fields)) {
      if (version < field.since || version > field.until) continue;
      if (field.tag >= 0 && this.#random.int(3) > 0) continue;
      body[name] = this.#value(name, field, version, depth);
    }
    return body;
  }

  #value(name: string, field: Field, version: number, depth: number): unknown {
    const random = this.#random;
    if (version >= field.nullableSince && random.int(6) === 0) return null;
    switch (field.type) {
      case 'array':
        return Array.from({ length: this.#count(depth) }, () =>
          this.#value(name, field.element!, version, depth + 1),
        );
      case 'struct':
        return this.#fields(field.fields ?? {}, version, depth + 1);
      case 'string':
        return this.#text(name);
      case 'uuid':
        return this.#pick([...this.topicIds, zeroId, 'bbbbbbbbbbbbbbbbbbbbbA']);
      case 'bytes':
        return new Uint8Array(random.int(40)).map(() => random.int(256));
      case 'records':
        return this.#records();
      case 'bool':
        return random.int(2) === 0;
      case 'float64':
        return random.next();
      default:
        return this.#number(name, field);
    }
  }

  #count(depth: number): number {
    const random = this.#random;
    if (depth === 0 && random.int(200) === 0) return random.int(2000);
    return this.#pick([0, 1, 1, 1, 2, 3]);
  }

  #number(name: string, field: Field): number {
    // What holds a connection up is left to mutations, or a run would mostly wait.
    if (name === 'maxWaitMs' || name === 'timeoutMs') return this.#random.int(20);
    if (name === 'acks') return this.#pick([1, -1, -1, 1, 0, 2]);
    if (name.toLowerCase().includes('partition') && this.#random.int(4) > 0) {
      return this.#random.int(3);
    }
    const bits = bitsOf[field.type] ?? 32;
    const top = bits === 64 ? Number.MAX_SAFE_INTEGER : 2 ** (bits - 1) - 1;
    const value = this.#pick([
      0,
      0,
      0,
      1,
      1,
      2,
      3,
      10,
      -1,
      -2,
      -3,
      100,
      20_000,
      top,
      -top,
      top - 1,
    ]);
    const low = field.type === 'uint16' ? 0 : -top;
    return Math.min(Math.max(value, low), top);
  }

  #text(name: string): string {
    const random = this.#random;
    if (/topic|name/i.test(name) && random.int(3) > 0) return this.#pick(fuzzTopics);
    return this.#pick(texts);
  }

  #records(): Uint8Array {
    const random = this.#random;
    const compression = this.#pick(['none', 'none', 'none', 'gzip', 'snappy', 'lz4'] as const);
    const records = Array.from({ length: 1 + random.int(4) }, (_, i) => ({
      timestamp: recordTime + i,
      key: random.int(2) === 0 ? null : new Uint8Array(random.int(8)),
      value: random.int(8) === 0 ? null : new Uint8Array(random.int(100)),
      headers: random.int(5) === 0 ? [{ key: 'h', value: null }] : [],
    }));
    const idempotent = random.int(3) === 0;
    const batch = buildBatch({
      records,
      compression,
      ...(idempotent && {
        producerId: random.int(5),
        producerEpoch: 0,
        baseSequence: random.int(9),
      }),
    });
    return random.int(3) === 0 ? mutate(random, batch, 0) : batch;
  }

  #pick<T>(from: readonly T[]): T {
    return from[this.#random.int(from.length)]!;
  }
}

const bitsOf: { readonly [type: string]: number } = {
  int8: 8,
  int16: 16,
  uint16: 17,
  int32: 32,
  int64: 64,
};
/** Long ago, which no broker minds. */
const recordTime = 1_700_000_000_000;
const zeroId = 'A'.repeat(22);
const texts: readonly string[] = [
  '',
  'a',
  '.',
  '..',
  '../../etc',
  'a/b',
  'with space',
  '__cluster_metadata',
  '__consumer_offsets',
  'über',
  '\u0000',
  'x'.repeat(249),
  'x'.repeat(250),
  'x'.repeat(32_000),
  'retention.ms',
  'cleanup.policy',
  'compact',
  '-1',
  '9223372036854775807',
  '1',
  '2',
];
