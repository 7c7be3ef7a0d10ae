// Lets a scenario file lie in any folder, as Deno and Bun do: every .ts file is an ES module, and
// every .js file that reads like one, whatever the package.json near it says; `ordeal` is the
// package whose command runs.
import { readFileSync } from 'node:fs';

let ordeal;

export function initialize(url) {
  ordeal = url;
}

export async function resolve(specifier, context, nextResolve) {
  if (specifier === 'ordeal') return { url: ordeal, format: 'module', shortCircuit: true };
  const resolved = await nextResolve(specifier, context);
  return isModule(new URL(resolved.url)) ? { ...resolved, format: 'module' } : resolved;
}

function isModule(url) {
  if (url.pathname.endsWith('.ts')) return true;
  if (url.protocol !== 'file:' || !url.pathname.endsWith('.js')) return false;
  if (url.pathname.includes('/node_modules/')) return false;
  try {
    return /^(import|export)\b/m.test(readFileSync(url, 'utf8'));
  } catch {
    return false;
  }
}
