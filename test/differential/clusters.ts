/**
 * The two clusters, three combined nodes each, on free ports of loopback and in temporary folders.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts, ServedCluster } from '../cli/served-cluster.ts';

export const nodeIds = [1, 2, 3] as const;

export interface Cluster {
  readonly name: 'apache' | 'ours';
  /** The broker's port of each node. */
  readonly ports: readonly number[];
  readonly controllerPorts: readonly number[];
  /** What its processes said, for when one of them ends. */
  output(): string;
  /** Starts a node that ended. */
  revive(node: number): void;
}

/** Is told how to remove a cluster before any of its processes is started. */
export type OnRemoval = (remove: () => Promise<void>) => void;

class RemovedError extends Error {
  constructor() {
    super('the cluster was removed');
  }
}

export async function startOurs(onRemoval: OnRemoval): Promise<Cluster> {
  const cluster = await ServedCluster.prepare();
  let isRemoved = false;
  onRemoval(async () => {
    isRemoved = true;
    await cluster.remove();
  });
  await cluster.startAll();
  return {
    name: 'ours',
    ports: nodeIds.map((id) => cluster.port + id - 1),
    controllerPorts: nodeIds.map((id) => cluster.port + nodeIds.length + id - 1),
    output: () => cluster.output,
    revive(node) {
      if (isRemoved) throw new RemovedError();
      cluster.startNode(node);
    },
  };
}

const javaOptions = ['-Xmx700m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];

/** Apache Kafka out of the jars in a folder; resolves when the processes are started. */
export async function startApache(jars: string, onRemoval: OnRemoval): Promise<Cluster> {
  const first = await freePorts(6);
  const folder = mkdtempSync(join(tmpdir(), 'differential-apache-'));
  const clusterId = randomBytes(16).toString('base64url');
  const java = ['-cp', join(jars, '*'), ...javaOptions];
  const files = nodeIds.map((id) => {
    const file = join(folder, `node-${id}.properties`);
    writeFileSync(file, properties(id, first, join(folder, `data-${id}`)));
    return file;
  });
  const processes: ChildProcess[] = [];
  let isRemoved = false;
  let output = '';
  const start = (...arguments_: string[]): ChildProcess => {
    if (isRemoved) throw new RemovedError();
    const stdio = ['ignore', 'pipe', 'pipe'] as const;
    const child = spawn('java', [...java, ...arguments_], { cwd: folder, stdio: [...stdio] });
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.on('data', (bytes) => {
        output += String(bytes);
      });
    }
    processes.push(child);
    return child;
  };
  onRemoval(async () => {
    isRemoved = true;
    // Its data is thrown away: no need to wait for a controlled shutdown.
    await Promise.all(processes.map(kill));
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  });
  const format = ['kafka.tools.StorageTool', 'format', '-t', clusterId, '-c'];
  const codes = await Promise.all(
    files.map(async (file) => (await once(start(...format, file), 'exit'))[0]),
  );
  if (codes.some((code) => code !== 0)) throw new Error(`no storage was made: ${output}`);
  for (const file of files) start('kafka.Kafka', file);
  return {
    name: 'apache',
    ports: nodeIds.map((id) => first + id - 1),
    controllerPorts: nodeIds.map((id) => first + nodeIds.length + id - 1),
    output: () => output,
    revive: (node) => void start('kafka.Kafka', files[node - 1]!),
  };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

/** Defaults wherever an answer shows them; internal topics are small, to be made quickly. */
function properties(id: number, first: number, data: string): string {
  const controller = (node: number): string => `127.0.0.1:${first + nodeIds.length + node - 1}`;
  const lines = {
    'process.roles': 'broker,controller',
    'node.id': id,
    'controller.quorum.voters': nodeIds.map((node) => `${node}@${controller(node)}`).join(','),
    listeners: `PLAINTEXT://127.0.0.1:${first + id - 1},CONTROLLER://${controller(id)}`,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': data,
    // OffsetCommit and OffsetFetch with topic ids are behind it.
    'unstable.api.versions.enable': true,
    'transaction.state.log.num.partitions': 3,
    'transaction.state.log.replication.factor': 3,
    'share.coordinator.state.topic.num.partitions': 3,
    'share.coordinator.state.topic.replication.factor': 3,
  };
  return Object.entries(lines)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}
