/** The steady load of a trial, and what single producers have of their own. */
import * as z from 'zod';
import { compressions } from '../../kafka/records/batch.ts';
import { groupSchema } from '../groups/group.ts';
import { wrongClientRuleNames } from './wrong-client-rules.ts';

/** What one client waits for. */
const hourMs = 3_600_000;

/** Of a thousand records so many. */
const perMille = z.int().min(0).max(1000);

const producerFields = {
  /** A value is ten digits at least; a request holds a megabyte. */
  recordBytes: z.int().min(16).max(1_000_000).default(100),
  acks: z.union([z.literal('all'), z.literal(0), z.literal(1)]).default('all'),
  idempotent: z.boolean().default(true),
  /** A broker remembers five batches of a producer (KIP-98). */
  maxInFlight: z.int().min(1).max(5).default(5),
  lingerMs: z.int().min(0).max(hourMs).default(5),
  compression: z.enum(compressions).default('none'),
};

const shapeFields = {
  /** Records without a key, which any partition may get; and without a value. */
  nullKeysPerMille: perMille.optional(),
  nullValuesPerMille: perMille.optional(),
  /** So many headers a record. */
  headers: z.int().min(0).max(10).optional(),
};

const mostProducers = 16;
const mostGroups = 8;

/** What a producer has in place of the workload's. */
const ownSchema = z.strictObject({
  recordBytes: producerFields.recordBytes.unwrap().optional(),
  acks: producerFields.acks.unwrap().optional(),
  idempotent: producerFields.idempotent.unwrap().optional(),
  maxInFlight: producerFields.maxInFlight.unwrap().optional(),
  lingerMs: producerFields.lingerMs.unwrap().optional(),
  compression: producerFields.compression.unwrap().optional(),
  ...shapeFields,
});

export const workloadSchema = z.strictObject({
  producers: z.int().min(1).max(mostProducers).default(3),
  /** Each consumer reads every partition. */
  consumers: z.int().min(0).max(16).default(3),
  /** Of all producers together, virtual. */
  recordsPerSecond: z.int().min(1).max(10_000).default(50),
  recordBytes: producerFields.recordBytes,
  keysPerProducer: z.int().min(1).max(10_000).default(12),
  acks: producerFields.acks,
  idempotent: producerFields.idempotent,
  maxInFlight: producerFields.maxInFlight,
  lingerMs: producerFields.lingerMs,
  compression: producerFields.compression,
  ...shapeFields,
  requestTimeoutMs: z.int().min(100).max(hourMs).default(30_000),
  deliveryTimeoutMs: z.int().min(200).max(hourMs).default(120_000),
  /** The first producer has the first of these in place of what is said above, and so on. */
  each: z.array(ownSchema).max(mostProducers).optional(),
  /** Consumer groups, beside the consumers that read everything. */
  groups: z.array(groupSchema).min(1).max(mostGroups).optional(),
  /** Beyond the promise: rules of the producers' client that are wrong on purpose. */
  wrongRules: z.array(z.enum(wrongClientRuleNames)).max(100).default([]),
});

export type Workload = z.output<typeof workloadSchema>;

/** The workload as producer `index`, counted from 1, has it. */
export function producerWorkload(workload: Workload, index: number): Workload {
  const own = Object.entries(workload.each?.[index - 1] ?? {});
  return { ...workload, ...Object.fromEntries(own.filter(([, value]) => value !== undefined)) };
}
