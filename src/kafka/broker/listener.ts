/**
 * One of a node's listeners: a server with a table of APIs and the node's limits on requests and
 * connections.
 */
import { assert } from '../../base/assert.ts';
import { msToMicros } from '../../base/time.ts';
import type { Host } from '../../host/host.ts';
import type { NodeSettings } from '../config.ts';
import type { OnFailure, Server } from '../rpc/contract.ts';
import type { ListedApi } from '../rpc/served-api.ts';
import { startServer } from '../rpc/server.ts';

export const cannotListen = (port: number, error: Error): string =>
  `cannot listen on port ${port}: ${error.message}: stop what listens there, or take another port`;

/**
 * `ready` runs once: with null when connections are accepted, or with why the port is not to be
 * had.
 */
export function startListener(
  host: Host,
  listener: 'broker' | 'controller',
  port: number,
  served: readonly ListedApi[],
  settings: NodeSettings,
  onFailure: OnFailure,
  ready: (error: Error | null) => void,
): Server {
  const byKey = new Map(served.map((one) => [one.api.key, one]));
  return startServer(
    host,
    {
      port,
      listener,
      apis: byKey,
      maxRequestBytes: settings.socketRequestMaxBytes,
      maxConnections: settings.maxConnections,
      maxQueuedRequestsPerConnection: settings.queuedMaxRequestsPerConnection,
      maxQueuedRequestBytes: settings.queuedMaxRequestBytes,
      maxIdleUs: msToMicros(settings.connectionsMaxIdleMs),
      handle(request) {
        const api = byKey.get(request.api.key);
        assert(api !== undefined, 'a server passes on only what is served');
        api.handle(request);
      },
      onFailure,
    },
    ready,
  );
}
