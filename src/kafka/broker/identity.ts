/**
 * Who this disk belongs to: `meta.properties`, written on the first start and checked on every
 * later one, so that a node never runs on another node's or another cluster's data. The directory
 * id is drawn once per disk: a replaced disk is another voter to the quorum (KIP-853).
 */
import type { Uuid } from '../../base/ids.ts';
import type { Host } from '../../host/host.ts';
import type { NodeConfig } from '../config.ts';
import { pathIn, readText, writeText } from '../log/durable-file.ts';
import { randomUuid } from '../metadata/random-uuid.ts';
import { noElection } from '../raft/election-state.ts';
import { metadataDirectory } from '../raft/quorum-settings.ts';
import { QuorumStateFile } from '../raft/quorum-state-file.ts';
import { RefusalError } from '../refusal.ts';
import { kindOfDirectory } from '../replication/replica-directory.ts';

export interface NodeIdentity {
  readonly directoryId: Uuid;
  /** Made just now: this disk was nobody's before. */
  readonly isNew: boolean;
}

export const identityFileName = 'meta.properties';
const fileVersion = '1';

/**
 * Reads the identity, or makes and writes one where there is none. It is written behind the first
 * election, and so vouches for it: a disk with an identity and no election has lost the latter.
 * Throws RefusalError and DiskError.
 */
export async function openIdentity(host: Host, config: NodeConfig): Promise<NodeIdentity> {
  const path = pathIn(config.dataDirectory, identityFileName);
  const text = readText(host.disk, path);
  if (text !== null) return checkedIdentity(parseProperties(text), config, path);
  if (config.dataDirectory !== '' && !host.disk.exists(config.dataDirectory)) {
    host.disk.makeDirectory(config.dataDirectory);
    await host.disk.syncDirectory(parentOf(config.dataDirectory));
  }
  refuseForeignData(host, config, path);
  const quorumDirectory = metadataDirectory(config);
  host.disk.makeDirectory(quorumDirectory);
  await new QuorumStateFile(host.disk, quorumDirectory).write(noElection, 0);
  await host.disk.syncDirectory(config.dataDirectory);
  const directoryId = randomUuid(host.random.stream('directory-id'));
  await writeText(
    host.disk,
    config.dataDirectory,
    identityFileName,
    [
      `version=${fileVersion}`,
      `cluster.id=${config.clusterId}`,
      `node.id=${config.nodeId}`,
      `directory.id=${directoryId}`,
      '',
    ].join('\n'),
  );
  return { directoryId, isNew: true };
}

function checkedIdentity(
  properties: ReadonlyMap<string, string>,
  config: NodeConfig,
  path: string,
): NodeIdentity {
  const expect = (field: string, wanted: string): void => {
    const found = properties.get(field);
    if (found === wanted) return;
    const says = found === undefined ? `has no ${field}` : `says ${field}=${found}`;
    throw new RefusalError(
      `${path} ${says}, but this node's ${field} is ${wanted}: give the directory to the node ` +
        'that it belongs to, or this node another one; if the file is damaged, restore it',
    );
  };
  expect('version', fileVersion);
  expect('cluster.id', config.clusterId);
  expect('node.id', String(config.nodeId));
  const directoryId = properties.get('directory.id');
  if (directoryId === undefined) {
    throw new RefusalError(`${path} has no directory.id: it is damaged, restore it from a copy`);
  }
  return { directoryId, isNew: false };
}

/** Data without an identity may be any node's: a new identity would make it this one's. */
function refuseForeignData({ disk }: Host, config: NodeConfig, path: string): void {
  const { dataDirectory } = config;
  const state = new QuorumStateFile(disk, metadataDirectory(config));
  const hasVoted = state.exists() && (state.read()?.election.epoch ?? 0) > 0;
  const replica = disk
    .list(dataDirectory)
    .find((name) => kindOfDirectory(disk, dataDirectory, name).kind === 'replica');
  if (!hasVoted && replica === undefined) return;
  throw new RefusalError(
    `${path} is missing, but there is data beside it (${replica ?? 'an election'}): restore the ` +
      'file, or give this node an empty directory',
  );
}

/** Lines of `key=value`; empty lines and comments are skipped, as Java's properties allow them. */
function parseProperties(text: string): ReadonlyMap<string, string> {
  const properties = new Map<string, string>();
  for (const line of text.split('\n')) {
    const at = line.indexOf('=');
    if (at > 0 && !line.startsWith('#'))
      properties.set(line.slice(0, at).trim(), line.slice(at + 1).trim());
  }
  return properties;
}

const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));
