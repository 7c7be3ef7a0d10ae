/** Which edits a seed draws, in which order, and which of them are known to mean nothing. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Mutant } from './mutants.ts';
import { mutantsOf } from './mutants.ts';

export const rooms = ['log', 'replication', 'raft', 'controller', 'broker', 'client', 'records'];

export const roomOf = (file: string): string => file.split('/')[2]!;

/** An edit without meaning, named by its texts: lines move, and `line` is for the reader. */
export interface SetAside {
  readonly file: string;
  readonly within: string;
  readonly original: string;
  readonly replacement: string;
  readonly reason: string;
}

export function isSetAside(mutant: Mutant, list: readonly SetAside[]): boolean {
  return list.some(
    (one) =>
      one.file === mutant.file &&
      one.within === mutant.within &&
      one.original === mutant.original &&
      one.replacement === mutant.replacement,
  );
}

/**
 * In the order in which the seed draws them. A mutant's place comes from the seed and its own
 * texts, so that edits elsewhere move nothing, and a larger sample begins with the smaller one.
 */
export function drawn(mutants: readonly Mutant[], seed: string): Mutant[] {
  const place = (mutant: Mutant): string =>
    createHash('sha256').update(`${seed}\n${mutant.key}`).digest('hex');
  return mutants
    .map((mutant) => ({ mutant, at: place(mutant) }))
    .sort((a, b) => (a.at < b.at ? -1 : 1))
    .map(({ mutant }) => mutant);
}

/** All edits of all rooms. */
export async function allMutants(root: string): Promise<Mutant[]> {
  const mutants: Mutant[] = [];
  for (const file of rooms.flatMap((room) => sourcesOf(root, room))) {
    mutants.push(...(await mutantsOf(file, readFileSync(join(root, file), 'utf8'))));
  }
  return mutants;
}

function sourcesOf(root: string, room: string): string[] {
  const folder = `src/kafka/${room}`;
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .sort()
    .map((name) => `${folder}/${name}`);
}
