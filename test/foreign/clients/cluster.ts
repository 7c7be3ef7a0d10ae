/** A simulated cluster of three nodes whose clients are foreign code. */
import { join } from 'node:path';
import { secondsToMicros } from '../../../src/base/time.ts';
import { nodeProgram } from '../../../src/foreign/node-program.ts';
import { installGuard } from '../../../src/sim/guard.ts';
import { TestCluster } from '../../kafka/broker/cluster.ts';

const packages = join(import.meta.dirname, '..', 'packages');

export class ForeignClients {
  readonly cluster: TestCluster;
  /** By client: what it said, oldest first. */
  readonly lines: Record<string, string[]> = {};
  readonly exits: string[] = [];

  constructor(seed: string) {
    this.cluster = new TestCluster({ seed });
  }

  async createTopic(name: string, partitions: number): Promise<void> {
    await this.guarded(async () => {
      await this.cluster.allBrokersLive();
      await this.cluster.createTopic(name, partitions, 3, { 'min.insync.replicas': '2' });
    });
  }

  /** Starts a client on a machine of its name; `entry` is a file of `packages`. */
  start(name: string, entry: string, ...args: string[]): void {
    const { world, brokers } = this.cluster;
    const lines: string[] = [];
    this.lines[name] = lines;
    const machine = world.addMachine(name);
    machine.onExit = (code, reason) => this.exits.push(`${name}: ${code} ${reason}`);
    const program = nodeProgram({
      entry: join(packages, entry),
      args: [name, ...args],
      env: { BROKERS: brokers.map((id) => `m${id}:9092`).join(',') },
      onOutput: (_stream, text) => lines.push(...text.trimEnd().split('\n')),
    });
    machine.start(program);
  }

  async run(seconds: number): Promise<void> {
    await this.runWhile(() => true, seconds);
  }

  async runWhile(condition: () => boolean, seconds: number): Promise<void> {
    const { world } = this.cluster;
    await this.guarded(() => world.runWhile(condition, world.now + secondsToMicros(seconds)));
    if (world.failure !== null) throw world.failure;
  }

  async guarded<T>(run: () => Promise<T>): Promise<T> {
    const removeGuard = installGuard();
    try {
      return await run();
    } finally {
      removeGuard();
    }
  }

  /** What the clients of these names said with this word in front, without it. */
  said(word: string, names: readonly string[]): string[] {
    return names
      .flatMap((name) => this.lines[name] as string[])
      .filter((line) => line.startsWith(`${word} `))
      .map((line) => line.slice(word.length + 1));
  }
}
