/** `ordeal replay`: one seed again, with its plan if one is given, and with the full trace. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { atSecond } from '../../report/format.ts';
import { describeFailure } from '../../report/terminal.ts';
import { type Plan, parsePlan } from '../../trial/plan/plan.ts';
import type { RunRecord } from '../../trial/runner/result.ts';
import { InvalidInputError } from '../../trial/scenario/scenario.ts';
import { faultInWords } from '../../trial/words.ts';
import { exitCode, UsageError } from '../exit.ts';
import { timedTrial } from '../job.ts';
import { openFolder, planName, replayFolder, saveRun } from '../output.ts';
import { reproduceCommand } from '../reproduce.ts';
import { type LoadedScenario, loadScenario } from '../scenarios.ts';
import { seedsOf } from '../seeds.ts';
import { openTraceFile, type TraceFile } from '../trace-file.ts';

export interface ReplayFlags {
  readonly seed: string;
  readonly plan?: string;
  readonly trace?: string;
  readonly outputDir: string;
}

export async function replay(name: string, flags: ReplayFlags): Promise<number> {
  const loaded = await loadScenario(name);
  const seed = seedsOf({ seed: flags.seed })[0]!;
  const plan = flags.plan === undefined ? null : loadPlan(flags.plan, loaded.scenario.name, seed);
  const folder = replayFolder(flags.outputDir, loaded.scenario.name, seed);
  openFolder(folder);
  const traced = flags.trace ?? join(folder, 'trace.tsv');
  const trace = traceFile(traced);
  try {
    const { record, outcome } = await timedTrial(loaded.scenario, seed, { plan, trace });
    saveRun(folder, record, outcome.plan, outcome.history);
    const reproduce = reproduceCommand(name, seed, flags.plan ?? join(folder, planName));
    process.stdout.write(`${told(record, reproduce)}results in ${folder}, trace in ${traced}\n`);
    return codeFor(record);
  } catch (error) {
    if (error instanceof InvalidInputError) throw wrongInput(error, loaded, flags);
    throw error;
  } finally {
    trace.close();
  }
}

function told(record: RunRecord, reproduce: string): string {
  const faults = record.faults.map((fault) => `${atSecond(fault.at)}  ${faultInWords(fault)}\n`);
  const failed = record.violations.length > 0 || record.reason !== null;
  const failure = failed ? describeFailure(record, reproduce) : '';
  const { scenario, seed, verdict, digest } = record;
  return `${faults.join('')}${failure}${scenario} seed ${seed}: ${verdict}, digest ${digest}\n`;
}

function codeFor({ verdict }: RunRecord): number {
  if (verdict === 'fail') return exitCode.violated;
  return verdict === 'pass' ? exitCode.ok : exitCode.inconclusive;
}

/** What only the trial could find, such as a target that nobody of this cluster is. */
function wrongInput(
  error: InvalidInputError,
  { file }: LoadedScenario,
  flags: ReplayFlags,
): UsageError {
  const where = flags.plan === undefined ? file : `--plan: ${flags.plan}`;
  return new UsageError(`${where}: ${error.message}`);
}

function loadPlan(path: string, scenario: string, seed: string): Plan {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(`--plan: ${(error as Error).message}`);
  }
  try {
    const plan = parsePlan(text, path);
    const differs = (field: string, there: string, here: string): UsageError =>
      new UsageError(`--plan: ${path}: ${field}: the plan is for "${there}", not "${here}"`);
    if (plan.scenario !== scenario) throw differs('scenario', plan.scenario, scenario);
    if (plan.seed !== seed) throw differs('seed', plan.seed, seed);
    return plan;
  } catch (error) {
    if (error instanceof InvalidInputError) throw new UsageError(`--plan: ${error.message}`);
    throw error;
  }
}

function traceFile(path: string): TraceFile {
  try {
    return openTraceFile(path);
  } catch (error) {
    throw new UsageError(`--trace: ${(error as Error).message}`);
  }
}
