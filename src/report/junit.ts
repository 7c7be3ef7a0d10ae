import type { RunRecord } from '../trial/runner/result.ts';
import { evidenceLine, violationInWords } from '../trial/words.ts';
import type { Difference, Reporter } from './reporter.ts';

/** JUnit XML, one test case a run, for CI systems that read it. */
export function junitReporter(): Reporter {
  return {
    begin: () => '',
    record: () => '',
    end({ records, differences, wallMs }) {
      const cases = records.map((record) => testCase(record, differences ?? []));
      const count = (tag: string): number => cases.filter((text) => text.includes(tag)).length;
      const outcomes = `failures="${count('<failure')}" skipped="${count('<skipped')}"`;
      return (
        `<?xml version="1.0" encoding="UTF-8"?>\n` +
        `<testsuite name="ordeal" tests="${cases.length}" ${outcomes} time="${seconds(wallMs)}">\n` +
        `${cases.join('')}</testsuite>\n`
      );
    },
  };
}

function testCase(record: RunRecord, differences: readonly Difference[]): string {
  const { scenario, seed } = record;
  const names = `classname="${encoded(scenario)}" name="seed ${encoded(seed)}"`;
  const head = `  <testcase ${names} time="${seconds(record.wallMs)}"`;
  const lines = problems(record, differences);
  if (lines.length > 0) {
    const failure = `<failure message="${encoded(lines[0]!)}">${encoded(lines.join('\n'))}</failure>`;
    return `${head}>\n    ${failure}\n  </testcase>\n`;
  }
  if (record.verdict === 'inconclusive') {
    return `${head}><skipped message="${encoded(record.reason ?? '')}"/></testcase>\n`;
  }
  return `${head}/>\n`;
}

/** What makes the run a failure, the most telling line first; none where it is not. */
function problems(record: RunRecord, differences: readonly Difference[]): string[] {
  const differing = differences
    .filter(({ scenario, seed }) => scenario === record.scenario && seed === record.seed)
    .map(({ message }) => `not deterministic: ${message}`);
  if (record.verdict !== 'fail') return differing;
  const broken = record.violations.flatMap((v) => [
    `${v.property}: ${violationInWords(v)}`,
    ...v.evidence.map(evidenceLine),
  ]);
  return [...broken, ...(record.reason === null ? [] : [record.reason]), ...differing];
}

const seconds = (ms: number): string => (ms / 1000).toFixed(3);

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
};

/** For text and attributes; characters that XML cannot hold become a replacement. */
function encoded(text: string): string {
  return text
    .replace(/[^\t\n\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replace(/[&<>"\n]/g, (character) => entities[character]!);
}
