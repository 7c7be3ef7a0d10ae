import { vi } from 'vitest';
import { commandLine } from '../../src/cli/command-line.ts';
import type { Ended } from './scenario-folder.ts';

/** Carries out a command in this process, and gives its exit code and what it said. */
export async function captured(...words: string[]): Promise<Ended> {
  const said = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      said[name] += String(text);
      return true;
    }),
  );
  try {
    const code = await commandLine(words);
    return { code, ...said };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
