/**
 * The parts of one trial, made and joined: its world and cluster, what is seen of them, the faults
 * and the judge. Each observation of a node goes from here to all who follow the cluster, and here
 * virtual time goes on. Nothing runs yet.
 */
import type { Micros } from '../../base/ids.ts';
import type { ClientRules } from '../../kafka/client/rules.ts';
import type { Observation } from '../../kafka/observation.ts';
import { listenToRpc, type RpcEvent } from '../../kafka/rpc/tap.ts';
import { EscapeError } from '../../sim/guard.ts';
import { SimRandom } from '../../sim/random.ts';
import type { DigestRecording, TraceSink } from '../../sim/trace.ts';
import { World } from '../../sim/world.ts';
import { TopicDirectory } from '../activities/topic-directory.ts';
import type { Arena } from '../arena/arena.ts';
import { ClocksUnderFault } from '../arena/clocks.ts';
import { DisksUnderFault } from '../arena/disks.ts';
import { LinkFaults } from '../arena/links.ts';
import { Supervisor } from '../arena/supervisor.ts';
import { Wholeness } from '../arena/wholeness.ts';
import { Judge } from '../checkers/judge.ts';
import { SimStorage } from '../checkers/stored/storage.ts';
import type { Coverage } from '../coverage/coverage.ts';
import { FaultExecutor } from '../faults/executor.ts';
import { ClusterView } from '../history/cluster-view.ts';
import { History } from '../history/history.ts';
import { Incarnations } from '../history/incarnations.ts';
import { type ClusterPlan, planCluster } from '../plan/cluster.ts';
import { drawPlan } from '../plan/draw.ts';
import { guaranteesOf } from '../plan/guarantees-of.ts';
import { configured, type Plan } from '../plan/plan.ts';
import { converges, unhandledException } from '../properties/cluster.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { checkPlan, checkScenario } from './check-plan.ts';
import { Nodes, type NodesOptions } from './nodes.ts';

export interface TrialOptions extends NodesOptions {
  /** A saved or edited plan in place of the seed's own. */
  readonly plan?: Plan | null;
  /** Is told every event and what follows from it. */
  readonly trace?: TraceSink | null;
  /** Is given a way to ask for virtual time while the trial runs. */
  readonly watch?: ((now: () => Micros) => void) | undefined;
  /** Keeps the digest after each event, for comparing two runs. */
  readonly recordDigests?: boolean;
  /** Is told what the trial reaches; without it marks cost next to nothing. */
  readonly coverage?: Coverage | null;
  /**
   * Rules of producers and consumers in place of the right ones, as `rules` are those of nodes; the
   * administrator and the final reader go right.
   */
  readonly clientRules?: Partial<ClientRules>;
}

/** Code of a node or a client threw: the trial ends there, and says so. */
export class CodeThrew extends Error {}

export class Experiment {
  readonly scenario: Scenario;
  readonly seed: string;
  readonly plan: Plan;
  readonly world: World;
  readonly cluster: ClusterPlan;
  readonly nodes: Nodes;
  readonly view = new ClusterView();
  readonly incarnations = new Incarnations();
  readonly history = new History(this.incarnations);
  readonly directory: TopicDirectory;
  readonly judge: Judge;
  readonly arena: Arena;
  readonly faults: FaultExecutor;
  readonly digests: DigestRecording | null;
  readonly coverage: Coverage | null;
  readonly clientRules: Partial<ClientRules>;
  readonly #isTraced: boolean;
  /** Thrown by the judge and whoever else watches, within an event of the code on trial. */
  #ownError: unknown = null;

  constructor(scenario: Scenario, seed: string, options: TrialOptions) {
    checkScenario(scenario);
    const worldSeed = `${scenario.name}/${seed}`;
    this.seed = seed;
    this.plan = options.plan ?? drawPlan(scenario, seed, new SimRandom(worldSeed, 'plan/'));
    this.scenario = configured(scenario, this.plan);
    checkPlan(this.scenario, this.plan);
    this.coverage = options.coverage ?? null;
    this.clientRules = options.clientRules ?? {};
    this.#isTraced = options.trace !== undefined && options.trace !== null;
    this.world = worldOf(this.scenario, worldSeed, options.trace ?? null);
    this.digests = options.recordDigests === true ? this.world.recordDigests() : null;
    this.cluster = planCluster(this.scenario);
    const { roster, voters } = this.cluster;
    this.directory = new TopicDirectory(this.scenario.topics);
    this.judge = new Judge(voters, guaranteesOf(this.scenario, this.plan), {
      storage: new SimStorage((node) => this.world.machine(roster.machineOf(node)).disk),
      incarnations: this.incarnations,
    });
    const supervisor = new Supervisor(this.world);
    const observe = (seen: Observation, boot: number): void => this.#observe(seen, boot);
    this.nodes = new Nodes(this.cluster, this.scenario, supervisor, observe, options);
    this.arena = this.#arena(supervisor);
    this.faults = new FaultExecutor(this.arena);
    options.watch?.(() => this.world.now);
  }

  /** Has what happens counted and told from now on, until what it returns is called. */
  listen(): () => void {
    const endCount = this.coverage?.begin(this.scenario.sometimes, this.cluster.roster);
    const isHeard = this.coverage !== null || this.#isTraced;
    const endListening = isHeard ? listenToRpc((event) => this.#observeRpc(event)) : null;
    return () => {
      endCount?.();
      endListening?.();
    };
  }

  async runUntil(time: Micros): Promise<void> {
    await this.world.runUntil(time);
    this.#throwFailure();
  }

  async runWhile(condition: () => boolean, limit: Micros): Promise<void> {
    await this.world.runWhile(condition, limit);
    this.#throwFailure();
  }

  reportNotConverged(obstacle: string): void {
    this.judge.report(converges, {
      about: { obstacle },
      atUs: this.world.now,
      partition: null,
      evidence: this.judge.standing(null),
    });
  }

  #arena(supervisor: Supervisor): Arena {
    const { roster, nodes } = this.cluster;
    const watched = nodes.map(({ machine, config: { nodeId, roles } }) => {
      return { machine, nodeId, isBroker: roles.broker };
    });
    return {
      world: this.world,
      roster,
      view: this.view,
      wholeness: new Wholeness(this.world, this.view, watched),
      supervisor,
      links: new LinkFaults(),
      disks: new DisksUnderFault(),
      clocks: new ClocksUnderFault(),
      reconfigure: (machine, settings) => this.nodes.reconfigure(machine, settings),
      onDiskReplaced: (machine) => this.judge.diskReplaced(this.cluster.nodeOf(machine)),
    };
  }

  #observe(observation: Observation, boot: number): void {
    try {
      this.#watch(observation, boot);
    } catch (error) {
      this.#ownError ??= error;
      throw error;
    }
  }

  #watch(observation: Observation, boot: number): void {
    // A node survives a bug that a request brings to light; a trial does not.
    if (observation.kind === 'request-failed') this.world.fail(observation.error);
    this.view.observe(observation);
    this.arena.wholeness.observe(observation);
    this.faults.observe(observation);
    this.judge.observe(observation, this.world.now, boot);
    this.coverage?.observe(observation);
    if (this.#isTraced) this.#trace(observation);
  }

  /** Apart from what runs untraced too: its closure would cost that a context each time. */
  #trace(observation: Observation): void {
    this.world.tell('', () => ({ is: 'observation', observation }));
  }

  #observeRpc(event: RpcEvent): void {
    this.coverage?.rpc(event);
    if (!this.#isTraced) return;
    const { machine, ...exchange } = event;
    this.world.tell(machine, () => ({ is: 'rpc', ...exchange }));
  }

  #throwFailure(): void {
    const { failure, failedOn, now: atUs } = this.world;
    if (failure === null) return;
    if (failedOn === null || this.#ownError !== null || failure instanceof EscapeError) {
      failure.message += ` (scenario ${this.scenario.name}, seed ${this.seed}, t=${atUs} us, event ${this.world.events})`;
      throw failure;
    }
    const { name, message } = failure;
    const about = { machine: failedOn, message: `${name}: ${message}` };
    const thrown = { is: 'exception', atUs, machine: failedOn, name, message } as const;
    this.judge.report(unhandledException, { about, atUs, partition: null, evidence: [thrown] });
    throw new CodeThrew();
  }
}

function worldOf({ network }: Scenario, seed: string, trace: TraceSink | null): World {
  const { latencyUs: baseUs, jitterUs, tailPerMille } = network;
  const latency = { baseUs, jitterUs, tailUs: baseUs * 10, tailPerMille };
  return new World({ seed, tieBreak: 'random', splitWrites: true, trace, network: { latency } });
}
