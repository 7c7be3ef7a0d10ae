/** `docs/museum.md`: what blind searches found of the museum's exhibits, and what they cannot. */

import type { Exhibit } from '../../trial/museum/exhibit.ts';
import { exhibits } from '../../trial/museum/registry.ts';
import type { Fate, Shown } from './bugs.ts';

/** How much of a sample of small wrong edits was noticed, as `npm run mutate --score` writes it. */
export interface MutationScore {
  readonly seed: string;
  readonly sample: number;
  readonly huntBudgetMs: number;
  readonly unit: Share;
  readonly hunt: Share;
  readonly either: Share;
}

export interface Share {
  readonly noticed: number;
  readonly of: number;
}

export interface PageFacts {
  readonly trials: number;
  readonly seed: number;
  readonly mutation: MutationScore | null;
}

export function museumPage(shown: readonly Shown[], facts: PageFacts): string {
  const { trials, seed } = facts;
  const open = shown.filter(({ exhibit }) => exhibit.coveredBy === undefined);
  const covered = shown.filter(({ exhibit }) => exhibit.coveredBy !== undefined);
  const unseen = exhibits.filter((exhibit) => exhibit.unseen !== undefined);
  return `# The museum

Each exhibit is a decision that Kafka, one of its clients or another broker once got wrong: one
rule of the cluster is put in place of the right one, everything else stays. \`ordeal bugs\` lists them;
\`ordeal bugs --hunt\` searches for each of them **blind**: always the same search over the stock
scenarios \`swarm\` and \`chaos\`, no scenario, seed or trigger made for a bug.

This page is written by \`ordeal bugs --hunt --trials ${trials} --seed ${seed} --page docs/museum.md\`.
*Drawn*: the first of so many plain seeds that fails, and after how long. *Hunted*: the same of a
hunt, which learns from one trial for the next. Wall times are those of the machine it was written
on.

${summary(open, trials)}${head}${open.map((one) => row(one, facts)).join('')}${coveredSection(covered, facts)}
## Not to be seen in a trial

Each has a test of its room that runs the wrong rule and shows what comes of it; it fails where the
rule decides nothing otherwise than the right one.

${unseen.map(proof).join('')}${mutationSection(facts.mutation)}`;
}

const head = `
| exhibit | until | what it does | drawn | hunted | broken first | again, with \`npx ordeal\` |
|---|---|---|---|---|---|---|
`;

function summary(shown: readonly Shown[], trials: number): string {
  const told = (name: string, pick: (one: Shown) => Fate): string => {
    const fates = shown.map(pick);
    const found = fates.filter(({ trial }) => trial !== null);
    const share = `${found.length} of ${shown.length} found${percent(found.length, shown.length)}`;
    const middle = median(fates.map(({ trial }) => trial ?? Infinity));
    if (!Number.isFinite(middle))
      return `${name}: ${share}, the median is beyond trial ${trials}.\n`;
    const seconds = median(fates.map((one) => (one.trial === null ? Infinity : one.wallMs)));
    return `${name}: ${share}, the median at trial ${middle}, after ${secondsOf(seconds)}.\n`;
  };
  const drawn = told('Drawn', (one) => one.drawn);
  return `${drawn}${told('Hunted', (one) => one.hunted)}${ratios(shown)}`;
}

/** How many times as long plain drawing takes, where both find. */
function ratios(shown: readonly Shown[]): string {
  const both = shown.filter(({ drawn, hunted }) => drawn.trial !== null && hunted.trial !== null);
  if (both.length === 0) return '';
  const trials = geometricMean(both.map((one) => one.drawn.trial! / one.hunted.trial!));
  const seconds = geometricMean(
    both.map(({ drawn, hunted }) => Math.max(1, drawn.wallMs) / Math.max(1, hunted.wallMs)),
  );
  const times = `${trials.toFixed(2)} times as many trials and ${seconds.toFixed(2)} times as long`;
  return `Where both find (${both.length}), drawing takes ${times} as hunting (geometric mean).\n`;
}

const geometricMean = (values: readonly number[]): number =>
  Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Infinity;
}

const percent = (part: number, of: number): string =>
  of === 0 ? '' : ` (${Math.round((100 * part) / of)} %)`;

const secondsOf = (ms: number): string => `${Math.round(ms / 1000)} s`;

function row({ exhibit, drawn, hunted }: Shown, facts: PageFacts): string {
  const { id, until, sentence, coveredBy, together } = exhibit;
  const what = [
    sentence,
    ...(coveredBy === undefined ? [] : [`Covered by the right rule of ${coveredBy}.`]),
    ...(together === undefined ? [] : [`(${together.join(' and ')} at once)`]),
  ].join(' ');
  const broken = [...new Set([drawn.property, hunted.property])]
    .filter((property) => property !== null)
    .map((property) => `\`${property}\``)
    .join(', ');
  const cells = [id, until, what, cell(drawn), cell(hunted), broken];
  return `| ${cells.join(' | ')} | ${again(exhibit, drawn, hunted, facts)} |\n`;
}

const cell = ({ trial, trials, wallMs }: Fate): string =>
  trial === null ? `not in ${trials}` : `${trial} (${secondsOf(wallMs)})`;

/** The seed is enough unless a hunt varied the plan: then the same hunt makes that plan again. */
function again({ id }: Exhibit, drawn: Fate, hunted: Fate, { trials, seed }: PageFacts): string {
  const plain = [drawn, hunted].find((fate) => fate.trial !== null && !fate.varied);
  if (plain !== undefined) {
    return `\`replay ${plain.scenario} --seed ${plain.seed} --bug ${id}\``;
  }
  if (hunted.trial === null) return '';
  return `\`bugs --hunt ${id} --trials ${trials} --seed ${seed}\` keeps the plan`;
}

function coveredSection(covered: readonly Shown[], facts: PageFacts): string {
  if (covered.length === 0) return '';
  return `
## Covered by another rule

One of these alone is made up for by another rule, as long as that one is right; what comes of both
stands above. They are not counted in the shares.
${head}${covered.map((one) => row(one, facts)).join('')}`;
}

function proof({ id, until, sentence, coveredBy, unseen }: Exhibit): string {
  const covered = coveredBy === undefined ? '' : ` With ${coveredBy} wrong too it shows.`;
  return (
    `- **${id}** (${/^\d/.test(until) ? 'until ' : ''}${until}): ${sentence} It cannot be seen, since ${unseen!.why}.${covered} ` +
    `The proof: \`${unseen!.test}\`.\n`
  );
}

function mutationSection(score: MutationScore | null): string {
  if (score === null) return '';
  const told = ({ noticed, of }: Share): string => `${noticed} of ${of}${percent(noticed, of)}`;
  const { seed, sample, huntBudgetMs } = score;
  const budget = `${Math.round(huntBudgetMs / 1000)}s`;
  const flags = `--seed ${seed} --sample ${sample} --hunt-budget ${budget}`;
  return `
## Small wrong edits

\`npm run mutate -- ${flags}\`
makes ${sample} small wrong edits, one at a time, in the code of log, replication, quorum,
controller, broker, client and records. Noticed by the room's unit tests: ${told(score.unit)};
by a blind hunt of ${secondsOf(huntBudgetMs)}: ${told(score.hunt)};
by either: ${told(score.either)}.
`;
}
