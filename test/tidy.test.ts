import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '..');

/** Which wings a wing may import, as docs/architecture.md has it. */
const mayImport: Record<string, readonly string[]> = {
  base: [],
  host: ['base'],
  sim: ['base', 'host'],
  real: ['base', 'host'],
  kafka: ['base', 'host'],
  foreign: ['base', 'host'],
  trial: ['base', 'host', 'sim', 'kafka'],
  report: ['base', 'trial'],
  cli: ['base', 'host', 'sim', 'real', 'kafka', 'trial', 'report'],
  vitest: ['base', 'host', 'sim', 'real', 'kafka', 'trial', 'report'],
};

/**
 * The folders of the trial, from the vocabulary up to the runner: each may import those before it.
 */
const trialOrder = [
  'settings',
  'guarantees',
  'properties',
  'history',
  'clients',
  'arena',
  'targets',
  'faults',
  'activities',
  'scenario',
  'plan',
  'workload',
  'checkers',
  'coverage',
  'trace',
  'runner',
  'museum',
  'hunt',
];

/** Files that stand beside the folders come last: they put results into words. */
const rankOf = (folder: string): number =>
  folder === '' ? trialOrder.length : trialOrder.indexOf(folder);

const deterministicWings = ['base', 'host', 'sim', 'kafka', 'trial'];

/** The files whose task it is to touch what is banned elsewhere. */
const free = ['src/sim/pump.ts', 'src/sim/guard.ts', 'src/sim/doors.ts'];

const ambient: readonly [RegExp, string][] = [
  [/\bDate\.now\b|\bnew Date\(\)/, 'system time'],
  [/\bperformance\b\./, 'system time'],
  [/\bMath\.random\b/, 'system chance'],
  [
    /\bMath\.(log|log2|log10|exp|pow|sin|cos|tan|cbrt)\b|[^*/]\*\*[^*/]/,
    'arithmetic that differs between engines',
  ],
  [/\b(setTimeout|setInterval|setImmediate)\b/, 'system timers'],
  [/\bprocess\.|\bDeno\.|\bBun\./, 'the runtime'],
  [/from 'node:/, 'a module of the runtime'],
  [/\b(localeCompare|Intl)\b/, 'the locale'],
  [/\bcrypto\.|(?<![.#\w])(?<!^ *)fetch\(/, 'the outside'],
];

const sources = filesUnder(join(root, 'src'));
const allCode = [
  ...sources,
  ...filesUnder(join(root, 'test')),
  ...filesUnder(join(root, 'bench')),
  ...filesUnder(join(root, 'scenarios')),
];

describe('tidiness', () => {
  it('finds the sources', () => {
    expect(sources.length).toBeGreaterThan(50);
  });

  it('each wing imports only the wings it may', () => {
    expect(
      sources.flatMap((file) =>
        importsOf(file)
          .filter((target) => !allowed(file, target))
          .map((target) => `${file} imports ${target}`),
      ),
    ).toEqual([]);
  });

  it('the client never imports the broker side', () => {
    const brokerSide = /^src\/kafka\/(broker|replication|controller|raft|log)\//;
    const clients = sources.filter((file) => file.startsWith('src/kafka/client/'));
    expect(clients.length).toBeGreaterThan(0);
    expect(
      clients.filter((file) => importsOf(file).some((target) => brokerSide.test(target))),
    ).toEqual([]);
  });

  it('the report wing takes only types and words from the trial', () => {
    const reports = sources.filter((file) => file.startsWith('src/report/'));
    expect(reports.length).toBeGreaterThan(0);
    const runs = /^import (?!type\b)[^;]*from '[^']*\/trial\/(?!words\.ts)/m;
    expect(reports.filter((file) => runs.test(read(file)))).toEqual([]);
  });

  it('the folders of the trial import each other in one direction', () => {
    const folderOf = (file: string): string =>
      file.split('/').slice(2, -1).join('/').split('/')[0]!;
    const files = sources.filter((file) => file.startsWith('src/trial/'));
    const folders = new Set(files.map(folderOf).filter((folder) => folder !== ''));
    expect([...folders].filter((folder) => !trialOrder.includes(folder))).toEqual([]);
    const against = files.flatMap((file) =>
      importsOf(file)
        .filter((target) => target.startsWith('src/trial/'))
        .filter((target) => rankOf(folderOf(target)) > rankOf(folderOf(file)))
        .map((target) => `${file} imports ${target}`),
    );
    expect(against).toEqual([]);
  });

  it('no file imports itself over others', () => {
    expect(cycles(sources)).toEqual([]);
  });

  it('functions have at most 70 lines', () => {
    expect(sources.flatMap(longFunctions)).toEqual([]);
  });

  it('deterministic wings use nothing ambient', () => {
    const found = sources
      .filter((file) => deterministicWings.includes(wingOf(file)) && !free.includes(file))
      .flatMap((file) =>
        linesOfCode(file).flatMap(([line, number]) =>
          ambient
            .filter(([pattern]) => pattern.test(line))
            .map(([, what]) => `${file}:${number} uses ${what}`),
        ),
      );
    expect(found).toEqual([]);
  });

  it('files have at most 600 lines, of at most 100 columns', () => {
    const tooLong = allCode.filter((file) => read(file).split('\n').length > 600);
    const tooWide = allCode.flatMap((file) =>
      read(file)
        .split('\n')
        .flatMap((line, index) =>
          line.length > 100 && !/https?:\/\/|`|'|^\s*(path: )?\/[^/*].*\/,$/.test(line)
            ? [`${file}:${index + 1}`]
            : [],
        ),
    );
    expect(tooLong).toEqual([]);
    expect(tooWide).toEqual([]);
  });

  it('relative imports name their file with its ending', () => {
    const bare = allCode.filter((file) => /from '\.[^']*(?<!\.ts)';/.test(read(file)));
    expect(bare).toEqual([]);
  });
});

function allowed(file: string, target: string): boolean {
  if (!target.startsWith('src/')) return true;
  const [from, to] = [wingOf(file), wingOf(target)];
  return from === to || to === '' || from === '' || (mayImport[from]?.includes(to) ?? false);
}

/** Files that import each other in a circle, types aside. */
function cycles(files: readonly string[]): string[] {
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) {
      found.push([...path.slice(path.indexOf(file)), file].join(' → '));
      return;
    }
    if (done.has(file)) return;
    for (const target of importsOf(file, false)) {
      if (target.startsWith('src/')) visit(target, [...path, file]);
    }
    done.add(file);
  };
  for (const file of files) visit(file, []);
  return found;
}

/** Functions and methods that do not fit a screen; a closing brace ends what its indent began. */
function longFunctions(file: string): string[] {
  const lines = read(file).split('\n');
  const begins =
    /^( *)(?:export )?(?:async )?(?:function\b|(?:static |async )*#?\w+(?:<.*>)?\().*\{$/;
  return lines.flatMap((line, start) => {
    const indent = begins.exec(line)?.[1];
    if (indent === undefined || /^ *(?:if|for|while|switch|return|else)\b/.test(line)) return [];
    const end = lines.findIndex((other, at) => at > start && other.startsWith(`${indent}}`));
    return end - start + 1 > 70 ? [`${file}:${start + 1} has ${end - start + 1} lines`] : [];
  });
}

function wingOf(file: string): string {
  const parts = file.split('/');
  return parts.length > 2 ? parts[1]! : '';
}

function importsOf(file: string, types = true): string[] {
  const text = types ? read(file) : read(file).replace(/^import type[^;]*;/gm, '');
  return [...text.matchAll(/(?:from|import) '(\.[^']+)'/g)].map((match) =>
    relative(root, resolve(root, dirname(file), match[1]!)),
  );
}

/** Lines outside comments, with their numbers. */
function linesOfCode(file: string): [string, number][] {
  const text = read(file).replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' '));
  return text.split('\n').map((line, index) => [line.replace(/\/\/.*$/, ''), index + 1]);
}

function read(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}
