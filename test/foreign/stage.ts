/** A simulated world whose machines run foreign code, what the processes say and how they end. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';
import { secondsToMicros } from '../../src/base/time.ts';
import { type NodeProgramOptions, nodeProgram } from '../../src/foreign/node-program.ts';
import { installGuard } from '../../src/sim/guard.ts';
import type { Machine } from '../../src/sim/machine.ts';
import { World, type WorldOptions } from '../../src/sim/world.ts';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** Files of a package in a folder of their own, by their names; gives the folder. */
export function writePackage(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'ordeal-foreign-'));
  folders.push(folder);
  for (const [name, source] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), source);
  }
  return folder;
}

export class Stage {
  readonly world: World;
  /** By machine: the lines of both outputs, oldest first. */
  readonly lines: Record<string, string[]> = {};
  /** By machine: `code reason` of each process that ended by itself. */
  readonly exits: Record<string, string[]> = {};

  constructor(options: Partial<WorldOptions> = {}) {
    this.world = new World({ seed: 'stage', ...options });
  }

  /** Starts a program; `source` is that of a CommonJS module, or of any with `name`. */
  start(machine: string, source: string, options: Partial<StageOptions> = {}): Machine {
    const { name = 'main.cjs', files = {}, ...rest } = options;
    const entry = join(writePackage({ ...files, [name]: source }), name);
    return this.startEntry(machine, { entry, ...rest });
  }

  startEntry(name: string, options: NodeProgramOptions): Machine {
    const known = this.world.machines.find((other) => other.name === name);
    const machine = known ?? this.world.addMachine(name);
    this.lines[name] ??= [];
    this.exits[name] ??= [];
    machine.onExit = (code, reason) => this.exits[name]?.push(`${code} ${reason}`);
    const onOutput = (_stream: string, text: string): void => {
      this.lines[name]?.push(...text.trimEnd().split('\n'));
    };
    machine.restart(nodeProgram({ onOutput, ...options }));
    return machine;
  }

  /** Lets virtual time pass, with the guard on as in a trial; throws what failed the run. */
  async run(seconds: number): Promise<void> {
    const removeGuard = installGuard();
    try {
      await this.world.runUntil(this.world.now + secondsToMicros(seconds));
    } finally {
      removeGuard();
    }
    if (this.world.failure !== null) throw this.world.failure;
  }
}

interface StageOptions extends NodeProgramOptions {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
}

/** Runs one program alone and gives what it said. */
export async function linesOf(
  source: string,
  options: Partial<StageOptions> & { seconds?: number } = {},
): Promise<string[]> {
  const { seconds = 100, ...rest } = options;
  const stage = new Stage();
  stage.start('m', source, rest);
  await stage.run(seconds);
  return stage.lines.m as string[];
}
