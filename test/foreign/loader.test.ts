/** Modules of a foreign process: found, linked and run as Node does. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { moduleBody } from '../../src/foreign/loader/module-syntax.ts';
import { resolve } from '../../src/foreign/loader/resolve.ts';
import { linesOf, writePackage } from './stage.ts';

const run = (files: Record<string, string>, name = 'main.mjs'): Promise<string[]> =>
  linesOf(files[name] as string, { files, name });

describe('CommonJS', () => {
  it('has its module, its paths and a cache, and may require in circles', async () => {
    expect(
      await run(
        {
          'main.cjs': `
            const a = require('./a.cjs');
            console.log(a.name, a.fromB, require.main === module, this === module.exports);
            console.log(__filename.endsWith('main.cjs'), __dirname === module.path);
            console.log(require('./data.json').n, require('./folder').index);
            console.log(Object.keys(require.cache).length, require.resolve('./a.cjs').endsWith('a.cjs'));
            delete require.cache[require.resolve('./a.cjs')];
            console.log(require('./a.cjs') === a);
            try { require('./missing') } catch (error) { console.log(error.code) }
            const process = require('process'), { performance } = require('perf_hooks');
            console.log(typeof process.nextTick, typeof performance.now);
            var Date = 'own name';
            console.log(Date);
          `,
          'a.cjs': `exports.name = 'a'; exports.fromB = require('./b.cjs').seen;`,
          'b.cjs': `exports.seen = require('./a.cjs').name;`,
          'data.json': '{ "n": 1 }',
          'folder/index.js': `exports.index = 'index'`,
        },
        'main.cjs',
      ),
    ).toEqual([
      ...['a a true true', 'true true', '1 index', '5 true', 'false', 'MODULE_NOT_FOUND'],
      ...['function function', 'own name'],
    ]);
  });

  it('may import modules, and require those that do not await', async () => {
    expect(
      await run(
        {
          'main.cjs': `
            console.log(require('./plain.mjs').value);
            try { require('./waits.mjs') } catch (error) { console.log(error.code) }
            import('./waits.mjs').then(({ default: value }) => console.log(value));
          `,
          'plain.mjs': `export const value = 'required';`,
          'waits.mjs': `export default await new Promise((done) => setTimeout(done, 10, 'waited'));`,
        },
        'main.cjs',
      ),
    ).toEqual(['required', 'ERR_REQUIRE_ASYNC_MODULE', 'waited']);
  });
});

describe('an ECMAScript module', () => {
  it('imports and exports in all forms, with live bindings', async () => {
    expect(
      await run({
        'main.mjs': `
          import first, { count, add as increase, default as again } from "./a.mjs";
          import * as all from "./a.mjs";
          import { inner, ns, renamed, 'a string' as text } from "./b.mjs";
          import cjs, { named } from "./c.cjs";
          import data from "./data.json" with { type: 'json' };
          import fs, { readFileSync } from 'node:fs';
          console.log(first(), again === first, count);
          increase();
          console.log(count, all.count, { count }, \`\${count}\`, typeof count);
          console.log(inner, ns.inner, renamed, text, cjs.named === named, data.n);
          console.log(fs.readFileSync === readFileSync, Object.keys(all).sort().join());
          {
            const count = 'shadowed';
            console.log(count, ((inner) => inner)('parameter'));
          }
          console.log(import.meta.url.endsWith('main.mjs'), import.meta.filename.endsWith('main.mjs'));
          console.log(import.meta.resolve('./a.mjs').startsWith('file:'), typeof require, this);
          const { default: anonymous } = await import('./d.mjs');
          console.log(new anonymous().name, all[Symbol.toStringTag]);
        `,
        'a.mjs': `
          export let count = 0;
          export function add() { count++ }
          export default function first() { return this === undefined }
          export const { x, y: [z = 3] } = { x: 1, y: [] };
        `,
        'b.mjs': `
          export * from "./inner.mjs";
          export * as ns from "./inner.mjs";
          import { inner } from "./inner.mjs";
          const own = inner + '!';
          export { own as renamed, own as 'a string' };
        `,
        'inner.mjs': `export const inner = 'inner'; export default 'not by star';`,
        'c.cjs': `exports.named = 'named';`,
        'data.json': '{ "n": 1 }',
        'd.mjs': `export default class { name = 'anonymous' }`,
      }),
    ).toEqual([
      'true true 0',
      '1 1 { count: 1 } 1 number',
      'inner inner inner! inner! true 1',
      'true add,count,default,x,z',
      'shadowed parameter',
      'true true',
      'true undefined undefined',
      'anonymous Module',
    ]);
  });

  it('sees functions of a module that imports it in turn, and awaits at its top', async () => {
    expect(
      await run({
        'main.mjs': `
          import { result } from "./a.mjs";
          import { order } from "./order.mjs";
          order.push('main');
          console.log(result, order.join());
        `,
        'a.mjs': `
          import { order } from "./order.mjs";
          import { called } from "./b.mjs";
          export function hoisted() { return 'hoisted' }
          export const result = called;
          await null;
          order.push('a');
        `,
        'b.mjs': `
          import { order } from "./order.mjs";
          import { hoisted } from "./a.mjs";
          order.push('b');
          export const called = hoisted();
        `,
        'order.mjs': 'export const order = [];',
      }),
    ).toEqual(['hoisted b,a,main']);
  });

  it('may declare names that CommonJS has as its own', async () => {
    expect(
      await run({
        'main.mjs': `
          import { createRequire } from 'node:module';
          import { fileURLToPath } from 'node:url';
          import { dirname } from 'node:path';
          const require = createRequire(import.meta.url);
          const __dirname = dirname(fileURLToPath(import.meta.url));
          const exports = 1, module = 2;
          console.log(require('./c.cjs'), __dirname === import.meta.dirname, exports + module);
        `,
        'c.cjs': `module.exports = 'required'`,
      }),
    ).toEqual(['required true 3']);
  });

  it('fails with the error of a module that it imports', async () => {
    const [line] = await run({
      'main.mjs': `
        await import('./bad.mjs').catch((error) => console.log(error.message));
        import('./bad.mjs').catch((error) => console.log('again', error.message));
      `,
      'bad.mjs': `throw new Error('bad');`,
    });
    expect(line).toBe('bad');
    const missing = await run({ 'main.mjs': `import './missing.mjs';` });
    expect(missing.join('\n')).toMatch(/ERR_MODULE_NOT_FOUND/);
  });

  it('keeps its line numbers', () => {
    const source = `import {\n  a,\n} from 'a';\nexport const b = a;\nthrow b;\n`;
    const lines = moduleBody(source).code.split('\n');
    expect(lines[4]).toMatch(/throw b/);
  });

  it('is told from CommonJS by what it says where no package says it', async () => {
    const files = { 'main.js': `import { sep } from 'node:path'; console.log(sep);` };
    expect(await run(files, 'main.js')).toEqual(['/']);
    expect(await run({ 'main.js': `console.log(require('path').sep)` }, 'main.js')).toEqual(['/']);
  });
});

describe('packages', () => {
  const folder = (): string =>
    writePackage({
      'package.json': '{ "name": "own", "imports": { "#in": "./in.js" }, "exports": "./in.js" }',
      'in.js': 'module.exports = 1;',
      'node_modules/by-main/package.json': '{ "main": "lib/entry" }',
      'node_modules/by-main/lib/entry.js': '',
      'node_modules/by-main/other.js': '',
      'node_modules/by-exports/package.json': JSON.stringify({
        exports: {
          '.': { import: './m.mjs', require: './c.cjs' },
          './sub/*': './lib/*.js',
          './hidden': null,
        },
      }),
      'node_modules/by-exports/m.mjs': '',
      'node_modules/by-exports/c.cjs': '',
      'node_modules/by-exports/lib/x.js': '',
      'node_modules/@scope/bare/index.js': '',
    });

  it('are found by main, exports, imports, their own name, and by the way they are asked for', () => {
    const from = join(folder(), 'deep', 'main.js');
    const found = (specifier: string, way: 'import' | 'require') => {
      const resolved = resolve(specifier, from, way);
      return resolved.is === 'file' ? resolved.path.slice(-20) : `node:${resolved.name}`;
    };
    expect(found('by-main', 'require')).toMatch(/lib\/entry.js$/);
    expect(found('by-main/other', 'require')).toMatch(/other.js$/);
    expect(found('by-exports', 'import')).toMatch(/m.mjs$/);
    expect(found('by-exports', 'require')).toMatch(/c.cjs$/);
    expect(found('by-exports/sub/x', 'import')).toMatch(/lib\/x.js$/);
    expect(found('@scope/bare', 'require')).toMatch(/bare\/index.js$/);
    expect(found('#in', 'import')).toMatch(/in.js$/);
    expect(found('own', 'require')).toMatch(/in.js$/);
    expect(found('node:fs', 'import')).toBe('node:fs');
    expect(found('fs/promises', 'require')).toBe('node:fs/promises');
    for (const hidden of ['by-exports/hidden', 'by-exports/lib/x.js', 'nothing', '#nothing']) {
      expect(() => found(hidden, 'require')).toThrow(/Cannot find module/);
    }
  });

  it('that are native addons are refused, which packages with another way survive', async () => {
    expect(
      await run(
        {
          'main.cjs': `
            try { require('./addon.node') } catch (error) { console.log(error.name, error.code) }
          `,
          'addon.node': 'binary',
        },
        'main.cjs',
      ),
    ).toEqual(['RefusedError ERR_ORDEAL_REFUSED']);
  });
});
