/**
 * `--verify`: a seed runs a second time in another process, so that what a process has of its own
 * (a number drawn when a module was loaded, its id, its memory) shows as a difference. What is
 * compared is the digest after each event and the result; where the events differ, a third run
 * tells what the first of those that differ is.
 */
import { readFileSync } from 'node:fs';
import type { Difference } from '../report/reporter.ts';
import { traceLine } from '../report/trace.ts';
import { DigestRecording, type TraceEntry } from '../sim/trace.ts';
import type { RunRecord, TrialResult } from '../trial/runner/result.ts';
import { runTrial, type TrialOutcome } from '../trial/runner/trial.ts';
import { recordOf } from '../trial/trace/record.ts';
import { guarded, type Watch } from './job.ts';
import { loadScenario } from './scenarios.ts';

/** The second run of a seed: what it needs to know of the first. */
export interface Repetition {
  readonly scenario: string;
  readonly first: RunRecord;
  /** Where the first run left the digest after each event. */
  readonly digestsFile: string;
}

const mostLinesTold = 5;

/** Runs the seed again and says how it differs; null: not at all. */
export async function repeat(repetition: Repetition, watch?: Watch): Promise<Difference | null> {
  const { first, digestsFile } = repetition;
  const { scenario } = await loadScenario(repetition.scenario);
  const { seed } = first;
  const again = await guarded(() => runTrial(scenario, seed, { recordDigests: true, watch }));
  const digests = DigestRecording.fromBytes(readFileSync(digestsFile));
  const difference = compare({ result: first, digests }, again);
  if (difference === null) return null;
  const { event, message } = difference;
  if (event === null) return { scenario: first.scenario, seed, message };
  const lines: string[] = [];
  const write = (entry: TraceEntry): void => {
    if (entry.event === event) lines.push(traceLine(recordOf(entry)));
  };
  await guarded(() => runTrial(scenario, seed, { trace: { write }, watch }));
  const told = lines.slice(0, mostLinesTold).join('\n    ') || 'nothing: it ends before';
  return {
    scenario: first.scenario,
    seed,
    message: `${message}; in a third run that is\n    ${told}`,
  };
}

type Recorded = Pick<TrialOutcome, 'result' | 'digests'>;

/** How two recorded runs of a seed differ: in events, or only in what was made of them. */
export function compare(
  first: Recorded,
  second: Recorded,
): { readonly event: number | null; readonly message: string } | null {
  const event = first.digests!.firstDifference(second.digests!);
  if (event !== null) {
    const digests = `digest ${first.result.digest}, then ${second.result.digest}`;
    return { event, message: `${digests}; the first event that differs is number ${event}` };
  }
  const fields = Object.entries(second.result)
    .filter(([name, value]) => {
      const other: unknown = first.result[name as keyof TrialResult];
      return JSON.stringify(value) !== JSON.stringify(other);
    })
    .map(([name]) => name);
  if (fields.length === 0) return null;
  return { event: null, message: `the events are the same, but not ${fields.join(', ')}` };
}
