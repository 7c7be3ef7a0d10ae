import { describe, expect, it } from 'vitest';
import { linesOf, Stage } from './stage.ts';

const said = (body: string, files: Record<string, string> = {}): Promise<string[]> =>
  linesOf(`(async () => { const fs = require('fs'); ${body} })()`, { files });

describe('node:fs', () => {
  it('reads and writes the disk of its machine, in three forms', async () => {
    expect(
      await said(`
        fs.mkdirSync('/data/deep', { recursive: true });
        fs.writeFileSync('/data/a', 'one');
        fs.appendFileSync('/data/a', ' two');
        console.log(fs.readFileSync('/data/a', 'utf8'), fs.readFileSync('/data/a').length);
        await fs.promises.writeFile('/data/b', Buffer.from('three'));
        console.log(await fs.promises.readFile('/data/b', { encoding: 'utf8' }));
        let inside = true;
        fs.readFile('/data/b', 'utf8', (error, text) => console.log('called', error, text, inside));
        inside = false;
        await require('util').promisify(fs.copyFile)('/data/b', '/data/deep/c');
        console.log(fs.readdirSync('/data').join(), fs.readdirSync('/data', { recursive: true }).join());
        console.log(fs.readdirSync('/data', { withFileTypes: true }).map((e) => e.isDirectory()).join());
        const { size } = fs.statSync('/data/a');
        console.log(size, fs.existsSync('/data/a'), fs.statSync('/data').isDirectory());
        fs.renameSync('/data/a', '/data/d');
        fs.unlinkSync('/data/b');
        fs.truncateSync('/data/d', 3);
        console.log(fs.readFileSync('/data/d', 'utf8'), fs.readdirSync('/data').join());
        fs.rmSync('/data', { recursive: true });
        console.log(fs.existsSync('/data'), fs.mkdtempSync('/tmp/x-').length);
      `),
    ).toEqual([
      'one two 7',
      'three',
      'called null three false',
      'a,b,deep a,b,deep,deep/c',
      'false,false,true',
      '7 true true',
      'one d,deep',
      'false 13',
    ]);
  });

  it('has open files with positions, and handles that promise', async () => {
    expect(
      await said(`
        const fd = fs.openSync('/f', 'w+');
        fs.writeSync(fd, 'abcdef');
        fs.writeSync(fd, Buffer.from('XY'), 0, 2, 1);
        const buffer = Buffer.alloc(4);
        console.log(fs.readSync(fd, buffer, 0, 4, 0), buffer.toString(), fs.fstatSync(fd).size);
        fs.closeSync(fd);
        const handle = await fs.promises.open('/f', 'r+');
        const { bytesRead, buffer: read } = await handle.read({ buffer: Buffer.alloc(3) });
        console.log(bytesRead, String(read));
        await handle.write('!', 0);
        await handle.sync();
        await handle.truncate(2);
        console.log(await handle.readFile('utf8'), (await handle.stat()).size);
        await handle.close();
        await handle.read().catch((error) => console.log(error.code));
      `),
    ).toEqual(['4 aXYd 6', '3 aXY', ' 2', 'EBADF']);
  });

  it('streams files', async () => {
    expect(
      await said(`
        const { pipeline } = require('stream/promises');
        const { text } = require('stream/consumers');
        await pipeline(['one ', 'two ', 'three'], fs.createWriteStream('/s'));
        console.log(await text(fs.createReadStream('/s')));
        console.log(await text(fs.createReadStream('/s', { start: 4, end: 6, encoding: 'utf8' })));
        fs.createReadStream('/missing').on('error', (error) => console.log(error.code));
      `),
    ).toEqual(['one two three', 'two', 'ENOENT']);
  });

  it('fails as Node does', async () => {
    expect(
      await said(`
        const tell = (run) => { try { run() } catch (error) { console.log(error.message) } };
        fs.mkdirSync('/d');
        fs.writeFileSync('/d/f', '');
        tell(() => fs.readFileSync('/missing'));
        tell(() => fs.readFileSync('/d'));
        tell(() => fs.mkdirSync('/d'));
        tell(() => fs.mkdirSync('/x/y'));
        tell(() => fs.rmdirSync('/d'));
        tell(() => fs.openSync('/d/f', 'wx'));
        tell(() => fs.accessSync('/missing'));
        await fs.promises.stat('/missing').catch((error) => console.log(error.code, error.syscall));
        fs.stat('/missing', (error) => console.log(error.code));
      `),
    ).toEqual([
      "ENOENT: no such file or directory, open '/missing'",
      'EISDIR: illegal operation on a directory, read',
      "EEXIST: file already exists, mkdir '/d'",
      "ENOENT: no such file or directory, mkdir '/x/y'",
      "ENOTEMPTY: directory not empty, rmdir '/d'",
      "EEXIST: file already exists, open '/d/f'",
      "ENOENT: no such file or directory, access '/missing'",
      'ENOENT stat',
      'ENOENT',
    ]);
  });

  it('reads the files of its own package, and nothing else of the real disk', async () => {
    expect(
      await said(
        `
        const path = require('path').join(__dirname, 'data.txt');
        console.log(fs.readFileSync(path, 'utf8'), fs.existsSync(path), fs.statSync(path).size);
        try { fs.writeFileSync(path, 'x') } catch (error) { console.log(error.code) }
        for (const outside of ['/etc/passwd', process.execPath, '/proc/self/status']) {
          console.log(fs.existsSync(outside));
        }
      `,
        { 'data.txt': 'of the package' },
      ),
    ).toEqual(['of the package true 14', 'EACCES', 'false', 'false', 'false']);
  });

  it('loses at a power loss what was not synced, and keeps what was', async () => {
    const stage = new Stage();
    const machine = stage.start(
      'm',
      `
      const fs = require('fs');
      (async () => {
        const handle = await fs.promises.open('/synced', 'w');
        await handle.write('kept');
        await handle.sync();
        const root = await fs.promises.open('/', 'r');
        await root.sync();
        for (let i = 0; i < 20; i++) fs.writeFileSync('/unsynced-' + i, 'at risk');
        setInterval(() => {}, 1000);
      })();
    `,
    );
    await stage.run(5);
    machine.powerLoss();
    stage.start(
      'm',
      `
      const fs = require('fs');
      console.log(fs.readFileSync('/synced', 'utf8'));
      console.log(fs.readdirSync('/').filter((name) => name.startsWith('unsynced')).length < 20);
    `,
    );
    await stage.run(1);
    expect(stage.lines.m).toEqual(['kept', 'true']);
  });
});
