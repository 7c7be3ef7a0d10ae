// Lets a scenario file lie in any folder, as Deno and Bun do: every .ts file is an ES module,
// whatever the package.json near it says, and `ordeal` is this package where none is installed.
const ordeal = new URL('../src/index.ts', import.meta.url).href;

export async function resolve(specifier, context, nextResolve) {
  const resolved = await nextResolve(specifier, context).catch((error) => {
    if (specifier === 'ordeal') return { url: ordeal, shortCircuit: true };
    throw error;
  });
  return new URL(resolved.url).pathname.endsWith('.ts')
    ? { ...resolved, format: 'module' }
    : resolved;
}
