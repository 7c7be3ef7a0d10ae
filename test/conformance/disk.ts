import { describe, expect, it } from 'vitest';
import { type Disk, DiskError, type DiskFile } from '../../src/host/disk.ts';
import { outcome, type Stage } from './stage.ts';

const text = (value: string): Uint8Array => Uint8Array.from(value, (c) => c.charCodeAt(0));
const show = (bytes: Uint8Array): string => String.fromCharCode(...bytes).replaceAll('\0', '.');
const all = (file: DiskFile): string => show(file.read(0, 1000));

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof DiskError) return error.code;
    throw error;
  }
  return 'none';
}

/** The disk: what every host promises. */
export function describeDisk(stage: () => Stage): void {
  const disk = async (): Promise<Disk> => (await stage().boot('one')).disk;

  describe('a file', () => {
    it('is made only when asked for, in a directory that is there', async () => {
      const { open, exists } = bound(await disk());
      expect(codeOf(() => open('f'))).toBe('ENOENT');
      expect(codeOf(() => open('missing/f', true))).toBe('ENOENT');
      expect(exists('f')).toBe(false);
      open('f', true).write(0, text('kept'));
      expect(all(open('f', true))).toBe('kept');
      expect(open('f').path).toBe('f');
    });

    it('is read where it was written, and no further than its end', async () => {
      const file = (await disk()).open('f', true);
      file.write(0, text('hello world'));
      expect(show(file.read(6, 5))).toBe('world');
      expect(show(file.read(6, 500))).toBe('world');
      expect([file.read(11, 5), file.read(99, 5), file.read(3, 0)].map((b) => b.length)).toEqual([
        0, 0, 0,
      ]);
      expect(file.size()).toBe(11);
    });

    it('is overwritten in place, and reads as zeros in a gap', async () => {
      const file = (await disk()).open('f', true);
      file.write(0, text('abcdef'));
      file.write(2, text('XY'));
      file.write(8, text('z'));
      expect(all(file)).toBe('abXYef..z');
    });

    it('is cut and extended, with zeros', async () => {
      const file = (await disk()).open('f', true);
      file.write(0, text('abcdef'));
      file.truncate(3);
      expect(all(file)).toBe('abc');
      file.truncate(5);
      expect(all(file)).toBe('abc..');
      file.write(5, text('!'));
      expect(all(file)).toBe('abc..!');
    });

    it('leaves what was read as it was, whatever is written later', async () => {
      const file = (await disk()).open('f', true);
      file.write(0, text('abcdef'));
      const results = [file.read(0, 6), file.read(2, 2)];
      file.write(1, text('ZZZ'));
      file.truncate(2);
      file.write(2, text('-----'));
      expect(results.map(show)).toEqual(['abcdef', 'cd']);
      expect(all(file)).toBe('aZ-----');
    });

    it('does not keep the array that was written', async () => {
      const file = (await disk()).open('f', true);
      const bytes = text('mine');
      file.write(0, bytes);
      bytes.fill(0);
      expect(all(file)).toBe('mine');
    });

    it('is one file to all who have it open', async () => {
      const { open } = bound(await disk());
      const [one, two] = [open('f', true), open('f')];
      one.write(0, text('shared'));
      expect([two.size(), all(two)]).toEqual([6, 'shared']);
    });

    it('of which a handle is closed answers EBADF by it', async () => {
      const file = (await disk()).open('f', true);
      file.close();
      file.close();
      expect(codeOf(() => file.read(0, 1))).toBe('EBADF');
      expect(codeOf(() => file.write(0, text('x')))).toBe('EBADF');
      expect(codeOf(() => file.size())).toBe('EBADF');
      expect(codeOf(() => file.truncate(0))).toBe('EBADF');
      await expect(outcome(stage(), file.sync())).rejects.toMatchObject({ code: 'EBADF' });
    });

    it('is synced, and its directory too', async () => {
      const { disk } = await stage().boot('one');
      disk.makeDirectory('d');
      const file = disk.open('d/f', true);
      file.write(0, text('safe'));
      await outcome(stage(), file.sync());
      await outcome(stage(), disk.syncDirectory('d'));
      await outcome(stage(), disk.syncDirectory(''));
      expect(all(file)).toBe('safe');
    });

    it('outlives the process that wrote it', async () => {
      const first = await stage().boot('one');
      first.disk.open('f', true).write(0, text('from before'));
      const second = await stage().boot('one');
      expect(all(second.disk.open('f'))).toBe('from before');
    });

    it('belongs to its machine', async () => {
      const [one, two] = [await stage().boot('one'), await stage().boot('two')];
      one.disk.open('f', true);
      expect(two.disk.exists('f')).toBe(false);
    });
  });

  describe('a directory', () => {
    it('is made with its parents, as often as one likes', async () => {
      const { makeDirectory, exists, open } = bound(await disk());
      makeDirectory('a/b/c');
      makeDirectory('a/b/c');
      open('a/b/c/f', true);
      expect([exists('a'), exists('a/b'), exists('a/b/c/f'), exists('a/x')]).toEqual([
        true,
        true,
        true,
        false,
      ]);
    });

    it('lists its names by code unit, and nothing where it is missing', async () => {
      const { makeDirectory, open, list } = bound(await disk());
      makeDirectory('d/inner');
      for (const name of ['b', 'a', 'Z', '10', '9', 'é']) open(`d/${name}`, true);
      expect(list('d')).toEqual(['10', '9', 'Z', 'a', 'b', 'inner', 'é']);
      expect(list('missing')).toEqual([]);
      expect(list('')).toEqual(['d']);
    });

    it('is not a file, and a file is not a directory', async () => {
      const { makeDirectory, open, list } = bound(await disk());
      makeDirectory('d');
      open('f', true);
      expect(codeOf(() => open('d', true))).toBe('EISDIR');
      expect(codeOf(() => open('f/x', true))).toBe('ENOTDIR');
      expect(codeOf(() => makeDirectory('f/x'))).toBe('ENOTDIR');
      expect(codeOf(() => list('f'))).toBe('ENOTDIR');
    });
  });

  describe('renaming', () => {
    it('replaces a file at once, and open handles follow the file', async () => {
      const { open, rename, exists } = bound(await disk());
      open('old', true).write(0, text('old'));
      const fresh = open('fresh', true);
      fresh.write(0, text('fresh'));
      rename('fresh', 'old');
      fresh.write(5, text('!'));
      expect([all(open('old')), exists('fresh')]).toEqual(['fresh!', false]);
    });

    it('moves a directory with all in it', async () => {
      const { makeDirectory, open, rename, list, exists } = bound(await disk());
      makeDirectory('a/sub');
      open('a/sub/f', true).write(0, text('moved'));
      rename('a', 'b');
      expect([exists('a'), list('b'), all(open('b/sub/f'))]).toEqual([false, ['sub'], 'moved']);
    });

    it('moves a file from one directory to another', async () => {
      const { disk } = await stage().boot('one');
      for (const path of ['a', 'b']) disk.makeDirectory(path);
      disk.open('b/f', true).write(0, text('moved'));
      disk.open('a/f', true).write(0, text('replaced'));
      disk.rename('b/f', 'a/f');
      await outcome(stage(), disk.syncDirectory('a'));
      await outcome(stage(), disk.syncDirectory('b'));
      expect([disk.list('a'), disk.list('b'), all(disk.open('a/f'))]).toEqual([['f'], [], 'moved']);
    });

    it('leaves alone what stands in the way', async () => {
      const { makeDirectory, open, rename, list } = bound(await disk());
      for (const path of ['empty', 'full/sub', 'd']) makeDirectory(path);
      open('f', true);
      expect(codeOf(() => rename('d', 'full'))).toBe('ENOTEMPTY');
      expect(codeOf(() => rename('f', 'd'))).toBe('EISDIR');
      expect(codeOf(() => rename('d', 'f'))).toBe('ENOTDIR');
      expect(codeOf(() => rename('full', 'full/sub/full'))).toBe('EINVAL');
      expect(codeOf(() => rename('f', 'missing/f'))).toBe('ENOENT');
      expect(codeOf(() => rename('d', 'empty'))).toBe('none');
      rename('f', 'f');
      expect(list('')).toEqual(['empty', 'f', 'full']);
    });

    it('of what is missing fails', async () => {
      const { rename } = bound(await disk());
      expect(codeOf(() => rename('missing', 'f'))).toBe('ENOENT');
    });
  });

  describe('syncing a directory', () => {
    it('fails where there is none', async () => {
      const { disk } = await stage().boot('one');
      disk.open('f', true);
      const codeOfSync = (path: string): Promise<string> =>
        outcome(stage(), disk.syncDirectory(path)).then(
          () => 'none',
          (error: DiskError) => error.code,
        );
      expect(await codeOfSync('')).toBe('none');
      expect(await codeOfSync('missing')).toBe('ENOENT');
      expect(await codeOfSync('f')).toBe('ENOTDIR');
    });
  });

  describe('removing', () => {
    it('takes a file or a whole directory, and does not mind what is missing', async () => {
      const { makeDirectory, open, remove, list } = bound(await disk());
      makeDirectory('d/sub');
      open('d/sub/f', true);
      open('f', true);
      remove('d');
      remove('f');
      remove('missing');
      expect(list('')).toEqual([]);
    });

    it('leaves an open file to those who have it open', async () => {
      const { open, remove, exists } = bound(await disk());
      const file = open('f', true);
      file.write(0, text('still'));
      remove('f');
      file.write(5, text(' here'));
      expect([exists('f'), all(file)]).toEqual([false, 'still here']);
      expect(open('f', true).size()).toBe(0);
    });
  });
}

/** The disk's calls, to be used by their names. */
function bound(disk: Disk) {
  return {
    open: (path: string, create?: boolean) => disk.open(path, create),
    exists: (path: string) => disk.exists(path),
    makeDirectory: (path: string) => disk.makeDirectory(path),
    list: (path: string) => disk.list(path),
    rename: (from: string, to: string) => disk.rename(from, to),
    remove: (path: string) => disk.remove(path),
  };
}
