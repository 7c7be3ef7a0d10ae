/**
 * Faults as data. A fault has a time (virtual milliseconds since chaos began), a target, a duration
 * and the parameters of its kind; applying it draws nothing. Targets are machine names (`b1`, `k1`,
 * `client-p0`) or roles resolved when it strikes: `controller`, `leader of orders-0`, `a follower
 * of orders-0`, `all brokers`, `all nodes`.
 */
import * as z from 'zod';

const time = z.int().min(0);
const common = {
  atMs: time,
  target: z.string().min(1),
  durationMs: time,
  /**
   * The budget: a fault may wait for nothing, strike only while no destroyed data is still being
   * recovered, or only while the cluster is whole. Otherwise it is withheld.
   */
  needs: z.enum(['nothing', 'recovered', 'whole']).default('nothing'),
};

function fault<const Kind extends string, Fields extends z.ZodRawShape>(
  kind: Kind,
  fields: Fields,
) {
  return z.strictObject({ kind: z.literal(kind), ...common, ...fields });
}

export const faultSchema = z.discriminatedUnion('kind', [
  /** The process dies at once; the page cache survives; it is started again after `durationMs`. */
  fault('crash', {}),
  /**
   * The machine dies at once, unsynced writes are at risk; it is started again after `durationMs`.
   */
  fault('power-loss', {}),
  /** The process freezes, as in a long collection or a stalled virtual machine. */
  fault('pause', {}),
  /** A clean shutdown; started again `durationMs` after the process has ended. */
  fault('restart', {}),
  /** The machine dies and returns after `durationMs` with an empty disk. */
  fault('wipe', {}),
  /**
   * Cuts the target off, both ways, from other brokers, from all other nodes, or from clients too.
   */
  fault('isolate', { from: z.enum(['brokers', 'nodes', 'everybody']).default('nodes') }),
  /**
   * Lets bytes pass one way only: nothing reaches the target (`inbound`), or nothing leaves it
   * (`outbound`).
   */
  fault('one-way-partition', {
    direction: z.enum(['inbound', 'outbound']).default('inbound'),
    from: z.enum(['nodes', 'clients', 'everybody']).default('nodes'),
  }),
  /** Splits the nodes into two halves that do not reach each other; the target is in the first. */
  fault('split', {}),
  /** As a split, but the target reaches both halves. */
  fault('bridge', {}),
  /** Each node reaches a majority, no two nodes the same one. */
  fault('majority-ring', {}),
  /** Bytes between the target and everybody wait until the end. */
  fault('clog', {}),
  /** Clogs each node's links one after another and unclogs them in another order. */
  fault('swizzle', {}),
  /** Multiplies the latency of the target's links. */
  fault('slow-network', { factor: z.int().min(2).max(1000).default(20) }),
  /** No byte more fits on the disk. */
  fault('full-disk', {}),
  /** Every disk call takes so many times longer. */
  fault('slow-disk', { factor: z.int().min(2).max(10_000).default(100) }),
  /** No disk call completes until the end. */
  fault('stalled-disk', {}),
  /** The next sync fails and takes the dirty pages with it. */
  fault('failed-sync', {}),
  /** Reads fail. */
  fault('read-error', {}),
  /** The wall clock jumps, and jumps back at the end. */
  fault('clock-jump', { offsetMs: z.int().default(60_000) }),
  /** The machine's clocks run fast or slow. */
  fault('clock-drift', { partsPerMillion: z.int().min(-200_000).max(200_000).default(50_000) }),
]);

export type Fault = z.output<typeof faultSchema>;
export type FaultInput = z.input<typeof faultSchema>;
export type FaultKind = Fault['kind'];

export const faultKinds = faultSchema.options.map((option) => option.shape.kind.value);

/**
 * Kinds that end a process. One that stopped uncleanly leaves every ISR, whatever its page cache
 * holds (KIP-966), and one that shuts down hands its leaderships to whoever still stands in the
 * ISR: while a replica recovers what it lost, its partitions can spare no other.
 */
export const endsProcess: ReadonlySet<FaultKind> = new Set([
  'crash',
  'restart',
  'full-disk',
  'read-error',
]);

/**
 * Kinds that destroy what a replica holds: a second strike before the first has healed loses
 * records.
 */
export const destroysData: ReadonlySet<FaultKind> = new Set(['power-loss', 'wipe', 'failed-sync']);
