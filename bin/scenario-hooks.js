// Lets a scenario file lie in any folder, as Deno and Bun do: every .ts file is an ES module,
// whatever the package.json near it says, and `ordeal` is the package whose command runs.
let ordeal;

export function initialize(url) {
  ordeal = url;
}

export async function resolve(specifier, context, nextResolve) {
  if (specifier === 'ordeal') return { url: ordeal, format: 'module', shortCircuit: true };
  const resolved = await nextResolve(specifier, context);
  return new URL(resolved.url).pathname.endsWith('.ts')
    ? { ...resolved, format: 'module' }
    : resolved;
}
