/**
 * Triggers: a fault may strike when something is seen instead of at a time. What can be seen is an
 * observation of the cluster, by the names below; `of` narrows it to a partition or a machine.
 */
import * as z from 'zod';
import type { NodeId } from '../../base/ids.ts';
import type { Observation } from '../../kafka/observation.ts';

type Sight = (observation: Observation) => boolean;

const ofKind =
  (kind: Observation['kind']): Sight =>
  (observation) =>
    observation.kind === kind;

/** What a trigger can wait for, and which observations are it. */
const sights = {
  'leader-elected': ofKind('leader-started'),
  'became-follower': ofKind('follower-started'),
  truncated: ofKind('log-truncated'),
  'log-opened': ofKind('log-opened'),
  appended: ofKind('batch-appended'),
  'high-watermark-moved': ofKind('high-watermark'),
  /** A leader counts on one more than the controller has confirmed. */
  'isr-expanding': (o) => o.kind === 'isr-changed' && o.maximalIsr.length > o.committedIsr.length,
  'isr-shrunk': (o) => o.kind === 'partition-committed' && o.isr.length < o.replicas.length,
  'isr-full': (o) => o.kind === 'partition-committed' && o.isr.length === o.replicas.length,
  'elr-used': (o) => o.kind === 'partition-committed' && o.elr.length > 0,
  registered: (o) => o.kind === 'broker-committed' && o.fenced,
  unfenced: (o) => o.kind === 'broker-committed' && !o.fenced,
  'shutting-down': (o) => o.kind === 'broker-committed' && o.inControlledShutdown,
  'quorum-leader': (o) => o.kind === 'quorum-state' && o.role === 'leader',
  'quorum-candidate': (o) => o.kind === 'quorum-state' && o.role === 'candidate',
  'vote-granted': ofKind('vote-granted'),
  'quorum-high-watermark-moved': ofKind('quorum-high-watermark'),
} as const satisfies Record<string, Sight>;

export type SightName = keyof typeof sights;

export const sightNames = Object.keys(sights) as SightName[];

export const triggerSchema = z.strictObject({
  seen: z.enum(sightNames as [SightName, ...SightName[]]),
  /** A partition (`orders-0`) or a machine (`b1`); anything when not given. */
  of: z.string().min(1).max(300).optional(),
  /** The how manieth time, counted from the fault's `atMs` on. */
  nth: z.int().min(1).max(10_000).default(1),
  /** From when it was seen to the strike. */
  afterMs: z.int().min(0).max(600_000).default(0),
});

export type Trigger = z.output<typeof triggerSchema>;

/** Counts what is seen, and says when it is time. */
export class Watch {
  readonly #trigger: Trigger;
  readonly #sight: Sight;
  readonly #machineOf: (node: NodeId) => string;
  #seen = 0;

  constructor(trigger: Trigger, machineOf: (node: NodeId) => string) {
    this.#trigger = trigger;
    this.#sight = sights[trigger.seen];
    this.#machineOf = machineOf;
  }

  /** True once: at the sight that the trigger waits for. */
  observe(observation: Observation): boolean {
    const { of, nth } = this.#trigger;
    if (!this.#sight(observation)) return false;
    if (of !== undefined && !this.#isOf(of, observation)) return false;
    this.#seen++;
    return this.#seen === nth;
  }

  #isOf(name: string, observation: Observation): boolean {
    if ('partition' in observation && observation.partition === name) return true;
    // A broker's registration is about that broker, whichever node shows it.
    const node = observation.kind === 'broker-committed' ? observation.broker : observation.node;
    return this.#machineOf(node) === name;
  }
}

/** `when isr-expanding of orders-0 is seen (3.)`: a trigger in words. */
export function triggerInWords({ seen, of, nth, afterMs }: Trigger): string {
  const whose = of === undefined ? '' : ` of ${of}`;
  const which = nth === 1 ? '' : ` (${nth}.)`;
  return `${afterMs} ms after ${seen}${whose}${which}`;
}
