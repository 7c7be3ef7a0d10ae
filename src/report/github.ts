import { reproduceCommand } from './format.ts';
import type { Reporter } from './reporter.ts';

/** GitHub workflow commands: an annotation for each run that did not pass. */
export function githubReporter(outputDirectory: string): Reporter {
  return {
    begin: () => '',
    record(record) {
      if (record.verdict === 'pass') return '';
      const reproduce = `reproduce: ${reproduceCommand(record, outputDirectory)}`;
      const messages = record.violations.map((v) => [
        v.property,
        v.message,
        ...v.evidence,
        reproduce,
      ]);
      if (record.reason !== null) messages.push([record.verdict, record.reason, reproduce]);
      return messages
        .map(
          ([title, ...lines]) =>
            `::error title=${encoded(`${title} (${record.scenario}, seed ${record.seed})`)}::${encoded(lines.join('\n'))}\n`,
        )
        .join('');
    },
    end: () => '',
  };
}

/**
 * Workflow commands are one line; `%`, CR and LF (and in titles `,` and `:`) are percent-encoded.
 */
function encoded(text: string): string {
  return text.replace(
    /[%\r\n,:]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}
