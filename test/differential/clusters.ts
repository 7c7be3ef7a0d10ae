/**
 * The two clusters, three combined nodes each, on free ports of loopback and in temporary folders.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
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
  remove(): Promise<void>;
}

export async function startOurs(): Promise<Cluster> {
  const cluster = await ServedCluster.start();
  return {
    name: 'ours',
    ports: nodeIds.map((id) => cluster.port + id - 1),
    controllerPorts: nodeIds.map((id) => cluster.port + nodeIds.length + id - 1),
    output: () => cluster.output,
    revive: (node) => cluster.startNode(node),
    remove: () => cluster.remove(),
  };
}

const javaOptions = ['-Xmx700m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];

/** Apache Kafka out of the jars in a folder; resolves when the processes are started. */
export async function startApache(jars: string): Promise<Cluster> {
  const first = await freePorts(6);
  const folder = mkdtempSync(join(tmpdir(), 'differential-apache-'));
  const clusterId = randomBytes(16).toString('base64url');
  const java = ['-cp', join(jars, '*'), ...javaOptions];
  const files = nodeIds.map((id) => {
    const file = join(folder, `node-${id}.properties`);
    writeFileSync(file, properties(id, first, join(folder, `data-${id}`)));
    return file;
  });
  const format = ['kafka.tools.StorageTool', 'format', '-t', clusterId, '-c'];
  await Promise.all(
    files.map((file) => promisify(execFile)('java', [...java, ...format, file], { cwd: folder })),
  );
  let output = '';
  const start = (file: string): ChildProcess => {
    const stdio = ['ignore', 'pipe', 'pipe'] as const;
    const child = spawn('java', [...java, 'kafka.Kafka', file], { cwd: folder, stdio: [...stdio] });
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.on('data', (bytes) => {
        output += String(bytes);
      });
    }
    return child;
  };
  const nodes = files.map(start);
  return {
    name: 'apache',
    ports: nodeIds.map((id) => first + id - 1),
    controllerPorts: nodeIds.map((id) => first + nodeIds.length + id - 1),
    output: () => output,
    revive: (node) => void nodes.push(start(files[node - 1]!)),
    async remove() {
      // Its data is thrown away: no need to wait for a controlled shutdown.
      await Promise.all(nodes.map(kill));
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    },
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
    'offsets.topic.num.partitions': 3,
    'offsets.topic.replication.factor': 3,
    'transaction.state.log.num.partitions': 3,
    'transaction.state.log.replication.factor': 3,
    'share.coordinator.state.topic.num.partitions': 3,
    'share.coordinator.state.topic.replication.factor': 3,
  };
  return Object.entries(lines)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}
