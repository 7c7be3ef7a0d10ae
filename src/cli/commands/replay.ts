/** `ordeal replay`: one seed again, with its plan if one is given, and with the full trace. */
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { atSecond } from '../../report/format.ts';
import { describeFailure } from '../../report/terminal.ts';
import type { TraceSink } from '../../sim/trace.ts';
import { type Plan, parsePlan } from '../../trial/faults/plan.ts';
import { runTrial } from '../../trial/runner/trial.ts';
import { InvalidInputError } from '../../trial/scenario/scenario.ts';
import { exitCode, UsageError } from '../exit.ts';
import { guarded } from '../job.ts';
import { saveRun } from '../output.ts';
import { loadScenario } from '../scenarios.ts';
import { seedsOf } from '../seeds.ts';

export interface ReplayFlags {
  readonly seed: string;
  readonly plan?: string;
  readonly trace?: string;
  readonly outputDir: string;
}

export async function replay(name: string, flags: ReplayFlags): Promise<number> {
  const { scenario } = await loadScenario(name);
  const seed = seedsOf({ seed: flags.seed })[0]!;
  const plan = flags.plan === undefined ? null : loadPlan(flags.plan, scenario.name);
  const trace = flags.trace === undefined ? null : traceFile(flags.trace);
  const begun = performance.now();
  try {
    const outcome = await guarded(() => runTrial(scenario, seed, { plan, trace }));
    const record = { ...outcome.result, wallMs: Math.round(performance.now() - begun) };
    saveRun(flags.outputDir, record, outcome.plan, outcome.history);
    for (const fault of record.faults) {
      process.stdout.write(`${atSecond(fault.at)}  ${fault.kind} ${fault.target}: ${fault.effect}
`);
    }
    if (record.violations.length > 0 || record.reason !== null) {
      process.stdout.write(describeFailure(record, flags.outputDir));
    }
    process.stdout.write(
      `${record.scenario} seed ${seed}: ${record.verdict}, digest ${record.digest}\n`,
    );
    if (record.verdict === 'fail') return exitCode.violated;
    return record.verdict === 'pass' ? exitCode.ok : exitCode.inconclusive;
  } finally {
    trace?.close();
  }
}

function loadPlan(path: string, scenario: string): Plan {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(`--plan: ${(error as Error).message}`);
  }
  try {
    const plan = parsePlan(text, path);
    if (plan.scenario === scenario) return plan;
    throw new UsageError(
      `--plan: ${path}: scenario: the plan is for "${plan.scenario}", not "${scenario}"`,
    );
  } catch (error) {
    if (error instanceof InvalidInputError) throw new UsageError(`--plan: ${error.message}`);
    throw error;
  }
}

interface TraceFile extends TraceSink {
  close(): void;
}

function traceFile(path: string): TraceFile {
  let handle: number;
  try {
    handle = openSync(path, 'w');
  } catch (error) {
    throw new UsageError(`--trace: ${(error as Error).message}`);
  }
  const waiting: string[] = [];
  const flush = (): void => {
    if (waiting.length > 0) writeSync(handle, `${waiting.splice(0).join('\n')}\n`);
  };
  return {
    write({ event, time, machine, what }) {
      const line = `${event}\t${(time / 1_000_000).toFixed(6)}\t${machine}\t${what}`;
      if (waiting.push(line) >= 1000) flush();
    },
    close() {
      flush();
      closeSync(handle);
    },
  };
}
