/**
 * Where this command lies and how it is called: in a checkout it runs the sources, in a package
 * what the build made of them, which lies one folder deeper.
 */
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Of the files of this command: `.ts` of the sources, `.js` of what was built. */
export const codeExtension = extname(fileURLToPath(import.meta.url));

const isBuilt = codeExtension === '.js';

/** The folder that holds `package.json`. */
export const packageRoot = fileURLToPath(new URL(isBuilt ? '../../..' : '../..', import.meta.url));

export const stockFolder = fileURLToPath(new URL('../../scenarios', import.meta.url));

/** The file that starts this command on any runtime. */
export const entryFile = join(packageRoot, 'bin/ordeal.js');

export type Runtime = 'node' | 'deno' | 'bun';

export const runtime: Runtime =
  'Bun' in globalThis ? 'bun' : 'Deno' in globalThis ? 'deno' : 'node';

/** The words that a user of this runtime types to start the command. */
export const commandWords: Readonly<Record<Runtime, readonly string[]>> = {
  node: ['npx', 'ordeal'],
  deno: isBuilt ? ['deno', 'x', 'ordeal'] : ['deno', 'task', 'ordeal'],
  bun: ['bun', 'run', 'ordeal'],
};
