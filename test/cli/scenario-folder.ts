/** A folder with scenario files of a user's own, small ones, and the command run in it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { sendSignal } from '../../src/cli/send-signal.ts';

const launcher = resolve(import.meta.dirname, '../../bin/ordeal.js');

/** Fields of small scenarios by name: a few virtual seconds, a few hundred milliseconds. */
const phases = { warmUpMs: 1_000, chaosMs: 1_000, calmMs: 0 };
const crash = { kind: 'crash', atMs: 200, durationMs: 300, target: 'b1' };
const workload = { producers: 1, consumers: 1, recordsPerSecond: 20 };

export const scenarios = {
  /** Everything holds. */
  calm: { phases },
  /** A property breaks: nobody recovers from a crash within a second. */
  unhealed: { phases: { ...phases, healWithinMs: 1_000 }, faults: { script: [crash] } },
  /** Nothing can be judged: messages take longer than anybody waits for them. */
  undecided: { phases, network: { latencyUs: 10_000_000 } },
  /** Asks for what no cluster has, which only a trial finds. */
  'wrong-target': { phases, faults: { script: [{ ...crash, target: 'b9' }] } },
  /** Is no scenario. */
  invalid: { phases: { warmUpMs: 'soon' } },
} as const;

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
}

export class ScenarioFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'ordeal-cli-'));
  readonly #running = new Set<ChildProcess>();

  constructor() {
    for (const [name, fields] of Object.entries(scenarios)) {
      const value = { name, description: `The ${name} scenario.`, workload, ...fields };
      this.write(`${name}.ts`, `export default ${JSON.stringify(value)};\n`);
    }
  }

  file(...names: string[]): string {
    return join(this.path, ...names);
  }

  /** The scenario `calm` under another name, with code of the module before it. */
  writeModule(name: string, code: string): string {
    const value = { name, description: `The ${name} scenario.`, workload, phases };
    return this.write(`${name}.ts`, `${code}\nexport default ${JSON.stringify(value)};\n`);
  }

  /** A scenario whose trials never end: they say so, and then loop without a pause. */
  writeEndless(name: string): string {
    return this.writeModule(
      name,
      `const { floor } = Math;
      Math.floor = (x) => {
        if (!new Error().stack.includes('/sim/latency.ts')) return floor(x);
        console.error('looping');
        for (;;);
      };`,
    );
  }

  write(name: string, text: string): string {
    writeFileSync(this.file(name), text);
    return this.file(name);
  }

  read(...names: string[]): string {
    return readFileSync(this.file(...names), 'utf8');
  }

  /** The words of a command, with scenarios as paths of their files, and results in this folder. */
  named(words: readonly string[]): string[] {
    const paths = words.map((word) =>
      Object.hasOwn(scenarios, word) ? this.file(`${word}.ts`) : word,
    );
    return [...paths, '--output-dir', this.file('reports')];
  }

  /** Runs the command in this folder to its end. */
  ordeal(...words: string[]): Promise<Ended> {
    return this.start(...words).ended;
  }

  /** As `ordeal`, with standard output going to this file. */
  ordealTo(file: string, ...words: string[]): Promise<Ended> {
    return this.#spawn(words, openSync(file, 'w')).ended;
  }

  start(...words: string[]): Started {
    return this.#spawn(words, 'pipe');
  }

  #spawn(words: readonly string[], stdout: 'pipe' | number): Started {
    const child = spawn(process.execPath, [launcher, ...words], {
      cwd: this.path,
      stdio: ['ignore', stdout, 'pipe'],
    });
    this.#running.add(child);
    const said = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name]?.setEncoding('utf8').on('data', (text: string) => {
        said[name] += text;
      });
    }
    const ended = new Promise<Ended>((done) => {
      child.once('close', (code) => {
        if (typeof stdout === 'number') closeSync(stdout);
        this.#running.delete(child);
        done({ code, ...said });
      });
    });
    return { process: child, ended };
  }

  remove(): void {
    for (const child of this.#running) sendSignal(child, 'SIGKILL');
    rmSync(this.path, { recursive: true, force: true });
  }
}
