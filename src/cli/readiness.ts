import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Address } from '../host/network.ts';
import { KafkaClient } from '../kafka/client/client.ts';
import { realHost } from '../real/host.ts';

const pauseMs = 200;

export interface BrokerAddress extends Address {
  readonly id: number;
}

/**
 * Resolves when each of these brokers is known to the cluster and unfenced; asks them until
 * `givenUp`.
 */
export async function untilReady(
  brokers: readonly BrokerAddress[],
  givenUp: () => boolean,
): Promise<boolean> {
  const directory = mkdtempSync(join(tmpdir(), 'ordeal-ready-'));
  const host = realHost({ machine: 'ready', directory });
  const client = new KafkaClient({ host, clientId: 'ordeal-serve', bootstrap: brokers });
  try {
    while (!givenUp()) {
      const cluster = await client
        .admin()
        .describeCluster({ timeoutMs: 5_000 })
        .catch(() => null);
      const unfenced = new Set(cluster?.brokers.map(({ nodeId }) => nodeId));
      if (brokers.every(({ id }) => unfenced.has(id))) return true;
      await pause(pauseMs);
    }
    return false;
  } finally {
    client.close();
    host.exit(0, 'known');
    rmSync(directory, { recursive: true, force: true });
  }
}
