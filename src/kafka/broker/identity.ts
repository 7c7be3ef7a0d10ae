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

export interface NodeIdentity {
  readonly directoryId: Uuid;
}

/**
 * The data on this disk is not this node's; the message names the file, the field and both values.
 */
export class IdentityError extends Error {
  override readonly name = 'IdentityError';
}

const fileName = 'meta.properties';
const fileVersion = '1';

/**
 * Reads the identity, or makes and writes one where there is none. Throws IdentityError and
 * DiskError.
 */
export async function openIdentity(host: Host, config: NodeConfig): Promise<NodeIdentity> {
  const path = pathIn(config.dataDirectory, fileName);
  const text = readText(host.disk, path);
  if (text !== null) return checkedIdentity(parseProperties(text), config, path);
  if (config.dataDirectory !== '' && !host.disk.exists(config.dataDirectory)) {
    host.disk.makeDirectory(config.dataDirectory);
    await host.disk.syncDirectory(parentOf(config.dataDirectory));
  }
  const directoryId = randomUuid(host.random.stream('directory-id'));
  await writeText(
    host.disk,
    config.dataDirectory,
    fileName,
    [
      `version=${fileVersion}`,
      `cluster.id=${config.clusterId}`,
      `node.id=${config.nodeId}`,
      `directory.id=${directoryId}`,
      '',
    ].join('\n'),
  );
  return { directoryId };
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
    throw new IdentityError(`${path} ${says}, but this node's ${field} is ${wanted}`);
  };
  expect('version', fileVersion);
  expect('cluster.id', config.clusterId);
  expect('node.id', String(config.nodeId));
  const directoryId = properties.get('directory.id');
  if (directoryId === undefined) throw new IdentityError(`${path} has no directory.id`);
  return { directoryId };
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
