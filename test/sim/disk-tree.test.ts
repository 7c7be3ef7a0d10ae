import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DiskError, type DiskFile } from '../../src/host/disk.ts';
import { instantDisk } from '../../src/sim/disk.ts';
import { Directory, type TreeNode } from '../../src/sim/disk-journal.ts';
import { DiskTree } from '../../src/sim/disk-tree.ts';
import { boot, elapse, plainWorld } from './support.ts';

/** A tree to which some was done, and what is owed to it by now. */
class Scene {
  readonly tree = new DiskTree(Number.POSITIVE_INFINITY);
  /** Nodes that were durable once and have not been removed since. */
  readonly owed = new Set<TreeNode>();
  /** Entries as they were when their directory was synced, unless changed since. */
  readonly synced = new Map<Directory, Map<string, TreeNode>>();

  /** Begins with some files and directories that are durable. */
  constructor() {
    for (const path of ['a', 'b', 'a/b']) this.do({ what: 'make', path, to: '' });
    for (const path of ['c', 'a/c', 'b/c', 'a/b/c']) this.do({ what: 'create', path, to: '' });
    for (const path of ['', 'a', 'b', 'a/b']) this.do({ what: 'sync', path, to: '' });
  }

  /** What cannot be done in this state leaves all as it was. */
  do(step: Step): void {
    const { tree } = this;
    const before = entriesOf(tree.root);
    try {
      if (step.what === 'create') {
        if (tree.get(step.path) === null) tree.createFile(step.path, 0);
      } else if (step.what === 'make') tree.makeDirectory(step.path, 0);
      else if (step.what === 'rename') tree.rename(step.path, step.to, 0);
      else if (step.what === 'remove') tree.remove(step.path, 0);
      else this.#sync(tree.get(step.path));
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
    }
    const now = entriesOf(tree.root);
    for (const [directory, names] of this.synced) {
      for (const name of names.keys()) {
        if (before.get(directory)?.get(name) !== now.get(directory)?.get(name)) names.delete(name);
      }
    }
    for (const node of nodesOf(tree.root, 'durable')) this.owed.add(node);
    const present = new Set(nodesOf(tree.root, 'entries'));
    for (const node of this.owed) if (!present.has(node)) this.owed.delete(node);
  }

  #sync(node: TreeNode | null): void {
    if (!(node instanceof Directory)) return;
    this.tree.settle(node, this.tree.sequence);
    this.synced.set(node, new Map(node.entries));
  }
}

/** All nodes below a directory, once for each name they have. */
function nodesOf(root: Directory, which: 'entries' | 'durable'): TreeNode[] {
  const found: TreeNode[] = [];
  const walk = (directory: Directory, above: readonly Directory[]): void => {
    if (above.includes(directory)) throw new Error('a directory lies in itself');
    for (const node of directory[which].values()) {
      found.push(node);
      if (node instanceof Directory) walk(node, [...above, directory]);
    }
  };
  walk(root, []);
  return found;
}

function entriesOf(root: Directory): Map<Directory, Map<string, TreeNode>> {
  const directories = [
    root,
    ...nodesOf(root, 'entries').filter((node) => node instanceof Directory),
  ];
  return new Map(directories.map((directory) => [directory, new Map(directory.entries)]));
}

interface Step {
  readonly what: 'create' | 'make' | 'rename' | 'remove' | 'sync';
  readonly path: string;
  readonly to: string;
}

const path = fc
  .array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 3 })
  .map((names) => names.join('/'));
const step: fc.Arbitrary<Step> = fc
  .record({
    what: fc.constantFrom('create', 'make', 'make', 'rename', 'rename', 'rename', 'remove', 'sync'),
    path: fc.oneof(path, fc.constantFrom('', 'a', 'b')),
    to: path,
  })
  .filter(({ what, path }) => path !== '' || what === 'sync');

describe('directories', () => {
  it('have each file once after a power loss, all that were durable, and what was synced', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 16 }), fc.nat(), (steps, draw) => {
        const scene = new Scene();
        for (const step of steps) scene.do(step);
        const { tree, owed, synced } = scene;
        tree.lose(draw % (tree.pending + 1));
        const left = nodesOf(tree.root, 'entries');
        expect(new Set(left).size).toBe(left.length);
        for (const node of owed) expect(left.includes(node)).toBe(true);
        for (const [directory, names] of synced) {
          if (directory !== tree.root && !owed.has(directory)) continue;
          for (const [name, node] of names) {
            expect(directory.entries.get(name) === node).toBe(true);
          }
        }
      }),
      { numRuns: 1500 },
    );
  });
});

const seeds = Array.from({ length: 40 }, (_, i) => String(i));

/** Where `f` is found after a power loss, over many seeds, when this was done before. */
async function placesOf(
  prepare: (disk: Awaited<ReturnType<typeof boot>>['host']['disk']) => Promise<void>,
): Promise<Set<string>> {
  const places = new Set<string>();
  for (const seed of seeds) {
    const world = plainWorld({ seed });
    const { host, machine } = await boot(world, 'm', { disk: instantDisk });
    host.disk.makeDirectory('A');
    host.disk.makeDirectory('B');
    void host.disk.syncDirectory('');
    await elapse(world, 1000);
    await Promise.all([prepare(host.disk), elapse(world, 10_000)]);
    machine.powerLoss();
    const { disk } = (await boot(world, 'm')).host;
    const paths = ['A/f', 'B/f', 'A/D/f', 'D/f'];
    places.add(paths.filter((path) => disk.exists(path)).join(' '));
  }
  return places;
}

describe('a rename from one directory to another', () => {
  it('whose target was synced has happened, with all it builds on', async () => {
    const places = await placesOf(async (disk) => {
      disk.open('B/f', true);
      disk.rename('B/f', 'A/f');
      await disk.syncDirectory('A');
    });
    expect(places).toEqual(new Set(['A/f']));
  });

  it('whose source was synced has happened too', async () => {
    const places = await placesOf(async (disk) => {
      disk.open('B/f', true);
      disk.rename('B/f', 'A/f');
      await disk.syncDirectory('B');
    });
    expect(places).toEqual(new Set(['A/f']));
  });

  it('of which nothing was synced leaves a durable file at one of the names', async () => {
    const places = await placesOf(async (disk) => {
      disk.open('B/f', true);
      await disk.syncDirectory('B');
      disk.rename('B/f', 'A/f');
    });
    expect(places).toEqual(new Set(['A/f', 'B/f']));
  });

  it('into a new directory makes that durable with it', async () => {
    const places = await placesOf(async (disk) => {
      disk.open('B/f', true);
      await disk.syncDirectory('B');
      disk.makeDirectory('D');
      disk.rename('B/f', 'D/f');
      await disk.syncDirectory('B');
    });
    expect(places).toEqual(new Set(['D/f']));
  });

  it('out of a directory is not lost with the removal of that directory', async () => {
    const places = await placesOf(async (disk) => {
      disk.open('B/f', true);
      await disk.syncDirectory('B');
      disk.rename('B/f', 'A/f');
      disk.remove('B');
      await disk.syncDirectory('');
    });
    expect(places).toEqual(new Set(['A/f']));
  });
});

describe('a disk', () => {
  const name = fc.constantFrom('f', 'g', 'A/f', 'A/g', 'B/f', 'A/B/f');
  const act = fc.oneof(
    fc.record({ what: fc.constantFrom('write', 'write', 'keep', 'remove'), at: name }),
    fc.record({ what: fc.constant('rename'), at: name, to: name }),
    fc.record({ what: fc.constant('sync directory'), at: fc.constantFrom('', 'A', 'B', 'A/B') }),
  );

  /** The first byte of a file says which one it is; what follows counts up. */
  it('has each file once after a power loss, and of what was synced every byte', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 25 }), fc.nat(), async (acts, seed) => {
        const world = plainWorld({ seed: String(seed) });
        const { host, machine } = await boot(world, 'm', { disk: instantDisk });
        const { disk } = host;
        disk.makeDirectory('A/B');
        disk.makeDirectory('B');
        let files = 0;
        /** By path, as processes see it: the file's number, and how much of it must survive. */
        const model = new Map<string, { id: number; safeBytes: number }>();
        const write = (at: string): void => {
          const file: DiskFile = disk.open(at, true);
          const known = model.get(at) ?? { id: files++, safeBytes: 0 };
          model.set(at, known);
          const size = file.size();
          const fresh = Uint8Array.from({ length: 300 }, (_, i) => size + i);
          if (size === 0) fresh[0] = known.id;
          file.write(size, fresh);
        };
        const keep = async (at: string): Promise<void> => {
          const file = model.get(at);
          if (file === undefined) return;
          void disk.open(at).sync();
          for (const directory of ['', 'A', 'B', 'A/B']) void disk.syncDirectory(directory);
          await elapse(world, 1000);
          file.safeBytes = disk.open(at).size();
        };
        for (const act of acts) {
          if (act.what === 'write') write(act.at);
          else if (act.what === 'keep') await keep(act.at);
          else if (act.what === 'sync directory') {
            void disk.syncDirectory(act.at);
            await elapse(world, 1000);
          } else if (act.what === 'remove') {
            disk.remove(act.at);
            model.delete(act.at);
          } else if ('to' in act && model.has(act.at) && act.at !== act.to) {
            disk.rename(act.at, act.to);
            model.set(act.to, model.get(act.at)!);
            model.delete(act.at);
          }
        }
        machine.powerLoss();
        const after = (await boot(world, 'm')).host.disk;
        const found = new Map<number, Uint8Array>();
        for (const at of ['f', 'g', 'A/f', 'A/g', 'B/f', 'A/B/f']) {
          if (!after.exists(at)) continue;
          const file = after.open(at);
          const bytes = file.read(0, file.size());
          if (bytes.length === 0 || (bytes.length > 1 && bytes[1] !== 1)) continue;
          expect(found.has(bytes[0]!)).toBe(false);
          found.set(bytes[0]!, bytes);
        }
        for (const { id, safeBytes } of model.values()) {
          if (safeBytes === 0) continue;
          const bytes = found.get(id)!.subarray(0, safeBytes);
          const expected = Uint8Array.from({ length: safeBytes }, (_, i) => (i === 0 ? id : i));
          expect(bytes).toEqual(expected);
        }
      }),
      { numRuns: 300 },
    );
  });
});
