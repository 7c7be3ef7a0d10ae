/**
 * Names of the files in a log's directory: those of segments carry their base offset in twenty
 * digits.
 */
import type { Offset } from '../../base/ids.ts';
import type { Disk } from '../../host/disk.ts';

export const epochCheckpointName = 'leader-epoch-checkpoint';
/** A file that is being written; of no meaning until it has been renamed. */
export const temporarySuffix = '.tmp';
/** Bytes that an opening had to leave out although they were durable: kept for the operator. */
export const asideSuffix = '.aside';

/**
 * `start` is an empty file: its name says where the log starts, so that no power loss can tear it.
 */
export type OffsetFileKind = 'log' | 'index' | 'snapshot' | 'start';

export function offsetFileName(offset: Offset, kind: OffsetFileKind): string {
  return `${String(offset).padStart(20, '0')}.${kind}`;
}

/** Offset and kind in a name; null for names that are none of ours. */
export function parseOffsetFileName(name: string): { offset: Offset; kind: OffsetFileKind } | null {
  const parts = /^(\d{20})\.(log|index|snapshot|start)$/.exec(name);
  if (parts === null) return null;
  const offset = Number(parts[1]);
  return Number.isSafeInteger(offset) ? { offset, kind: parts[2] as OffsetFileKind } : null;
}

/** Whether a log relies on a file of this name. */
export function isLogFile(name: string): boolean {
  return name === epochCheckpointName || parseOffsetFileName(name) !== null;
}

/** `path` with a suffix; numbered where there are such already, for nothing is overwritten. */
export function freeName(disk: Disk, path: string, suffix: string): string {
  let name = `${path}${suffix}`;
  for (let count = 2; disk.exists(name); count++) name = `${path}.${count}${suffix}`;
  return name;
}
