/**
 * One child process in a group of its own, with a time limit: whatever it started ends with it. It
 * is nice to others, and its memory is bounded, since an edit may have made anything of it.
 */
import { type ChildProcess, spawn } from 'node:child_process';

export interface Ended {
  /** Null where it was ended: by its limit, by `enough`, or from outside. */
  readonly code: number | null;
  readonly timedOut: boolean;
  readonly output: string;
  readonly ms: number;
}

export interface ChildOptions {
  readonly cwd: string;
  readonly limitMs: number;
  /** Asked after each piece of output: true ends it, since all is known. */
  enough?(output: string): boolean;
}

const mostOutput = 1_000_000;
const running = new Set<ChildProcess>();
let isEnding = false;

export function run(words: readonly string[], options: ChildOptions): Promise<Ended> {
  const begun = performance.now();
  if (isEnding) return Promise.resolve({ code: null, timedOut: false, output: '', ms: 0 });
  const child = spawn(process.execPath, words, {
    cwd: options.cwd,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: '--max-old-space-size=1536', NO_COLOR: '1', CI: '1' },
  });
  running.add(child);
  return new Promise((resolve, reject) => {
    let [output, timedOut] = ['', false];
    const limit = setTimeout(() => {
      timedOut = true;
      endGroup(child);
    }, options.limitMs);
    const hear = (piece: Buffer): void => {
      if (output.length < mostOutput) output += piece.toString();
      if (options.enough?.(output) === true) endGroup(child);
    };
    child.stdout!.on('data', hear);
    child.stderr!.on('data', hear);
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(limit);
      // Its own children may outlive it.
      endGroup(child);
      running.delete(child);
      resolve({ code, timedOut, output, ms: Math.round(performance.now() - begun) });
    });
  });
}

/** Ends all children and theirs, and lets no other begin. */
export function endAll(): void {
  isEnding = true;
  for (const child of running) endGroup(child);
}

function endGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // All of the group has ended.
  }
}
