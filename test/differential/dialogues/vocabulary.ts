/** What several dialogues use. */
import type { Uuid } from '../../../src/base/ids.ts';

/** An id that no topic has. */
export const foreignId: Uuid = 'dGhlLWlkLW9mLW5vYm9keQ';

/** Names that no topic can have. */
export const invalidNames: readonly (readonly [what: string, name: string])[] = [
  ['an empty name', ''],
  ['the name .', '.'],
  ['the name ..', '..'],
  ['a name with a blank', 'a b'],
  ['a name with a slash', '../a'],
  ['a name beyond ASCII', 'größe'],
  ['a name of 250 letters', 'n'.repeat(250)],
];
