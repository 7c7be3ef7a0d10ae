/**
 * The directories in a log directory, told apart by what they hold and not by their names alone:
 * anybody may keep a `backup-2024/` there. Ours is what carries a `partition.metadata` with a topic
 * id, or was renamed by us. Nothing else is ever removed or written into.
 */
import type { Uuid } from '../../base/ids.ts';
import { type Disk, DiskError } from '../../host/disk.ts';
import { pathIn, readText } from '../log/durable-file.ts';
import { asideSuffix, freeName, isLogFile, temporarySuffix } from '../log/names.ts';

export const partitionMetadataName = 'partition.metadata';
export const straySuffix = '-stray';
const deletedSuffix = '-delete';
const quorumDirectory = '__cluster_metadata-0';

export type DirectoryKind =
  | { readonly kind: 'replica'; readonly topic: string; readonly index: number; readonly id: Uuid }
  /** Of a replica whose removal has begun. */
  | { readonly kind: 'doomed' }
  /** Moved aside by us, for the operator to look at. */
  | { readonly kind: 'stray' }
  /** Named as a replica is, but without a `partition.metadata` that can be read and fits. */
  | { readonly kind: 'nameless' }
  | { readonly kind: 'other' };

export function kindOfDirectory(disk: Disk, parent: string, name: string): DirectoryKind {
  const path = pathIn(parent, name);
  if (/^.+-\d+\.[A-Za-z0-9_-]{22}-delete$/.test(name)) return { kind: 'doomed' };
  if (/^.+-\d+\.[A-Za-z0-9_.-]+-stray$/.test(name)) return { kind: 'stray' };
  const parts = /^(.+)-(\d+)$/.exec(name);
  if (parts === null || name === quorumDirectory) return { kind: 'other' };
  const index = Number(parts[2]);
  const known = parseMetadata(readTextIfFile(disk, pathIn(path, partitionMetadataName)));
  if (known === null || known.index !== index) return { kind: 'nameless' };
  return { kind: 'replica', topic: parts[1] as string, index, id: known.id };
}

/** Names in a directory that we have not put there; all of `path` where it is none. */
export function foreignNames(disk: Disk, path: string): string[] {
  return namesIn(disk, path)?.filter((name) => !isOurs(name)) ?? [path];
}

/** Null where `path` is a file. */
export function namesIn(disk: Disk, path: string): string[] | null {
  try {
    return disk.list(path);
  } catch (error) {
    if (error instanceof DiskError && error.code === 'ENOTDIR') return null;
    throw error;
  }
}

/** Removes a replica's directory; what somebody else put into it stays, and is answered. */
export function removeReplicaDirectory(disk: Disk, path: string): string[] {
  const foreign = foreignNames(disk, path);
  if (foreign.length === 0) disk.remove(path);
  else for (const name of disk.list(path)) if (isOurs(name)) disk.remove(`${path}/${name}`);
  return foreign;
}

/** What file systems take as a name, in bytes. */
const longestName = 255;
/** Left for the number by which names are told apart. */
const spare = 8;

/** A replica's path with something behind it, its topic shortened as far as that takes. */
function extended(path: string, extension: string): string {
  const at = path.lastIndexOf('/') + 1;
  const [, topic, index] = /^(.+)(-\d+)$/.exec(path.slice(at)) ?? [path, path.slice(at), ''];
  const room = longestName - spare - index!.length - extension.length;
  return `${path.slice(0, at)}${topic!.slice(0, room)}${index}${extension}`;
}

export function doomedName(path: string, topicId: Uuid): string {
  return extended(path, `.${topicId}${deletedSuffix}`);
}

/** Renames a replica's directory out of the way; its new name. */
export function moveAside(disk: Disk, path: string, topicId: Uuid | null): string {
  const name = extended(path, `.${topicId ?? 'unidentified'}${straySuffix}`);
  const to = freeName(disk, name.slice(0, -straySuffix.length), straySuffix);
  disk.rename(path, to);
  return to;
}

/** Kafka's file has the topic id alone, and cannot tell two partitions of one topic apart. */
export function formatMetadata(topicId: Uuid, index: number): string {
  return `version: 0\ntopic_id: ${topicId}\npartition: ${index}\n`;
}

function parseMetadata(text: string | null): { id: Uuid; index: number } | null {
  const form = /^version: 0\ntopic_id: ([A-Za-z0-9_-]{22})\npartition: (\d+)\n$/;
  const parts = form.exec(text ?? '');
  return parts === null ? null : { id: parts[1] as string, index: Number(parts[2]) };
}

function readTextIfFile(disk: Disk, path: string): string | null {
  try {
    return readText(disk, path);
  } catch (error) {
    if (error instanceof DiskError && error.code === 'EISDIR') return null;
    throw error;
  }
}

function isOurs(name: string): boolean {
  if (name.endsWith(temporarySuffix)) return isOurs(name.slice(0, -temporarySuffix.length));
  return isLogFile(name) || name === partitionMetadataName || name.endsWith(asideSuffix);
}
