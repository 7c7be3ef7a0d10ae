/**
 * What a file is known again by: its length, and a checksum of all of it or, where it is long, of
 * its first and last bytes. Cheap for segments of any size; a byte that flips in the middle of one
 * goes unseen here and is found by the batch's own checksum.
 */
import { crc32c } from '../../base/crc32c.ts';
import type { Disk } from '../../host/disk.ts';

export interface Fingerprint {
  readonly length: number;
  readonly checksum: number;
}

const edgeBytes = 4096;

/** Null where there is no such file. Throws a DiskError. */
export function fingerprint(disk: Disk, path: string): Fingerprint | null {
  if (!disk.exists(path)) return null;
  const file = disk.open(path);
  try {
    const length = file.size();
    if (length <= 2 * edgeBytes) return { length, checksum: crc32c(file.read(0, length)) };
    const edges = new Uint8Array(2 * edgeBytes);
    edges.set(file.read(0, edgeBytes));
    edges.set(file.read(length - edgeBytes, edgeBytes), edgeBytes);
    return { length, checksum: crc32c(edges) };
  } finally {
    file.close();
  }
}
