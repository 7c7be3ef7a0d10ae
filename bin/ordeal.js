#!/usr/bin/env node
// The command on Node: lets tsx load the TypeScript sources, then hands over to the command line.
import { register } from 'node:module';
import { register as registerTsx } from 'tsx/esm/api';

registerTsx();
register('./scenario-hooks.js', import.meta.url);
await import('../src/cli/main.ts');
