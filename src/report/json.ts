import type { RunRecord } from '../trial/runner/result.ts';
import { faultEffectInWords, violationInWords } from '../trial/words.ts';
import type { Reporter, SweepStart } from './reporter.ts';

/**
 * One JSON document, written at the end: `{version, commit, runtime, runs}`, and `differences`
 * where each seed ran twice, `coverage` where it was asked for.
 */
export function jsonReporter(): Reporter {
  let start: SweepStart | null = null;
  return {
    begin(sweep) {
      start = sweep;
      return '';
    },
    record: () => '',
    end({ records, differences, coverage }) {
      const { version, commit, runtime } = start!;
      const sweep = { version, commit, runtime, runs: records.map(runOf) };
      const document = {
        ...sweep,
        ...(differences === null ? {} : { differences }),
        ...(coverage === null ? {} : { coverage }),
      };
      return `${JSON.stringify(document, null, 2)}\n`;
    },
  };
}

/** What others may rely on of a record; the reason stands only where there is one. */
function runOf(record: RunRecord) {
  const { scenario, seed, verdict, reason, digest, virtualMs, wallMs, events } = record;
  const { operations, points, faults, violations, expected } = record;
  return {
    scenario,
    seed,
    verdict,
    ...(reason === null ? {} : { reason }),
    digest,
    virtualMs,
    wallMs,
    events,
    operations,
    points,
    faults: faults.map((fault) => ({ ...fault, effect: faultEffectInWords(fault) })),
    violations: violations.map((one) => ({ ...one, message: violationInWords(one) })),
    expected,
  };
}
