/** The examples of docs/foreign-code.md run, and its tables are those of the registries. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { advice } from '../../src/foreign/modules/refusals.ts';
import { runtimeModules } from '../../src/foreign/modules/registry.ts';
import * as simulation from '../../src/simulation.ts';
import { writePackage } from './stage.ts';

const root = join(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/foreign-code.md'), 'utf8');

/** The files of the page, by the names in their first lines. */
const files = Object.fromEntries(
  [...page.matchAll(/```js\n\/\/ (\S+)\n([\s\S]*?)```/g)].map(([, name, code]) => [name, code]),
) as Record<string, string>;

/** What the page says that a file prints: the first block without a language behind it. */
const printed = (name: string): string =>
  /:\n\n```\n([\s\S]*?)```/.exec(page.slice(page.indexOf(`// ${name}`)))?.[1] ?? '';

/** Runs a file of the page beside the others, with what it imports, and gives what it prints. */
async function run(name: string): Promise<string> {
  const folder = writePackage(files);
  const body = (files[name] as string)
    .replace(/^import (\{[^}]*\}) from 'ordeal\/simulation';/, 'const $1 = simulation;')
    .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(`${folder}/`).href));
  let output = '';
  const print = { log: (text: string) => (output += `${text}\n`) };
  const Run = (async () => {}).constructor as new (...source: string[]) => typeof runs;
  const runs = async (_simulation: object, _console: object): Promise<void> => {};
  await new Run('simulation', 'console', body)(simulation, print);
  return output;
}

describe('the page on foreign code', () => {
  it('shows two programs that meet in a world', async () => {
    expect(await run('main.mjs')).toBe(printed('main.mjs'));
  });

  it('shows a Kafka client that meets a cluster', async () => {
    files['orders.cjs'] = (files['orders.cjs'] as string).replace(
      `require('kafkajs')`,
      `require(${JSON.stringify(join(root, 'node_modules/kafkajs'))})`,
    );
    expect(await run('cluster.mjs')).toBe(printed('cluster.mjs'));
  });

  it('lists what is refused, as the errors say it', () => {
    const rows = Object.entries(advice).map(([name, text]) => `| \`${name}\` | ${text} |\n`);
    expect(page).toContain(rows.join(''));
  });

  it('names every module of the runtime', () => {
    const names = Object.keys(runtimeModules).filter(
      (name) => !page.includes(`\`node:${name}\``) && advice[name] === undefined,
    );
    expect(names).toEqual([]);
  });
});
