/**
 * Frames against a real cluster, and after each batch the question whether it still serves: every
 * broker answers Metadata, the canary topic takes a record from all replicas and gives it back,
 * every controller port answers ApiVersions, all within a bound; every process lives, none has
 * logged a bug, and their memory does not grow.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { zeroUuid } from '../../src/base/ids.ts';
import { produceApi } from '../../src/kafka/protocol/apis/00-produce.ts';
import { fetchApi } from '../../src/kafka/protocol/apis/01-fetch.ts';
import { metadataApi } from '../../src/kafka/protocol/apis/03-metadata.ts';
import { apiVersionsApi } from '../../src/kafka/protocol/apis/18-api-versions.ts';
import { createTopicsApi } from '../../src/kafka/protocol/apis/19-create-topics.ts';
import { deleteTopicsApi } from '../../src/kafka/protocol/apis/20-delete-topics.ts';
import { apiByKey } from '../../src/kafka/protocol/apis.ts';
import type { Api, RequestInput, ResponseOf } from '../../src/kafka/protocol/schema.ts';
import { buildBatch } from '../../src/kafka/records/builder.ts';
import { openChannel } from '../../src/kafka/rpc/channel.ts';
import type { Channel } from '../../src/kafka/rpc/contract.ts';
import { request } from '../../src/kafka/rpc/request.ts';
import { realHost } from '../../src/real/host.ts';
import { SimRandom } from '../../src/sim/random.ts';
import type { ServedCluster } from '../cli/served-cluster.ts';
import { FrameSource } from './frames.ts';
import { type Outcome, Wire } from './wire.ts';

export interface FuzzOptions {
  readonly frames: number;
  readonly seed: string;
  /** How long the next valid request may take. */
  readonly withinMs: number;
  readonly say: (line: string) => void;
}

export interface FuzzResult {
  readonly frames: number;
  readonly outcomes: Readonly<Record<Outcome, number>>;
  /** The slowest valid request behind a batch. */
  readonly slowestMs: number;
  /** Resident megabytes of each node: after the warm-up, the most, and at the end. */
  readonly memory: readonly (readonly [early: number, most: number, last: number])[];
  readonly problems: readonly string[];
}

const nodes = [1, 2, 3] as const;
const framesPerBatch = 1000;
const batchesPerCleanUp = 5;
const wiresPerPort = 4;
const patienceMs = 150;
const canary = 'canary-of-the-fuzz-run';
const mostProblems = 20;

export async function fuzz(cluster: ServedCluster, options: FuzzOptions): Promise<FuzzResult> {
  const run = new FuzzRun(cluster, options);
  try {
    return await run.run();
  } finally {
    run.close();
  }
}

class FuzzRun {
  readonly #cluster: ServedCluster;
  readonly #options: FuzzOptions;
  readonly #source: FrameSource;
  readonly #wires: Wire[];
  readonly #channels: Channel[];
  readonly #outcomes: Record<Outcome, number> = { answered: 0, closed: 0, waiting: 0 };
  readonly #problems = new Set<string>();
  readonly #memory: [number, number, number][] = nodes.map(() => [0, 0, 0]);
  readonly #pids: readonly number[];
  /** By port: what is served there. */
  readonly #served = new Map<number, Api[]>();
  #leaders: readonly number[] = [];
  #slowestMs = 0;

  constructor(cluster: ServedCluster, options: FuzzOptions) {
    this.#cluster = cluster;
    this.#options = options;
    this.#source = new FrameSource(new SimRandom(options.seed, '').stream('frames'));
    const ports = nodes.flatMap((id) => [cluster.port + id - 1, cluster.port + 2 + id]);
    this.#wires = Array.from({ length: wiresPerPort }, () => ports).flatMap((all) =>
      all.map((port) => new Wire(port, patienceMs)),
    );
    const host = realHost({ machine: 'fuzz', directory: join(cluster.data, 'fuzz') });
    this.#channels = ports.map((port) =>
      openChannel(
        host,
        { host: '127.0.0.1', port },
        { clientId: 'check', connectTimeoutUs: 5_000_000 },
      ),
    );
    this.#pids = nodes.map((id) => cluster.pidOf(id));
  }

  async run(): Promise<FuzzResult> {
    const { frames } = this.#options;
    await this.#createCanary();
    await this.#learnApis();
    const batches = Math.ceil(frames / framesPerBatch);
    const warm = Math.floor(batches / 4);
    for (let batch = 0; batch < batches; batch++) {
      await this.#batch(Math.min(framesPerBatch, frames - batch * framesPerBatch));
      await this.#check(batch);
      if (batch % batchesPerCleanUp === 0) await this.#cleanUp();
      this.#measure(batch <= warm);
      if (batch % 20 === 19) this.#options.say(this.#progress((batch + 1) * framesPerBatch));
      if (this.#problems.size >= mostProblems) break;
    }
    this.#judgeMemory(batches);
    return {
      frames,
      outcomes: this.#outcomes,
      slowestMs: Math.round(this.#slowestMs),
      memory: this.#memory,
      problems: [...this.#problems],
    };
  }

  close(): void {
    for (const wire of this.#wires) wire.close();
    for (const channel of this.#channels) channel.close();
  }

  /** Each wire sends the next frame as soon as it knows what came of its last. */
  async #batch(count: number): Promise<void> {
    let left = count;
    const work = async (wire: Wire): Promise<void> => {
      while (left > 0) {
        left--;
        const { bytes } = this.#source.next(this.#served.get(wire.port));
        this.#outcomes[await wire.send(bytes)]++;
      }
    };
    await Promise.all(this.#wires.map(work));
  }

  async #check(batch: number): Promise<void> {
    for (const id of nodes) {
      await this.#timed(`Metadata of node ${id}`, async () => {
        const { topics } = await this.#ask(id, metadataApi, 9, { topics: [{ name: canary }] });
        this.#leaders = topics[0]?.partitions.map(({ leaderId }) => leaderId) ?? [];
        if (topics[0]?.errorCode !== 0) throw new Error(`code ${topics[0]?.errorCode}`);
      });
      await this.#timed(`the controller port of node ${id}`, () =>
        this.#ask(id, apiVersionsApi, 0, {}, 'controller'),
      );
    }
    await this.#timed('a record', () => this.#produceAndFetch(`batch ${batch}`));
    for (const [index, pid] of this.#pids.entries()) {
      if (memoryOf(pid) === null) this.#problems.add(`node ${index + 1} has ended`);
    }
    for (const line of this.#cluster.output.split('\n')) {
      if (/ a bug, number \d+/.test(line)) this.#problems.add(line.replace(/127\.0.*?:\d+/, ''));
      if (/ halts: /.test(line)) this.#problems.add(line);
    }
  }

  async #produceAndFetch(text: string): Promise<void> {
    const [leader] = this.#leaders;
    if (leader === undefined || leader < 1) throw new Error('the canary has no leader');
    const value = new TextEncoder().encode(text);
    const records = buildBatch({
      records: [{ timestamp: Date.now(), key: null, value, headers: [] }],
    });
    const produced = await this.#ask(leader, produceApi, 9, {
      acks: -1,
      timeoutMs: 5000,
      topicData: [{ name: canary, partitionData: [{ index: 0, records }] }],
    });
    const written = produced.responses[0]?.partitionResponses[0];
    if (written?.errorCode !== 0) throw new Error(`written with code ${written?.errorCode}`);
    const partition = { partition: 0, fetchOffset: written.baseOffset, partitionMaxBytes: 10_000 };
    const fetched = await this.#ask(leader, fetchApi, 12, {
      maxWaitMs: 100,
      minBytes: 1,
      topics: [{ topic: canary, partitions: [partition] }],
    });
    const read = fetched.responses[0]?.partitions[0];
    if (read?.errorCode !== 0 || (read.records?.length ?? 0) === 0) {
      throw new Error(`read with code ${read?.errorCode}`);
    }
  }

  async #timed(what: string, ask: () => Promise<unknown>): Promise<void> {
    const began = performance.now();
    try {
      await ask();
    } catch (error) {
      this.#problems.add(`${what}: ${(error as Error).message}`);
    }
    const tookMs = performance.now() - began;
    this.#slowestMs = Math.max(this.#slowestMs, tookMs);
    if (tookMs > this.#options.withinMs) {
      this.#problems.add(`${what} took ${Math.round(tookMs)} ms`);
    }
  }

  async #createCanary(): Promise<void> {
    const topic = { name: canary, numPartitions: 1, replicationFactor: 3 };
    const topics = [{ ...topic, assignments: [], configs: [] }];
    await this.#ask(1, createTopicsApi, 5, { topics, timeoutMs: 10_000 });
    for (;;) {
      const told = await this.#ask(1, metadataApi, 9, { topics: [{ name: canary }] });
      if (told.topics[0]?.partitions[0]?.isrNodes.length === 3) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  async #learnApis(): Promise<void> {
    for (const channel of this.#channels) {
      const { apiKeys } = await request(channel, apiVersionsApi, 0, {}, 30_000_000);
      const known = apiKeys.flatMap(({ apiKey }) => apiByKey.get(apiKey) ?? []);
      this.#served.set(channel.address.port, known);
    }
  }

  /** What frames have created goes, so that a long run is not one of many topics. */
  async #cleanUp(): Promise<void> {
    const { topics } = await this.#ask(1, metadataApi, 12, { topics: null });
    const others = topics.filter(({ name }) => name !== canary);
    this.#source.topicIds = others.slice(0, 5).map(({ topicId }) => topicId);
    const names = others.map(({ name }) => ({ name, topicId: zeroUuid }));
    await this.#ask(1, deleteTopicsApi, 6, { topics: names, timeoutMs: 10_000 });
  }

  #measure(early: boolean): void {
    for (const [index, pid] of this.#pids.entries()) {
      const row = this.#memory[index]!;
      const now = memoryOf(pid) ?? 0;
      if (early) row[0] = Math.max(row[0], now);
      row[1] = Math.max(row[1], now);
      row[2] = now;
    }
  }

  /** A short run ends before a collector has seen a reason to work. */
  #judgeMemory(batches: number): void {
    if (batches < 20) return;
    for (const [index, [early, , last]] of this.#memory.entries()) {
      if (last > early * 1.5 + 100) {
        this.#problems.add(`node ${index + 1} grew from ${early} to ${last} MB`);
      }
    }
  }

  #progress(sent: number): string {
    const { answered, closed, waiting } = this.#outcomes;
    const memory = this.#memory.map(([, , last]) => last).join(', ');
    return `${sent} frames: ${answered} answered, ${closed} closed, ${waiting} waiting; ${memory} MB`;
  }

  #ask<A extends Api>(
    id: number,
    api: A,
    version: number,
    body: RequestInput<A>,
    listener: 'broker' | 'controller' = 'broker',
  ): Promise<ResponseOf<A>> {
    const channel = this.#channels[(id - 1) * 2 + (listener === 'broker' ? 0 : 1)]!;
    return request(channel, api, version, body, 30_000_000);
  }
}

/** Resident megabytes of a process; 0 where the system does not tell, null where it has ended. */
function memoryOf(pid: number): number | null {
  try {
    process.kill(pid, 0);
  } catch {
    return null;
  }
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
  } catch {
    return 0;
  }
}
