import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from './exit.ts';
import { makeFolder } from './make-folder.ts';

export interface FolderClaim {
  /** Why results cannot be kept there; null when they can. */
  readonly problem: string | null;
  release(): void;
}

/** What makes a path no folder for anybody, as opposed to one that cannot be written at present. */
const wrongPath = new Set(['EEXIST', 'ENOTDIR', 'ENAMETOOLONG', 'EINVAL', 'ELOOP', 'ENOENT']);

/**
 * Makes the folder for a sweep's results and claims it, so that of two sweeps at once neither
 * overwrites the other's. What a sweep left that was killed counts for nothing. Throws a UsageError
 * for a path that can be no folder, and for a folder that is taken.
 */
export function claimFolder(folder: string): FolderClaim {
  try {
    makeFolder(folder);
    const file = join(folder, '.running');
    claim(folder, file);
    return { problem: null, release: () => rmSync(file, { force: true }) };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (wrongPath.has(code ?? '')) throw new UsageError(`--output-dir: ${message}`);
    return { problem: message, release: () => {} };
  }
}

function claim(folder: string, file: string): void {
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      writeFileSync(file, `${process.pid}\n`, { flag: 'wx' });
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      if (isRunning(file)) break;
      rmSync(file, { force: true });
    }
  }
  throw new UsageError(
    `--output-dir: another run is writing to ${folder}: wait for it, or give another folder ` +
      `(if there is none, remove ${file})`,
  );
}

/** Whether the process that a claim names is there; one whose number is not written yet is. */
function isRunning(file: string): boolean {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    if (pid === 0) return true;
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
