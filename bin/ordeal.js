#!/usr/bin/env node
// Starts the command on Node, Deno and Bun: a checkout runs its sources, a package what was built.
import { existsSync } from 'node:fs';

const isCheckout = existsSync(new URL('../src/cli/main.ts', import.meta.url));
const place = isCheckout ? '../src' : '../dist/src';
const extension = isCheckout ? 'ts' : 'js';

if ('Bun' in globalThis) {
  // A scenario file in any folder may import `ordeal`. On Node hooks see to that; on Deno the
  // import map of the checkout does.
  globalThis.Bun.plugin({
    name: 'ordeal',
    setup(build) {
      build.module('ordeal', async () => ({
        exports: await import(`${place}/index.${extension}`),
        loader: 'object',
      }));
    },
  });
} else if (!('Deno' in globalThis)) {
  // Node needs tsx to load TypeScript.
  const { register } = await import('node:module');
  const { register: registerTsx } = await import('tsx/esm/api');
  registerTsx();
  register('./scenario-hooks.js', import.meta.url, {
    data: new URL(`${place}/index.${extension}`, import.meta.url).href,
  });
}
await import(`${place}/cli/main.${extension}`);
