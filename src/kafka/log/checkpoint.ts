/**
 * Small files of integers that the log can rebuild: a line with the format's version, a line per
 * row, and a last line with the checksum of all before it. A file that was torn, cut, emptied or
 * filled with zeros by a power loss does not decode, and its owner rebuilds it from the log.
 */
import { crc32c } from '../../base/crc32c.ts';
import type { Disk } from '../../host/disk.ts';

const version = 'ordeal 1';
const ascii = new TextEncoder();
const text = new TextDecoder();

export type Row = readonly number[];

export function encodeCheckpoint(rows: readonly Row[]): Uint8Array {
  const body = [version, ...rows.map((row) => row.join(' ')), ''].join('\n');
  return ascii.encode(`${body}crc32c ${crc32c(ascii.encode(body))}\n`);
}

/** Null where the bytes are not a whole checkpoint. */
export function decodeCheckpoint(bytes: Uint8Array): Row[] | null {
  const lines = text.decode(bytes).split('\n');
  if (lines.length < 3 || lines[0] !== version || lines.pop() !== '') return null;
  const checksum = lines.pop();
  const body = `${lines.join('\n')}\n`;
  if (checksum !== `crc32c ${crc32c(ascii.encode(body))}`) return null;
  return lines.slice(1).map((line) => line.split(' ').map(Number));
}

/** The rows of a checkpoint file; null where it is missing or damaged. */
export function readCheckpoint(disk: Disk, path: string): Row[] | null {
  const bytes = readFile(disk, path);
  return bytes === null ? null : decodeCheckpoint(bytes);
}

/** All bytes of a file; null where it is missing. */
export function readFile(disk: Disk, path: string): Uint8Array | null {
  if (!disk.exists(path)) return null;
  const file = disk.open(path);
  try {
    return file.read(0, file.size());
  } finally {
    file.close();
  }
}
