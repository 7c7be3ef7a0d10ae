import type { Micros, Offset } from '../../base/ids.ts';
import { atRisk } from '../../base/mark.ts';
import type { Stay } from '../history/groups.ts';
import type { History } from '../history/history.ts';
import { processedAtLeastOnce, processedOnce } from '../properties/processing.ts';
import type { Case, Checker, Report } from './contract.ts';
import { memberEvidence, readEvidence } from './evidence.ts';
import { isUnclear } from './groups/unclear.ts';

/** When a member of the group did it, and who. */
interface Deed {
  readonly atUs: Micros;
  readonly by: string;
}

/** What became of one partition in one group. */
interface Line {
  readonly group: string;
  readonly partition: string;
  readonly processed: Map<Offset, Deed>;
  /** The highest and the lowest offset that is known to be committed; null: none is. */
  highest: (Deed & { readonly offset: Offset }) | null;
  lowest: Offset;
  /** By the policy of its group, nothing is left out at the beginning. */
  readonly fromStart: boolean;
  starts: number;
}

/**
 * `processed-once`: no record is processed twice in one group. `processed-at-least-once`: of all
 * records below what a group has committed, from where it began to read, each was processed. Which
 * of the two an application is promised depends on when it commits.
 */
export const checkProcessing: Checker = (given, report) => {
  for (const line of linesOf(given, report).values()) {
    if (line.starts > 1) {
      atRisk(processedAtLeastOnce);
      atRisk(processedOnce);
    }
    if (!isUnclear(given, line.partition)) checkLine(line, given, report);
  }
};

function linesOf({ history, guarantees }: Case, report: Report): ReadonlyMap<string, Line> {
  const lines = new Map<string, Line>();
  const lineOf = ({ group }: Stay, partition: string): Line => {
    const key = `${group}/${partition}`;
    let line = lines.get(key);
    if (line === undefined) {
      const fromStart = guarantees.groups.get(group)?.reset === 'earliest';
      const none = { processed: new Map(), highest: null, lowest: 0, starts: 0 };
      line = { group, partition, fromStart, ...none };
      lines.set(key, line);
    }
    return line;
  };
  const { stays, starts, commits } = history.groups;
  for (const { stay, partition } of starts) lineOf(stays[stay]!, partition).starts++;
  for (const { stay, outcome, completedUs: atUs, offsets } of commits) {
    if (outcome !== 'ok') continue;
    const { by } = stays[stay]!;
    for (const { partition, offset } of offsets)
      noteCommit(lineOf(stays[stay]!, partition), offset, { atUs, by });
  }
  noteProcessed(history, lineOf, report);
  return lines;
}

function noteCommit(line: Line, offset: Offset, deed: Deed): void {
  if (line.highest === null || offset < line.lowest) line.lowest = offset;
  if (line.highest === null || offset > line.highest.offset) line.highest = { offset, ...deed };
}

function noteProcessed(
  { groups }: History,
  lineOf: (stay: Stay, partition: string) => Line,
  report: Report,
): void {
  for (const { stay, atUs, partition, offsets } of groups.processed) {
    const { by } = groups.stays[stay]!;
    const line = lineOf(groups.stays[stay]!, partition);
    for (const offset of offsets) {
      const before = line.processed.get(offset);
      if (before === undefined) line.processed.set(offset, { atUs, by });
      else reportAgain(line, offset, before, { atUs, by }, report);
    }
  }
}

function reportAgain(line: Line, offset: Offset, before: Deed, deed: Deed, report: Report): void {
  const { group, partition } = line;
  report(processedOnce, {
    about: { group, partition, offset, by: deed.by, before: before.by },
    atUs: deed.atUs,
    partition,
    group,
    evidence: [
      memberEvidence({ group, by: before.by }, 'processed', { ...before, partition, offset }),
      memberEvidence({ group, by: deed.by }, 'processed', { ...deed, partition, offset }),
    ],
  });
}

/** The first record that was passed over. */
function checkLine(line: Line, { order, deletedBelow }: Case, report: Report): void {
  const { group, partition, processed, highest, lowest, fromStart } = line;
  const known = order.partitions.get(partition)?.byOffset;
  if (highest === null || known === undefined) return;
  const from = Math.max(deletedBelow(partition), fromStart ? 0 : lowest);
  for (let offset = from; offset < highest.offset; offset++) {
    const seen = known.get(offset);
    if (seen === undefined || processed.has(offset)) continue;
    report(processedAtLeastOnce, {
      about: { group, partition, offset, by: highest.by, committed: highest.offset },
      atUs: highest.atUs,
      partition,
      group,
      evidence: [
        readEvidence(partition, offset, seen),
        memberEvidence({ group, by: highest.by }, 'committed', { ...highest, partition }),
      ],
    });
    return;
  }
}
