/** The pages that a run writes: `docs/differences.md`, and what is open, for those who mend it. */
import { errorName } from '../../src/kafka/protocol/errors.ts';
import type { Difference } from './differences.ts';
import { type Explanation, explanations, type Standing } from './explained.ts';
import { otherRules, rules } from './rules.ts';
import { countOf, type Judged } from './verdicts.ts';

const standings: Readonly<Record<Standing, string>> = {
  better: 'Ours is kept on purpose',
  beyond: 'Ours goes beyond this Kafka',
  'not yet': 'Not there yet',
};

/** `docs/differences.md`. */
export function differencesPage(version: string, judged: readonly Judged[]): string {
  const groups = [...new Set(judged.map(({ group }) => group))];
  return [
    `# Where answers differ from Apache Kafka ${version}`,
    '',
    '`npm run differential` starts Apache Kafka and `ordeal serve`, three nodes each, sends the same',
    'dialogue to both, compares the answers field by field, and writes this page. The dialogue stands',
    'in [test/differential/dialogues](../test/differential/dialogues), the reasons below in',
    '[test/differential/explained.ts](../test/differential/explained.ts).',
    '',
    '## What is compared',
    '',
    'Every field of every decoded answer; whether there is an answer at all and whether the',
    'connection stays open; afterwards what was appended, which topics exist and how they are set. The',
    'words of error messages and documentation are counted separately. For equal is taken:',
    '',
    ...[...rules.map(({ sentence }) => sentence), ...otherRules].map((line) => `- ${line}`),
    '',
    '## Counts',
    '',
    '| group | cases | agree in every field | only in the words of messages | explained below | unexplained |',
    '|---|---|---|---|---|---|',
    ...groups.map((group) =>
      countsRow(
        group,
        judged.filter((each) => each.group === group),
      ),
    ),
    countsRow('**all**', judged),
    '',
    ...(Object.keys(standings) as Standing[]).flatMap((standing) => table(standing, judged)),
    ...openList(judged),
  ].join('\n');
}

function countsRow(name: string, judged: readonly Judged[]): string {
  const counts = (['agrees', 'message only', 'explained', 'unexplained'] as const).map((verdict) =>
    countOf(judged, verdict),
  );
  return `| ${[name, judged.length, ...counts].join(' | ')} |`;
}

function table(standing: Standing, judged: readonly Judged[]): string[] {
  const rows = explanations
    .filter((each) => each.standing === standing)
    .map((each) => ({ each, cases: casesOf(each, judged) }))
    .filter(({ cases }) => cases > 0);
  if (rows.length === 0) return [];
  return [
    `## ${standings[standing]}`,
    '',
    '| what | why | cases |',
    '|---|---|---|',
    ...rows.map(({ each, cases }) => `| ${each.what} | ${each.why} | ${cases} |`),
    '',
  ];
}

export function casesOf(explanation: Explanation, judged: readonly Judged[]): number {
  return judged.filter(({ explained }) => explained.some(([, each]) => each === explanation))
    .length;
}

function openList(judged: readonly Judged[]): string[] {
  const open = judged.filter(({ verdict }) => verdict === 'unexplained');
  if (open.length === 0) return [];
  return [
    '## Unexplained',
    '',
    ...open
      .slice(0, mostListed)
      .flatMap(({ name, unexplained }) => [
        `- ${name}`,
        ...unexplained.slice(0, mostShown).map((each) => `  - ${differenceText(each)}`),
        ...(unexplained.length > mostShown
          ? [`  - and ${unexplained.length - mostShown} more`]
          : []),
      ]),
    ...(open.length > mostListed
      ? [`- and ${open.length - mostListed} more cases; \`--report\` gathers them all`]
      : []),
    '',
  ];
}

const mostListed = 60;
const mostShown = 4;

/** What is open, gathered by kind: cases whose differences are alike stand together. */
export function openReport(version: string, judged: readonly Judged[]): string {
  const kinds = new Map<string, { names: string[]; differences: readonly Difference[] }>();
  for (const { group, name, unexplained } of judged) {
    if (unexplained.length === 0) continue;
    const kind = `${group}: ${unexplained.map(alike).slice(0, 6).join('; ')}`;
    const of = kinds.get(kind) ?? { names: [], differences: unexplained };
    of.names.push(name);
    kinds.set(kind, of);
  }
  const counts = (['agrees', 'message only', 'explained', 'unexplained'] as const).map(
    (verdict) => `${countOf(judged, verdict)} ${verdict}`,
  );
  const sorted = [...kinds].sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    `# Apache Kafka ${version} against ours: ${judged.length} cases, ${counts.join(', ')}`,
    '',
    ...sorted.flatMap(([kind, { names, differences }]) => [
      `## ${kind}`,
      '',
      ...names.map((name) => `- ${name}`),
      ...differences.slice(0, 6).map((each) => `    - ${differenceText(each)}`),
      '',
    ]),
  ].join('\n');
}

/** A difference without the names of its elements. */
function alike({ path, apache, ours }: Difference): string {
  const general = path.replace(/\[[^\]]*\]/g, '[]').replace(/^afterwards.*/, 'afterwards');
  const values = `${shortened(apache)} / ${shortened(ours)}`;
  return `${general} ${values.replace(/\b\d{13}\b/g, 'a time')}`;
}

export function differenceText({ kind, path, apache, ours }: Difference): string {
  const shown = kind === 'error' ? [apache, ours].map(named) : [apache, ours].map(shortened);
  return `${path}: Apache ${shown[0]}, ours ${shown[1]}`;
}

function named(code: string): string {
  return /^-?\d+$/.test(code) ? `${code} ${errorName(Number(code))}` : code;
}

const shortened = (text: string): string => (text.length > 100 ? `${text.slice(0, 100)}…` : text);
