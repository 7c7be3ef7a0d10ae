import { commandWords, runtime } from './self.ts';

/**
 * The command that runs a seed again, with its plan if that was kept; `scenario` and
 * `outputDirectory` as the user gave them.
 */
export function reproduceCommand(
  scenario: string,
  seed: string,
  plan: string | null,
  outputDirectory: string | null,
): string {
  const words = [...commandWords[runtime], 'replay', scenario, '--seed', seed];
  if (plan !== null) words.push('--plan', plan);
  if (outputDirectory !== null) words.push('--output-dir', outputDirectory);
  return words.map(quoted).join(' ');
}

/** As one word of a POSIX shell. */
function quoted(word: string): string {
  return /^[\w./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
