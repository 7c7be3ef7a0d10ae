/**
 * `ordeal serve`: a real cluster on loopback. The parent starts a process for each node and prints
 * where it is; an interrupt or SIGTERM stops all of them cleanly. With `--node` this process is
 * that node itself, so that one that was killed can be started again by hand.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { kafkaNode } from '../../kafka/broker/node.ts';
import { realHost } from '../../real/host.ts';
import { exitCode, UsageError } from '../exit.ts';
import { type LocalCluster, localCluster, nodeConfig } from '../local-cluster.ts';
import { untilReady } from '../readiness.ts';
import { selfCommand } from '../self.ts';

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
  const stop = stopSignal();
  const nodes = Array.from({ length: cluster.brokers }, (_, index) =>
    startNode(cluster, index + 1, flags, stop),
  );
  for (const { id, process: child } of nodes) {
    process.stdout.write(`node ${id}  127.0.0.1:${cluster.port + id - 1}  pid ${child.pid}\n`);
  }
  process.stdout.write(`data in ${flags.data}; interrupt to stop\n`);
  stop.onStop(() => {
    for (const { process: child } of nodes) child.kill('SIGTERM');
  });
  const brokers = nodes.map(({ id }) => ({ host: '127.0.0.1', port: cluster.port + id - 1 }));
  const givenUp = (): boolean =>
    stop.requested() || nodes.every(({ process: child }) => child.exitCode !== null);
  untilReady(brokers, givenUp).then((ready) => {
    if (ready) process.stdout.write('ready\n');
  });
  const ends = await Promise.all(nodes.map(({ ended }) => ended));
  stop.release();
  // A node that ended before (killed by hand, say) was told of then; what counts is how the rest
  // stopped.
  const asked = ends.filter((end) => end.afterStop);
  return asked.length > 0 && asked.every((end) => end.code === 0) ? exitCode.ok : exitCode.internal;
}

interface NodeProcess {
  readonly id: number;
  readonly process: ChildProcess;
  readonly ended: Promise<{ readonly code: number; readonly afterStop: boolean }>;
}

function startNode(
  cluster: LocalCluster,
  id: number,
  flags: ServeFlags,
  stop: StopSignal,
): NodeProcess {
  const [command, ...words] = selfCommand();
  const options = ['--brokers', flags.brokers, '--port', flags.port, '--data', flags.data];
  // In a group of its own a node is not reached by the terminal's interrupt: the parent tells it
  // when to stop.
  const child = spawn(command!, [...words, 'serve', ...options, '--node', String(id)], {
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: true,
  });
  const ended = new Promise<{ code: number; afterStop: boolean }>((resolve) => {
    child.once('exit', (code, signal) => {
      if (code !== 0) {
        const how = signal ?? `code ${code}`;
        const again = `--node ${id} --port ${cluster.port} --brokers ${cluster.brokers} --data ${flags.data}`;
        process.stderr.write(`node ${id} ended (${how}); start it again: ordeal serve ${again}\n`);
      }
      resolve({ code: code ?? 1, afterStop: stop.requested() });
    });
  });
  return { id, process: child, ended };
}

function serveOne(cluster: LocalCluster, id: number): Promise<number> {
  return new Promise((resolve) => {
    const stop = stopSignal();
    const host = realHost({
      machine: `b${id}`,
      directory: `${cluster.directory}/b${id}`,
      log(level, message) {
        if (level === 'warn' || level === 'error')
          process.stderr.write(`b${id} ${level}: ${message}\n`);
      },
      onExit(code, reason) {
        if (code !== 0) process.stderr.write(`b${id} halts: ${reason}\n`);
        stop.release();
        resolve(code === 0 ? exitCode.ok : exitCode.internal);
        // Timers of a halted node may still be armed; nothing of it may run on.
        setImmediate(() => process.exit(code === 0 ? exitCode.ok : exitCode.internal));
      },
    });
    const running = kafkaNode(nodeConfig(cluster, id))(host);
    stop.onStop(() => running.stop());
  });
}

interface StopSignal {
  onStop(callback: () => void): void;
  requested(): boolean;
  release(): void;
}

/** The first interrupt or SIGTERM asks for a clean stop; a second one ends at once. */
function stopSignal(): StopSignal {
  let callback: (() => void) | null = null;
  let count = 0;
  const receive = (): void => {
    if (++count > 1) process.exit(exitCode.interrupted);
    callback?.();
  };
  process.on('SIGINT', receive);
  process.on('SIGTERM', receive);
  return {
    onStop(next) {
      callback = next;
    },
    requested: () => count > 0,
    release() {
      process.off('SIGINT', receive);
      process.off('SIGTERM', receive);
    },
  };
}
