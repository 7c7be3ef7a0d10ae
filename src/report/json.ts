import type { Reporter, SweepStart } from './reporter.ts';

/**
 * One JSON document, written at the end: `{version, commit, runtime, runs: [...], differences}`.
 */
export function jsonReporter(): Reporter {
  let start: SweepStart | null = null;
  return {
    begin(sweep) {
      start = sweep;
      return '';
    },
    record: () => '',
    end({ records, differences }) {
      const { version, commit, runtime } = start!;
      return `${JSON.stringify({ version, commit, runtime, runs: records, differences }, null, 2)}\n`;
    },
  };
}
