/** Scores and survivors of what was judged, for people and as data. */
import type { MutationScore, Share } from '../../src/cli/commands/museum-page.ts';
import { roomOf } from './draw.ts';
import type { Judged } from './records.ts';

export interface Score extends MutationScore {
  readonly setAside: number;
}

export function scoreOf(
  judged: readonly Judged[],
  facts: Pick<Score, 'seed' | 'huntBudgetMs' | 'setAside'>,
): Score {
  const valid = judged.filter(({ invalid }) => !invalid);
  const share = (looks: (one: Judged) => readonly (boolean | undefined)[]): Share => {
    const looked = valid.map(looks).filter((all) => all.some((one) => one !== undefined));
    return { noticed: looked.filter((all) => all.includes(true)).length, of: looked.length };
  };
  return {
    ...facts,
    sample: valid.length,
    unit: share(({ unit }) => [unit?.noticed]),
    hunt: share(({ hunt }) => [hunt?.noticed]),
    either: share(({ unit, hunt }) => [unit?.noticed, hunt?.noticed]),
  };
}

export function told(judged: readonly Judged[], score: Score): string {
  const { sample, seed, setAside, huntBudgetMs } = score;
  const invalid = judged.filter((one) => one.invalid).length;
  const shares = [
    line('unit tests', score.unit),
    line(`hunts of ${Math.round(huntBudgetMs / 1000)} s`, score.hunt),
    line('either', score.either),
  ];
  const counts = `seed ${seed}: ${sample} edits judged, ${invalid} invalid, ${setAside} set aside`;
  const survivors = judged.filter((one) => !one.invalid && survived(one).length > 0);
  const rows = survivors.map((one) => `${survived(one).join(' and ')}: ${editInWords(one)}\n`);
  const byRoom = [...new Set(judged.map(({ file }) => roomOf(file)))].sort().map((room) => {
    const of = scoreOf(
      judged.filter(({ file }) => roomOf(file) === room),
      score,
    );
    return `  ${room}: unit ${ratio(of.unit)}, hunt ${ratio(of.hunt)}\n`;
  });
  const head = survivors.length === 0 ? '' : '\nnot noticed by\n';
  return `\n${counts}\n${shares.join('')}${byRoom.join('')}${head}${rows.join('')}`;
}

/** What looked at the edit and did not notice it. */
function survived({ unit, hunt }: Judged): string[] {
  const names = [];
  if (unit?.noticed === false) names.push('unit');
  if (hunt?.noticed === false) names.push('hunt');
  return names;
}

export function editInWords(one: {
  readonly file: string;
  readonly line: number;
  readonly original: string;
  readonly replacement: string;
}): string {
  return `${one.file}:${one.line}  ${short(one.original)}  →  ${short(one.replacement)}`;
}

const ratio = ({ noticed, of }: Share): string => `${noticed}/${of}`;

function line(name: string, share: Share): string {
  if (share.of === 0) return '';
  const percent = Math.round((100 * share.noticed) / share.of);
  return `  ${name}: ${ratio(share)} (${percent} %)\n`;
}

function short(text: string): string {
  const one = text.replace(/\s+/g, ' ');
  return one.length > 70 ? `${one.slice(0, 69)}…` : one;
}
