/** Three nodes in this process on real sockets and files, with small segments. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { localCluster, nodeConfig } from '../../src/cli/local-cluster.ts';
import type { RunningProgram } from '../../src/host/host.ts';
import { kafkaNode } from '../../src/kafka/broker/node.ts';
import { KafkaClient } from '../../src/kafka/client/client.ts';
import { realHost } from '../../src/real/host.ts';

const ids = [1, 2, 3];

export class FilesCluster {
  readonly data = mkdtempSync(join(tmpdir(), 'ordeal-files-'));
  readonly lines: string[] = [];
  readonly #port: number;
  readonly #running = new Map<number, RunningProgram>();
  readonly #ended = new Map<number, Promise<string>>();
  readonly #clientHost = realHost({ machine: 'client', directory: join(this.data, 'client') });
  readonly client: KafkaClient;

  private constructor(port: number) {
    this.#port = port;
    this.client = new KafkaClient({
      host: this.#clientHost,
      clientId: 'test',
      bootstrap: this.brokers,
    });
    for (const id of ids) this.start(id);
  }

  static async start(): Promise<FilesCluster> {
    return new FilesCluster(await freePorts(6));
  }

  get clusterId(): string {
    return localCluster(this.data, ids.length, this.#port).clusterId;
  }

  get brokers(): { id: number; host: string; port: number }[] {
    return ids.map((id) => ({ id, host: '127.0.0.1', port: this.#port + id - 1 }));
  }

  directory(id: number): string {
    return join(this.data, `b${id}`);
  }

  start(id: number): void {
    const config = nodeConfig(localCluster(this.data, ids.length, this.#port), id);
    const { settings } = config;
    const topicDefaults = { ...settings.topicDefaults, segmentBytes: 20_000 };
    let end: (how: string) => void = () => {};
    this.#ended.set(id, new Promise((resolve) => (end = resolve)));
    const host = realHost({
      machine: `b${id}`,
      directory: this.directory(id),
      log: (level, message) => {
        if (level === 'warn' || level === 'error') this.lines.push(`b${id}: ${message}`);
      },
      onExit: (code, reason) => end(`${code} ${reason}`),
    });
    const shorter = { ...settings, topicDefaults, brokerSessionTimeoutMs: 2_000 };
    this.#running.set(id, kafkaNode({ ...config, settings: shorter })(host));
  }

  /** How the node ended. */
  async stop(id: number): Promise<string> {
    this.#running.get(id)?.stop();
    return (await this.#ended.get(id)) ?? '';
  }

  /** Waits until each of these topics has three replicas in sync. */
  async untilWhole(topics: readonly string[]): Promise<void> {
    for (;;) {
      const told = await this.client
        .admin()
        .describeTopics(topics)
        .catch(() => []);
      const isWhole = told.every(({ partitions }) =>
        partitions.every(({ isr }) => isr.length === 3),
      );
      if (told.length === topics.length && isWhole) return;
      await pause(100);
    }
  }

  async remove(): Promise<void> {
    this.client.close();
    await Promise.all(ids.map((id) => this.stop(id)));
    this.#clientHost.exit(0, 'end of the test');
    rmSync(this.data, { recursive: true, force: true });
  }
}

/** The first of `count` neighbouring ports on which nobody listens. */
async function freePorts(count: number): Promise<number> {
  for (let first = 24_000 + (process.pid % 1000) * 8; ; first += count) {
    const free = await Promise.all(Array.from({ length: count }, (_, i) => isFree(first + i)));
    if (free.every((each) => each)) return first;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  server.listen(port, '127.0.0.1');
  const [outcome] = await Promise.race([
    once(server, 'listening').then(() => [(server.address() as AddressInfo).port]),
    once(server, 'error').then(() => [null]),
  ]);
  server.close();
  return outcome !== null;
}
