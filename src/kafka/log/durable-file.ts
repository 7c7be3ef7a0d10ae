/**
 * Small files that are written whole and must survive a power loss: the new bytes are durable under
 * another name before they take the file's place, and the place is durable when the promise
 * resolves.
 */
import type { Disk } from '../../host/disk.ts';

/** A path inside `directory`, where '' is the disk's root. */
export const pathIn = (directory: string, name: string): string =>
  directory === '' ? name : `${directory}/${name}`;

export function readText(disk: Disk, path: string): string | null {
  if (!disk.exists(path)) return null;
  const file = disk.open(path);
  try {
    return new TextDecoder().decode(file.read(0, file.size()));
  } finally {
    file.close();
  }
}

export async function writeText(
  disk: Disk,
  directory: string,
  name: string,
  text: string,
): Promise<void> {
  const path = pathIn(directory, name);
  const temporary = `${path}.tmp`;
  const bytes = new TextEncoder().encode(text);
  const file = disk.open(temporary, true);
  try {
    file.truncate(bytes.length);
    file.write(0, bytes);
    await file.sync();
  } finally {
    file.close();
  }
  disk.rename(temporary, path);
  await disk.syncDirectory(directory);
}
