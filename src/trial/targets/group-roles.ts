/** Roles in a consumer group. */
import { partitionOfGroup } from '../../kafka/group/group-partition.ts';
import { offsetsTopic } from '../../kafka/metadata/internal-topics.ts';
import type { Roster } from '../arena/roster.ts';
import type { ClusterView } from '../history/cluster-view.ts';
import type { Stage, TargetKind } from './target.ts';

function groupTarget(
  role: string,
  kind: Pick<TargetKind, 'means' | 'many'> & {
    resolve(group: string, stage: Stage): readonly string[];
    candidates(group: string, roster: Roster): readonly string[];
  },
): TargetKind {
  const prefix = `${role} of `;
  return {
    form: `${prefix}<group>`,
    means: kind.means,
    many: kind.many,
    match: (text) => (text.startsWith(prefix) ? text.slice(prefix.length) : null),
    names: ({ roster }) => [...roster.groups.keys()],
    resolve: kind.resolve,
    candidates: kind.candidates,
    draw({ roster }, random) {
      const names = [...roster.groups.keys()];
      return names.length === 0 ? null : `${prefix}${names[random.int(names.length)]}`;
    },
  };
}

const machinesOf = (group: string, { groups }: Roster): readonly string[] =>
  groups.get(group) ?? [];

export const coordinatorOf = groupTarget('coordinator', {
  means: 'the broker that leads the partition in which the consumer group is kept',
  many: false,
  resolve(group, { roster, view }) {
    const leader = view.partitions.get(coordinatorPartition(group, view))?.leader ?? -1;
    return leader < 0 ? [] : [roster.machineOf(leader)];
  },
  candidates: (_, { brokers }) => brokers,
});

export const memberOf = groupTarget('a member', {
  means: 'the last machine of its members',
  many: false,
  resolve: (group, { roster }) => machinesOf(group, roster).slice(-1),
  candidates: machinesOf,
});

export const everyMemberOf = groupTarget('every member', {
  means: 'the machines of all its members',
  many: true,
  resolve: (group, { roster }) => machinesOf(group, roster),
  candidates: machinesOf,
});

/** The topic is never grown, so that its partitions are all there once one is. */
function coordinatorPartition(group: string, { partitions }: ClusterView): string {
  let count = 0;
  while (partitions.has(`${offsetsTopic}-${count}`)) count++;
  return `${offsetsTopic}-${partitionOfGroup(group, Math.max(1, count))}`;
}
