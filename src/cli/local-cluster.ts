/**
 * A cluster on this computer: how many nodes, on which ports, with which identity, kept beside its
 * data.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { defaultNodeSettings, type NodeConfig } from '../kafka/config.ts';
import { UsageError } from './exit.ts';

const fileSchema = z.strictObject({
  clusterId: z.string().length(22),
  brokers: z.int(),
  port: z.int(),
});

export interface LocalCluster extends z.output<typeof fileSchema> {
  readonly directory: string;
}

/** Where every node listens. */
export const host = '127.0.0.1';
const mostVoters = 3;

/**
 * The cluster kept in `directory`, made there if there is none. A different size or port is a usage
 * error.
 */
export function localCluster(directory: string, brokers: number, port: number): LocalCluster {
  const file = join(directory, 'cluster.json');
  if (!existsSync(file)) {
    makeDirectory(directory);
    const made = { clusterId: randomBytes(16).toString('base64url'), brokers, port };
    writeFileSync(file, `${JSON.stringify(made, null, 2)}\n`);
    return { ...made, directory };
  }
  const kept = readClusterFile(file);
  if (kept.brokers !== brokers) throw differs(file, '--brokers', kept.brokers, brokers);
  if (kept.port !== port) throw differs(file, '--port', kept.port, port);
  return { ...kept, directory };
}

function makeDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true });
  } catch (error) {
    throw new UsageError(`--data: ${(error as Error).message}`);
  }
}

function readClusterFile(file: string): z.output<typeof fileSchema> {
  try {
    return fileSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    throw new UsageError(`--data: ${file} is damaged: ${(error as Error).message}`);
  }
}

function differs(file: string, flag: string, kept: number, given: number): UsageError {
  return new UsageError(
    `${flag}: ${file} was made with ${kept}, not ${given}: give ${flag} ${kept} or another --data`,
  );
}

/** Where clients reach node `id` (from 1). */
export const brokerPort = (cluster: LocalCluster, id: number): number => cluster.port + id - 1;

/**
 * Node `id` (from 1) of the cluster: broker, and voter of the quorum if it is among the first
 * three.
 */
export function nodeConfig(cluster: LocalCluster, id: number): NodeConfig {
  const voterCount = Math.min(cluster.brokers, mostVoters);
  const controllerPort = (node: number): number => cluster.port + cluster.brokers + node - 1;
  return {
    nodeId: id,
    roles: { broker: true, controller: id <= voterCount },
    clusterId: cluster.clusterId,
    rack: null,
    advertisedHost: host,
    brokerPort: brokerPort(cluster, id),
    controllerPort: controllerPort(id),
    voters: Array.from({ length: voterCount }, (_, index) => ({
      nodeId: index + 1,
      host,
      port: controllerPort(index + 1),
    })),
    dataDirectory: '',
    settings: {
      ...defaultNodeSettings,
      // As many as there can be, or no group could work in a small cluster.
      offsetsTopicReplicationFactor: Math.min(
        defaultNodeSettings.offsetsTopicReplicationFactor,
        cluster.brokers,
      ),
    },
  };
}
