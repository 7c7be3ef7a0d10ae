/** A scratch copy of the repository in which one file at a time has one edit. */
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applied, type Mutant } from './mutants.ts';

const copied = ['bin', 'scenarios', 'src', 'test', 'package.json', 'tsconfig.json'];

export class Copy {
  readonly folder: string;

  constructor(root: string) {
    this.folder = mkdtempSync(join(tmpdir(), 'ordeal-mutation-'));
    for (const name of [...copied, 'vitest.config.ts']) {
      cpSync(join(root, name), join(this.folder, name), { recursive: true });
    }
    // Package by package: what tools keep beside the packages stays in the copy.
    const modules = join(this.folder, 'node_modules');
    mkdirSync(modules);
    for (const name of readdirSync(join(root, 'node_modules'))) {
      if (name.startsWith('.') && name !== '.bin') continue;
      symlinkSync(join(root, 'node_modules', name), join(modules, name));
    }
  }

  /** Runs `act` while the edit stands in the copy. */
  async with<T>(mutant: Mutant, act: () => Promise<T>): Promise<T> {
    const path = join(this.folder, mutant.file);
    const content = readFileSync(path, 'utf8');
    writeFileSync(path, applied(content, mutant));
    try {
      return await act();
    } finally {
      writeFileSync(path, content);
    }
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
