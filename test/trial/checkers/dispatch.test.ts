import { expect, it } from 'vitest';
import type { Observation } from '../../../src/kafka/observation.ts';
import type { Invariant } from '../../../src/trial/checkers/contract.ts';
import { Dispatch } from '../../../src/trial/checkers/dispatch.ts';

const applied = { kind: 'metadata-applied', node: 1, offset: 7 } as const;
const vote = { kind: 'vote-granted', node: 1, epoch: 3, candidate: 2 } as const;

/** What a watcher was shown, in order, each with the watcher's name. */
function shownTo(invariants: (told: (by: string) => () => void) => Invariant[]): string[] {
  const shown: string[] = [];
  let id = 0;
  const dispatch = new Dispatch(invariants((by) => () => shown.push(`${id} ${by}`)));
  const show = (observation: Observation): void =>
    dispatch.show({ id: ++id, atUs: 0, boot: 1, observation });
  for (const observation of [vote, applied, vote]) show(observation);
  return shown;
}

it('an invariant is shown the kinds that it names, and no other', () => {
  expect(shownTo((told) => [{ on: { 'vote-granted': told('votes') } }])).toEqual([
    '1 votes',
    '3 votes',
  ]);
});

it('all whom a kind concerns are shown it, in their order', () => {
  const shown = shownTo((told) => [
    { on: { 'vote-granted': told('first') } },
    { on: { 'metadata-applied': told('other') } },
    { on: { 'vote-granted': told('last') } },
  ]);
  expect(shown).toEqual(['1 first', '1 last', '2 other', '3 first', '3 last']);
});

it('one that observes is shown every kind that it does not name', () => {
  const shown = shownTo((told) => [
    { on: { 'vote-granted': told('named') }, observe: told('rest') },
    { observe: told('all') },
  ]);
  expect(shown).toEqual(['1 named', '1 all', '2 rest', '2 all', '3 named', '3 all']);
});
