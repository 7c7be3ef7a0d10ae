/**
 * Each API that a foreign process gets is the simulated one: it follows the world's time, chance and
 * disk, and says the same in every run.
 */
import { describe, expect, it } from 'vitest';
import { RefusedError } from '../../src/foreign/loader/refused.ts';
import { linesOf, Stage } from './stage.ts';

/** What a program says once its promise is settled. */
const said = (body: string): Promise<string[]> => linesOf(`(async () => { ${body} })()`);

describe('time', () => {
  it('of Date is the wall clock of the machine, in UTC', async () => {
    expect(
      await said(`
        console.log(new Date().toISOString(), Date.now(), typeof Date());
        await new Promise((done) => setTimeout(done, 1500));
        const date = new Date();
        console.log(date.toISOString(), date.getHours(), date.getTimezoneOffset());
        console.log(String(date), date.toLocaleString());
        console.log(date instanceof Date, structuredClone(date) instanceof Date);
        console.log(new Date(2020, 1, 2, 3).toJSON(), new Date('2020-01-01T00:00').getTime());
        console.log(new Date(NaN).toString(), new Date(date).getTime() === date.getTime());
        class Mine extends Date { year() { return this.getFullYear() } }
        console.log(new Mine().year(), date + 1, +date, \`\${date}\`.slice(0, 3));
      `),
    ).toEqual([
      '2026-01-01T00:00:00.000Z 1767225600000 string',
      '2026-01-01T00:00:01.500Z 0 0',
      'Thu Jan 01 2026 00:00:01 GMT+0000 (Coordinated Universal Time) 1/1/2026, 12:00:01 AM',
      'true true',
      '2020-02-02T03:00:00.000Z 1577836800000',
      'Invalid Date true',
      '2026 Thu Jan 01 2026 00:00:01 GMT+0000 (Coordinated Universal Time)1 1767225601500 Thu',
    ]);
  });

  it('of performance and hrtime passes with virtual time alone', async () => {
    expect(
      await said(`
        const { performance: other } = require('perf_hooks');
        const [began, nanos, time] = [performance.now(), process.hrtime.bigint(), process.hrtime()];
        for (let i = 0; i < 1e6; i++);
        console.log(performance.now() - began, process.uptime(), other === performance);
        await new Promise((done) => setTimeout(done, 2500));
        console.log(performance.now() - began, process.hrtime.bigint() - nanos);
        console.log(process.hrtime(time), process.uptime(), performance.timeOrigin);
        performance.mark('here');
        console.log(performance.measure('m', 'here').duration);
      `),
    ).toEqual(['0 0 true', '2500 2500000000n', '[ 2, 500000000 ] 2.5 1767225600000', '0']);
  });

  it('of a timer is at least a millisecond, and equal times keep their order', async () => {
    expect(
      await said(`
        const order = [];
        const began = Date.now();
        for (const delay of [2, 0, 1, 2, -5, 1.9]) {
          setTimeout((value) => order.push(value + '@' + (Date.now() - began)), delay, delay);
        }
        setImmediate(() => order.push('immediate'));
        await new Promise((done) => setTimeout(done, 10));
        console.log(order.join(' '));
      `),
    ).toEqual(['immediate 0@1 1@1 -5@1 1.9@1 2@2 2@2']);
  });

  it('of timers can be cleared, refreshed, kept and let go', async () => {
    expect(
      await said(`
        let count = 0;
        const every = setInterval(() => { if (++count === 3) clearInterval(every) }, 100);
        const never = setTimeout(() => console.log('never'), 50);
        clearTimeout(+never);
        const late = setTimeout(() => console.log('late', Date.now() % 10000), 100);
        setTimeout(() => late.refresh(), 60);
        console.log(late.hasRef(), late.unref().hasRef(), late.ref().hasRef(), typeof +late);
        clearImmediate(setImmediate(() => console.log('never')));
        await new Promise((done) => setTimeout(done, 1000));
        console.log(count, every[Symbol.toPrimitive]() > 0);
      `),
    ).toEqual(['true false true number', 'late 160', '3 true']);
  });

  it('of timers/promises and util.promisify is the same', async () => {
    expect(
      await said(`
        const { setTimeout: pause, setImmediate: soon, setInterval: every, scheduler } =
          require('timers/promises');
        const { promisify } = require('util');
        const began = Date.now();
        console.log(await pause(20, 'value'), await soon('soon'), Date.now() - began);
        await promisify(setTimeout)(30);
        await scheduler.wait(50);
        console.log(Date.now() - began);
        let turns = 0;
        for await (const _ of every(10)) if (++turns === 3) break;
        console.log(Date.now() - began);
        const controller = new AbortController();
        setTimeout(() => controller.abort(), 5);
        const { signal } = controller;
        await pause(1000, null, { signal }).catch((e) => console.log(e.name, e.code));
      `),
    ).toEqual(['value soon 20', '100', '130', 'AbortError ABORT_ERR']);
  });

  it('of AbortSignal.timeout is the same', async () => {
    expect(
      await said(`
        const signal = AbortSignal.timeout(300);
        const began = Date.now();
        setTimeout(() => {}, 1000);
        signal.addEventListener('abort', () =>
          console.log(Date.now() - began, signal.reason.name, signal instanceof AbortSignal));
      `),
    ).toEqual(['300 TimeoutError true']);
  });
});

describe('the order of callbacks', () => {
  it('is that of Node: ticks, then promises, then immediates and timers', async () => {
    expect(
      await linesOf(`
        const order = [];
        const say = (what) => () => order.push(what);
        setTimeout(say('timeout'), 0);
        setImmediate(say('immediate'));
        Promise.resolve().then(say('promise')).then(() => process.nextTick(say('tick of promise')))
          .then(say('second promise'));
        queueMicrotask(say('microtask'));
        process.nextTick(() => { say('tick')(); process.nextTick(say('tick of tick')) });
        (async () => { for (let i = 0; i < 10; i++) await null; say('ten awaits')() })();
        say('main')();
        setTimeout(() => console.log(order.join(', ')), 10);
      `),
    ).toEqual([
      'main, tick, tick of tick, promise, microtask, second promise, ten awaits, ' +
        'tick of promise, immediate, timeout',
    ]);
  });

  it('lets ticks and promises of one timer run before the next timer', async () => {
    expect(
      await linesOf(`
        const order = [];
        for (const name of ['a', 'b']) {
          setTimeout(() => {
            process.nextTick(() => order.push('tick ' + name));
            Promise.resolve().then(() => order.push('promise ' + name));
          }, 5);
        }
        setTimeout(() => console.log(order.join(', ')), 10);
      `),
    ).toEqual(['tick a, promise a, tick b, promise b']);
  });

  it('keeps the context of AsyncLocalStorage over timers, ticks and promises', async () => {
    expect(
      await linesOf(`
        const { AsyncLocalStorage } = require('async_hooks');
        const storage = new AsyncLocalStorage();
        const say = (what) => console.log(what, storage.getStore());
        for (const value of [1, 2]) {
          storage.run(value, () => {
            setTimeout(say, 10, 'timer');
            process.nextTick(say, 'tick');
            setImmediate(say, 'immediate');
            Promise.resolve('promise').then(say);
          });
        }
      `),
    ).toEqual([
      ...['tick 1', 'tick 2', 'promise 1', 'promise 2', 'immediate 1', 'immediate 2'],
      ...['timer 1', 'timer 2'],
    ]);
  });
});

describe('chance', () => {
  const draws = `
    const crypto = require('crypto');
    console.log(Math.random(), crypto.randomBytes(4).toString('hex'), crypto.randomInt(1000));
    console.log(crypto.randomUUID(), globalThis.crypto.randomUUID());
    console.log(crypto.randomFillSync(Buffer.alloc(4)).toString('hex'));
    console.log(Array.from(globalThis.crypto.getRandomValues(new Uint8Array(3))).join());
    crypto.randomBytes(4, (error, bytes) => console.log(error, bytes.toString('hex')));
    crypto.randomInt(5, 6, (error, value) => console.log(error, value));
  `;

  it('is drawn from the seed, by each of its doors', async () => {
    const run = async (seed: string): Promise<string[]> => {
      const stage = new Stage({ seed });
      stage.start('m', draws);
      await stage.run(1);
      return stage.lines.m as string[];
    };
    const lines = await run('a');
    expect(lines).toHaveLength(6);
    expect(lines[1]).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12} /);
    expect(lines.at(-1)).toBe('null 5');
    expect(await run('a')).toEqual(lines);
    const others = await run('b');
    expect(lines.filter((line) => others.includes(line))).toEqual(['null 5']);
  });

  it('lies in its bounds', async () => {
    expect(
      await linesOf(`
        const crypto = require('crypto');
        const ints = new Set(Array.from({ length: 300 }, () => crypto.randomInt(3, 6)));
        console.log([...ints].sort().join());
        console.log(crypto.randomInt(2 ** 47) >= 0, crypto.randomBytes(7).length);
      `),
    ).toEqual(['3,4,5', 'true 7']);
  });
});

describe('node:crypto', () => {
  it('computes as the runtime does, and calls back in a later event', async () => {
    expect(
      await said(`
        const crypto = require('node:crypto');
        console.log(crypto.createHash('sha256').update('a').digest('hex').slice(0, 8));
        console.log(crypto.createHmac('sha1', 'k').update('a').digest('hex').slice(0, 8));
        console.log(crypto.timingSafeEqual(Buffer.from('a'), Buffer.from('a')));
        crypto.pbkdf2('p', 's', 10, 8, 'sha256', (error, key) => console.log('later', key.length));
        console.log(crypto.pbkdf2Sync('p', 's', 10, 8, 'sha256').toString('hex'));
        const digest = await globalThis.crypto.subtle.digest('SHA-256', Buffer.from('a'));
        console.log(Buffer.from(digest).toString('hex').slice(0, 8));
      `),
    ).toEqual([
      'ca978112',
      '40e7d441',
      'true',
      expect.stringMatching(/^[\da-f]{16}$/),
      'later 8',
      'ca978112',
    ]);
  });
});

describe('the process and its machine', () => {
  it('are the same wherever the trial runs', async () => {
    expect(
      await linesOf(`
        const os = require('os');
        console.log(process.platform, process.arch, process.version, process.cwd(), os.hostname());
        console.log(os.cpus().length, os.EOL === '\\n', os.tmpdir(), os.networkInterfaces().lo[0].address);
        console.log(typeof Deno, typeof Bun, typeof window, global === globalThis);
        console.log(require('path').resolve('a/../b'), require('util').types.isDate(new Date()));
        process.chdir('/tmp');
        console.log(process.cwd(), require('path').resolve('x'), process.memoryUsage().rss > 0);
        console.log(process.stdout.isTTY, require('tty').isatty(1), process.kill(process.pid, 0));
      `),
    ).toEqual([
      'linux x64 v20.19.5 / m',
      '1 true /tmp 127.0.0.1',
      'undefined undefined undefined true',
      '/b true',
      '/tmp /tmp/x true',
      'false false true',
    ]);
  });

  it('write their output line by line, through console and streams', async () => {
    expect(
      await linesOf(`
        console.log('%s is %d', 'a', 1, { b: [2] });
        console.error(new Map([[1, 2]]));
        process.stdout.write('written\\n');
        console.group('group');
        console.info('inside');
        console.groupEnd();
        console.assert(false, 'told');
        console.time('t');
        setTimeout(() => console.timeEnd('t'), 70);
        const { Console } = require('console');
        new Console(process.stdout).log('own');
      `),
    ).toEqual([
      ...['a is 1 { b: [ 2 ] }', 'Map(1) { 1 => 2 }', 'written', 'group', '  inside'],
      ...['Assertion failed told', 'own', 't: 70ms'],
    ]);
  });

  it('get signals that they send to themselves', async () => {
    expect(
      await linesOf(`
        process.on('SIGUSR2', (name) => console.log(name));
        process.kill(process.pid, 'SIGUSR2');
        setTimeout(() => {}, 10);
      `),
    ).toEqual(['SIGUSR2']);
  });
});

describe('events, streams and utilities', () => {
  it('are Node’s, run inside the process', async () => {
    expect(
      await said(`
        const { EventEmitter, once, on, errorMonitor } = require('events');
        const { Readable, Transform, pipeline } = require('stream');
        const { pipeline: piped } = require('stream/promises');
        const { text } = require('stream/consumers');
        const emitter = new EventEmitter();
        setTimeout(() => emitter.emit('here', 1, 2), 5);
        console.log(await once(emitter, 'here'));
        setTimeout(() => { emitter.emit('n', 1); emitter.emit('n', 2) }, 5);
        for await (const [n] of on(emitter, 'n')) { console.log(n); if (n === 2) break }
        emitter.on(errorMonitor, (e) => console.log('monitor', e.message));
        emitter.on('error', (e) => console.log('error', e.message));
        emitter.emit('error', new Error('x'));
        const transform = (part, encoding, done) => done(null, String(part).toUpperCase());
        const upper = new Transform({ transform });
        console.log(await text(Readable.from(['a', 'b']).pipe(upper)));
        await piped(Readable.from(['c']), async function* (source) {
          for await (const part of source) console.log('part', part);
        });
        pipeline(Readable.from(['d']), upper, () => {});
        const { callbackify, promisify, inspect } = require('util');
        callbackify(async (a) => a + 1)(1, (error, value) => console.log('called', value));
        console.log(await promisify((a, done) => done(null, a))('promised'), inspect({ a: 1 }));
      `),
    ).toEqual([
      ...['[ 1, 2 ]', '1', '2', 'monitor x', 'error x', 'AB', 'part c', 'promised { a: 1 }'],
      'called 2',
    ]);
  });

  it('order texts alike on every runtime, whatever its tables say', async () => {
    expect(
      await linesOf(`
        const sorted = (texts, ...how) => texts.sort((a, b) => a.localeCompare(b, ...how)).join(' ');
        console.log(sorted(['b', 'a', 'B', 'A', 'ä', 'z', 'Z', 'a10', 'a9']));
        console.log(sorted(['a10', 'a9', 'a1'], undefined, { numeric: true }));
        const how = { sensitivity: 'base' };
        console.log('a'.localeCompare('A', undefined, how), ('x' + 'y').localeCompare('xy'));
        console.log(({ localeCompare: (other) => 'own ' + other }).localeCompare('method'));
      `),
    ).toEqual(['a A ä a10 a9 b B z Z', 'a1 a9 a10', '0 0', 'own method']);
  });

  it('compress to the same bytes on every runtime', async () => {
    expect(
      await said(`
        const zlib = require('zlib');
        const { promisify } = require('util');
        const text = 'abc'.repeat(100);
        const packed = zlib.gzipSync(text);
        console.log(packed.length, zlib.crc32 ? zlib.crc32('abc').toString(16) : '');
        console.log(zlib.gunzipSync(packed).toString() === text);
        console.log((await promisify(zlib.unzip)(packed)).length);
        console.log(zlib.inflateSync(zlib.deflateSync(text)).length);
        console.log(zlib.inflateRawSync(zlib.deflateRawSync(text)).length);
        zlib.gunzip(Buffer.from('damaged'), (error) => console.log(error.code));
        const { text: read } = require('stream/consumers');
        const { Readable } = require('stream');
        console.log((await read(Readable.from([packed]).pipe(zlib.createGunzip()))).length);
      `),
    ).toEqual(['27 352441c2', 'true', '300', '300', '300', 'Z_DATA_ERROR', '300']);
  });
});

describe('node:dns', () => {
  it('gives each name an address, in a later event, that leads back to its machine', async () => {
    const stage = new Stage();
    stage.start('peer', `require('net').createServer((s) => s.end('from peer')).listen(80)`);
    stage.start(
      'm',
      `
      const dns = require('dns');
      const net = require('net');
      let inside = true;
      dns.lookup('peer', (error, address, family) => {
        console.log(error, net.isIP(address), family, inside);
        net.connect(80, address).on('data', (data) => console.log(String(data)));
      });
      inside = false;
      dns.promises.lookup('localhost', { all: true }).then((found) => console.log(found));
      dns.resolve4('peer', (error, [address]) => console.log(net.isIPv4(address)));
      dns.promises.resolveMx('peer').catch((error) => console.log(error.code));
    `,
    );
    await stage.run(5);
    const lines = stage.lines.m as string[];
    expect([...lines].sort()).toEqual(
      [
        'null 4 4 false',
        'true',
        'ENODATA',
        'from peer',
        "[ { address: '127.0.0.1', family: 4 } ]",
      ].sort(),
    );
  });
});

describe('what cannot be simulated', () => {
  const calls: [string, string][] = [
    ['node:child_process.spawn', `require('child_process').spawn('ls')`],
    ['node:child_process.execSync', `require('child_process').execSync('ls')`],
    ['new node:worker_threads.Worker', `new (require('worker_threads').Worker)('x')`],
    ['node:cluster.fork', `require('cluster').fork()`],
    ['node:dgram.createSocket', `require('dgram').createSocket('udp4')`],
    ['node:http2.connect', `require('http2').connect('http://x')`],
    ['node:inspector.open', `require('inspector').open()`],
    ['node:vm.runInThisContext', `require('vm').runInThisContext('1')`],
    ['node:fs.watch', `require('fs').watch('/')`],
    ['node:fs.fsyncSync', `require('fs').fsyncSync(1)`],
    ['node:crypto.generateKeyPairSync', `require('crypto').generateKeyPairSync('rsa')`],
    ['node:net.connect on a path', `require('net').connect('/tmp/socket')`],
    ['new MessageChannel()', `new MessageChannel()`],
    ['process.dlopen', `process.dlopen({}, 'x')`],
  ];

  it.each(calls)('%s is refused by an error that says what to do', async (call, source) => {
    const named = call.replace('node:net.connect', 'net.connect');
    const [line] = await linesOf(
      `try { ${source} } catch (error) { console.log(error.name, error.code, error.message) }`,
    );
    expect(line?.startsWith(`RefusedError ERR_ORDEAL_REFUSED ${named} `)).toBe(true);
    expect(line).toMatch(/: [a-z].{10,}/);
  });

  it('can be loaded and looked at all the same', async () => {
    expect(
      await linesOf(`
        const { isMainThread, Worker } = require('worker_threads');
        const { isPrimary } = require('cluster');
        class Mine extends Worker {}
        console.log(isMainThread, isPrimary, typeof require('child_process').exec);
      `),
    ).toEqual(['true true function']);
  });

  it('names the call in the error itself', () => {
    const error = new RefusedError('node:x.y', 'do otherwise');
    expect([error.call, error.code]).toEqual(['node:x.y', 'ERR_ORDEAL_REFUSED']);
  });
});
