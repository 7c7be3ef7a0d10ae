import { evidenceLine, violationInWords } from '../trial/words.ts';
import type { Reporter, Reproduce } from './reporter.ts';

/** GitHub workflow commands: an annotation for each run that did not pass or was not the same. */
export function githubReporter(reproduce: Reproduce): Reporter {
  return {
    begin: () => '',
    record(record) {
      if (record.verdict === 'pass') return '';
      const again = `reproduce: ${reproduce(record)}`;
      const messages = record.violations.map((v) => [
        v.property,
        violationInWords(v),
        ...v.evidence.map(evidenceLine),
        again,
      ]);
      if (record.reason !== null) messages.push([record.verdict, record.reason, again]);
      return messages.map(([title, ...lines]) => annotation(title!, record, lines)).join('');
    },
    end: ({ differences }) =>
      (differences ?? [])
        .map((difference) => annotation('not deterministic', difference, [difference.message]))
        .join(''),
  };
}

function annotation(
  title: string,
  { scenario, seed }: { readonly scenario: string; readonly seed: string },
  lines: readonly string[],
): string {
  const name = encoded(`${title} (${scenario}, seed ${seed})`, /[%\r\n,:]/g);
  return `::error title=${name}::${encoded(lines.join('\n'), /[%\r\n]/g)}\n`;
}

/** A command is one line, and its properties end at `,` and `:`; what may not be is `%XX`. */
function encoded(text: string, what: RegExp): string {
  return text.replace(
    what,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}
