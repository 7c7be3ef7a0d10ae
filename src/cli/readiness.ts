import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Address } from '../host/network.ts';
import { KafkaClient } from '../kafka/client/client.ts';
import { realHost } from '../real/host.ts';

const pauseMs = 200;

/**
 * Resolves when each of these brokers is known to the cluster and unfenced; asks until `givenUp`.
 */
export async function untilReady(
  brokers: readonly Address[],
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
      if (cluster !== null && cluster.brokers.length === brokers.length) return true;
      await pause(pauseMs);
    }
    return false;
  } finally {
    client.close();
    host.exit(0, 'known');
    rmSync(directory, { recursive: true, force: true });
  }
}
