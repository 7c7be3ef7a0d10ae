/** `docs/museum.md`: what blind searches found of the museum's exhibits. */
import type { Exhibit } from '../../trial/museum/exhibit.ts';
import { exhibits } from '../../trial/museum/registry.ts';
import type { Fate, Shown } from './bugs.ts';

export function museumPage(
  shown: readonly Shown[],
  { trials, seed }: { readonly trials: number; readonly seed: number },
): string {
  const rows = shown.map(row).join('');
  const proofs = exhibits
    .filter(({ unseen }) => unseen !== undefined)
    .map(proof)
    .join('');
  return `# The museum

Each exhibit is a decision that Kafka, or one of its clients, once got wrong: one rule of the
cluster is put in place of the right one, everything else stays. \`ordeal bugs\` lists them;
\`ordeal bugs --hunt\` searches for each of them **blind**: always the same search over the stock
scenarios \`swarm\` and \`chaos\`, no scenario, seed or trigger made for a bug.

This page is written by \`ordeal bugs --hunt --trials ${trials} --seed ${seed} --page docs/museum.md\`.
*Drawn*: the first of so many plain seeds that fails. *Hunted*: the first trial of a hunt that
fails. Wall times are those of the machine it was written on.

${summary(shown, trials)}
| exhibit | until | what it does | drawn | hunted | broken first |
|---|---|---|---|---|---|
${rows}
## Not to be seen in a trial

${proofs}`;
}

function summary(shown: readonly Shown[], trials: number): string {
  const found = (pick: (one: Shown) => Fate): number =>
    shown.filter((one) => pick(one).trial !== null).length;
  const median = (pick: (one: Shown) => Fate): string => {
    const sorted = shown.map((one) => pick(one).trial ?? Infinity).sort((a, b) => a - b);
    const middle = sorted[Math.floor(sorted.length / 2)] ?? Infinity;
    return Number.isFinite(middle) ? String(middle) : `over ${trials}`;
  };
  const told = (name: string, pick: (one: Shown) => Fate): string =>
    `${name}: ${found(pick)} of ${shown.length} found, the median at trial ${median(pick)}.\n`;
  return told('Drawn', ({ drawn }) => drawn) + told('Hunted', ({ hunted }) => hunted);
}

function row({ exhibit: { id, until, sentence }, drawn, hunted }: Shown): string {
  const property = hunted.property ?? drawn.property;
  const broken = property === null ? '' : `\`${property}\``;
  return `| ${id} | ${until} | ${sentence} | ${cell(drawn)} | ${cell(hunted)} | ${broken} |\n`;
}

const cell = ({ trial, trials, wallMs }: Fate): string =>
  trial === null ? `not in ${trials}` : `${trial} (${Math.round(wallMs / 1000)} s)`;

function proof({ id, until, sentence, unseen }: Exhibit): string {
  return `- **${id}** (until ${until}): ${sentence} It cannot be seen, since ${unseen!.why}. The proof: \`${unseen!.test}\`.\n`;
}
