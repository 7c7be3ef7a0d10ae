/**
 * What a whole sweep has reached: the sum over its trials, whichever worker ran them and in
 * whatever order they came in.
 */
import type { Reached } from './coverage.ts';
import type { Member, Sort } from './sort.ts';
import { type SortName, sorts } from './sorts.ts';

export interface Row {
  readonly name: string;
  /** How often in all trials together, and in how many of them. */
  readonly times: number;
  readonly trials: number;
}

export interface SortSum {
  readonly sort: SortName;
  readonly title: string;
  readonly shows: Sort['shows'];
  readonly reached: readonly Row[];
  /** Known, and reached by no trial. */
  readonly missing: readonly { readonly name: string; readonly means: string }[];
  /** The same, with why that is no wonder. */
  readonly excused: readonly { readonly name: string; readonly why: string }[];
}

export interface CoverageSum {
  readonly trials: number;
  readonly sorts: readonly SortSum[];
}

interface Count {
  times: number;
  trials: number;
}

export class Tally {
  #trials = 0;
  readonly #counts = new Map<SortName, Map<string, Count>>(
    sorts.map(({ name }) => [name, new Map<string, Count>()]),
  );

  add(reached: Reached): void {
    this.#trials++;
    for (const [sort, name, times] of reached) {
      const counts = this.#counts.get(sort)!;
      const count = counts.get(name) ?? { times: 0, trials: 0 };
      counts.set(name, count);
      count.times += times;
      if (times > 0) count.trials++;
    }
  }

  sum(): CoverageSum {
    const told = sorts.filter(({ shows }) => shows !== 'nothing');
    return { trials: this.#trials, sorts: told.map((sort) => this.#sumOf(sort)) };
  }

  #sumOf({ name: sort, title, members, shows }: (typeof sorts)[number]): SortSum {
    const counts = this.#counts.get(sort)!;
    const known = Object.entries<Member>(members ?? {});
    const others = [...counts.keys()].filter((name) => !known.some(([one]) => one === name));
    const all = [...known, ...others.sort().map((name) => [name, null] as const)];
    const isReached = ([name]: readonly [string, unknown]): boolean =>
      (counts.get(name)?.trials ?? 0) > 0;
    const missed = all.filter((one) => !isReached(one));
    return {
      sort,
      title,
      shows,
      reached: all.filter(isReached).map(([name]) => ({ name, ...counts.get(name)! })),
      missing: missed.flatMap(([name, member]) =>
        member?.excused === undefined ? [{ name, means: member?.means ?? '' }] : [],
      ),
      excused: missed.flatMap(([name, member]) =>
        member?.excused === undefined ? [] : [{ name, why: member.excused }],
      ),
    };
  }
}
