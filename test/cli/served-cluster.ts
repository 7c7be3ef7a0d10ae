/**
 * `ordeal serve` as a test uses it: on free ports, in a folder of its own, stopped by whoever
 * started it.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { sendSignal } from '../../src/cli/send-signal.ts';

const root = resolve(import.meta.dirname, '../..');
const launcher = join(root, 'bin/ordeal.js');

export class ServedCluster {
  readonly port: number;
  readonly data: string;
  readonly #processes: ChildProcess[] = [];
  #output = '';

  private constructor(port: number, data: string) {
    this.port = port;
    this.data = data;
  }

  /** Starts three nodes and waits until they are ready. */
  static async start(): Promise<ServedCluster> {
    const cluster = await ServedCluster.prepare();
    await cluster.startAll();
    return cluster;
  }

  /** Ports and a folder, and no node yet. */
  static async prepare(): Promise<ServedCluster> {
    return new ServedCluster(await freePorts(6), mkdtempSync(join(tmpdir(), 'ordeal-serve-')));
  }

  get brokers(): string[] {
    return [0, 1, 2].map((i) => `127.0.0.1:${this.port + i}`);
  }

  /** All that its processes have said since they were last started together. */
  get output(): string {
    return this.#output;
  }

  async startAll(): Promise<void> {
    this.#output = '';
    this.#spawn([]);
    await this.untilReady();
  }

  /** Waits until so many of the processes started have said that they are ready. */
  untilReady(count = 1): Promise<void> {
    return this.waitFor(new RegExp(`(^ready$[^]*){${count}}`, 'm'));
  }

  /** Starts one node alone, as after it was killed. */
  startNode(id: number): void {
    this.#spawn(['--node', String(id)]);
  }

  /** The pid printed for a node. */
  pidOf(id: number): number {
    return Number(new RegExp(`^node ${id} .* pid (\\d+)$`, 'm').exec(this.#output)![1]);
  }

  /** Waits until the output matches, or for the end of its first process, which is an error. */
  async waitFor(pattern: RegExp): Promise<void> {
    const first = this.#processes[0]!;
    while (!pattern.test(this.#output)) {
      if (hasEnded(first)) throw new Error(`serve ended: ${this.#output}`);
      await Promise.race([
        ...this.#processes.map((child) => once(child.stdout!, 'data')),
        once(first, 'exit'),
      ]);
    }
  }

  /** Kills the process that started all nodes, and waits until they have ended too. */
  async killParent(): Promise<void> {
    const pids = [1, 2, 3].map((id) => this.pidOf(id));
    sendSignal(this.#processes.shift()!, 'SIGKILL');
    while (pids.some(isAlive)) await pause(50);
  }

  /** Asks all to stop and gives their exit codes. */
  async stop(signal: NodeJS.Signals = 'SIGINT'): Promise<(number | null)[]> {
    const running = this.#processes.splice(0);
    for (const child of running) sendSignal(child, signal);
    return Promise.all(running.map((child) => ended(child)));
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.data, { recursive: true, force: true });
  }

  #spawn(more: string[]): void {
    const flags = ['--brokers', '3', '--port', String(this.port), '--data', this.data, ...more];
    const child = spawn(process.execPath, [launcher, 'serve', ...flags], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.on('data', (bytes) => {
        this.#output += String(bytes);
      });
    }
    this.#processes.push(child);
  }
}

async function ended(child: ChildProcess): Promise<number | null> {
  if (!hasEnded(child)) await once(child, 'exit');
  return child.exitCode;
}

const hasEnded = (child: ChildProcess): boolean =>
  child.exitCode !== null || child.signalCode !== null;

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** The first of `count` neighbouring ports on which nobody listens. */
export async function freePorts(count: number): Promise<number> {
  for (;;) {
    const first = 20_000 + Math.floor(Math.random() * 20_000);
    const free = await Promise.all(Array.from({ length: count }, (_, i) => isFree(first + i)));
    if (free.every((each) => each)) return first;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolveFree) => {
    const server = createServer();
    server.once('error', () => resolveFree(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolveFree(true)));
  });
}

/** kcat, where Debian's package is installed; CI installs it, and there its absence is an error. */
export function findKcat(): string | null {
  try {
    return execFileSync('sh', ['-c', 'command -v kcat'], { encoding: 'utf8' }).trim();
  } catch {
    if (process.env.CI === 'true') throw new Error('kcat is missing: CI must install it');
    return null;
  }
}
