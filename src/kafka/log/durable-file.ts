/**
 * Small files that are written whole and must survive a power loss: the new bytes are durable under
 * another name before they take the file's place, and the place is durable when the promise
 * resolves.
 */
import { crc32c } from '../../base/crc32c.ts';
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

/** One line of text and, in the next one, its checksum. */
export function withChecksum(line: string): string {
  return `${line}\n${checksumLine(line)}`;
}

/** The line of a text that `withChecksum` made; null where the text is any other. */
export function checkedLine(text: string): string | null {
  const line = text.slice(0, Math.max(0, text.indexOf('\n')));
  return text === withChecksum(line) ? line : null;
}

const checksumLine = (line: string): string =>
  `crc32c ${crc32c(new TextEncoder().encode(`${line}\n`))}\n`;

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
