/** A client and a server that speak a few APIs over a MemoryWorld. */

import type { Host } from '../../../src/host/host.ts';
import { produceApi } from '../../../src/kafka/protocol/apis/00-produce.ts';
import { fetchApi } from '../../../src/kafka/protocol/apis/01-fetch.ts';
import { metadataApi } from '../../../src/kafka/protocol/apis/03-metadata.ts';
import { apiVersionsApi } from '../../../src/kafka/protocol/apis/18-api-versions.ts';
import { initProducerIdApi } from '../../../src/kafka/protocol/apis/22-init-producer-id.ts';
import type { Api } from '../../../src/kafka/protocol/schema.ts';
import { openChannel } from '../../../src/kafka/rpc/channel.ts';
import type {
  Channel,
  ChannelOptions,
  Request,
  RpcFailure,
  Server,
  ServerOptions,
} from '../../../src/kafka/rpc/contract.ts';
import { isRequestOf } from '../../../src/kafka/rpc/request.ts';
import { startServer } from '../../../src/kafka/rpc/server.ts';
import { MemoryWorld } from './memory-world.ts';

export const port = 9092;
export const second = 1_000_000;

export const served = new Map(
  ([produceApi, fetchApi, metadataApi, apiVersionsApi, initProducerIdApi] as Api[]).map((api) => [
    api.key,
    { api, minVersion: api.minVersion, maxVersion: api.maxVersion },
  ]),
);

/** Answers InitProducerId by the timeout it was sent, as a sign of which request it answers. */
export function echo(request: Request): void {
  if (!isRequestOf(request, initProducerIdApi)) throw new Error(`unexpected ${request.api.name}`);
  const producerId = request.body.transactionTimeoutMs;
  request.respond({ errorCode: 0, producerId, producerEpoch: 0 });
}

export interface Outcome {
  readonly id: number | null;
  readonly failure: RpcFailure | null;
  readonly at: number;
}

export class Fixture {
  readonly world = new MemoryWorld();
  readonly outcomes: Outcome[] = [];
  server: Server | null = null;

  serve(
    handle: (request: Request) => void = echo,
    options: Partial<ServerOptions> = {},
    host: Host = this.world.host('server'),
  ): Server {
    this.server = startServer(
      host,
      {
        port,
        listener: 'broker',
        apis: served,
        maxRequestBytes: 10_000,
        maxConnections: 10,
        maxQueuedRequestsPerConnection: 3,
        maxIdleUs: 600 * second,
        handle,
        ...options,
      },
      () => {},
    );
    return this.server;
  }

  channel(options: Partial<ChannelOptions> = {}): Channel {
    const address = { host: 'server', port };
    return openChannel(this.world.host('client'), address, {
      clientId: 'client',
      connectTimeoutUs: 10 * second,
      ...options,
    });
  }

  /** Sends a request whose answer carries `id`; the outcome is noted. */
  ask(channel: Channel, id: number, timeoutUs = 30 * second): void {
    channel.send(
      initProducerIdApi,
      4,
      { transactionalId: null, transactionTimeoutMs: id },
      timeoutUs,
      (response, failure) => {
        this.outcomes.push({ id: response?.producerId ?? null, failure, at: this.world.now });
      },
    );
  }

  get ids(): (number | RpcFailure | null)[] {
    return this.outcomes.map(({ id, failure }) => failure ?? id);
  }
}
