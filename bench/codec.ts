/**
 * What the wire costs: encoding and decoding alone, and whole requests over the simulated network.
 * Each number is the best of several rounds, since others may use the machine meanwhile.
 */
import { performance } from 'node:perf_hooks';
import { produceApi } from '../src/kafka/protocol/apis/00-produce.ts';
import { fetchApi } from '../src/kafka/protocol/apis/01-fetch.ts';
import {
  decodeRequest,
  decodeResponse,
  encodeRequest,
  encodeResponse,
} from '../src/kafka/protocol/message.ts';
import type { RequestInput, ResponseInput } from '../src/kafka/protocol/schema.ts';
import { openChannel } from '../src/kafka/rpc/channel.ts';
import type { Channel } from '../src/kafka/rpc/contract.ts';
import { startServer } from '../src/kafka/rpc/server.ts';
import { World } from '../src/sim/world.ts';
import { type BenchRow, bestOf } from './row.ts';

const topicId = 'AAECAwQFBgcICQoLDA0ODw';
const rounds = 5;

/** The follower's request of the reference cluster: two partitions, 147 bytes. */
const fetchRequest: RequestInput<typeof fetchApi> = {
  replicaState: { replicaId: 2, replicaEpoch: 17 },
  maxWaitMs: 500,
  minBytes: 1,
  maxBytes: 10 * 1024 * 1024,
  topics: [
    {
      topicId,
      partitions: [0, 1].map((partition) => ({
        partition,
        currentLeaderEpoch: 3,
        fetchOffset: 123_456,
        lastFetchedEpoch: 3,
        logStartOffset: 0,
        partitionMaxBytes: 1024 * 1024,
      })),
    },
  ],
};

const fetchResponse: ResponseInput<typeof fetchApi> = {
  responses: [
    {
      topicId,
      partitions: [0, 1].map((partitionIndex) => ({
        partitionIndex,
        errorCode: 0,
        highWatermark: 123_456,
        records: new Uint8Array(0),
      })),
    },
  ],
};

const produceRequest: RequestInput<typeof produceApi> = {
  acks: -1,
  timeoutMs: 30_000,
  topicData: [{ topicId, partitionData: [{ index: 0, records: new Uint8Array(1024).fill(7) }] }],
};

/** Nanoseconds of one call. */
function nanoseconds(calls: number, call: () => unknown): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round <= rounds; round++) {
    const start = performance.now();
    for (let i = 0; i < calls; i++) call();
    const elapsed = ((performance.now() - start) * 1e6) / calls;
    if (round > 0) best = Math.min(best, elapsed);
  }
  return best;
}

export function benchCodec(calls = 200_000): BenchRow[] {
  const request = encodeRequest(fetchApi, 17, 7, 'broker-2', fetchRequest);
  const response = encodeResponse(fetchApi, 17, 7, fetchResponse);
  const produce = encodeRequest(produceApi, 13, 7, 'producer', produceRequest);
  const size = request.length;
  const timed: [string, () => unknown][] = [
    [
      `encode Fetch request, ${size} bytes`,
      () => encodeRequest(fetchApi, 17, 7, 'broker-2', fetchRequest),
    ],
    [`decode Fetch request, ${size} bytes`, () => decodeRequest(fetchApi, 17, request, 4)],
    ['encode Fetch response', () => encodeResponse(fetchApi, 17, 7, fetchResponse)],
    ['decode Fetch response', () => decodeResponse(fetchApi, 17, response, 4)],
  ];
  const rows: BenchRow[] = timed.map(([name, call]) => ({
    name,
    value: nanoseconds(calls, call),
    unit: 'ns',
  }));
  const megabytes = (ns: number): number => (1024 / ns) * 1000;
  const encodeNs = nanoseconds(calls, () =>
    encodeRequest(produceApi, 13, 7, 'producer', produceRequest),
  );
  const decodeNs = nanoseconds(calls, () => decodeRequest(produceApi, 13, produce, 4));
  rows.push({ name: 'encode Produce of 1 KiB batches', value: megabytes(encodeNs), unit: 'MB/s' });
  rows.push({ name: 'decode Produce of 1 KiB batches', value: megabytes(decodeNs), unit: 'MB/s' });
  return rows;
}

/** Fetch requests with their answers, per second of real time; five are in flight. */
export async function benchRpc(requests = 200_000): Promise<BenchRow[]> {
  return [
    {
      name: 'Fetch answered over the simulated network',
      value: await bestOf(3, () => rpcRound(requests)),
      unit: 'requests/s',
      target: 150_000,
    },
  ];
}

async function rpcRound(requests: number): Promise<number> {
  const world = new World({ seed: 'bench' });
  const port = 9092;
  world.addMachine('server').start((host) => {
    const server = startServer(
      host,
      {
        listener: 'broker',
        port,
        apis: new Map([[fetchApi.key, { api: fetchApi, minVersion: 4, maxVersion: 18 }]]),
        maxRequestBytes: 1_000_000,
        maxConnections: 10,
        maxQueuedRequestsPerConnection: 10,
        maxIdleUs: 600_000_000,
        handle: (request) => request.respond(fetchResponse),
      },
      () => {},
    );
    return { stop: () => server.close() };
  });
  let answered = 0;
  world.addMachine('client').start((host) => {
    const options = { clientId: 'broker-2', connectTimeoutUs: 10_000_000 };
    const channel: Channel = openChannel(host, { host: 'server', port }, options);
    const ask = (): void => channel.send(fetchApi, 17, fetchRequest, 30_000_000, onAnswer);
    const onAnswer = (): void => {
      answered++;
      ask();
    };
    host.timers.after(100_000, () => {
      for (let i = 0; i < 5; i++) ask();
    });
    return { stop: () => channel.close() };
  });
  await world.runUntil(150_000);
  const before = answered;
  const start = performance.now();
  await world.runWhile(() => answered - before < requests, Number.MAX_SAFE_INTEGER);
  if (world.failure !== null) throw world.failure;
  return ((answered - before) / (performance.now() - start)) * 1000;
}
