/** The command that runs a seed again with its plan; `scenario` as the user named it. */
export function reproduceCommand(scenario: string, seed: string, plan: string): string {
  return `npx ordeal replay ${quoted(scenario)} --seed ${seed} --plan ${quoted(plan)}`;
}

/** As one word of a POSIX shell. */
function quoted(word: string): string {
  return /^[\w./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
