/** The default reporter: a line for each failure as it happens, a table at the end. */
import { microsToMs } from '../base/time.ts';
import type { RunRecord, ViolationReport } from '../trial/runner/result.ts';
import {
  evidenceInWords,
  faultInWords,
  propertyInWords,
  timeOf,
  violationInWords,
} from '../trial/words.ts';
import { coverageTables } from './coverage.ts';
import { atSecond, counted, duration, grouped, table } from './format.ts';
import type { Reporter, Reproduce, SweepEnd } from './reporter.ts';

export interface TerminalOptions {
  /** Adds a line for each passing run too. */
  readonly verbose: boolean;
  readonly reproduce: Reproduce;
}

export function terminalReporter(options: TerminalOptions): Reporter {
  let planned = 0;
  return {
    begin(sweep) {
      planned = sweep.runs;
      const scenarios = counted(sweep.scenarios.length, 'scenario');
      return (
        `ordeal ${sweep.version} @ ${sweep.commit} on ${sweep.runtime}: ` +
        `${scenarios}, ${counted(planned, 'run')}\n`
      );
    },
    record(record) {
      if (record.verdict !== 'pass') return describeFailure(record, options.reproduce(record));
      return options.verbose ? `${passLine(record)}\n` : '';
    },
    end(end) {
      const coverage = end.coverage === null ? '' : `${coverageTables(end.coverage)}\n`;
      return `\n${summaryTable(end.records)}\n\n${coverage}${closing(end, planned)}`;
    },
  };
}

/**
 * For each property broken: its first violation with a timeline, how many more, and how to
 * reproduce it.
 */
export function describeFailure(record: RunRecord, reproduce: string): string {
  const properties = [...new Set(record.violations.map((violation) => violation.property))];
  const heads = properties.map((property) => describeProperty(record, property));
  if (record.reason !== null) {
    heads.push(`${mark(record)} ${record.scenario}  seed ${record.seed}\n  ${record.reason}\n`);
  }
  const faults = record.faults.length;
  const effective = record.faults.filter((fault) => fault.tookEffect).length;
  const plan = `  plan: ${counted(faults, 'fault')}, ${effective} took effect   digest ${record.digest}\n`;
  return `\n${heads.join('')}${record.digest === '' ? '' : plan}  reproduce: ${reproduce}\n`;
}

function describeProperty(record: RunRecord, property: ViolationReport['property']): string {
  const [first, ...more] = record.violations.filter((violation) => violation.property === property);
  const violation = first!;
  const timeline = timelineOf(record, violation).map((line) => `    ${line}\n`);
  const others =
    more.length === 0
      ? ''
      : `    and ${more.length} more, for instance: ${violationInWords(more.at(-1)!)}\n`;
  return (
    `${mark(record)} ${property}  ${record.scenario}  seed ${record.seed}  ` +
    `(${atSecond(violation.at)})\n  ${propertyInWords(violation)}:\n` +
    `  ${violationInWords(violation)}\n${timeline.join('')}${others}`
  );
}

const mostFaultsTold = 4;

/** The evidence and the last faults before it, in order of time; what has no time comes last. */
function timelineOf(record: RunRecord, { at, evidence, brokeWith }: ViolationReport): string[] {
  const timed = evidence.map((one) => ({ one, ms: timeInMs(one) }));
  const times = timed.map(({ ms }) => ms).filter((ms) => ms !== null);
  const endMs = times.length > 0 ? Math.max(...times) : at;
  const faults = record.faults
    .filter((fault) => fault.tookEffect && fault.at <= endMs)
    .slice(-mostFaultsTold)
    .map((fault) => ({ ms: fault.at, text: faultInWords(fault) }));
  const proof = timed.map(({ one, ms }) => ({ ms: ms ?? Infinity, text: evidenceInWords(one) }));
  const lines = [...faults, ...proof]
    .sort((a, b) => (a.ms === b.ms ? 0 : a.ms - b.ms))
    .map(({ ms, text }) => (ms === Infinity ? text : `${atSecond(ms)}  ${text}`));
  return brokeWith.length === 0 ? lines : [...lines, `with it broke: ${brokeWith.join(', ')}`];
}

function timeInMs(evidence: ViolationReport['evidence'][number]): number | null {
  const atUs = timeOf(evidence);
  return atUs === null ? null : microsToMs(atUs);
}

function mark(record: RunRecord): string {
  return record.verdict === 'pass' ? '✓' : record.verdict === 'fail' ? '✗' : '?';
}

function passLine(record: RunRecord): string {
  const broke = record.expected === null ? '' : `, broke ${record.expected} as it must`;
  return `✓ ${record.scenario}  seed ${record.seed}  ${record.digest}  ${duration(record.wallMs)}${broke}`;
}

function summaryTable(records: readonly RunRecord[]): string {
  const header = [
    'scenario',
    'seeds',
    'verdict',
    'virtual time',
    'wall time',
    'speed-up',
    'acknowledged',
    'faults that took effect',
  ];
  const rows = [...groupByScenario(records)].map(([name, runs]) => scenarioRow(name, runs));
  return table(header, rows);
}

function groupByScenario(records: readonly RunRecord[]): Map<string, RunRecord[]> {
  const groups = new Map<string, RunRecord[]>();
  for (const record of records) {
    const group = groups.get(record.scenario);
    if (group === undefined) groups.set(record.scenario, [record]);
    else group.push(record);
  }
  return groups;
}

function scenarioRow(name: string, runs: readonly RunRecord[]): string[] {
  const total = (pick: (run: RunRecord) => number): number =>
    runs.reduce((sum, run) => sum + pick(run), 0);
  const [virtualMs, wallMs] = [total((run) => run.virtualMs), total((run) => run.wallMs)];
  const planned = total((run) => run.faults.length);
  const effective = total((run) => run.faults.filter((fault) => fault.tookEffect).length);
  return [
    name,
    String(runs.length),
    verdictOf(runs),
    duration(virtualMs),
    duration(wallMs),
    `${grouped(virtualMs / Math.max(wallMs, 0.001))}×`,
    grouped(total((run) => run.operations.acknowledged)),
    `${effective}/${planned}`,
  ];
}

function verdictOf(runs: readonly RunRecord[]): string {
  const failed = runs.filter((run) => run.verdict === 'fail').length;
  const inconclusive = runs.filter((run) => run.verdict === 'inconclusive').length;
  if (failed > 0) return `FAIL ${failed} of ${runs.length}`;
  if (inconclusive > 0) return `inconclusive ${inconclusive} of ${runs.length}`;
  const expected = runs[0]!.expected;
  return expected === null ? 'pass' : `pass: breaks ${expected}`;
}

function closing(end: SweepEnd, planned: number): string {
  const passed = end.records.filter((record) => record.verdict === 'pass').length;
  const differing = (end.differences ?? []).map(
    (d) => `✗ not deterministic: ${d.scenario} seed ${d.seed}: ${d.message}\n`,
  );
  const verified =
    end.differences === null
      ? ''
      : `every seed twice: ${counted(end.differences.length, 'difference')}\n`;
  const cut = end.cut === null ? '' : `${end.cut}: ${end.records.length} of ${planned} runs done; `;
  const counts = `${passed} passed, ${end.records.length - passed} did not`;
  return (
    `${differing.join('')}${verified}${cut}${counts}, in ${duration(end.wallMs)}; ` +
    `results in ${end.outputDirectory}\n`
  );
}
