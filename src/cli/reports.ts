/**
 * The reporters of one sweep, and where what they say goes: standard output, or a file of the
 * folder of results. With `json` nothing else reaches standard output.
 */
import { githubReporter } from '../report/github.ts';
import { jsonReporter } from '../report/json.ts';
import { junitReporter } from '../report/junit.ts';
import type { Reporter, Reproduce, SweepEnd, SweepStart } from '../report/reporter.ts';
import { terminalReporter } from '../report/terminal.ts';
import type { RunRecord } from '../trial/runner/result.ts';
import { UsageError } from './exit.ts';
import { saveLatest } from './output.ts';

interface Kind {
  create(reproduce: Reproduce): Reporter;
  /** Its file below `latest`; standard output without one. */
  readonly file?: string;
}

const kinds: Readonly<Record<string, Kind>> = {
  default: { create: (reproduce) => terminalReporter({ verbose: false, reproduce }) },
  verbose: { create: (reproduce) => terminalReporter({ verbose: true, reproduce }) },
  json: { create: jsonReporter },
  junit: { create: junitReporter, file: 'junit.xml' },
  github: { create: githubReporter },
};

/** Each once; in a GitHub workflow annotations are added. Throws a UsageError. */
export function chosenReporters(names: readonly string[]): string[] {
  const unknown = names.find((name) => !Object.hasOwn(kinds, name));
  if (unknown !== undefined) {
    const known = Object.keys(kinds).join(', ');
    throw new UsageError(`--reporter: unknown reporter "${unknown}": one of ${known}`);
  }
  const annotates = process.env.GITHUB_ACTIONS === 'true' && !names.includes('json');
  return [...new Set(annotates ? [...names, 'github'] : names)];
}

interface Entry {
  readonly reporter: Reporter;
  readonly stream: NodeJS.WritableStream;
  readonly file: string | null;
  /** What is to stand in the file. */
  text: string;
}

export class Reports {
  readonly #entries: readonly Entry[];
  readonly #results = jsonReporter();
  readonly #directory: string;

  constructor(names: readonly string[], directory: string, reproduce: Reproduce) {
    this.#directory = directory;
    const others = names.includes('json') ? process.stderr : process.stdout;
    this.#entries = names.map((name) => {
      const { create, file } = kinds[name]!;
      const stream = name === 'json' ? process.stdout : others;
      return { reporter: create(reproduce), stream, file: file ?? null, text: '' };
    });
  }

  begin(start: SweepStart): void {
    this.#results.begin(start);
    this.#say((reporter) => reporter.begin(start));
  }

  record(record: RunRecord): void {
    this.#say((reporter) => reporter.record(record));
  }

  /**
   * Writes the files first, so that they are there when the end is said; it is said all the same
   * where they could not be kept. Returns why; null when they are.
   */
  end(end: SweepEnd): string | null {
    const said = this.#entries.map(({ reporter }) => reporter.end(end));
    const files: Record<string, string> = { 'results.json': this.#results.end(end) };
    for (const [index, entry] of this.#entries.entries()) {
      if (entry.file !== null) files[entry.file] = entry.text + said[index];
    }
    const unsaved = saveLatest(this.#directory, files);
    for (const [index, { file, stream }] of this.#entries.entries()) {
      if (file === null) stream.write(said[index]!);
    }
    return unsaved;
  }

  #say(speak: (reporter: Reporter) => string): void {
    for (const entry of this.#entries) {
      const text = speak(entry.reporter);
      if (entry.file !== null) entry.text += text;
      else if (text !== '') entry.stream.write(text);
    }
  }
}
