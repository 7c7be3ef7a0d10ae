/**
 * What a trial has reached, as counted features: marks, observations that follow each other in a
 * partition, elections, roles that faults struck, properties at risk. A feature is a short text;
 * the same trial has the same features on every runtime.
 */
import type { Observation } from '../../kafka/observation.ts';
import type { FaultReport } from '../faults/executor.ts';

/** How often each feature was reached. */
export type Features = ReadonlyMap<string, number>;

export class Coverage {
  readonly #counts = new Map<string, number>();
  /** The newest observation of each partition, and of each node for what is of no partition. */
  readonly #latest = new Map<string, { readonly kind: string; readonly node: number }>();

  get features(): Features {
    return this.#counts;
  }

  readonly mark = (name: string): void => this.add(`mark ${name}`);

  /** What a property speaks of could have gone wrong. */
  atRisk(property: string): void {
    this.add(`at risk ${property}`);
  }

  add(feature: string): void {
    this.#counts.set(feature, (this.#counts.get(feature) ?? 0) + 1);
  }

  /** Which observation follows which in a partition, on the same node or on another. */
  observe(observation: Observation): void {
    const { kind, node } = observation;
    if (commonplace.has(kind)) return;
    const line = 'partition' in observation ? observation.partition : '';
    const told = describe(observation);
    const before = this.#latest.get(line);
    if (before !== undefined) {
      const where = before.node === node ? 'here' : 'elsewhere';
      this.add(`${before.kind} > ${told} ${where}`);
    }
    this.#latest.set(line, { kind: told, node });
  }

  /** Which kinds struck whom, and whether they did anything there. */
  faults(reports: readonly FaultReport[]): void {
    for (const { kind, target, tookEffect, withheld } of reports) {
      const role = target.replace(/ of .*| .*$|\d+$/, '');
      const outcome = withheld !== null ? 'withheld' : tookEffect ? 'struck' : 'missed';
      this.add(`fault ${kind} ${role} ${outcome}`);
    }
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
