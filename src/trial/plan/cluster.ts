/** The machines of a trial and the configuration of each node, as a scenario wants them. */
import { type NodeId, noNode, type Uuid } from '../../base/ids.ts';
import type { Address } from '../../host/network.ts';
import type { NodeConfig } from '../../kafka/config.ts';
import { administratorName } from '../activities/registry.ts';
import type { Roster } from '../arena/roster.ts';
import { type GroupMember, membersOf } from '../groups/group.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { nodeSettings } from '../settings/settings.ts';
import type { Cast } from '../targets/target.ts';

const brokerPort = 9092;
const controllerPort = 9093;
const clusterId: Uuid = 'b3JkZWFsLXRyaWFsLTAwMQ';
/** Ids of controllers that are no brokers, as Kafka's documentation numbers them. */
const firstControllerId = 3000;
const mostCombinedVoters = 3;

/** Who may be struck in a trial of the scenario. */
export function castOf(scenario: Scenario): Cast {
  const partitions = scenario.topics.flatMap(({ name, partitions }) =>
    Array.from({ length: partitions }, (_, index) => `${name}-${index}`),
  );
  return { roster: planCluster(scenario).roster, partitions };
}

export interface ClusterPlan {
  readonly nodes: readonly { readonly machine: string; readonly config: NodeConfig }[];
  readonly voters: readonly NodeId[];
  nodeOf(machine: string): NodeId;
  readonly roster: Roster;
  /** Where clients find brokers. */
  readonly bootstrap: readonly Address[];
}

export function planCluster(scenario: Scenario): ClusterPlan {
  const { brokers: brokerCount, controllers, racks, settings } = scenario.cluster;
  const combined = controllers === 'combined';
  const brokers = numbered('b', brokerCount);
  const separate = combined ? [] : numbered('k', controllers);
  const controllerIds = combined
    ? brokers.slice(0, mostCombinedVoters).map((_, i) => i + 1)
    : separate.map((_, i) => firstControllerId + i + 1);
  const machineOf = (node: NodeId): string =>
    node > firstControllerId ? separate[node - firstControllerId - 1]! : brokers[node - 1]!;

  const voters = controllerIds.map((nodeId) => ({
    nodeId,
    host: machineOf(nodeId),
    port: controllerPort,
  }));
  const configOf = (nodeId: NodeId): NodeConfig => ({
    nodeId,
    roles: { broker: nodeId < firstControllerId, controller: controllerIds.includes(nodeId) },
    clusterId,
    rack:
      nodeId < firstControllerId && racks.length > 0 ? racks[(nodeId - 1) % racks.length]! : null,
    advertisedHost: machineOf(nodeId),
    brokerPort,
    controllerPort,
    voters,
    dataDirectory: '',
    settings: nodeSettings(settings),
  });
  const members = membersOf(scenario.workload);
  const ids = [...new Set([...brokers.map((_, i) => i + 1), ...controllerIds])];
  return {
    nodes: ids.map((nodeId) => ({ machine: machineOf(nodeId), config: configOf(nodeId) })),
    voters: controllerIds,
    nodeOf: (machine) => ids.find((id) => machineOf(id) === machine) ?? noNode,
    roster: {
      brokers,
      nodes: [...brokers, ...separate],
      voters: controllerIds.map(machineOf),
      racks: racksOf(brokers, racks),
      groups: machinesOfGroups(members),
      clients: [
        ...numbered('p', scenario.workload.producers),
        ...numbered('c', scenario.workload.consumers),
        ...members.map(({ machine }) => machine),
        ...(hasActivities(scenario) ? [administratorName] : []),
      ],
      machineOf,
    },
    bootstrap: brokers.map((host) => ({ host, port: brokerPort })),
  };
}

const hasActivities = ({ activities }: Scenario): boolean => activities.script.length > 0;

/** Racks are dealt to brokers in turn. */
function racksOf(
  brokers: readonly string[],
  racks: readonly string[],
): ReadonlyMap<string, readonly string[]> {
  const dealt = (rack: number): string[] => brokers.filter((_, i) => i % racks.length === rack);
  return new Map(racks.map((name, rack) => [name, dealt(rack)]));
}

function machinesOfGroups(members: readonly GroupMember[]): ReadonlyMap<string, readonly string[]> {
  const machines = new Map<string, string[]>();
  for (const { group, machine } of members) {
    machines.set(group.name, [...(machines.get(group.name) ?? []), machine]);
  }
  return machines;
}

/** `b1`, `b2`, … */
function numbered(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${prefix}${i + 1}`);
}
