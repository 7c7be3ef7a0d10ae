/**
 * One trial: warm-up, chaos, healing, calm, final reading, verdict. Everything in it is decided by
 * scenario, seed and plan; the result and its digest are the same each time and on each runtime.
 */

import type { Micros, NodeId } from '../../base/ids.ts';
import { atRisk, mark } from '../../base/mark.ts';
import { microsToMs, msToMicros, secondsToMicros } from '../../base/time.ts';
import type { Program } from '../../host/host.ts';
import { kafkaNode } from '../../kafka/broker/node.ts';
import type { NodeRules } from '../../kafka/broker/node-rules.ts';
import type { ClientRules } from '../../kafka/client/rules.ts';
import type { NodeConfig } from '../../kafka/config.ts';
import type { Observation } from '../../kafka/observation.ts';
import { listenToRpc, type RpcEvent } from '../../kafka/rpc/tap.ts';
import { EscapeError } from '../../sim/guard.ts';
import type { Machine } from '../../sim/machine.ts';
import { SimRandom } from '../../sim/random.ts';
import type { DigestRecording, TraceSink } from '../../sim/trace.ts';
import { World } from '../../sim/world.ts';
import type { Arena } from '../arena/arena.ts';
import { ClocksUnderFault } from '../arena/clocks.ts';
import { DisksUnderFault } from '../arena/disks.ts';
import { LinkFaults } from '../arena/links.ts';
import { Supervisor } from '../arena/supervisor.ts';
import { type WatchedNode, Wholeness } from '../arena/wholeness.ts';
import type { Violation } from '../checkers/contract.ts';
import { Judge } from '../checkers/judge.ts';
import type { LiveNode } from '../checkers/rest/at-rest.ts';
import { SimStorage } from '../checkers/stored/storage.ts';
import type { Coverage } from '../coverage/coverage.ts';
import { FaultExecutor, type FaultReport } from '../faults/executor.ts';
import { ClusterView } from '../history/cluster-view.ts';
import { History } from '../history/history.ts';
import { type ClusterPlan, castOf, planCluster } from '../plan/cluster.ts';
import { drawPlan } from '../plan/draw.ts';
import { guaranteesOf } from '../plan/guarantees-of.ts';
import { configured, type Plan } from '../plan/plan.ts';
import { pointProblems, pointSettings } from '../plan/points.ts';
import { converges, failsOverInTime, unhandledException } from '../properties/cluster.ts';
import { relationProblems } from '../scenario/relations.ts';
import { InvalidInputError, type Scenario } from '../scenario/scenario.ts';
import { nodeSettings, type SettingsOverrides } from '../settings/settings.ts';
import { targetProblem } from '../targets/registry.ts';
import { administratorProgram } from '../workload/administrator.ts';
import { consumerProgram } from '../workload/consumer.ts';
import { finalReaderProgram } from '../workload/final-reader.ts';
import { producerProgram } from '../workload/producer.ts';
import { failOverBoundMs, headlessPartition, obstacleToConvergence } from './convergence.ts';
import type { TrialResult } from './result.ts';
import { verdictOf } from './verdict.ts';

export interface TrialOptions {
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
  /** Rules of the nodes in place of the right ones, to see whether the trial finds them wrong. */
  readonly rules?: Partial<NodeRules>;
  /** The same for producers and consumers; the administrator and the final reader go right. */
  readonly clientRules?: Partial<ClientRules>;
}

export interface TrialOutcome {
  readonly result: TrialResult;
  readonly plan: Plan;
  readonly history: History;
  readonly digests: DigestRecording | null;
  /** What code on trial threw, which ended it; null where it ran to its end. */
  readonly thrown: Error | null;
}

/** How long the administrator may take, from the first start of all machines. */
const setUpWithinUs = secondsToMicros(60);
/** Within this time after the last send all that leaders hold is below their high watermarks. */
const settleWithinUs = secondsToMicros(60);
/** How often it is looked whether the cluster is where it should be. */
const stepUs = secondsToMicros(0.5);
const finalReadWithinUs = secondsToMicros(60);

/** A trial that cannot go on: its reason is the verdict's. */
class Inconclusive extends Error {}

/** Code of a node or a client threw: the trial ends there, and says so. */
class CodeThrew extends Error {}

/**
 * Throws InvalidInputError for a plan that does not fit, and what the trial's own code threw: a bug
 * in us. What a node or a client threw breaks a property.
 */
export async function runTrial(
  scenario: Scenario,
  seed: string,
  options: TrialOptions = {},
): Promise<TrialOutcome> {
  const trial = new Trial(scenario, seed, options);
  return await trial.run();
}

/**
 * Throws InvalidInputError for what only cluster and plan together tell, such as a target that
 * nobody can be. Runs nothing.
 */
export function checkTrial(scenario: Scenario, seed: string, options: TrialOptions = {}): void {
  new Trial(scenario, seed, options);
}

class Trial {
  readonly #scenario: Scenario;
  readonly #seed: string;
  readonly #world: World;
  readonly #cluster: ClusterPlan;
  readonly #plan: Plan;
  readonly #view = new ClusterView();
  readonly #history = new History();
  readonly #judge: Judge;
  readonly #arena: Arena;
  readonly #faults: FaultExecutor;
  readonly #digests: DigestRecording | null;
  readonly #isTraced: boolean;
  readonly #coverage: Coverage | null;
  readonly #rules: Partial<NodeRules>;
  readonly #clientRules: Partial<ClientRules>;
  /** What the newest process of each node's machine was started with. */
  readonly #running = new Map<string, NodeConfig>();
  #producersFinished = false;
  /** Thrown by the judge and whoever else watches, within an event of the code on trial. */
  #ownError: unknown = null;

  constructor(scenario: Scenario, seed: string, options: TrialOptions) {
    const worldSeed = `${scenario.name}/${seed}`;
    this.#isTraced = options.trace !== undefined && options.trace !== null;
    this.#seed = seed;
    this.#coverage = options.coverage ?? null;
    const { script, random } = scenario.faults;
    checkTargets(scenario, targetsOf(script), (index) => `faults.script.${index}.target`);
    if (!scenario.swarm && random?.targets !== undefined)
      checkTargets(scenario, random.targets, (index) => `faults.random.targets.${index}`);
    this.#plan = options.plan ?? drawPlan(scenario, seed, new SimRandom(worldSeed, 'plan/'));
    this.#scenario = configured(scenario, this.#plan);
    checkPlan(this.#scenario, this.#plan);
    const { latencyUs, jitterUs, tailPerMille } = this.#scenario.network;
    this.#world = new World({
      seed: worldSeed,
      tieBreak: 'random',
      splitWrites: true,
      trace: options.trace ?? null,
      network: { latency: { baseUs: latencyUs, jitterUs, tailUs: latencyUs * 10, tailPerMille } },
    });
    this.#rules = options.rules ?? {};
    this.#clientRules = options.clientRules ?? {};
    this.#digests = options.recordDigests === true ? this.#world.recordDigests() : null;
    this.#cluster = planCluster(this.#scenario);
    const { roster, voters } = this.#cluster;
    this.#judge = new Judge(voters, guaranteesOf(this.#scenario, this.#plan), {
      storage: new SimStorage((node) => this.#world.machine(roster.machineOf(node)).disk),
    });
    this.#arena = {
      world: this.#world,
      roster,
      view: this.#view,
      wholeness: new Wholeness(this.#world, this.#view, watchedNodes(this.#cluster)),
      supervisor: new Supervisor(this.#world),
      links: new LinkFaults(),
      disks: new DisksUnderFault(),
      clocks: new ClocksUnderFault(),
      reconfigure: (machine, settings) => this.#reconfigure(machine, settings),
      onDiskReplaced: (machine) => this.#judge.diskReplaced(this.#cluster.nodeOf(machine)),
    };
    this.#faults = new FaultExecutor(this.#arena);
    options.watch?.(() => this.#world.now);
  }

  async run(): Promise<TrialOutcome> {
    const { sometimes } = this.#scenario;
    const endCount = this.#coverage?.begin(sometimes, this.#cluster.roster);
    const isHeard = this.#coverage !== null || this.#isTraced;
    const endListening = isHeard ? listenToRpc((event) => this.#observeRpc(event)) : null;
    try {
      return this.#conclude(await this.#phases());
    } finally {
      endCount?.();
      endListening?.();
    }
  }

  /** Why the trial could not be carried out; null when it was. */
  async #phases(): Promise<string | null> {
    try {
      await this.#setUp();
      await this.#chaos();
      await this.#heal();
      await this.#readFinally();
      return null;
    } catch (error) {
      if (error instanceof Inconclusive) return error.message;
      if (error instanceof CodeThrew) return null;
      throw error;
    }
  }

  /** Starts all machines, creates the topics, starts the clients and lets them warm up. */
  async #setUp(): Promise<void> {
    for (const { machine: name, config } of this.#cluster.nodes) {
      const machine = this.#world.addMachine(name);
      this.#arena.supervisor.run(machine, this.#nodeProgram(machine, config));
    }
    let created: string | null | undefined;
    const administrator = administratorProgram({
      topics: this.#scenario.topics,
      bootstrap: this.#cluster.bootstrap,
      onCreated: (problem) => {
        created = problem;
      },
    });
    this.#world.addMachine('admin').start(administrator);
    await this.#runWhile(() => created === undefined, this.#world.now + setUpWithinUs);
    if (created !== null)
      throw new Inconclusive(`the topics were not created: ${created ?? 'no answer'}`);
    this.#startClients();
    await this.#runUntil(Math.max(this.#world.now, msToMicros(this.#scenario.phases.warmUpMs)));
  }

  #nodeProgram(machine: Machine, config: NodeConfig): Program {
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

  #reconfigure(machine: Machine, overrides: SettingsOverrides): void {
    const node = this.#cluster.nodes.find(({ machine: name }) => name === machine.name);
    if (node === undefined) return;
    const settings = nodeSettings({ ...this.#scenario.cluster.settings, ...overrides });
    const program = this.#nodeProgram(machine, { ...node.config, settings });
    this.#arena.supervisor.replace(machine, program);
  }

  #startClients(): void {
    const { bootstrap, roster } = this.#cluster;
    const history = this.#history;
    const common = { bootstrap, history, now: () => this.#world.now, rules: this.#clientRules };
    const topics = this.#scenario.topics;
    const producers = roster.clients.filter((name) => name.startsWith('p'));
    const consumers = roster.clients.filter((name) => name.startsWith('c'));
    for (const [index, name] of producers.entries()) {
      const program = producerProgram({
        ...common,
        index: index + 1,
        workload: this.#plan.workload,
        topics: topics.map((topic) => topic.name),
        finished: () => this.#producersFinished,
      });
      this.#arena.supervisor.run(this.#world.addMachine(name), program);
    }
    for (const [index, name] of consumers.entries()) {
      const program = consumerProgram({ ...common, index: index + 1, topics });
      this.#arena.supervisor.run(this.#world.addMachine(name), program);
    }
  }

  async #chaos(): Promise<void> {
    this.#world.points.use(pointSettings(this.#plan.points ?? []));
    this.#faults.begin(this.#plan.faults);
    const longest = this.#plan.faults.map((fault) => fault.atMs + fault.durationMs);
    const chaosMs = Math.max(this.#scenario.phases.chaosMs, ...longest);
    await this.#runUntil(this.#world.now + msToMicros(chaosMs));
  }

  /**
   * All faults end; the cluster must be whole within its bound, and then stay under load for a
   * while.
   */
  async #heal(): Promise<void> {
    const { healWithinMs, calmMs } = this.#scenario.phases;
    this.#faults.endAll();
    this.#world.points.use([]);
    const deadline = this.#world.now + msToMicros(healWithinMs);
    const obstacleNow = (): string | null =>
      obstacleToConvergence(this.#cluster, this.#view, this.#arena.wholeness);
    const failOverMs = failOverBoundMs(this.#cluster);
    const failOverUs = this.#world.now + msToMicros(failOverMs);
    let isDue = failOverUs < deadline;
    if (obstacleNow() !== null) atRisk(converges);
    if (headlessPartition(this.#cluster, this.#view, this.#world) !== null) atRisk(failsOverInTime);
    while (obstacleNow() !== null && this.#world.now < deadline) {
      await this.#runUntil(Math.min(deadline, this.#world.now + stepUs));
      if (!isDue || this.#world.now < failOverUs) continue;
      isDue = false;
      this.#checkFailOver(failOverMs);
    }
    const left = obstacleNow();
    if (left !== null) this.#notConverged(`${healWithinMs} ms after healing ${left}`);
    await this.#runUntil(this.#world.now + msToMicros(calmMs));
  }

  /** Lets producers finish, then reads everything from the beginning with a consumer of its own. */
  async #readFinally(): Promise<void> {
    this.#producersFinished = true;
    await this.#runWhile(
      () => this.#history.pending > 0,
      this.#world.now + msToMicros(this.#plan.workload.deliveryTimeoutMs),
    );
    await this.#settle();
    let done: string | null | undefined;
    const reader = finalReaderProgram({
      index: this.#plan.workload.consumers + 1,
      topics: this.#scenario.topics,
      bootstrap: this.#cluster.bootstrap,
      history: this.#history,
      now: () => this.#world.now,
      onDone: (problem) => {
        done = problem;
      },
    });
    this.#world.addMachine('final').start(reader);
    await this.#runWhile(() => done === undefined, this.#world.now + finalReadWithinUs);
    if (done !== null)
      this.#notConverged(`the final reader did not get through: ${done ?? 'it still waits'}`);
  }

  #isSettled(): boolean {
    return obstacleToConvergence(this.#cluster, this.#view, this.#arena.wholeness) === null;
  }

  #liveNodes(): LiveNode[] {
    return this.#cluster.nodes.flatMap(({ machine: name }) => {
      const { state, incarnation } = this.#world.machine(name);
      const config = this.#running.get(name);
      return state === 'running' && config !== undefined ? [{ config, boot: incarnation }] : [];
    });
  }

  #conclude(reason: string | null): TrialOutcome {
    const world = this.#world;
    const live = new Set(
      this.#cluster.nodes
        .filter(({ machine }) => world.machine(machine).state === 'running')
        .map(({ config }) => config.nodeId),
    );
    const faults = this.#faults.reports();
    const struckUntil = this.#struckUntil(faults);
    if (faults.some(({ tookEffect }) => tookEffect)) atRisk(unhandledException);
    const isLive = (node: NodeId): boolean => live.has(node);
    const isSound = world.failure === null;
    if (isSound) this.#judge.restsWith(this.#liveNodes(), this.#isSettled(), world.now);
    const violations = isSound
      ? this.#judge.conclude(this.#history, isLive, world.now, struckUntil)
      : this.#judge.soFar();
    this.#coverage?.faults(faults, this.#cluster.roster);
    this.#coverage?.points(world.points.held);
    const expected = this.#scenario.breaks ?? null;
    return {
      plan: this.#plan,
      history: this.#history,
      digests: this.#digests,
      thrown: world.failure,
      result: {
        scenario: this.#scenario.name,
        seed: this.#seed,
        ...verdictOf({ violations, expected, reason, history: this.#history }),
        digest: world.digest,
        virtualMs: microsToMs(world.now),
        events: world.events,
        operations: {
          produced: this.#history.sends.length,
          acknowledged: this.#history.acknowledged,
          consumed: this.#history.consumed,
        },
        faults,
        points: Object.fromEntries(world.points.held),
        violations: violations.map(reportOf),
        expected,
      },
    };
  }

  /** When the last fault ended that had an effect on a node. */
  #struckUntil(faults: readonly FaultReport[]): Map<NodeId, Micros> {
    const until = new Map<NodeId, Micros>();
    for (const { id, at, struck } of faults) {
      const endUs = msToMicros(at + this.#plan.faults[id]!.durationMs);
      for (const { machine, effect } of struck) {
        const node = this.#cluster.nodes.find((one) => one.machine === machine)?.config.nodeId;
        const hadEffect = Object.values(effect).some((n) => n !== 0);
        if (node !== undefined && hadEffect) until.set(node, Math.max(until.get(node) ?? 0, endUs));
      }
    }
    return until;
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
    if (observation.kind === 'request-failed') this.#world.fail(observation.error);
    this.#view.observe(observation);
    this.#arena.wholeness.observe(observation);
    this.#faults.observe(observation);
    this.#judge.observe(observation, this.#world.now, boot);
    this.#coverage?.observe(observation);
    if (this.#isTraced) this.#world.tell('', () => ({ is: 'observation', observation }));
  }

  #observeRpc(event: RpcEvent): void {
    this.#coverage?.rpc(event);
    if (!this.#isTraced) return;
    const { machine, ...exchange } = event;
    this.#world.tell(machine, () => ({ is: 'rpc', ...exchange }));
  }

  #checkFailOver(boundMs: number): void {
    const headless = headlessPartition(this.#cluster, this.#view, this.#world);
    if (headless === null) return;
    const { partition, leader } = headless;
    const atUs = this.#world.now;
    const about = { partition, leader, boundMs };
    this.#judge.report(failsOverInTime, {
      about,
      atUs,
      partition,
      evidence: this.#judge.standing(partition),
    });
  }

  /** What leaders alone have acknowledged (acks=1) is committed before it is read. */
  async #settle(): Promise<void> {
    const uncommitted = (): string | null =>
      this.#judge.uncommitted(
        [...this.#view.partitions.values()].map(({ partition, leader }) => [partition, leader]),
      );
    const deadline = this.#world.now + settleWithinUs;
    do await this.#runUntil(Math.min(deadline, this.#world.now + stepUs));
    while (uncommitted() !== null && this.#world.now < deadline);
    const left = uncommitted();
    if (left !== null)
      this.#notConverged(`the high watermark of ${left} did not reach the end of its leader's log`);
  }

  #notConverged(obstacle: string): void {
    const atUs = this.#world.now;
    this.#judge.report(converges, {
      about: { obstacle },
      atUs,
      partition: null,
      evidence: this.#judge.standing(null),
    });
  }

  async #runUntil(time: Micros): Promise<void> {
    await this.#world.runUntil(time);
    this.#throwFailure();
  }

  async #runWhile(condition: () => boolean, limit: Micros): Promise<void> {
    await this.#world.runWhile(condition, limit);
    this.#throwFailure();
  }

  #throwFailure(): void {
    const { failure, failedOn } = this.#world;
    if (failure === null) return;
    if (failedOn === null || this.#ownError !== null || failure instanceof EscapeError) {
      failure.message += ` (scenario ${this.#scenario.name}, seed ${this.#seed}, t=${this.#world.now} us, event ${this.#world.events})`;
      throw failure;
    }
    const about = { machine: failedOn, message: `${failure.name}: ${failure.message}` };
    const atUs = this.#world.now;
    const { name, message } = failure;
    const thrown = { is: 'exception', atUs, machine: failedOn, name, message } as const;
    this.#judge.report(unhandledException, { about, atUs, partition: null, evidence: [thrown] });
    throw new CodeThrew();
  }
}

/** A swarm's machines are not known before its configuration is drawn. */
function checkTargets(
  scenario: Scenario,
  targets: readonly string[],
  fieldOf: (index: number) => string,
): void {
  const cast = castOf(scenario);
  for (const [index, target] of targets.entries()) {
    const problem = targetProblem(target, cast);
    if (problem !== null) throw new InvalidInputError(`${fieldOf(index)}: ${problem}`);
  }
}

const targetsOf = (faults: readonly { readonly target: string }[]): string[] =>
  faults.map(({ target }) => target);

/** A plan brings a configuration of its own, and faults that may outlast the scenario's chaos. */
function checkPlan(scenario: Scenario, { faults, points }: Plan): void {
  checkTargets(scenario, targetsOf(faults), (index) => `faults.${index}.target`);
  const { nodes } = castOf(scenario).roster;
  const problems = [...relationProblems(scenario, faults), ...pointProblems(points ?? [], nodes)];
  if (problems.length > 0) throw new InvalidInputError(problems.join('; '));
}

function watchedNodes(cluster: ClusterPlan): WatchedNode[] {
  return cluster.nodes.map(({ machine, config: { nodeId, roles } }) => {
    return { machine, nodeId, isBroker: roles.broker };
  });
}

function reportOf({ property, about, atUs, evidence, brokeWith }: Violation) {
  return { property, about, at: microsToMs(atUs), evidence, brokeWith };
}
