#!/usr/bin/env node
// The command on Node: lets tsx load the TypeScript sources, then hands over to the command line.
import { register } from 'tsx/esm/api';

register();
await import('../src/cli/main.ts');
