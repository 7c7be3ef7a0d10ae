/** The nodes of the cluster: what each machine runs, with which configuration. */
import { mark } from '../../base/mark.ts';
import type { Program } from '../../host/host.ts';
import { kafkaNode } from '../../kafka/broker/node.ts';
import type { NodeRules } from '../../kafka/broker/node-rules.ts';
import type { NodeConfig } from '../../kafka/config.ts';
import type { Observation } from '../../kafka/observation.ts';
import type { Machine } from '../../sim/machine.ts';
import type { World } from '../../sim/world.ts';
import type { Supervisor } from '../arena/supervisor.ts';
import type { LiveNode } from '../checkers/rest/at-rest.ts';
import type { ClusterPlan } from '../plan/cluster.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { nodeSettings, type SettingsOverrides } from '../settings/settings.ts';

export interface NodesOptions {
  /** Rules of the nodes in place of the right ones, to see whether the trial finds them wrong. */
  readonly rules?: Partial<NodeRules>;
}

/** `boot`: which process of its machine shows it. */
type ObserveOfBoot = (observation: Observation, boot: number) => void;

export class Nodes {
  readonly #cluster: ClusterPlan;
  readonly #scenario: Scenario;
  readonly #supervisor: Supervisor;
  readonly #observe: ObserveOfBoot;
  readonly #rules: Partial<NodeRules>;
  /** What the newest process of each machine was started with. */
  readonly #running = new Map<string, NodeConfig>();

  constructor(
    cluster: ClusterPlan,
    scenario: Scenario,
    supervisor: Supervisor,
    observe: ObserveOfBoot,
    { rules = {} }: NodesOptions,
  ) {
    this.#cluster = cluster;
    this.#scenario = scenario;
    this.#supervisor = supervisor;
    this.#observe = observe;
    this.#rules = rules;
  }

  start(world: World): void {
    for (const { machine: name, config } of this.#cluster.nodes) {
      const machine = world.addMachine(name);
      this.#supervisor.run(machine, this.#program(machine, config));
    }
  }

  /** From its next start on the machine's node has these settings. */
  reconfigure(machine: Machine, overrides: SettingsOverrides): void {
    const node = this.#cluster.nodes.find(({ machine: name }) => name === machine.name);
    if (node === undefined) return;
    const settings = nodeSettings({ ...this.#scenario.cluster.settings, ...overrides });
    const program = this.#program(machine, { ...node.config, settings });
    this.#supervisor.replace(machine, program);
  }

  live(world: World): LiveNode[] {
    return this.#cluster.nodes.flatMap(({ machine: name }) => {
      const { state, incarnation } = world.machine(name);
      const config = this.#running.get(name);
      return state === 'running' && config !== undefined ? [{ config, boot: incarnation }] : [];
    });
  }

  #program(machine: Machine, config: NodeConfig): Program {
    const observe = (observation: Observation): void => {
      // What a process does after it has ended itself, to the end of the event, has no effect.
      if (machine.state === 'running') this.#observe(observation, machine.incarnation);
      else mark('shown-after-end');
    };
    const program = kafkaNode(config, observe, this.#rules);
    return (host) => {
      this.#running.set(machine.name, config);
      return program(host);
    };
  }
}
