import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Host } from '../host/host.ts';
import type { Address } from '../host/network.ts';
import { KafkaClient } from '../kafka/client/client.ts';
import { realHost } from '../real/host.ts';

const pauseMs = 200;

export interface BrokerAddress extends Address {
  readonly id: number;
}

/**
 * Resolves when each of these brokers has answered itself, is of this cluster and unfenced; asks
 * them until `givenUp`. Another cluster may answer on their ports, and a cluster remembers a broker
 * for a session that has ended.
 */
export async function untilReady(
  clusterId: string,
  brokers: readonly BrokerAddress[],
  givenUp: () => boolean,
): Promise<boolean> {
  const directory = mkdtempSync(join(tmpdir(), 'ordeal-ready-'));
  const host = realHost({ machine: 'ready', directory });
  try {
    const ready = await Promise.all(
      brokers.map((broker) => isReady(host, clusterId, broker, givenUp)),
    );
    return ready.every((each) => each) && !givenUp();
  } finally {
    host.exit(0, 'known');
    rmSync(directory, { recursive: true, force: true });
  }
}

async function isReady(
  host: Host,
  clusterId: string,
  broker: BrokerAddress,
  givenUp: () => boolean,
): Promise<boolean> {
  while (!givenUp()) {
    // A client that knows nobody else: its first answer is this broker's.
    const client = new KafkaClient({ host, clientId: 'ordeal-serve', bootstrap: [broker] });
    const cluster = await client
      .admin()
      .describeCluster({ timeoutMs: 5_000 })
      .catch(() => null);
    client.close();
    const isOurs = cluster?.clusterId === clusterId;
    if (isOurs && cluster.brokers.some(({ nodeId }) => nodeId === broker.id)) return true;
    await pause(pauseMs);
  }
  return false;
}
