/** Finds scenario files: the stock ones by name, a user's own by path. */
import { existsSync, readdirSync } from 'node:fs';
import { basename, extname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { installGuard } from '../sim/guard.ts';
import { InvalidInputError, type Scenario, scenario } from '../trial/scenario/scenario.ts';
import { UsageError } from './exit.ts';
import { latest } from './output.ts';
import { codeExtension, stockFolder } from './self.ts';

export interface LoadedScenario {
  /** The name or path that the user gave. */
  readonly asked: string;
  readonly file: string;
  readonly scenario: Scenario;
}

export function stockScenarioNames(): string[] {
  return readdirSync(stockFolder)
    .filter((name) => name.endsWith(codeExtension) && !name.endsWith('.d.ts'))
    .map((name) => basename(name, codeExtension))
    .sort();
}

/**
 * Loads a stock scenario by its name, or any scenario by the path of its file. Throws UsageError.
 */
export async function loadScenario(nameOrPath: string): Promise<LoadedScenario> {
  const file = scenarioFile(nameOrPath);
  let loaded: unknown;
  try {
    ({ default: loaded } = await moduleOf(file));
  } catch (error) {
    if (error instanceof InvalidInputError) throw new UsageError(`${file}: ${error.message}`);
    const problem = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${file}: cannot be loaded: ${problem}`);
  }
  if (loaded === undefined) {
    throw new UsageError(`${file}: has no default export; write export default scenario({ … })`);
  }
  if (loaded instanceof Promise) {
    // Else one that rejects would end the process.
    loaded.catch(() => {});
    throw new UsageError(`${file}: its default export is a promise; write export default await …`);
  }
  return { asked: nameOrPath, file, scenario: check(file, loaded) };
}

/** Loads under the guard: what a module draws or asks of a clock would differ in each process. */
async function moduleOf(file: string): Promise<{ readonly default?: unknown }> {
  const lift = installGuard('loading');
  try {
    return (await import(pathToFileURL(file).href)) as { default?: unknown };
  } finally {
    lift();
  }
}

/** The file meant, which is there. Throws a UsageError. */
export function scenarioFile(nameOrPath: string): string {
  const stock = join(stockFolder, `${nameOrPath}${codeExtension}`);
  if (/^[a-z0-9-]+$/.test(nameOrPath) && existsSync(stock)) return stock;
  const path = resolve(nameOrPath);
  if (extname(path) !== '' && existsSync(path)) return path;
  throw new UsageError(
    `unknown scenario "${nameOrPath}": neither a file nor one of ${stockScenarioNames().join(', ')}`,
  );
}

function check(file: string, loaded: unknown): Scenario {
  try {
    const checked = scenario(loaded as Parameters<typeof scenario>[0]);
    if (checked.name === latest) {
      throw new UsageError(`${file}: name: "${latest}" is the folder of the latest results`);
    }
    const expected = basename(file, extname(file));
    if (checked.name !== expected) {
      throw new UsageError(
        `${file}: name: "${checked.name}" should be "${expected}", as the file is called`,
      );
    }
    return checked;
  } catch (error) {
    if (error instanceof InvalidInputError) throw new UsageError(`${file}: ${error.message}`);
    throw error;
  }
}
