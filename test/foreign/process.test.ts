import { describe, expect, it } from 'vitest';
import { linesOf, Stage, writePackage } from './stage.ts';

/** Runs a program for some seconds and tells how its process ended, and what it said. */
async function ending(source: string, seconds = 10): Promise<{ exits: string[]; lines: string[] }> {
  const stage = new Stage();
  stage.start('m', source);
  await stage.run(seconds);
  return { exits: stage.exits.m as string[], lines: stage.lines.m as string[] };
}

describe('a foreign process', () => {
  it('ends by itself when it has nothing left to wait for', async () => {
    const { exits } = await ending('setTimeout(() => {}, 1000)');
    expect(exits).toEqual(['0 nothing left to do']);
  });

  it('tells beforeExit and exit, and may find more to do', async () => {
    const { lines, exits } = await ending(`
      let times = 0;
      process.on('beforeExit', () => {
        console.log('beforeExit');
        if (times++ === 0) setTimeout(() => console.log('more'), 5);
      });
      process.on('exit', (code) => console.log('exit', code));
    `);
    expect(lines).toEqual(['beforeExit', 'more', 'beforeExit', 'exit 0']);
    expect(exits).toEqual(['0 nothing left to do']);
  });

  it('lives while a timer is referenced, and not for one that is not', async () => {
    const { exits } = await ending('setInterval(() => {}, 1000).unref()');
    expect(exits).toHaveLength(1);
    const other = await ending('setInterval(() => {}, 1000)');
    expect(other.exits).toEqual([]);
  });

  it('does nothing more once it has called process.exit', async () => {
    const { lines, exits } = await ending(`
      setTimeout(() => console.log('never'), 1);
      Promise.resolve().then(() => console.log('never'));
      process.nextTick(() => console.log('never'));
      process.on('exit', (code) => console.log('leaving', code));
      try { process.exit(3) } finally { console.log('never') }
      console.log('never');
    `);
    expect(lines).toEqual(['leaving 3']);
    expect(exits).toEqual(['3 exit 3']);
  });

  it('ends with process.exitCode', async () => {
    expect((await ending('process.exitCode = 4')).exits).toEqual(['4 nothing left to do']);
  });

  it('ends with code 1 after an exception that nobody catches, and the trial goes on', async () => {
    const { lines, exits } = await ending(`setTimeout(() => { throw new Error('lost') }, 5)`);
    expect(lines[0]).toMatch(/Error: lost/);
    expect(exits).toEqual(['1 uncaughtException: Error']);
  });

  it('ends with code 1 after a rejection that nobody handles', async () => {
    const { lines, exits } = await ending(`
      setInterval(() => {}, 100);
      (async () => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        throw Object.assign(new Error('lost'), { code: 'ELOST' });
      })();
    `);
    expect(lines[0]).toMatch(/Error: lost/);
    expect(exits).toEqual(['1 unhandledRejection: Error ELOST']);
  });

  it('ends in the moment of the rejection, before anything else happens to it', async () => {
    const { lines } = await ending(`
      setTimeout(() => { Promise.reject(new Error('lost')) }, 5);
      setTimeout(() => console.log('never'), 5);
    `);
    expect(lines.join('\n')).not.toMatch(/never/);
  });

  it('goes on when it listens for what nobody catches', async () => {
    const { lines, exits } = await ending(`
      process.on('uncaughtException', (error, origin) => console.log(origin, error.message));
      process.on('unhandledRejection', (reason) => console.log('rejection', reason.message));
      setTimeout(() => { throw new Error('one') }, 1);
      setTimeout(() => { Promise.reject(new Error('two')) }, 2);
      setTimeout(() => console.log('lives'), 3);
    `);
    expect(lines).toEqual(['uncaughtException one', 'rejection two', 'lives']);
    expect(exits).toEqual(['0 nothing left to do']);
  });

  it('hands an unhandled rejection to uncaughtException where only that is listened for', async () => {
    const { lines } = await ending(`
      process.on('uncaughtException', (error, origin) => console.log(origin, error.message));
      Promise.reject(new Error('one'));
    `);
    expect(lines).toEqual(['unhandledRejection one']);
  });

  it('is not ended by a rejection that is handled in time', async () => {
    const { exits } = await ending(`
      const rejected = Promise.reject(new Error('handled'));
      process.nextTick(() => rejected.catch(() => {}));
      setTimeout(() => {}, 10);
    `);
    expect(exits).toEqual(['0 nothing left to do']);
  });

  it('is asked to stop by SIGTERM, which ends it unless it listens', async () => {
    const stage = new Stage();
    const careless = stage.start('careless', 'setInterval(() => {}, 10)');
    const careful = stage.start(
      'careful',
      `
      const life = setInterval(() => {}, 10);
      process.on('SIGTERM', (name, number) => {
        console.log(name, number);
        clearInterval(life);
      });
    `,
    );
    await stage.run(1);
    careless.stop();
    careful.stop();
    await stage.run(1);
    expect(stage.exits).toEqual({ careless: ['143 SIGTERM'], careful: ['0 nothing left to do'] });
    expect(stage.lines.careful).toEqual(['SIGTERM 15']);
  });

  it('never runs again after a crash', async () => {
    const stage = new Stage();
    const machine = stage.start(
      'm',
      `
      setInterval(() => console.log('tick'), 1000);
      (async () => {
        await new Promise((resolve) => setTimeout(resolve, 1500));
        console.log('resumed');
      })();
    `,
    );
    await stage.run(1.2);
    machine.crash();
    await stage.run(10);
    expect(stage.lines.m).toEqual(['tick']);
    expect(stage.exits.m).toEqual([]);
  });

  it('begins afresh when it is started again, but for its disk', async () => {
    const entry = `${writePackage({
      'main.cjs': `
        const fs = require('fs');
        const shared = require('./shared.cjs');
        const before = fs.existsSync('/kept') ? fs.readFileSync('/kept', 'utf8') : 'nothing';
        fs.writeFileSync('/kept', 'a file');
        globalThis.mark = (globalThis.mark ?? 0) + 1;
        console.log(++shared.count, globalThis.mark, before);
        setInterval(() => {}, 1000);
      `,
      'shared.cjs': 'exports.count = 0;',
    })}/main.cjs`;
    const stage = new Stage();
    stage.startEntry('m', { entry });
    await stage.run(1);
    stage.startEntry('m', { entry });
    await stage.run(1);
    expect(stage.lines.m).toEqual(['1 1 nothing', '1 1 a file']);
  });

  it('freezes with its machine and goes on when that does', async () => {
    const stage = new Stage();
    const machine = stage.start('m', `setInterval(() => console.log(Date.now() % 100000), 1000)`);
    await stage.run(1.5);
    machine.pause();
    await stage.run(5);
    expect(stage.lines.m).toHaveLength(1);
    machine.resume();
    await stage.run(1);
    expect(stage.lines.m?.length).toBeGreaterThan(1);
  });

  it('lets the run fail when the code reaches past what is simulated', async () => {
    const stage = new Stage();
    stage.start('m', `new (function () {}.constructor)('return Date.now()')()`);
    await expect(stage.run(1)).rejects.toThrow(/escaped to the ambient world: Date.now/);
  });

  it('lets the run fail also when a package escapes that it has, after an await', async () => {
    const stage = new Stage();
    stage.start('m', `require('sly')()`, {
      files: {
        'node_modules/sly/index.js': `
          module.exports = async () => {
            await new Promise((resolve) => setTimeout(resolve, 10));
            return Function('return Math.random()')();
          };
        `,
      },
    });
    await expect(stage.run(1)).rejects.toThrow(/escaped to the ambient world: Math.random/);
  });
});

describe('two foreign processes', () => {
  const entry = (): string =>
    `${writePackage({
      'main.cjs': `
        const events = require('events');
        const util = require('util');
        const { EventEmitter } = events;
        const shared = require('./shared.cjs');
        shared.count++;
        globalThis.leak = (globalThis.leak ?? 0) + 1;
        process.env.LEAK = String(Number(process.env.LEAK ?? 0) + 1);
        EventEmitter.prototype.leak = (EventEmitter.prototype.leak ?? 0) + 1;
        util.leak = (util.leak ?? 0) + 1;
        const { Readable } = require('stream');
        Readable.leak = (Readable.leak ?? 0) + 1;
        require('diagnostics_channel').subscribe('c', () => shared.count++);
        require('diagnostics_channel').channel('c').publish({});
        const { leak } = EventEmitter.prototype;
        console.log(shared.count, globalThis.leak, process.env.LEAK);
        console.log(leak, util.leak, Readable.leak);
      `,
      'shared.cjs': 'exports.count = 0;',
    })}/main.cjs`;

  it('share no state: modules, globals, environment, classes of the runtime', async () => {
    const stage = new Stage();
    const options = { entry: entry() };
    stage.startEntry('one', options);
    stage.startEntry('two', options);
    await stage.run(1);
    const fresh = ['2 1 1', '1 1 1'];
    expect(stage.lines).toEqual({ one: fresh, two: fresh });
  });

  it('draw different chance, and the same with the same seed', async () => {
    const draw = async (seed: string) => {
      const stage = new Stage({ seed });
      for (const name of ['one', 'two']) stage.start(name, 'console.log(Math.random())');
      await stage.run(1);
      return [stage.lines.one?.[0], stage.lines.two?.[0]];
    };
    const first = await draw('a');
    expect(first[0]).not.toBe(first[1]);
    expect(await draw('a')).toEqual(first);
    expect(await draw('b')).not.toEqual(first);
  });

  it('have clocks of their own machines', async () => {
    const stage = new Stage();
    stage.world.addMachine('ahead', { clock: { offsetMs: 60_000 } });
    for (const name of ['ahead', 'right']) {
      stage.start(name, 'console.log(Date.now() - 1767225600000)');
    }
    await stage.run(1);
    expect(stage.lines).toEqual({ ahead: ['60000'], right: ['0'] });
  });
});

describe('a program', () => {
  it('gets its arguments and an environment that is not the real one', async () => {
    const lines = await linesOf('console.log(process.argv.slice(2), process.env)', {
      args: ['a', 'b'],
      env: { NAME: 'value' },
    });
    expect(lines.join('')).toBe("[ 'a', 'b' ] { NAME: 'value' }");
  });

  it('is given modules by the trial, anew for each process', async () => {
    const told: unknown[] = [];
    const provide = {
      'trial:history': (host: { machine: string }) => {
        const machine = host.machine;
        return { record: (value: unknown) => told.push([machine, value]) };
      },
    };
    const stage = new Stage();
    stage.start('one', `require('trial:history').record(1)`, { provide });
    const source = `import { record } from 'trial:history'; record(2);`;
    stage.start('two', source, { provide, name: 'main.mjs' });
    await stage.run(1);
    expect(told).toEqual([
      ['one', 1],
      ['two', 2],
    ]);
  });

  it('must have an entry that is a file', async () => {
    await expect(async () => new Stage().startEntry('m', { entry: '/no/such.js' })).rejects.toThrow(
      'the entry /no/such.js is not a file',
    );
  });
});
