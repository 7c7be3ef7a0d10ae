/** What a sweep has reached, as tables for a terminal. */
import type { CoverageSum, Row, SortSum } from '../trial/coverage/tally.ts';
import { counted, grouped, table } from './format.ts';

/** Ends with a line feed; one table for each sort that anything is known of. */
export function coverageTables({ trials, sorts }: CoverageSum): string {
  const told = sorts.filter(({ reached, missing }) => reached.length + missing.length > 0);
  const heading = `coverage of ${counted(trials, 'trial')}`;
  return [heading, ...told.map(sortInTables)].join('\n\n').concat('\n');
}

function sortInTables(sum: SortSum): string {
  const { sort, title, shows, reached, missing, excused } = sum;
  const rows = sort === 'fault' ? faultTable(title, reached) : plainTable(title, reached);
  const never = missing.map(({ name, means }) => `  ${name}${means === '' ? '' : `: ${means}`}`);
  const known = reached.length + missing.length + excused.length;
  const parts: string[] = [];
  if (shows === 'all' && reached.length > 0) parts.push(rows);
  else parts.push(`${title}: ${reached.length} of ${known}`);
  if (never.length > 0) parts.push(`${neverWords(sort)}:`, ...never);
  if (excused.length > 0)
    parts.push('excused:', ...excused.map(({ name, why }) => `  ${name}: ${why}`));
  return parts.join('\n');
}

const neverWords = (sort: SortSum['sort']): string =>
  sort === 'risk' ? 'never at risk, and so not tested' : 'never reached';

const plainTable = (title: string, rows: readonly Row[]): string =>
  table(
    [title, 'times', 'trials'],
    rows.map(({ name, times, trials }) => [name, grouped(times), grouped(trials)]),
  );

const outcomes = ['struck', 'missed', 'withheld'] as const;

/** `crash on controller: struck` and the like, a row for each kind and target. */
function faultTable(title: string, rows: readonly Row[]): string {
  const byPair = new Map<string, Map<string, Row>>();
  for (const row of rows) {
    const [pair, outcome] = row.name.split(': ') as [string, string];
    const ofPair = byPair.get(pair) ?? new Map<string, Row>();
    byPair.set(pair, ofPair);
    ofPair.set(outcome, row);
  }
  const timesOf = (row: Row | undefined): string => grouped(row?.times ?? 0);
  return table(
    [title, ...outcomes, 'trials struck'],
    [...byPair].map(([pair, ofPair]) => [
      pair,
      ...outcomes.map((outcome) => timesOf(ofPair.get(outcome))),
      grouped(ofPair.get('struck')?.trials ?? 0),
    ]),
  );
}
