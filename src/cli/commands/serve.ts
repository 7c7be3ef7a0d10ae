/**
 * `ordeal serve`: a real cluster on loopback. The parent starts a process for each node and prints
 * where it is; an interrupt or SIGTERM stops all of them cleanly. With `--node` this process is
 * that node itself, so that one that was killed can be started again by hand.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { RunningProgram } from '../../host/host.ts';
import { kafkaNode } from '../../kafka/broker/node.ts';
import { realHost } from '../../real/host.ts';
import { LockedError, lockDirectory } from '../../real/lock.ts';
import { exitCode, UsageError } from '../exit.ts';
import { brokerPort, host, type LocalCluster, localCluster, nodeConfig } from '../local-cluster.ts';
import { untilReady } from '../readiness.ts';
import { entryFile } from '../self.ts';
import { sendSignal } from '../send-signal.ts';

export interface ServeFlags {
  readonly brokers: string;
  readonly port: string;
  readonly data: string;
  readonly node?: string;
}

export async function serve(flags: ServeFlags): Promise<number> {
  const brokers = wholeNumber('--brokers', flags.brokers, 1, 9);
  const port = wholeNumber('--port', flags.port, 1, 65_535 - 2 * brokers);
  const cluster = localCluster(flags.data, brokers, port);
  if (flags.node === undefined) return serveAll(cluster, flags);
  return serveOne(cluster, wholeNumber('--node', flags.node, 1, brokers));
}

function wholeNumber(flag: string, text: string, least: number, most: number): number {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(number >= least && number <= most)) {
    throw new UsageError(`${flag}: "${text}" is not a whole number from ${least} to ${most}`);
  }
  return number;
}

/** Resolves when every node has ended: ok if those still running at the stop ended as asked. */
async function serveAll(cluster: LocalCluster, flags: ServeFlags): Promise<number> {
  const ids = Array.from({ length: cluster.brokers }, (_, index) => index + 1);
  let nodes: readonly NodeProcess[] = [];
  let killed = false;
  const stop = stopSignal(
    () => signalAll(nodes, 'SIGTERM'),
    () => {
      killed = true;
      signalAll(nodes, 'SIGKILL');
    },
  );
  nodes = ids.map((id) => startNode(id, flags, stop));
  for (const { id, process: child } of nodes) process.stdout.write(place(cluster, id, child.pid));
  process.stdout.write(`data in ${flags.data}; interrupt to stop\n`);
  const over = (): boolean => stop.requested() || nodes.some((node) => hasEnded(node.process));
  sayReady(cluster, ids, over);
  const ends = await Promise.all(nodes.map(({ ended }) => ended));
  stop.release();
  if (killed) return exitCode.interrupted;
  if (ends.every(({ code }) => code === exitCode.usage)) return exitCode.usage;
  // A node that ended before (killed by hand, say) was told of then; what counts is how the rest
  // stopped.
  const asked = ends.filter((end) => end.afterStop);
  return asked.length > 0 && asked.every((end) => end.clean) ? exitCode.ok : exitCode.internal;
}

const hasEnded = (child: ChildProcess): boolean =>
  child.exitCode !== null || child.signalCode !== null;

function signalAll(nodes: readonly NodeProcess[], signal: NodeJS.Signals): void {
  for (const { process: child } of nodes) sendSignal(child, signal);
}

const place = (cluster: LocalCluster, id: number, pid: number | undefined): string =>
  `node ${id}  ${host}:${brokerPort(cluster, id)}  pid ${pid}\n`;

/** Says `ready` once all these nodes are there and unfenced, unless it is over before. */
function sayReady(cluster: LocalCluster, ids: readonly number[], over: () => boolean): void {
  const brokers = ids.map((id) => ({ id, host, port: brokerPort(cluster, id) }));
  untilReady(cluster.clusterId, brokers, over).then((ready) => {
    if (ready) process.stdout.write('ready\n');
  });
}

interface NodeProcess {
  readonly id: number;
  readonly process: ChildProcess;
  readonly ended: Promise<NodeEnd>;
}

interface NodeEnd {
  /** Null where a signal ended it. */
  readonly code: number | null;
  readonly clean: boolean;
  readonly afterStop: boolean;
}

function startNode(id: number, flags: ServeFlags, stop: StopSignal): NodeProcess {
  const options = ['--brokers', flags.brokers, '--port', flags.port, '--data', flags.data];
  // In a group of its own a node is not reached by the terminal's interrupt: the parent tells it
  // when to stop. The channel tells it when there is no parent any more.
  const child = fork(entryFile, ['serve', ...options, '--node', String(id)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    detached: true,
  });
  const ended = new Promise<NodeEnd>((resolve) => {
    child.once('exit', (code, signal) => {
      const afterStop = stop.requested();
      // Asked to stop before it listened for that, a node ends by the signal: nothing had begun.
      const clean = code === 0 || (afterStop && signal === 'SIGTERM');
      if (!clean) {
        const how = signal ?? `code ${code}`;
        const again = `ordeal serve --node ${id} ${options.join(' ')}`;
        process.stderr.write(`node ${id} ended (${how}); start it again: ${again}\n`);
      }
      resolve({ code, clean, afterStop });
    });
  });
  return { id, process: child, ended };
}

/**
 * Resolves when the node has ended: stopped as asked, or halted because it could not go on. Its
 * directory is locked before anything in it is read.
 */
async function serveOne(cluster: LocalCluster, id: number): Promise<number> {
  const directory = join(cluster.directory, `b${id}`);
  const lock = await lockDirectory(directory).catch((error: unknown) => {
    throw error instanceof LockedError ? new UsageError(`--data: ${error.message}`) : error;
  });
  try {
    return await runNode(cluster, id, directory);
  } finally {
    lock.release();
  }
}

function runNode(cluster: LocalCluster, id: number, directory: string): Promise<number> {
  return new Promise((resolve) => {
    let running: RunningProgram | null = null;
    let over = false;
    const stop = stopSignal(
      () => running?.stop(),
      () => process.exit(exitCode.interrupted),
    );
    const machine = `b${id}`;
    const system = realHost({
      machine,
      directory,
      log(level, message) {
        if (level === 'warn' || level === 'error')
          process.stderr.write(`${machine} ${level}: ${message}\n`);
      },
      onExit(code, reason) {
        if (code !== 0)
          process.stderr.write(`${machine} halts: ${reason} (its data: ${directory})\n`);
        over = true;
        stop.release();
        resolve(code === 0 ? exitCode.ok : exitCode.internal);
      },
    });
    running = kafkaNode(nodeConfig(cluster, id))(system);
    // A node started by hand says what the parent says of its nodes; one with a parent ends with
    // it.
    if (process.connected) process.once('disconnect', () => running?.stop());
    else {
      process.stdout.write(place(cluster, id, process.pid));
      sayReady(cluster, [id], () => over || stop.requested());
    }
  });
}

interface StopSignal {
  requested(): boolean;
  release(): void;
}

/** The first interrupt or SIGTERM asks for a clean stop; a second one for an end at once. */
function stopSignal(onFirst: () => void, onSecond: () => void): StopSignal {
  let count = 0;
  const receive = (): void => {
    count++;
    if (count === 1) onFirst();
    else onSecond();
  };
  process.on('SIGINT', receive);
  process.on('SIGTERM', receive);
  return {
    requested: () => count > 0,
    release() {
      process.off('SIGINT', receive);
      process.off('SIGTERM', receive);
    },
  };
}
