/** All kinds of target. A new one is an object and a line here. */
import type { Roster } from '../arena/roster.ts';
import { coordinatorOf, everyMemberOf, memberOf } from './group-roles.ts';
import { allBrokers, allNodes, rack } from './groups.ts';
import { followerOf, laggardOf, leaderOf, nextLeaderOf } from './partition-roles.ts';
import { client, controller, lastStruck, node } from './single.ts';
import type { Cast, Stage, TargetKind } from './target.ts';

export const targetKinds: readonly TargetKind[] = [
  leaderOf,
  followerOf,
  nextLeaderOf,
  laggardOf,
  controller,
  node,
  client,
  rack,
  allBrokers,
  allNodes,
  coordinatorOf,
  memberOf,
  everyMemberOf,
  lastStruck,
];

interface Named {
  readonly kind: TargetKind;
  readonly name: string;
}

/** Every kind that the text may be of; which it is depends on the machines of the trial. */
function readings(target: string): Named[] {
  return targetKinds.flatMap((kind) => {
    const name = kind.match(target);
    return name === null ? [] : [{ kind, name }];
  });
}

/**
 * The machines meant; empty when nobody has that role at present. The target was checked by
 * `targetProblem`.
 */
export function resolveTarget(target: string, stage: Stage): readonly string[] {
  return readings(target)[0]!.kind.resolve(readings(target)[0]!.name, stage);
}

/** All machines that the target may ever mean. */
export function candidatesOf(target: string, roster: Roster): readonly string[] {
  return readings(target).flatMap(({ kind, name }) => kind.candidates(name, roster));
}

/** Whether it may mean several machines at once. */
export function meansMany(target: string): boolean {
  return readings(target).some(({ kind }) => kind.many);
}

/**
 * Why no machine of this trial can ever be meant by `target`; null when one can. For checking
 * scenarios and plans early.
 */
export function targetProblem(target: string, cast: Cast): string | null {
  if (readings(target).some(({ kind, name }) => kind.names(cast).includes(name))) return null;
  const machines = [...cast.roster.nodes, ...cast.roster.clients].join(', ');
  const roles = targetKinds.map(({ form }) => form).filter((form) => !form.startsWith('<'));
  return `"${target}" is none of ${machines}, ${roles.join(', ')}, or names what is not there`;
}

/** The form of target that it is of: `leader of <partition>`. */
export function formOf(target: string, { clients }: Roster): string {
  // The names of nodes and of clients look alike.
  if (clients.includes(target)) return client.form;
  return readings(target)[0]!.kind.form;
}
