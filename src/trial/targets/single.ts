/** Targets that mean one machine, by its name or by what it is in the cluster. */
import type { RandomStream } from '../../host/random.ts';
import type { Roster } from '../arena/roster.ts';
import { plainTarget, type TargetKind } from './target.ts';

/** Machines by their names, of one sort. */
function named(form: string, means: string, sort: (roster: Roster) => readonly string[]) {
  const target: TargetKind = {
    form,
    means,
    many: false,
    match: (text) => (/^[a-z]+\d+$/.test(text) ? text : null),
    names: ({ roster }) => sort(roster),
    resolve: (name) => [name],
    candidates: (name) => [name],
    draw({ roster }, random: RandomStream) {
      const machines = sort(roster);
      return machines.length === 0 ? null : machines[random.int(machines.length)]!;
    },
  };
  return target;
}

export const node = named('<node>', 'the machine of that name, `b1` or `k1`', (r) => r.nodes);
export const client = named(
  '<client>',
  'a client: `p1` a producer, `c1` a consumer, `m1` a member of a group',
  (r) => [...r.clients],
);

export const controller = plainTarget('controller', {
  means: 'the leader of the quorum',
  many: false,
  resolve: ({ view, roster }) => (view.controller < 0 ? [] : [roster.machineOf(view.controller)]),
  candidates: (roster) => roster.voters,
  drawn: true,
});

/** For repeats: whoever had the role when the fault before struck, may have lost it by it. */
export const lastStruck = plainTarget('last struck', {
  means: 'the machines that the fault before struck',
  many: true,
  resolve: (stage) => stage.lastStruck,
  candidates: (roster) => [...roster.nodes, ...roster.clients],
  drawn: false,
});
