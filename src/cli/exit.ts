/** What the command's exit code says (BSD sysexits where they fit). */
export const exitCode = {
  ok: 0,
  violated: 1,
  inconclusive: 2,
  notDeterministic: 3,
  usage: 64,
  internal: 70,
  interrupted: 130,
} as const;

/** Wrong input from the user: the message names the flag, file or field and the remedy. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
