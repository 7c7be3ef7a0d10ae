/**
 * What one trial has reached, by sort and name, each with how often. The same trial has reached the
 * same on every runtime.
 */
import { countReached, type ReachedSort } from '../../base/mark.ts';
import type { Observation } from '../../kafka/observation.ts';
import type { RpcEvent } from '../../kafka/rpc/tap.ts';
import type { Roster } from '../arena/roster.ts';
import type { FaultReport } from '../faults/executor.ts';
import { Watch } from '../faults/trigger.ts';
import { properties } from '../properties/registry.ts';
import type { Sometimes } from '../scenario/sometimes.ts';
import { formOf } from '../targets/registry.ts';
import type { SortName } from './sorts.ts';
import { Steps } from './steps.ts';

/** How often each feature was reached. */
export type Features = ReadonlyMap<string, number>;

/** Plain data, as it goes from a worker to who sums it up. */
export type Reached = readonly (readonly [sort: SortName, name: string, count: number])[];

/** Sorts by which a hunt knows whether a plan has reached something new. */
const guides: readonly SortName[] = ['mark', 'fault', 'order'];

/** Properties that a mark puts at risk. */
const markedRisks: ReadonlyMap<string, string> = new Map(
  properties.flatMap(({ name, riskMark }) => (riskMark === undefined ? [] : [[riskMark, name]])),
);

export class Coverage {
  readonly #counts = new Map<SortName, Map<string, number>>();
  readonly #steps = new Steps((sort, step) => this.add(sort, step));
  /** The newest observation of each partition, and of each node for what is of no partition. */
  readonly #latest = new Map<string, { readonly kind: string; readonly node: number }>();
  #hopes: { readonly name: string; readonly watch: Watch }[] = [];

  /** Counts from now on, until what it returns is called. */
  begin(hopes: readonly Sometimes[], { machineOf }: Pick<Roster, 'machineOf'>): () => void {
    for (const hope of hopes) this.#hope(hope, machineOf);
    return countReached((sort, name) => this.#count(sort, name));
  }

  add(sort: SortName, name: string, times = 1): void {
    let counts = this.#counts.get(sort);
    if (counts === undefined) {
      counts = new Map();
      this.#counts.set(sort, counts);
    }
    counts.set(name, (counts.get(name) ?? 0) + times);
  }

  times(sort: SortName, name: string): number {
    return this.#counts.get(sort)?.get(name) ?? 0;
  }

  get reached(): Reached {
    return [...this.#counts].flatMap(([sort, counts]) =>
      [...counts].map(([name, count]) => [sort, name, count] as const),
    );
  }

  /** For a hunt. */
  get features(): Features {
    return new Map(
      guides.flatMap((sort) =>
        [...(this.#counts.get(sort) ?? [])].map(([name, n]) => [`${sort} ${name}`, n] as const),
      ),
    );
  }

  observe(observation: Observation): void {
    this.#steps.observe(observation);
    for (const { name, watch } of this.#hopes) {
      if (watch.observe(observation)) this.add('sometimes', name);
    }
    this.#order(observation);
  }

  rpc({ step, api, errors }: RpcEvent): void {
    if (step !== 'answered') return;
    for (const error of errors) this.add('error', `${api} ${error}`);
  }

  /** Which kinds struck whom, and whether they did anything there. */
  faults(reports: readonly FaultReport[], roster: Roster): void {
    for (const { kind, target, tookEffect, withheld } of reports) {
      const form = formOf(target, roster);
      const outcome = withheld !== null ? 'withheld' : tookEffect ? 'struck' : 'missed';
      this.add('fault', `${kind} on ${form}: ${outcome}`);
      if (outcome !== 'struck') continue;
      this.add('kind', kind);
      this.add('target', form);
    }
  }

  points(held: Iterable<readonly [name: string, count: number]>): void {
    for (const [name, count] of held) this.add('point', name, count);
  }

  #count(sort: ReachedSort, name: string): void {
    this.add(sort, name);
    const property = sort === 'mark' ? markedRisks.get(name) : undefined;
    if (property !== undefined) this.add('risk', property);
  }

  /** Known from now on, reached or not. */
  #hope(hope: Sometimes, machineOf: Roster['machineOf']): void {
    const name = typeof hope === 'string' ? hope : hope.name;
    this.add('sometimes', name, 0);
    if (typeof hope === 'string') return;
    this.#hopes.push({ name, watch: new Watch({ ...hope, afterMs: 0 }, machineOf) });
  }

  /** Which observation follows which in a partition, on the same node or on another. */
  #order(observation: Observation): void {
    const { kind, node } = observation;
    if (commonplace.has(kind)) return;
    const line = 'partition' in observation ? observation.partition : '';
    const told = describe(observation);
    const before = this.#latest.get(line);
    if (before !== undefined) {
      const where = before.node === node ? 'here' : 'elsewhere';
      this.add('order', `${before.kind} > ${told} ${where}`);
    }
    this.#latest.set(line, { kind: told, node });
  }
}

/** So frequent that their order says nothing. */
const commonplace: ReadonlySet<Observation['kind']> = new Set([
  'metadata-applied',
  'metadata-image',
  'broker-committed',
  'log-flushed',
  'log-read',
  'settings-used',
  'producers-expired',
  'high-watermark-restored',
  'high-watermark-stored',
]);

/** The kind with what distinguishes its dangerous forms. */
function describe(o: Observation): string {
  switch (o.kind) {
    case 'partition-committed': {
      const isr = Math.min(o.isr.length, 3);
      return `partition isr ${isr} elr ${Math.min(o.elr.length, 2)} ${o.election}`;
    }
    case 'log-truncated':
      return o.to < o.highWatermark ? 'truncated below' : 'truncated';
    case 'isr-changed':
      return o.maximalIsr.length > o.committedIsr.length ? 'isr expanding' : 'isr settled';
    case 'high-watermark':
    case 'quorum-high-watermark':
      return `${o.kind} ${o.role}`;
    case 'quorum-state':
      return `quorum ${o.role}`;
    default:
      return o.kind;
  }
}
