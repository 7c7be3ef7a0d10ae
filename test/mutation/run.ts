/** Judges drawn edits one by one until the sample is full; what has been judged is kept. */
import { Copy } from './copy.ts';
import { isSetAside, roomOf, type SetAside } from './draw.ts';
import { failsToo, forget, hunt, type Look, loads, unitTests } from './judge.ts';
import type { Mutant } from './mutants.ts';
import type { Judged, Records } from './records.ts';
import { editInWords } from './report.ts';

export interface Judging {
  readonly root: string;
  /** In the order of the draw. */
  readonly mutants: readonly Mutant[];
  readonly sample: number;
  readonly setAside: readonly SetAside[];
  readonly records: Records;
  /** Whether unit tests look. */
  readonly unit: boolean;
  /** Null: no hunts. */
  readonly huntBudgetMs: number | null;
  readonly interrupted: AbortSignal;
  say(line: string): void;
}

export interface Outcome {
  readonly judged: readonly Judged[];
  readonly setAside: number;
}

/** Throws where the unchanged code does not pass: then nothing could be told of an edit. */
export async function judgeAll(judging: Judging): Promise<Outcome> {
  const { mutants, sample, records, interrupted, say } = judging;
  const copy = new Copy(judging.root);
  const baseline = new Baseline(copy, judging);
  const judged: Judged[] = [];
  let [valid, setAside] = [0, 0];
  try {
    for (const mutant of mutants) {
      if (valid === sample || interrupted.aborted) break;
      if (isSetAside(mutant, judging.setAside)) {
        setAside += 1;
        continue;
      }
      const known = records.get(mutant.key) ?? null;
      let one = known;
      if (known === null || lacks(known, judging)) {
        one = await judge(copy, mutant, known, judging, baseline);
        if (interrupted.aborted) break;
        records.add(one);
      }
      judged.push(one!);
      if (!one!.invalid) valid += 1;
      say(`${valid}/${sample} ${inWords(one!)}`);
    }
  } finally {
    copy.remove();
  }
  return { judged, setAside };
}

function lacks(known: Judged, { unit, huntBudgetMs }: Judging): boolean {
  if (known.invalid) return false;
  if (unit && known.unit === null) return true;
  // What a shorter hunt found, a longer one finds.
  const enough = known.hunt?.noticed === true || known.hunt?.budgetMs === huntBudgetMs;
  return huntBudgetMs !== null && !enough;
}

async function judge(
  copy: Copy,
  mutant: Mutant,
  known: Judged | null,
  judging: Judging,
  baseline: Baseline,
): Promise<Judged> {
  const { huntBudgetMs, interrupted } = judging;
  const { start: _, end: __, ...facts } = mutant;
  const room = roomOf(mutant.file);
  const limitMs = judging.unit ? await baseline.unitLimitMs(room) : 0;
  if (huntBudgetMs !== null) await baseline.holdsInHunts(huntBudgetMs);
  const judged = await copy.with(mutant, async (): Promise<Judged> => {
    if (!(await loads(copy.folder, mutant.file))) {
      return { ...facts, invalid: true, unit: null, hunt: null };
    }
    let unit: Look | null = known?.unit ?? null;
    if (judging.unit && unit === null && !interrupted.aborted) {
      unit = await unitTests(copy.folder, room, limitMs);
    }
    let hunted = known?.hunt ?? null;
    if (huntBudgetMs !== null && !interrupted.aborted) {
      hunted = { ...(await hunt(copy.folder, huntBudgetMs)), budgetMs: huntBudgetMs };
    }
    return { ...facts, invalid: false, unit, hunt: hunted };
  });
  const found = judged.hunt;
  if (found === null || found === known?.hunt || !found.noticed) return judged;
  const isOurs = await failsToo(copy.folder);
  forget(copy.folder);
  if (!isOurs) return judged;
  const by = `${found.by}, but so it does without the edit`;
  return { ...judged, hunt: { ...found, noticed: false, by } };
}

/** What the unchanged code does, looked at once: it must pass, and tells how long that takes. */
class Baseline {
  readonly #copy: Copy;
  readonly #judging: Judging;
  readonly #limits = new Map<string, number>();
  #hunted = false;

  constructor(copy: Copy, judging: Judging) {
    this.#copy = copy;
    this.#judging = judging;
  }

  async unitLimitMs(room: string): Promise<number> {
    const known = this.#limits.get(room);
    if (known !== undefined) return known;
    const { noticed, by, ms } = await unitTests(this.#copy.folder, room, 600_000);
    this.#expect(!noticed, `test/kafka/${room} fails without any edit: ${by}`);
    const limitMs = 60_000 + 4 * ms;
    if (this.#judging.interrupted.aborted) return limitMs;
    this.#limits.set(room, limitMs);
    this.#judging.say(`test/kafka/${room} takes ${Math.round(ms / 1000)} s`);
    return limitMs;
  }

  async holdsInHunts(budgetMs: number): Promise<void> {
    if (this.#hunted) return;
    const { noticed, by } = await hunt(this.#copy.folder, budgetMs);
    this.#expect(!noticed, `a hunt fails without any edit: ${by}`);
    if (this.#judging.interrupted.aborted) return;
    this.#hunted = true;
    this.#judging.say(`a hunt without any edit finds nothing in ${by}`);
  }

  #expect(holds: boolean, message: string): void {
    if (!holds && !this.#judging.interrupted.aborted) throw new Error(message);
  }
}

function inWords(one: Judged): string {
  if (one.invalid) return `invalid: ${editInWords(one)}`;
  const look = (name: string, seen: Look | null): string => {
    if (seen === null) return '';
    const how = seen.by === '' ? '' : ` (${seen.by})`;
    return `${name} ${seen.noticed ? 'noticed' : 'SURVIVED'}${how} ${Math.round(seen.ms / 1000)} s; `;
  };
  return `${look('unit', one.unit)}${look('hunt', one.hunt)}${editInWords(one)}`;
}
