/**
 * Draws a plan from a seed. Swarm: each seed first draws which of the scenario's kinds it uses at
 * all, so that runs differ in quality, not only in detail. Faults come one by one, in storms (many
 * within a second), as echoes (the same again on the same machine), as follow-ups (the new leader
 * falls too, soon after its election), as chases (one new leader after the other, while a replica
 * is held up) and upon triggers. Budget: only what the configuration
 * survives is drawn; what destroys data waits until the cluster is whole.
 */
import { drawOne } from '../../base/draw.ts';
import type { RandomSource, RandomStream } from '../../host/random.ts';
import type { AnyFaultKind } from '../faults/kind.ts';
import { type Fault, type FaultKindName, faultSchema, kindOf } from '../faults/registry.ts';
import { sightNames, type Trigger } from '../faults/trigger.ts';
import { beyondPromise, type Guarantees } from '../guarantees/guarantees.ts';
import { destroysData } from '../guarantees/harm.ts';
import { InvalidInputError, type Scenario } from '../scenario/scenario.ts';
import { candidatesOf, meansMany, targetKinds } from '../targets/registry.ts';
import type { Cast } from '../targets/target.ts';
import { drawActivities } from './activities.ts';
import { castOf } from './cluster.ts';
import { drawGroups } from './groups.ts';
import { guaranteesOf } from './guarantees-of.ts';
import type { Plan } from './plan.ts';
import { drawPoints, type PlannedPoint } from './points.ts';
import { drawProducers } from './producers.ts';
import { drawConfiguration } from './swarm.ts';

/** Draws all that the seed decides before the trial begins, from streams of their own. */
export function drawPlan(scenario: Scenario, seed: string, random: RandomSource): Plan {
  const shape = scenario.swarm ? swarmOf(scenario, random) : scenario;
  const activities = [
    ...shape.activities.script,
    ...drawActivities(shape, random.stream('activities')),
  ].sort((a, b) => a.atMs - b.atMs);
  const drawn = { ...shape, activities: { script: activities } };
  const { cluster, topics, phases, network, workload, faults } = drawn;
  const strikes = faults.random === undefined ? [] : drawFaults(drawn, random.stream('faults'));
  const holds = faults.random !== undefined && faults.points === 'drawn';
  const points = (): PlannedPoint[] => drawPoints(castOf(drawn).roster, random.stream('points'));
  return {
    scenario: scenario.name,
    seed,
    cluster,
    topics,
    phases,
    network,
    workload,
    faults: [...faults.script, ...strikes].sort((a, b) => a.atMs - b.atMs),
    ...(activities.length > 0 ? { activities } : {}),
    ...(holds ? { points: points() } : {}),
  };
}

/** The scenario with all that a swarm draws, at the pace of the drawn time-outs. */
function swarmOf(scenario: Scenario, random: RandomSource): Scenario {
  const { pace, ...configuration } = drawConfiguration(random.stream('configuration'));
  const workload = drawProducers(configuration.workload, random.stream('producers'));
  // Where activities change how long records stay, it is looked for what is too old in time.
  const logRetentionCheckIntervalMs = drawOne([2_000, 5_000, 300_000], random.stream('retention'));
  const settings = { ...configuration.cluster.settings, logRetentionCheckIntervalMs };
  const cluster = { ...configuration.cluster, settings };
  const drawn = withGroups(
    { ...scenario, ...configuration, cluster, workload },
    random.stream('groups'),
  );
  const { faults } = scenario;
  if (faults.random === undefined) return drawn;
  const paced = { ...faults.random, everyMs: pace.everyMs, durationMs: [...pace.durationMs] };
  return { ...drawn, faults: { ...faults, random: paced as typeof faults.random } };
}

function withGroups(scenario: Scenario, random: RandomStream): Scenario {
  const drawn = drawGroups(scenario, random);
  if (drawn === null) return scenario;
  const { cluster, workload } = scenario;
  const settings = { ...cluster.settings, ...drawn.settings };
  const groups = [...drawn.groups];
  return { ...scenario, cluster: { ...cluster, settings }, workload: { ...workload, groups } };
}

function drawFaults(scenario: Scenario, random: RandomStream): readonly Fault[] {
  return new Draw(scenario, castOf(scenario), random).all();
}

/** How faults follow each other, and how often of a hundred. */
const patterns = [
  { pattern: 'single', weight: 40 },
  { pattern: 'triggered', weight: 15 },
  { pattern: 'follow-up', weight: 10 },
  { pattern: 'chase', weight: 15 },
  { pattern: 'echo', weight: 10 },
  { pattern: 'storm', weight: 10 },
] as const;

type Pattern = (typeof patterns)[number]['pattern'];

/** What a fault draws beside its kind's parameters. */
interface Strike {
  readonly atMs: number;
  readonly target: string;
  readonly durationMs: number;
  readonly when?: Trigger;
}

const mostInStorm = 6;
const mostEchoes = 3;
const mostInChase = 6;
const stormMs = 1_000;
/** Within this time a follower catches up; a second blow before it has, is the dangerous one. */
const followUpMs = 2_000;
const mostNth = 12;

class Draw {
  readonly #scenario: Scenario;
  readonly #config: NonNullable<Scenario['faults']['random']>;
  readonly #guarantees: Guarantees;
  readonly #cast: Cast;
  readonly #random: RandomStream;
  readonly #mix: readonly FaultKindName[];
  readonly #faults: Fault[] = [];

  constructor(scenario: Scenario, cast: Cast, random: RandomStream) {
    this.#scenario = scenario;
    this.#config = scenario.faults.random!;
    this.#guarantees = {
      ...guaranteesOf(scenario, {
        workload: scenario.workload,
        faults: [],
        activities: scenario.activities.script,
      }),
      faulty: true,
    };
    this.#cast = cast;
    this.#random = random;
    this.#mix = this.#drawMix();
  }

  /** Where faults come fast, so do those that belong together. */
  get #followUpMs(): number {
    return Math.min(followUpMs, this.#config.everyMs);
  }

  get #stormMs(): number {
    return Math.min(stormMs, this.#config.everyMs);
  }

  all(): readonly Fault[] {
    const { everyMs } = this.#config;
    const step = (): number => Math.floor(everyMs / 2) + this.#random.int(everyMs);
    for (let atMs = step(); atMs < this.#scenario.phases.chaosMs; atMs += step()) {
      this.#strikes[this.#drawPattern()](atMs);
    }
    return this.#faults;
  }

  readonly #strikes: Record<Pattern, (atMs: number) => void> = {
    single: (atMs) => this.#add({ atMs }),
    triggered: (atMs) => this.#add({ atMs, when: this.#drawTrigger() }),
    'follow-up': (atMs) => {
      const partition = drawOne(this.#cast.partitions, this.#random);
      const target = `leader of ${partition}`;
      if (this.#config.targets?.includes(target) === false) {
        this.#add({ atMs });
        return;
      }
      this.#add({ atMs, target });
      const afterMs = this.#random.int(this.#followUpMs);
      const when: Trigger = { seen: 'leader-elected', of: partition, nth: 1, afterMs };
      this.#add({ atMs, target, when });
    },
    chase: (atMs) => {
      const partition = drawOne(this.#cast.partitions, this.#random);
      const target = `leader of ${partition}`;
      if (this.#config.targets?.includes(target) === false) {
        this.#add({ atMs });
        return;
      }
      const heldUp = drawOne(['a follower of', 'a laggard of', 'the next leader of'], this.#random);
      this.#add({ atMs, target: `${heldUp} ${partition}` });
      const count = 2 + this.#random.int(mostInChase - 1);
      for (let nth = 0; nth < count; nth++) {
        const afterMs = this.#random.int(drawOne([20, 200, this.#followUpMs], this.#random));
        const when: Trigger = { seen: 'leader-elected', of: partition, nth, afterMs };
        this.#add(nth === 0 ? { atMs, target } : { atMs, target, when });
      }
    },
    echo: (atMs) => {
      const first = this.#add({ atMs });
      const times = first === null ? 0 : 1 + this.#random.int(mostEchoes);
      const same = first !== null && this.#beyond(kindOf(first), 'last struck') === null;
      let againMs = atMs;
      for (let i = 0; i < times; i++) {
        againMs += first!.durationMs + this.#random.int(this.#followUpMs);
        this.#push({ ...first!, atMs: againMs, ...(same ? { target: 'last struck' } : {}) });
      }
    },
    storm: (atMs) => {
      const count = 2 + this.#random.int(mostInStorm - 1);
      for (let i = 0; i < count; i++) this.#add({ atMs: atMs + this.#random.int(this.#stormMs) });
    },
  };

  #drawPattern(): Pattern {
    let ticket = this.#random.int(100);
    for (const { pattern, weight } of patterns) {
      if (ticket < weight) return pattern;
      ticket -= weight;
    }
    return 'single';
  }

  #drawTrigger(): Trigger {
    const random = this.#random;
    const of = random.int(2) === 0 ? drawOne(this.#cast.partitions, random) : undefined;
    const trigger = {
      seen: drawOne(sightNames, random),
      nth: 1 + random.int(mostNth),
      // Mostly at once or soon: what is dangerous is over in milliseconds.
      afterMs: random.int(3) === 0 ? 0 : random.int(drawOne([10, 100, this.#followUpMs], random)),
    };
    return of === undefined ? trigger : { ...trigger, of };
  }

  /** Draws a fault of the mix, its target too where none is given; null when none is allowed. */
  #add(strike: Pick<Strike, 'atMs' | 'when'> & { readonly target?: string }): Fault | null {
    const random = this.#random;
    const kind = kindOf({ kind: drawOne(this.#mix, random) });
    const target = strike.target ?? this.#drawTarget(kind);
    const durationMs = this.#drawDuration();
    const parameters = kind.draw(random);
    if (target === null || this.#beyond(kind, target) !== null) return null;
    const needs = needsOf(kind);
    return this.#push(
      faultSchema.parse({ kind: kind.name, ...strike, target, durationMs, needs, ...parameters }),
    );
  }

  /** One in five is over in less than the scenario's shortest: a machine that is back at once. */
  #drawDuration(): number {
    const [shortest, longest] = this.#config.durationMs;
    if (this.#random.int(5) === 0) return this.#random.int(shortest + 1);
    return shortest + this.#random.int(longest - shortest + 1);
  }

  /** Keeps it inside chaos. */
  #push(fault: Fault): Fault | null {
    const leftMs = this.#scenario.phases.chaosMs - fault.atMs;
    if (leftMs <= 0) return null;
    const bounded = { ...fault, durationMs: Math.min(fault.durationMs, leftMs) };
    this.#faults.push(bounded);
    return bounded;
  }

  #drawTarget(kind: AnyFaultKind): string | null {
    const { targets } = this.#config;
    const choices = targets ?? this.#defaultTargets(kind);
    const allowed = choices.filter((target) => this.#beyond(kind, target) === null);
    return allowed.length === 0 ? null : drawOne(allowed, this.#random);
  }

  /** One of each kind of target. */
  #defaultTargets(kind: AnyFaultKind): string[] {
    const { roster } = this.#cast;
    const isOnClients = (target: string): boolean =>
      candidatesOf(target, roster).some((machine) => roster.clients.includes(machine));
    return targetKinds
      .map((target) => target.draw(this.#cast, this.#random))
      .filter((target) => target !== null)
      .filter((target) => kind.onClients === true || !isOnClients(target));
  }

  /** Each kind is in with one chance in two; at least one is. */
  #drawMix(): FaultKindName[] {
    const { kinds, targets } = this.#config;
    const reasons: string[] = [];
    const budgeted = kinds.filter((name) => {
      const kind = kindOf({ kind: name });
      const choices = targets ?? this.#cast.roster.brokers;
      const problems = choices.map((target) => this.#beyond(kind, target));
      if (problems.includes(null)) return true;
      reasons.push(`${name}: ${problems[0]}`);
      return false;
    });
    if (budgeted.length === 0) {
      throw new InvalidInputError(
        `faults.random.kinds: the configuration survives none of them (${reasons.join('; ')}): ` +
          'raise min.insync.replicas to 2, separate the controllers, name other targets, or ' +
          'script the faults',
      );
    }
    const mix = budgeted.filter(() => this.#random.int(2) === 0);
    return mix.length > 0 ? mix : [drawOne(budgeted, this.#random)];
  }

  /** Why the configuration does not survive it; null when it does. */
  #beyond(kind: AnyFaultKind, target: string): string | null {
    if (kind.notDrawn !== undefined) return kind.notDrawn;
    const { roster } = this.#cast;
    const candidates = candidatesOf(target, roster);
    return beyondPromise(this.#guarantees, kind.harm, {
      many: meansMany(target),
      mayStrikeVoter: candidates.some((machine) => roster.voters.includes(machine)),
      voters: roster.voters.length,
    });
  }
}

function needsOf({ harm }: AnyFaultKind): Fault['needs'] {
  if (destroysData(harm)) return 'whole';
  return harm === 'ends-process' ? 'recovered' : 'nothing';
}
