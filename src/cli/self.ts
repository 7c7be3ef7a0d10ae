import { fileURLToPath } from 'node:url';

/**
 * The file that starts this command: on Node the launcher that loads tsx; Deno and Bun run the
 * sources.
 */
export function entryFile(): string {
  const isNode = !('Deno' in globalThis) && !('Bun' in globalThis);
  return fileURLToPath(new URL(isNode ? '../../bin/ordeal.js' : './main.ts', import.meta.url));
}
