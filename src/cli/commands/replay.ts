/** `ordeal replay`: one seed again, with its plan if one is given, and with the full trace. */
import { join } from 'node:path';
import { atSecond } from '../../report/format.ts';
import { describeFailure } from '../../report/terminal.ts';
import type { RunRecord } from '../../trial/runner/result.ts';
import { faultInWords } from '../../trial/words.ts';
import { exitCode, UsageError } from '../exit.ts';
import { type Interruption, interruption } from '../interruption.ts';
import type { JobResult } from '../job.ts';
import { makeFolder } from '../make-folder.ts';
import { planName, replayFolder } from '../output.ts';
import { reproduceCommand } from '../reproduce.ts';
import { scenarioFile } from '../scenarios.ts';
import { seedsOf } from '../seeds.ts';
import { describe } from '../work/describe.ts';
import { unfinished } from '../work/sweep.ts';
import type { DescribedScenario } from '../work/tasks.ts';
import { Workers } from '../work/workers.ts';

export interface ReplayFlags {
  readonly seed: string;
  readonly plan?: string;
  readonly trace?: string;
  readonly bug?: string;
  readonly outputDir?: string;
}

export async function replay(name: string, flags: ReplayFlags): Promise<number> {
  const seed = seedsOf({ seed: [flags.seed] })[0]!;
  scenarioFile(name);
  const workers = new Workers(1);
  const interrupt = interruption();
  interrupt.signal.addEventListener('abort', () => workers.kill());
  try {
    const described = await describe(workers, name);
    return await replayIn(workers, described, seed, flags, interrupt);
  } catch (error) {
    if (interrupt.signal.aborted) return exitCode.interrupted;
    throw error;
  } finally {
    workers.end();
    interrupt.release();
  }
}

async function replayIn(
  workers: Workers,
  described: DescribedScenario,
  seed: string,
  flags: ReplayFlags,
  interrupt: Interruption,
): Promise<number> {
  const { file, name } = described;
  const folder = replayFolder(flags.outputDir ?? 'reports', name, seed);
  openFolder(folder);
  const trace = flags.trace ?? join(folder, 'trace.jsonl');
  const plan = flags.plan ?? null;
  const bug = flags.bug ?? null;
  const begun = performance.now();
  const result = await workers
    .ask(0, 'replay', { scenario: file, name, seed, plan, trace, folder, bug })
    .catch((error: unknown) => {
      if (error instanceof UsageError) throw error;
      return unfinished({ name, seed }, error, performance.now() - begun);
    });
  if (interrupt.signal.aborted) return exitCode.interrupted;
  const { record, unsaved, internal, thrown } = result;
  if (internal !== null) process.stderr.write(`ordeal: internal error: ${internal}\n`);
  if (thrown !== null) process.stderr.write(`ordeal: ${thrown}\n`);
  if (unsaved !== null) process.stderr.write(`ordeal: results are not kept: ${unsaved}\n`);
  const isKept = record.digest !== '' && unsaved === null;
  const again = flags.plan ?? (isKept ? join(folder, planName) : null);
  const reproduce = reproduceCommand(described.asked, seed, again, flags.outputDir ?? null);
  process.stdout.write(`${told(record, reproduce)}results in ${folder}, trace in ${trace}\n`);
  return codeFor(result);
}

/** Throws a UsageError. */
function openFolder(folder: string): void {
  try {
    makeFolder(folder);
  } catch (error) {
    throw new UsageError(`--output-dir: ${(error as Error).message}`);
  }
}

function told(record: RunRecord, reproduce: string): string {
  const faults = record.faults.map((fault) => `${atSecond(fault.at)}  ${faultInWords(fault)}\n`);
  const failed = record.violations.length > 0 || record.reason !== null;
  const failure = failed ? describeFailure(record, reproduce) : '';
  const { scenario, seed, verdict, digest } = record;
  const sum = digest === '' ? '' : `, digest ${digest}`;
  return `${faults.join('')}${failure}${scenario} seed ${seed}: ${verdict}${sum}\n`;
}

function codeFor({ record: { verdict }, unsaved, internal }: JobResult): number {
  if (verdict === 'fail') return exitCode.violated;
  if (unsaved !== null || internal !== null) return exitCode.internal;
  return verdict === 'pass' ? exitCode.ok : exitCode.inconclusive;
}
