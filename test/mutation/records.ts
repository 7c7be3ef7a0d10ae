/** What has been judged, one JSON line each, so that a run goes on where another ended. */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { Look } from './judge.ts';

export interface Judged {
  readonly key: string;
  readonly file: string;
  readonly line: number;
  readonly mutator: string;
  readonly original: string;
  readonly replacement: string;
  readonly within: string;
  /** It does not load, and says nothing. */
  readonly invalid: boolean;
  /** Null: not looked at. */
  readonly unit: Look | null;
  readonly hunt: (Look & { readonly budgetMs: number }) | null;
}

export class Records {
  readonly #file: string | null;
  readonly #byKey = new Map<string, Judged>();

  /** Null keeps nothing over the end of the process. */
  constructor(file: string | null) {
    this.#file = file;
    if (file === null || !existsSync(file)) return;
    for (const [index, line] of readFileSync(file, 'utf8').split('\n').entries()) {
      if (line === '') continue;
      try {
        const judged = JSON.parse(line) as Judged;
        this.#byKey.set(judged.key, judged);
      } catch {
        throw new Error(`--out: ${file}:${index + 1} is no JSON; remove the line or the file`);
      }
    }
  }

  get(key: string): Judged | undefined {
    return this.#byKey.get(key);
  }

  /** A later line of a key stands for the earlier ones. */
  add(judged: Judged): void {
    this.#byKey.set(judged.key, judged);
    if (this.#file !== null) appendFileSync(this.#file, `${JSON.stringify(judged)}\n`);
  }
}
