import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from './make-folder.ts';
import { problemOf } from './problem.ts';

/**
 * Writes files into a folder: all of them aside, then each renamed to its place, so that what was
 * there stands until all the new is written, and no file is ever half one. Returns why it could not
 * be done; null when it was.
 */
export function writeAside(
  folder: string,
  files: Readonly<Record<string, string | Uint8Array>>,
): string | null {
  const aside = (name: string): string => join(folder, `.${name}.${process.pid}`);
  try {
    makeFolder(folder);
    for (const [name, content] of Object.entries(files)) writeFileSync(aside(name), content);
    for (const name of Object.keys(files)) renameSync(aside(name), join(folder, name));
    return null;
  } catch (error) {
    for (const name of Object.keys(files)) removeQuietly(aside(name));
    return problemOf(error);
  }
}

function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // Where nothing can be written, nothing may be removable either.
  }
}
