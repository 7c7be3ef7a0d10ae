import type { RunRecord } from '../trial/runner/result.ts';
import type { Reporter } from './reporter.ts';

/** JUnit XML, one test case a run, for CI systems that read it. */
export function junitReporter(): Reporter {
  return {
    begin: () => '',
    record: () => '',
    end({ records, wallMs }) {
      const failures = records.filter((record) => record.verdict === 'fail').length;
      const skipped = records.filter((record) => record.verdict === 'inconclusive').length;
      const attributes = `tests="${records.length}" failures="${failures}" skipped="${skipped}"`;
      const cases = records.map(testCase).join('');
      return (
        `<?xml version="1.0" encoding="UTF-8"?>\n` +
        `<testsuite name="ordeal" ${attributes} time="${seconds(wallMs)}">\n${cases}</testsuite>\n`
      );
    },
  };
}

function testCase(record: RunRecord): string {
  const head = `  <testcase classname="${encoded(record.scenario)}" name="seed ${encoded(record.seed)}" time="${seconds(record.wallMs)}"`;
  if (record.verdict === 'pass') return `${head}/>\n`;
  if (record.verdict === 'inconclusive') {
    return `${head}><skipped message="${encoded(record.reason ?? '')}"/></testcase>\n`;
  }
  const first = record.violations[0];
  const message =
    first === undefined ? (record.reason ?? '') : `${first.property}: ${first.message}`;
  const detail = record.violations
    .flatMap((v) => [`${v.property}: ${v.message}`, ...v.evidence])
    .join('\n');
  return `${head}>\n    <failure message="${encoded(message)}">${encoded(detail)}</failure>\n  </testcase>\n`;
}

const seconds = (ms: number): string => (ms / 1000).toFixed(3);

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function encoded(text: string): string {
  return text.replace(/[&<>"]/g, (character) => entities[character]!);
}
