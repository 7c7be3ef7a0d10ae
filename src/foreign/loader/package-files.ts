/**
 * The files of packages, read from the real disk: code is not part of the simulated world, just as
 * the code of the cluster is not. This is the only file of the wing that touches the outside, and
 * it only reads. What was read is kept for the life of this runtime: all trials see the same code.
 */
import { readFileSync, realpathSync, statSync } from 'node:fs';

type Kind = 'file' | 'directory' | 'nothing';

const kinds = new Map<string, Kind>();
const contents = new Map<string, Uint8Array>();
const realPaths = new Map<string, string>();

export const isFile = (path: string): boolean => kindOf(path) === 'file';
export const isDirectory = (path: string): boolean => kindOf(path) === 'directory';

/** The bytes of a file; whoever gets them does not change them. */
export function readBytes(path: string): Uint8Array {
  let bytes = contents.get(path);
  if (bytes === undefined) {
    bytes = readFileSync(path);
    contents.set(path, bytes);
  }
  return bytes;
}

export function readText(path: string): string {
  return new TextDecoder().decode(readBytes(path));
}

/** The path without symbolic links, by which a module is known. */
export function realPath(path: string): string {
  let real = realPaths.get(path);
  if (real === undefined) {
    real = realpathSync(path);
    realPaths.set(path, real);
  }
  return real;
}

function kindOf(path: string): Kind {
  let kind = kinds.get(path);
  if (kind === undefined) {
    const found = statSync(path, { throwIfNoEntry: false });
    kind = found?.isFile() ? 'file' : found?.isDirectory() ? 'directory' : 'nothing';
    kinds.set(path, kind);
  }
  return kind;
}
