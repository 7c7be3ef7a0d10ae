/** One of `choices`, each as likely as the others. */
export function drawOne<T>(choices: readonly T[], random: { int(bound: number): number }): T {
  return choices[random.int(choices.length)]!;
}
